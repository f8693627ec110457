"""Assertions of clients: what a good one needs, and the tricks that are known."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.partners import Key, claims, new_key, public, sign
from tongbao.core.identity.domain.assertions import (
    BadAssertion,
    check_assertion,
    claimed_client,
    clean_key,
)
from tongbao.core.identity.domain.clients import ClientKey, KeyUnsuitable

AT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
CLIENT = "0197c0de-0000-7000-8000-00000000000a"
OURS = ("https://bank.example", "https://bank.example/api/v1/oauth/token")
KEYS: dict[str, Key] = {kind: new_key(kind, kid=kind) for kind in ("EC", "RSA", "OKP")}
KEY = KEYS["OKP"]


def registered(*keys: Key) -> list[ClientKey]:
    made = []
    for key in keys:
        kid, members = clean_key(public(key))
        made.append(ClientKey(kid=kid, jwk=members, created_at=AT))
    return made


def check(assertion: str, *, keys: list[ClientKey] | None = None) -> str:
    known = registered(*KEYS.values()) if keys is None else keys
    said = check_assertion(assertion, client_id=CLIENT, keys=known, audiences=OURS, at=AT)
    return said.jti


def good(**changed: object) -> dict[str, Any]:
    return claims(CLIENT, OURS[1], AT, **changed)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def assembled(header: dict[str, Any], said: dict[str, Any], signature: bytes) -> str:
    parts = [json.dumps(part).encode() for part in (header, said)]
    return ".".join([*map(b64, parts), b64(signature)])


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("audience", [*OURS, [OURS[0]]])
def test_a_good_assertion_of_each_kind_of_key(kind: str, audience: object) -> None:
    said = claims(CLIENT, audience, AT)
    assert check(sign(KEYS[kind], said)) == said["jti"]


def test_the_new_name_of_eddsa_is_the_same() -> None:
    assert check(sign(KEY, good(), alg="Ed25519"))


def seconds(**difference: int) -> int:
    return int((AT + timedelta(**difference)).timestamp())


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody-else"},
        {"iss": None},
        {"sub": "somebody-else"},
        {"sub": None},
        {"aud": "https://other.example/token"},
        {"aud": [OURS[0], "https://other.example"]},
        {"aud": []},
        {"aud": {}},
        {"aud": OURS[0] + "/"},
        {"aud": None},
        {"exp": None},
        {"exp": seconds()},
        {"exp": seconds(seconds=-1)},
        {"exp": seconds(seconds=301)},
        {"exp": seconds(days=3650)},
        {"exp": str(seconds(minutes=1))},
        {"exp": True},
        {"exp": 1e400},
        {"iat": seconds(seconds=31)},
        {"nbf": seconds(seconds=31)},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 129},
        {"jti": 7},
        {"jti": "a\x00b"},
    ],
    ids=str,
)
def test_a_claim_that_does_not_hold(changed: dict[str, object]) -> None:
    with pytest.raises(BadAssertion):
        check(sign(KEY, good(**changed)))


def test_a_clock_a_little_ahead_is_forgiven() -> None:
    assert check(sign(KEY, good(iat=seconds(seconds=30), nbf=seconds(seconds=30))))


def test_without_a_signature() -> None:
    for algorithm in ("none", "None", "NONE", "nOnE", ""):
        for signature in (b"", b"\x00" * 64):
            with pytest.raises(BadAssertion):
                check(assembled({"alg": algorithm, "kid": "OKP"}, good(), signature))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("kind", KEYS)
def test_the_public_key_as_the_secret_of_an_hmac(algorithm: str, kind: str) -> None:
    """The classic confusion: what everybody knows is used as if it were a shared secret."""
    key = KEYS[kind]
    digest = getattr(hashlib, f"sha{algorithm[2:]}")
    for secret in (
        key.as_pem(private=False),
        json.dumps(public(key)).encode(),
        str(public(key).get("x", public(key).get("n"))).encode(),
    ):
        header = {"alg": algorithm, "kid": kind}
        text = assembled(header, good(), b"").rpartition(".")[0]
        signature = hmac.new(secret, text.encode(), digest).digest()
        with pytest.raises(BadAssertion):
            check(assembled(header, good(), signature))


@pytest.mark.parametrize("algorithm", ["RS256", "PS512", "RS512"])
def test_an_algorithm_that_is_not_on_the_list(algorithm: str) -> None:
    with pytest.raises(BadAssertion):
        check(sign(KEYS["RSA"], good(), alg=algorithm))


def test_the_algorithm_of_another_kind_of_key() -> None:
    for alg, kid in (("ES256", "RSA"), ("PS256", "EC"), ("ES256", "OKP"), ("EdDSA", "EC")):
        with pytest.raises(BadAssertion):
            check(assembled({"alg": alg, "kid": kid}, good(), b"\x01" * 64))


def test_a_key_that_the_token_brings_along() -> None:
    stranger = new_key("OKP", kid="OKP")
    for header in (
        {"jwk": public(stranger)},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["AAAA"]},
        {},
    ):
        with pytest.raises(BadAssertion):
            check(sign(stranger, good(), **header))
    for header in ({"jwk": public(KEY)}, {"jku": "https://evil.example/jwks.json"}):
        with pytest.raises(BadAssertion):  # signed well, yet it has no business there
            check(sign(KEY, good(), **header))


def test_a_key_nobody_registered_or_names() -> None:
    for kid in ("unknown", "../../dev/null", "' OR 1=1 --", None):
        with pytest.raises(BadAssertion):
            check(sign(KEY, good(), kid=kid))
    with pytest.raises(BadAssertion):
        check(sign(KEY, good()), keys=[])


def test_a_critical_header_nobody_understands() -> None:
    header = {"alg": "EdDSA", "kid": "OKP", "crit": ["b64"], "b64": False}
    with pytest.raises(BadAssertion):
        check(assembled(header, good(), b"\x01" * 64))


def test_a_word_changed_after_signing() -> None:
    head, _, signature = sign(KEY, good()).split(".")
    forged = b64(json.dumps(good(sub=CLIENT, scope="everything")).encode())
    with pytest.raises(BadAssertion):
        check(f"{head}.{forged}.{signature}")
    with pytest.raises(BadAssertion):
        check(f"{head}.{forged}.{b64(bytes(64))}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "....",
        "é.é.é",
        "a" * 9_000,
        f"{b64(b'[]')}.{b64(b'[]')}.AA",
        f"{b64(b'{}')}.{b64(b'[' * 5_000)}.AA",
    ],
)
def test_what_is_no_assertion_at_all(text: str) -> None:
    with pytest.raises(BadAssertion):
        check(text)
    with pytest.raises(BadAssertion):
        claimed_client(text)


def test_whom_it_claims_to_come_from() -> None:
    assert claimed_client(sign(KEY, good())) == CLIENT
    with pytest.raises(BadAssertion):
        claimed_client(sign(KEY, good(sub=["x"])))


@pytest.mark.parametrize("kind", KEYS)
def test_of_a_key_only_the_public_members_are_kept(kind: str) -> None:
    kid, members = clean_key(public(KEYS[kind]) | {"use": "sig", "note": "ours"})
    assert kid == kind
    assert not {"d", "note", "use"} & members.keys()


@pytest.mark.parametrize(
    "key",
    [
        KEY.as_dict(private=True) | {"kid": "a"},
        KEYS["RSA"].as_dict(private=True) | {"kid": "a"},
        public(new_key("RSA", size=1024)),
        public(KEY) | {"kid": None},
        public(KEY) | {"kid": "a b"},
        public(KEY) | {"kid": "k" * 65},
        public(KEY) | {"use": "enc"},
        public(KEY) | {"alg": "ES256"},
        public(KEY) | {"alg": "none"},
        public(KEY) | {"crv": "X25519"},
        public(KEY) | {"x": ""},
        public(KEY) | {"x": 7},
        public(KEYS["EC"]) | {"y": public(KEYS["EC"])["x"]},  # not on the curve
        public(KEYS["EC"]) | {"crv": "P-521"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "a"},
        {"kty": ["EC"], "kid": "a"},
        {"kid": "a"},
        {},
    ],
    ids=lambda key: f"{key.get('kty')} {sorted(key)}",
)
def test_keys_that_may_not_sign(key: dict[str, Any]) -> None:
    with pytest.raises(KeyUnsuitable):
        clean_key(key)
