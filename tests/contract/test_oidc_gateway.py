"""Our side of OpenID Connect against the sandbox's provider, honest and not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.support.oidc import CALLBACK, IdentityProvider, provider
from tongbao.core.identity.domain.external_logins import (
    ExternalIdentity,
    ExternalLogInRefused,
    ProviderUnavailable,
)
from tongbao.core.identity.gateways import oidc
from tongbao.core.identity.gateways.oidc import OidcGateway
from tongbao.kernel.clock import now

__all__ = ["provider"]

VERIFIER = "v" * 43


@pytest.fixture(autouse=True)
async def _honest(provider: IdentityProvider) -> AsyncIterator[None]:
    yield
    await provider.behave()


async def sent_away(gateway: OidcGateway, nonce: str = "nonce-1") -> str:
    return await gateway.authorization_url(
        redirect_uri=CALLBACK, state="state-1", nonce=nonce, verifier=VERIFIER, at=now()
    )


async def come_back(
    provider: IdentityProvider,
    gateway: OidcGateway,
    *,
    nonce: str = "nonce-1",
    verifier: str = VERIFIER,
    fault: str | None = None,
) -> ExternalIdentity:
    query = await provider.log_in(await sent_away(gateway))
    if fault is not None:
        await provider.misbehave(fault)
    return await gateway.identity(
        code=query["code"], redirect_uri=CALLBACK, verifier=verifier, nonce=nonce, at=now()
    )


async def test_somebody_logs_in(provider: IdentityProvider) -> None:
    who = await come_back(provider, provider.gateway())
    assert who == ExternalIdentity(provider.issuer, "sub-chen", "陈建国")


async def test_the_browser_is_sent_with_a_challenge_and_no_secret(
    provider: IdentityProvider,
) -> None:
    url = urlsplit(await sent_away(provider.gateway()))
    query = {name: value for name, (value,) in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.issuer}/authorize"
    assert query["code_challenge_method"] == "S256"
    assert query["code_challenge"] != VERIFIER
    assert VERIFIER not in url.query
    assert (query["response_type"], query["nonce"]) == ("code", "nonce-1")
    assert query["redirect_uri"] == CALLBACK


async def test_both_algorithms_and_a_change_of_keys(provider: IdentityProvider) -> None:
    gateway = provider.gateway()
    for _ in range(3):  # the gateway knows the keys of before
        assert (await come_back(provider, gateway)).subject == "sub-chen"
        await provider.rotate()
        gateway._keys = gateway._keys and oidc._Kept(
            gateway._keys.value, gateway._keys.asked_at - oidc.ASKED_AGAIN_AFTER
        )


@pytest.mark.parametrize(
    "fault",
    [
        "wrong_issuer",
        "wrong_audience",
        "two_audiences",
        "wrong_nonce",
        "no_nonce",
        "no_expiry",
        "alg_none",
        "hs256_public_key",
        "hs256_client_secret",
        "expired",
        "issued_in_the_future",
        "unknown_kid",
        "no_kid",
        "foreign_key",
        "embedded_key",
        "tampered",
        "no_id_token",
        "other_subject",
        "long_subject",
    ],
)
async def test_a_false_token_logs_nobody_in(provider: IdentityProvider, fault: str) -> None:
    with pytest.raises(ExternalLogInRefused):
        await come_back(provider, provider.gateway(), fault=fault)


async def test_a_token_of_another_log_in(provider: IdentityProvider) -> None:
    with pytest.raises(ExternalLogInRefused):
        await come_back(provider, provider.gateway(), nonce="nonce-2")


async def test_a_stolen_code_is_worth_nothing_without_the_verifier(
    provider: IdentityProvider,
) -> None:
    for verifier in ("w" * 43, "", VERIFIER[:-1]):
        with pytest.raises(ExternalLogInRefused):
            await come_back(provider, provider.gateway(), verifier=verifier)


async def test_a_code_is_redeemed_once_and_an_invented_one_never(
    provider: IdentityProvider,
) -> None:
    gateway = provider.gateway()
    query = await provider.log_in(await sent_away(gateway))
    for code, good in ((query["code"], True), (query["code"], False), ("invented", False)):
        redeem = gateway.identity(
            code=code, redirect_uri=CALLBACK, verifier=VERIFIER, nonce="nonce-1", at=now()
        )
        if good:
            assert (await redeem).subject == "sub-chen"
        else:
            with pytest.raises(ExternalLogInRefused):
                await redeem


async def test_the_wrong_client_secret(provider: IdentityProvider) -> None:
    with pytest.raises(ExternalLogInRefused):
        await come_back(provider, provider.gateway(client_secret="guessed"))


@pytest.mark.parametrize(
    "fault",
    [
        "down",
        "flood",
        "garbage",
        "redirect",
        "discovery_other_issuer",
        "discovery_foreign_endpoint",
        "discovery_no_pkce",
    ],
)
async def test_a_provider_that_cannot_be_trusted_is_not_there(
    provider: IdentityProvider, fault: str
) -> None:
    await provider.misbehave(fault)
    with pytest.raises(ProviderUnavailable):
        await sent_away(provider.gateway())


@pytest.mark.parametrize("fault", ["down", "flood", "garbage", "redirect"])
async def test_trouble_while_the_code_is_redeemed(provider: IdentityProvider, fault: str) -> None:
    with pytest.raises((ProviderUnavailable, ExternalLogInRefused)):
        await come_back(provider, provider.gateway(), fault=fault)


async def test_nobody_waits_for_ever(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "TOTAL_SECONDS_MAX", 0.2)
    await provider.misbehave("slow", seconds=2.0)
    with pytest.raises(ProviderUnavailable):
        await sent_away(provider.gateway())


async def test_nobody_listens() -> None:
    gateway = IdentityProvider("http://127.0.0.1:9").gateway()
    with pytest.raises(ProviderUnavailable):
        await sent_away(gateway)


async def test_metadata_and_keys_are_asked_for_now_and_then(provider: IdentityProvider) -> None:
    gateway = provider.gateway()
    await come_back(provider, gateway)
    await provider.misbehave("down")
    assert await sent_away(gateway), "the metadata are known"
    late = now() + oidc.KEPT + timedelta(seconds=1)
    with pytest.raises(ProviderUnavailable):
        await gateway.authorization_url(
            redirect_uri=CALLBACK, state="s", nonce="n", verifier=VERIFIER, at=late
        )


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("http://127.0.0.1:8001/oidc/token", True),
        ("http://127.0.0.1:8001/elsewhere", True),
        ("http://127.0.0.1:80/oidc/token", False),
        ("https://127.0.0.1:8001/oidc/token", False),
        ("http://127.0.0.1:8001@evil.example/oidc", False),
        ("http://169.254.169.254/", False),
        ("file:///etc/passwd", False),
        ("//evil.example", False),
        (None, False),
        (["http://127.0.0.1:8001/oidc"], False),
    ],
)
def test_addresses_of_the_provider(address: object, ours: bool) -> None:  # noqa: FBT001
    assert oidc._is_below(address, "http://127.0.0.1:8001/oidc") is ours


async def test_the_sandbox_sends_codes_to_our_callback_only(provider: IdentityProvider) -> None:
    good = await sent_away(provider.gateway())
    wrong = [
        good.replace("localhost%3A8000", "evil.example"),
        good.replace("code_challenge_method=S256", "code_challenge_method=plain"),
        good.replace("response_type=code", "response_type=token"),
        good.replace("client_id=tongbao", "client_id=other"),
    ]
    async with httpx2.AsyncClient() as client:
        assert (await client.get(good)).status_code == 200, "a page that asks who logs in"
        for address in wrong:
            assert address != good
            assert (await client.get(f"{address}&account=sub-chen")).status_code in {400, 422}
