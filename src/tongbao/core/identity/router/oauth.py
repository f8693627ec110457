"""`/api/v1/oauth`: tokens for partner clients, in the forms of RFC 6749, 7662, 7009 and 8414.

Clients of any make speak these forms, so refusals are JSON as RFC 6749, 5.2 has it and not problem
documents; what the edge refuses before (a body too large, text that is none) still is one.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse

from tongbao.core.identity.domain.assertions import ALGORITHMS, BadAssertion, claimed_client
from tongbao.core.identity.domain.clients import CLIENT_SCOPES, Client
from tongbao.core.identity.domain.oauth import (
    ASSERTION_TYPE,
    AUTH_METHODS,
    CLIENT_TOKEN_LIFETIME,
    Credentials,
    OAuthRefused,
)
from tongbao.core.identity.schemas.oauth import (
    ClientCredentialsGrant,
    IntrospectionOut,
    OAuthTokenOut,
    TokenForm,
    error_response,
)
from tongbao.core.identity.service import oauth
from tongbao.infra.auth import PUBLIC, TOKEN_LENGTH_MAX
from tongbao.infra.web import Instant, WriteTx, client_address, router
from tongbao.infra.web.problems import problem_response

PREFIX = "/api/v1/oauth"
METADATA_PATH = "/.well-known/oauth-authorization-server"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
LANGUAGE = "en"  # RFC 6749, 5.2 wants ASCII in error_description
BASIC_LENGTH_MAX = 2_000

ERRORS: dict[int | str, dict[str, Any]] = {
    400: error_response("Refused as RFC 6749, 5.2 has it"),
    401: error_response("The client is not authenticated"),
}

api = router(prefix=PREFIX, tags=["oauth"])


@api.post(
    "/token",
    summary="A token for a client",
    response_model=OAuthTokenOut,
    responses=ERRORS,
    dependencies=[PUBLIC],
)
async def token(
    form: Annotated[ClientCredentialsGrant, Form()], tx: WriteTx, at: Instant, request: Request
) -> Response:
    """Exchange a client's credentials for a bearer token that is good for ten minutes.

    The client authenticates in one way: HTTP Basic, secret in the form, or an assertion signed
    with one of its registered keys (ES256, PS256, EdDSA). `scope` may ask for less than it has.
    """

    async def answer() -> Response:
        await _once_each(request)
        if form.grant_type is None:
            raise OAuthRefused("invalid_request")
        if form.grant_type != "client_credentials":
            raise OAuthRefused("unsupported_grant_type")
        client = await _client(form, tx, at, request)
        issued = await oauth.issue_client_token(tx, client=client, scope=form.scope, at=at)
        out = OAuthTokenOut(
            access_token=issued.token,
            expires_in=CLIENT_TOKEN_LIFETIME // timedelta(seconds=1),
            scope=" ".join(sorted(issued.scopes)),
        )
        return JSONResponse(out.model_dump(), headers=NO_STORE)

    return await _or_refusal(answer, request)


@api.post(
    "/introspect",
    summary="What a token is good for",
    response_model=IntrospectionOut,
    responses=ERRORS,
    dependencies=[PUBLIC],
)
async def introspect(
    form: Annotated[TokenForm, Form()], tx: WriteTx, at: Instant, request: Request
) -> Response:
    """Say whether a token is good and for what; a client learns of its own tokens only."""

    async def answer() -> Response:
        await _once_each(request)
        client = await _client(form, tx, at, request)
        found = await oauth.introspect(tx, client=client, token=_token(form), at=at)
        out = IntrospectionOut(active=False)
        if found is not None:
            out = IntrospectionOut(
                active=True,
                scope=" ".join(sorted(found.scopes)),
                client_id=str(client.id),
                sub=str(client.id),
                iss=_issuer(request),
                token_type="Bearer",  # noqa: S106 - the name of a type
                iat=int(found.issued_at.timestamp()),
                exp=int(found.expires_at.timestamp()),
            )
        return JSONResponse(out.model_dump(exclude_none=True), headers=NO_STORE)

    return await _or_refusal(answer, request)


@api.post(
    "/revoke",
    summary="Revoke a token",
    response_model=dict[str, str],
    responses=ERRORS,
    dependencies=[PUBLIC],
)
async def revoke(
    form: Annotated[TokenForm, Form()], tx: WriteTx, at: Instant, request: Request
) -> Response:
    """End a token of the client at once; one that is not known is no error (RFC 7009, 2.2)."""

    async def answer() -> Response:
        await _once_each(request)
        client = await _client(form, tx, at, request)
        await oauth.revoke_client_token(tx, client=client, token=_token(form), at=at)
        return JSONResponse({}, headers=NO_STORE)

    return await _or_refusal(answer, request)


def metadata_routes() -> APIRouter:
    """Return where clients find the rest (RFC 8414); made of the settings, never of `Host`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(METADATA_PATH)
    async def metadata(request: Request) -> Response:
        issuer = _issuer(request)
        how = {
            "auth_methods_supported": list(AUTH_METHODS),
            "auth_signing_alg_values_supported": list(ALGORITHMS),
        }
        document = {
            "issuer": issuer,
            "token_endpoint": f"{issuer}{PREFIX}/token",
            "introspection_endpoint": f"{issuer}{PREFIX}/introspect",
            "revocation_endpoint": f"{issuer}{PREFIX}/revoke",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": sorted(CLIENT_SCOPES),
            "service_documentation": f"{issuer}/docs",
        }
        for endpoint in ("token", "introspection", "revocation"):
            document |= {f"{endpoint}_endpoint_{name}": value for name, value in how.items()}
        return JSONResponse(document)

    return routes


async def _or_refusal(answer: Callable[[], Any], request: Request) -> Response:
    try:
        response: Response = await answer()
    except OAuthRefused as refused:
        rendered = problem_response(request.scope, refused)  # for the access log's code
        status = 401 if refused.error == "invalid_client" else 400
        headers = dict(NO_STORE)
        if status == rendered.status_code:
            headers["WWW-Authenticate"] = 'Basic realm="tongbao", charset="UTF-8"'
        return JSONResponse(
            {"error": refused.error, "error_description": refused.facts["words"].say(LANGUAGE)},  # type: ignore[attr-defined]
            status_code=status,
            headers=headers,
        )
    return response


async def _once_each(request: Request) -> None:
    """Refuse a parameter given twice (RFC 6749, 3.2), and one in the address."""
    names = [name for name, _ in (await request.form()).multi_items()]
    if len(set(names)) != len(names) or request.url.query:
        raise OAuthRefused("invalid_request")


async def _client(
    form: ClientCredentialsGrant | TokenForm, tx: WriteTx, at: Instant, request: Request
) -> Client:
    issuer = _issuer(request)
    return await oauth.authenticate_client(
        tx,
        credentials=_credentials(form, request),
        address=client_address(request.scope),
        audiences={issuer, f"{issuer}{PREFIX}/token"},
        at=at,
    )


def _credentials(form: ClientCredentialsGrant | TokenForm, request: Request) -> Credentials:
    """Return how the client authenticates, which must be one way. Raises `OAuthRefused`."""
    headers = request.headers.getlist("authorization")
    ways = [bool(headers), form.client_secret is not None, form.client_assertion is not None]
    if sum(ways) > 1 or len(headers) > 1:
        raise OAuthRefused("invalid_request")
    if headers:
        credentials = _basic(headers[0])
    elif form.client_assertion is not None:
        if form.client_assertion_type != ASSERTION_TYPE:
            raise OAuthRefused("invalid_request")
        try:
            claimed = claimed_client(form.client_assertion)
        except BadAssertion as error:
            raise OAuthRefused("invalid_client", why=error.why) from error
        credentials = Credentials(client_id=claimed, assertion=form.client_assertion)
    elif form.client_id is not None and form.client_secret is not None:
        credentials = Credentials(client_id=form.client_id, secret=form.client_secret)
    else:
        raise OAuthRefused("invalid_client", why="no credentials")
    if form.client_id not in {None, credentials.client_id}:
        raise OAuthRefused("invalid_request")
    return credentials


def _basic(header: str) -> Credentials:
    """Read HTTP Basic as RFC 6749, 2.3.1 wants it: both parts form-encoded first."""
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic" or len(packed) > BASIC_LENGTH_MAX:
        raise OAuthRefused("invalid_client", why="scheme")
    try:
        text = base64.b64decode(packed.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise OAuthRefused("invalid_client", why="basic") from error
    name, colon, secret = text.partition(":")
    if not colon:
        raise OAuthRefused("invalid_client", why="basic")
    return Credentials(client_id=unquote_plus(name), secret=unquote_plus(secret))


def _token(form: TokenForm) -> str:
    if not form.token or len(form.token) > TOKEN_LENGTH_MAX:
        raise OAuthRefused("invalid_request")
    return form.token


def _issuer(request: Request) -> str:
    issuer: str = request.app.state.settings.origin
    return issuer
