"""Browsers: the cookies they keep, and proof that a request was made by one of our own pages.

A cookie is sent by the browser whoever wrote the page that asks. So whoever comes with a session's
cookie and wants to change something must also show the session's token in `X-CSRF-Token`, which no
other site can read, and must not come from another site by the browser's own account (`Origin`,
`Sec-Fetch-Site`).
"""

from typing import Final, Literal
from urllib.parse import urlsplit

from fastapi import Request, Response

from tongbao.infra import keys
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

Cookie = Literal["tb_session", "tb_device", "tb_external"]
SESSION: Final[Cookie] = "tb_session"
DEVICE: Final[Cookie] = "tb_device"
EXTERNAL: Final[Cookie] = "tb_external"  # of a browser on its way to an identity provider
CSRF_HEADER: Final = "X-CSRF-Token"
COOKIE_LENGTH_MAX: Final = 512
_PREFIX: Final = "__Host-"  # no Domain, Path=/, Secure: the browser itself holds that (RFC 6265bis)
_SAME_SITE: Final = frozenset({"same-origin"})


class CrossSiteRequest(TongbaoError):
    """The browser says that another site's page has made this request."""

    code = "auth.cross_site_request"
    kind = Kind.FORBIDDEN
    title = Text(zh="请求来自其他网站", en="The request comes from another site")


class CsrfTokenWrong(TongbaoError):
    """A request with a session's cookie lacks the token that only our own pages know."""

    code = "auth.csrf_token_wrong"
    kind = Kind.FORBIDDEN
    title = Text(zh="缺少防伪令牌或令牌有误", en="The CSRF token is missing or wrong")
    detail = Text(
        zh="使用会话 Cookie 的写请求须在 X-CSRF-Token 请求头中带上该会话的防伪令牌。",
        en="A request that changes something with a session's cookie carries the session's "
        "token in the X-CSRF-Token header.",
    )


class AmbiguousCredentials(TongbaoError):
    """Two ways of saying who asks, in one request."""

    code = "auth.ambiguous_credentials"
    kind = Kind.INVALID
    status = 400  # RFC 6750, 3.1: invalid_request
    title = Text(zh="身份凭据重复", en="Two credentials in one request")
    detail = Text(
        zh="请只使用会话 Cookie 或访问令牌中的一种，且只带一次。",
        en="Send a session's cookie or a bearer token, not both, and only once.",
    )


def cookie_name(request: Request, cookie: Cookie) -> str:
    """Return the cookie's name: with the prefix that browsers protect, but in development on http.

    Behind a proxy the scheme may be http in production too; only development goes without.
    """
    return cookie if _plain(request) else f"{_PREFIX}{cookie}"


def cookie_of(request: Request, cookie: Cookie) -> str | None:
    """Return the value of a cookie of ours; None without one, or with one that cannot be ours.

    Raises `AmbiguousCredentials` for two different ones: somebody has tossed one in.
    """
    name = cookie_name(request, cookie)
    values = set()
    for header in request.headers.getlist("cookie"):
        for pair in header.split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                values.add(value)
    if len(values) > 1:
        raise AmbiguousCredentials
    shown = next(iter(values), "")
    return shown if 0 < len(shown) <= COOKIE_LENGTH_MAX and shown.isascii() else None


def set_cookie(
    request: Request, response: Response, cookie: Cookie, value: str, *, seconds: int
) -> None:
    """Have the browser keep a cookie for `seconds`; no script can read it."""
    response.set_cookie(
        cookie_name(request, cookie),
        value,
        max_age=seconds,
        path="/",
        secure=not _plain(request),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response, cookie: Cookie) -> None:
    """Have the browser forget a cookie."""
    set_cookie(request, response, cookie, "", seconds=0)


def sets_cookie(request: Request, response: Response, cookie: Cookie) -> bool:
    """Tell whether the answer already says what the browser shall keep."""
    start = f"{cookie_name(request, cookie)}="
    return any(value.startswith(start) for value in response.headers.getlist("set-cookie"))


def csrf_token(session_id: bytes) -> str:
    """Return the token of a session: the same through its life, and stored nowhere."""
    return keys.tag("csrf", session_id).hex()


def check_csrf(request: Request, session_id: bytes) -> None:
    """Raise `CrossSiteRequest` or `CsrfTokenWrong` unless a page of ours has made the request."""
    check_same_origin(request)
    sent = request.headers.getlist(CSRF_HEADER)
    if len(sent) != 1 or not _is_csrf_token(sent[0].encode("latin-1", "replace"), session_id):
        raise CsrfTokenWrong


def _is_csrf_token(sent: bytes, session_id: bytes) -> bool:
    good = [tag.hex().encode() for tag in keys.tags("csrf", session_id)]
    return any(keys.same(sent, each) for each in good)


def check_same_origin(request: Request) -> None:
    """Raise `CrossSiteRequest` if the browser says so; what is no browser says nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in _SAME_SITE:
        raise CrossSiteRequest
    own = own_origins(request)
    if any(origin not in own for origin in request.headers.getlist("origin")):
        raise CrossSiteRequest


def own_origins(request: Request) -> frozenset[str]:
    """Return the origins of our own pages: the configured one.

    In development, or where none is configured, also the address that the request was sent to: a
    browser's Host header cannot be chosen by another site's page.
    """
    settings = _settings(request)
    configured: str = getattr(settings, "public_url", "")
    asked = f"{request.scope['scheme']}://{request.headers.get('host', '')}".lower()
    if not configured:
        return frozenset({asked})
    url = urlsplit(configured)
    own = f"{url.scheme}://{url.netloc}".lower()
    is_development = getattr(settings, "environment", "production") == "development"
    return frozenset({own, asked} if is_development else {own})


def _settings(request: Request) -> object:
    return getattr(request.app.state, "settings", None)


def _plain(request: Request) -> bool:
    environment = getattr(_settings(request), "environment", "production")
    return environment == "development" and request.scope["scheme"] == "http"
