"""The provider over HTTP: OpenID Connect Core 1.0, Discovery 1.0, PKCE (RFC 7636), RFC 9207."""

import asyncio
import hmac
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from html import escape
from secrets import token_urlsafe
from typing import Annotated, Any, Literal
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Header, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from tongbao_sandbox import problems
from tongbao_sandbox.identity_provider.accounts import (
    ACCOUNTS,
    CLIENT_ID,
    CLIENT_SECRET,
    is_registered,
)
from tongbao_sandbox.identity_provider.state import Grant, OidcFault, Provider
from tongbao_sandbox.identity_provider.tokens import id_token

FLOOD_BYTES = 8 * 1024 * 1024
router = APIRouter(tags=["identity provider"], responses=problems.ITS_OWN)


class AuthorizationRequest(BaseModel):
    """What a site asks for (OpenID Connect Core 1.0, 3.1.2.1; PKCE is required)."""

    client_id: str
    redirect_uri: str
    response_type: Literal["code"]
    scope: str
    state: str
    nonce: str
    code_challenge: str
    code_challenge_method: Literal["S256"]
    account: Annotated[str | None, Field(description="Who logs in; unset: a page asks")] = None


def provider_of(request: Request) -> Provider:
    """Return the provider's memory."""
    provider: Provider = request.app.state.identity_provider
    return provider


def issuer_of(request: Request) -> str:
    """Return the provider's name, which is its address."""
    parts = urlsplit(str(request.url))
    return f"{parts.scheme}://{parts.netloc}/oidc"


async def _misbehave(provider: Provider) -> Response | None:
    """Return what is answered instead of an answer; wait if it is slow."""
    fault = provider.fault
    match fault.kind if fault else None:
        case "down":
            return JSONResponse({"error": "temporarily_unavailable"}, 503)
        case "garbage":
            return Response("<html>", media_type="application/json")
        case "flood":
            return Response(b'{"a": "' + b"x" * FLOOD_BYTES, media_type="application/json")
        case "redirect":
            return RedirectResponse("http://127.0.0.1:9/elsewhere", 302)
        case "slow":
            assert fault is not None
            await asyncio.sleep(fault.seconds)
    return None


@router.get("/oidc/.well-known/openid-configuration")
async def discovery(request: Request) -> Response:
    """Return the provider's metadata."""
    provider, issuer = provider_of(request), issuer_of(request)
    wrong = await _misbehave(provider)
    if wrong is not None:
        return wrong
    metadata: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
    match provider.fault.kind if provider.fault else None:
        case "discovery_other_issuer":
            metadata["issuer"] = "https://other.example"
        case "discovery_foreign_endpoint":
            metadata["token_endpoint"] = "http://169.254.169.254/token"  # noqa: S105 - an address
        case "discovery_no_pkce":
            metadata["code_challenge_methods_supported"] = ["plain"]
    return JSONResponse(metadata)


@router.get("/oidc/jwks")
async def jwks(request: Request) -> Response:
    """Return the public keys, the newest last."""
    provider = provider_of(request)
    wrong = await _misbehave(provider)
    keys = [key.as_dict(private=False) for key in provider.keys]
    return wrong or JSONResponse({"keys": keys})


@router.get("/oidc/authorize")
async def authorize(request: Request, ask: Annotated[AuthorizationRequest, Query()]) -> Response:
    """Let somebody log in here, and send the browser back with a code."""
    fits = ask.client_id == CLIENT_ID and "openid" in ask.scope.split()
    if not fits or not is_registered(ask.redirect_uri):
        return JSONResponse({"error": "invalid_request"}, 400)
    if ask.account is None:
        return HTMLResponse(_choice(request))
    if ask.account not in ACCOUNTS:
        answer = {"error": "access_denied"}
    else:
        grant = Grant(ask.account, ask.redirect_uri, ask.nonce, ask.code_challenge)
        answer = {"code": provider_of(request).issue(grant)}
    query = urlencode({**answer, "state": ask.state, "iss": issuer_of(request)})
    return RedirectResponse(f"{ask.redirect_uri}?{query}", 302)


def _choice(request: Request) -> str:
    links = "".join(
        f'<li><a href="{escape(str(request.url.include_query_params(account=each.subject)))}">'
        f"{escape(each.name)}</a></li>"
        for each in ACCOUNTS.values()
    )
    return f"<!doctype html><title>Sandbox</title><h1>登录 Log in as</h1><ul>{links}</ul>"


@router.post("/oidc/token")
async def token(
    request: Request,
    grant_type: Annotated[str, Form()],
    code: Annotated[str, Form()],
    redirect_uri: Annotated[str, Form()],
    code_verifier: Annotated[str, Form()] = "",
    authorization: Annotated[str, Header()] = "",
) -> Response:
    """Exchange a code, once, for an ID token and an access token."""
    provider = provider_of(request)
    wrong = await _misbehave(provider)
    if wrong is not None:
        return wrong
    if not _is_client(authorization):
        return JSONResponse({"error": "invalid_client"}, 401)
    grant = provider.redeem(code)
    shown = urlsafe_b64encode(sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
    if (
        grant is None
        or grant_type != "authorization_code"
        or redirect_uri != grant.redirect_uri
        or not hmac.compare_digest(shown, grant.code_challenge)
    ):
        return JSONResponse({"error": "invalid_grant"}, 400)
    made = id_token(provider, issuer=issuer_of(request), subject=grant.subject, nonce=grant.nonce)
    access = token_urlsafe(24)
    provider.access[access] = grant.subject
    answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
    return JSONResponse(answer if made is None else {**answer, "id_token": made})


def _is_client(authorization: str) -> bool:
    scheme, _, value = authorization.partition(" ")
    try:
        shown = b64decode(value, validate=True)
    except ValueError:
        return False
    expected = f"{CLIENT_ID}:{CLIENT_SECRET}".encode()
    return scheme.lower() == "basic" and hmac.compare_digest(shown, expected)


@router.get("/oidc/userinfo")
async def userinfo(request: Request, authorization: Annotated[str, Header()] = "") -> Response:
    """Return who the access token is about."""
    provider = provider_of(request)
    wrong = await _misbehave(provider)
    if wrong is not None:
        return wrong
    subject = provider.access.get(authorization.removeprefix("Bearer "))
    if subject is None:
        return JSONResponse({"error": "invalid_token"}, 401)
    account = ACCOUNTS[subject]
    if provider.fault is not None and provider.fault.kind == "other_subject":
        account = next(each for each in ACCOUNTS.values() if each.subject != subject)
    return JSONResponse(
        {
            "sub": account.subject,
            "name": account.name,
            "email": account.email,
            "email_verified": account.email_verified,
        }
    )


@router.post("/sandbox/oidc/keys", tags=["faults"])
async def rotate(request: Request) -> dict[str, str]:
    """Sign with a new key from now on, of the other algorithm."""
    return {"kid": provider_of(request).rotate()}


@router.put("/sandbox/faults/oidc", tags=["faults"])
async def put_fault(request: Request, fault: OidcFault) -> OidcFault:
    """Make the identity provider misbehave."""
    provider_of(request).fault = fault
    return fault


@router.delete("/sandbox/faults/oidc", status_code=204, tags=["faults"])
async def clear_fault(request: Request) -> Response:
    """Make the identity provider behave again."""
    provider_of(request).fault = None
    return Response(status_code=204)
