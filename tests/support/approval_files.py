"""Files as approvals are exported, made by hand: honest ones, to be altered."""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.authenticator import Authenticator, unb64
from tongbao.infra.signing import SigningKey

File = dict[str, Any]

BANK = SigningKey.new()
KEYS = {who: Ed25519PrivateKey.generate() for who in ("anna", "chen", "thief")}
DEVICE = Authenticator()
IDS = {
    who: f"0197c0de-0000-7000-8000-00000000000{number}"
    for number, who in enumerate(("party", "maker", "anna", "bing", "chen", "approval"))
}


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def spki(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_of(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> dict[str, str]:
    return {"id": hashlib.sha256(spki(key)).hexdigest(), "public_key": b64(spki(key))}


def signature(who: str, *, stage: int = 0, role: str = "checker", minute: int = 1) -> File:
    return {
        "signer": {"id": IDS[who], "name": who, "role": role},
        "stage": stage,
        "signed_at": f"2026-03-02T04:{minute:02}:00+00:00",
        "voided_at": None,
    }


def by_key(file: File, who: str, **facts: Any) -> File:
    signed = KEYS[who].sign(rfc8785.dumps(file["document"]))
    return {
        **signature(who if who in IDS else "anna", **facts),
        "kind": "ed25519",
        "key": key_of(KEYS[who]),
        "proof": {"signature": b64(signed)},
    }


def by_passkey(file: File, who: str, *, wrong: Any = None, **facts: Any) -> File:
    digest = hashlib.sha256(rfc8785.dumps(file["document"])).digest()
    challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
    answer = DEVICE.get({"challenge": challenge, "rpId": "localhost"}, **(wrong or {}))["response"]
    names = {
        "signature": "signature",
        "authenticator_data": "authenticatorData",
        "client_data_json": "clientDataJSON",
    }
    return {
        **signature(who, **facts),
        "kind": "passkey",
        "key": key_of(DEVICE.key),
        "proof": {ours: b64(unb64(answer[theirs])) for ours, theirs in names.items()},
    }


def sealed(file: File) -> File:
    told = {name: value for name, value in file.items() if name != "seal"}
    seal = {"key_id": BANK.public.id, "signature": b64(BANK.sign(rfc8785.dumps(told)))}
    return {**told, "seal": seal}


def honest(*stages: File, sequential: bool = False, state: str = "executed") -> File:
    """A file of a payment of 20,000 that anna signed by key and bing by passkey."""
    policy: File = {
        "bands": [
            {
                "currency": "CNY",
                "up_to": None,
                "stages": list(stages) or [{"required": 2, "roles": ["checker"], "members": []}],
                "sequential": sequential,
            }
        ],
        "changes": {"stages": [{"required": 1, "roles": ["holder"], "members": []}]},
    }
    document: File = {
        "format": "tongbao.approval.1",
        "id": IDS["approval"],
        "instruction": "payments.transfer",
        "party": {"id": IDS["party"], "name": "付款公司"},
        "amount": "20000.00",
        "currency": "CNY",
        "payee": {"account_number": "9900010000000000026", "name": "收款公司"},
        "content": {"remittance": "货款 €", "end_to_end_id": None},
        "maker": {"id": IDS["maker"], "name": "李娜"},
        "made_at": "2026-03-02T04:00:00+00:00",
        "expires_at": "2026-03-09T04:00:00+00:00",
        "policy": {"version": 3, "digest": hashlib.sha256(rfc8785.dumps(policy)).hexdigest()},
    }
    file: File = {
        "format": "tongbao.approval-export.1",
        "document": document,
        "digest": hashlib.sha256(rfc8785.dumps(document)).hexdigest(),
        "policy": policy,
        "state": state,
        "decided_at": "2026-03-02T04:02:00+00:00",
        "relying_party": {"id": "localhost", "origin": "http://localhost:8000"},
    }
    last = 1 if stages else 0
    file["signatures"] = [
        by_key(file, "anna"),
        by_passkey(file, "bing", stage=last if sequential else 0, minute=2),
    ]
    return sealed(file)
