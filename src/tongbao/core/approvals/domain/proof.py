"""Proving approvals from the exported file alone: no database, no network, nobody to ask.

What is checked, each by itself, so that every alteration has its name:

- the document is the one whose digest the file says, the policy the one the document names;
- each signature is by the key beside it, over this document, by a passkey that verified its user;
- nobody signed twice, nor their own instruction, nor after the deadline, nor out of turn, and each
  signer is among those the policy asks for; an executed instruction has signatures enough;
- the bank has sealed all of it: that these keys were these people's is the bank's word. Whoever
  knows the approvers' keys themselves says so (`known`), and need not take that word.
"""

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import ValidationError

from tongbao.core.approvals.domain.document import (
    Export,
    RelyingParty,
    Signature,
    canonical,
    digest_of,
)
from tongbao.core.approvals.domain.policy import Policy, Rule, allot, lacking
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money

USER_PRESENT_AND_VERIFIED: Final = 0x05
_AUTHENTICATOR_DATA_MIN: Final = 37  # hash of the domain, flags, counter
RSA_BITS_MIN: Final = 2_048


class Flaw(StrEnum):
    """What a file does not prove."""

    UNREADABLE = "unreadable"
    DOCUMENT_ALTERED = "document_altered"
    POLICY_ALTERED = "policy_altered"
    KEY_ALTERED = "key_altered"
    KEY_UNKNOWN = "key_unknown"
    SIGNATURE_INVALID = "signature_invalid"
    NOT_THIS_DOCUMENT = "not_this_document"
    WRONG_SITE = "wrong_site"
    USER_NOT_VERIFIED = "user_not_verified"
    SIGNED_TWICE = "signed_twice"
    SIGNED_BY_MAKER = "signed_by_maker"
    SIGNED_TOO_LATE = "signed_too_late"
    SIGNED_OUT_OF_TURN = "signed_out_of_turn"
    NOT_A_SIGNER = "not_a_signer"
    TOO_FEW_SIGNATURES = "too_few_signatures"
    SEAL_INVALID = "seal_invalid"
    SEAL_UNTRUSTED = "seal_untrusted"
    CONTENT_DIFFERS = "content_differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw, and where: a place in the file, or whose signature."""

    flaw: Flaw
    where: str


def verify(
    file: Mapping[str, Any],
    *,
    bank_keys: Sequence[bytes],
    known: Collection[bytes] | None = None,
    content_digest: str | None = None,
) -> list[Finding]:
    """Return what is wrong with an exported file; nothing if it proves what it says.

    `bank_keys` are the Ed25519 public keys (32 bytes) trusted to seal; `known` the approvers' keys
    (SubjectPublicKeyInfo) that the reader trusts, where they have a list of their own;
    `content_digest` the SHA-256, in hexadecimal, of the file that the instruction must be about.
    """
    try:
        export = Export.model_validate_json(canonical(file))
    except (ValidationError, ValueError, TypeError, RecursionError) as error:
        places = error.errors() if isinstance(error, ValidationError) else []
        where = [".".join(map(str, each["loc"])) for each in places]
        return [Finding(Flaw.UNREADABLE, each) for each in dict.fromkeys(where)] or [
            Finding(Flaw.UNREADABLE, "file")
        ]
    document = canonical(file["document"])
    return [
        *_document(file, export, document),
        *(
            finding
            for signature in export.signatures
            for finding in _signature(signature, document, export.relying_party, known)
        ),
        *_people(export),
        *_rule(export),
        *_seal(file, export, bank_keys),
        *_content(export, content_digest),
    ]


def _content(export: Export, digest: str | None) -> Iterator[Finding]:
    if digest is not None and export.document.content.get("sha256") != digest:
        yield Finding(Flaw.CONTENT_DIFFERS, "document.content.sha256")


def public_key_id(public_key: bytes) -> str:
    """Return what a key (SubjectPublicKeyInfo) is known by."""
    return hashlib.sha256(public_key).hexdigest()


def signed_by(public_key: bytes, *, message: bytes, signature: bytes) -> bool:
    """Tell whether a key (SubjectPublicKeyInfo) checks a signature: Ed25519, ES256 or RS256."""
    try:
        key = load_der_public_key(public_key)
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_BITS_MIN:
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _document(file: Mapping[str, Any], export: Export, document: bytes) -> Iterator[Finding]:
    if hashlib.sha256(document).hexdigest() != export.digest:
        yield Finding(Flaw.DOCUMENT_ALTERED, "document")
    if digest_of(file["policy"]).hex() != export.document.policy.digest:
        yield Finding(Flaw.POLICY_ALTERED, "policy")


def _signature(
    signature: Signature, document: bytes, site: RelyingParty, known: Collection[bytes] | None
) -> Iterator[Finding]:
    """Check one signature by itself."""
    where = _who(signature)
    try:
        key = b64decode(signature.key.public_key, validate=True)
        proof = signature.proof
        signed = b64decode(proof.signature, validate=True)
        data = b64decode(proof.authenticator_data or "", validate=True)
        client = b64decode(proof.client_data_json or "", validate=True)
    except ValueError:
        yield Finding(Flaw.UNREADABLE, where)
        return
    if public_key_id(key) != signature.key.id:
        yield Finding(Flaw.KEY_ALTERED, where)
    if known is not None and key not in known:
        yield Finding(Flaw.KEY_UNKNOWN, where)
    if signature.kind == "passkey":
        yield from _passkey(where, document, site, data=data, client=client)
        message = data + hashlib.sha256(client).digest()
    elif data or client:
        yield Finding(Flaw.UNREADABLE, where)
        return
    else:
        message = document
    if not signed_by(key, message=message, signature=signed):
        yield Finding(Flaw.SIGNATURE_INVALID, where)


def _passkey(
    where: str, document: bytes, site: RelyingParty, *, data: bytes, client: bytes
) -> Iterator[Finding]:
    """Check what a passkey says it signed (W3C Web Authentication, 7.2)."""
    try:
        told = json.loads(client)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or len(data) < _AUTHENTICATOR_DATA_MIN:
        yield Finding(Flaw.UNREADABLE, where)
        return
    digest = hashlib.sha256(document).digest()
    challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
    if told.get("type") != "webauthn.get" or told.get("challenge") != challenge:
        yield Finding(Flaw.NOT_THIS_DOCUMENT, where)
    here = data[:32] == hashlib.sha256(site.id.encode()).digest()
    if (
        not here
        or told.get("origin") != site.origin
        or told.get("crossOrigin") not in (None, False)
    ):
        yield Finding(Flaw.WRONG_SITE, where)
    if data[32] & USER_PRESENT_AND_VERIFIED != USER_PRESENT_AND_VERIFIED:
        yield Finding(Flaw.USER_NOT_VERIFIED, where)


def _people(export: Export) -> Iterator[Finding]:
    """Check who signed and when."""
    document = export.document
    seen: set[object] = set()
    for each in export.signatures:
        if each.signer.id == document.maker.id:
            yield Finding(Flaw.SIGNED_BY_MAKER, _who(each))
        if not document.made_at <= each.signed_at < document.expires_at:
            yield Finding(Flaw.SIGNED_TOO_LATE, _who(each))
        if each.voided_at is None:
            if {each.signer.id, each.key.id} & seen:
                yield Finding(Flaw.SIGNED_TWICE, _who(each))
            seen |= {each.signer.id, each.key.id}


def _rule(export: Export) -> Iterator[Finding]:
    """Check that the policy asked for these signatures, in this order, and for no more."""
    rule = _rule_of(export)
    if rule is None:
        yield Finding(Flaw.POLICY_ALTERED, "policy")
        return
    counting = [each for each in export.signatures if each.voided_at is None]
    able = []
    for each in counting:
        stages = rule.able(user_id=each.signer.id, role=each.signer.role)
        if rule.sequential:
            stages &= {each.stage}
        if not stages:
            yield Finding(Flaw.NOT_A_SIGNER, _who(each))
        able.append(stages)
    if rule.sequential:
        # A place that fell vacant may be filled late: only what came first in its stage is in turn.
        for stage in range(1, len(rule.stages)):
            before = [each for each in export.signatures if each.stage == stage - 1]
            at_hand = sorted(each.signed_at for each in before)[
                rule.stages[stage - 1].required - 1 :
            ]
            for each in counting:
                if each.stage == stage and not (at_hand and at_hand[0] <= each.signed_at):
                    yield Finding(Flaw.SIGNED_OUT_OF_TURN, _who(each))
    if export.state == "executed" and any(lacking(rule, allot(rule, able))):
        yield Finding(Flaw.TOO_FEW_SIGNATURES, "signatures")


def _rule_of(export: Export) -> Rule | None:
    """Return what the file's policy asks for the file's document; None if it says nothing of it."""
    document = export.document
    try:
        policy = Policy.model_validate_json(json.dumps(export.policy))
        if document.amount is None or document.currency is None:
            return policy.changes
        return policy.rule_of(Money.parse(document.amount, document.currency))
    except (TongbaoError, ValueError):
        return None


def _seal(file: Mapping[str, Any], export: Export, bank_keys: Sequence[bytes]) -> Iterator[Finding]:
    by_id = {hashlib.sha256(raw).hexdigest()[:16]: raw for raw in bank_keys}
    raw = by_id.get(export.seal.key_id)
    if raw is None:
        yield Finding(Flaw.SEAL_UNTRUSTED, export.seal.key_id)
        return
    sealed = canonical({name: value for name, value in file.items() if name != "seal"})
    try:
        signature = b64decode(export.seal.signature, validate=True)
        ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(signature, sealed)
    except (InvalidSignature, ValueError):
        yield Finding(Flaw.SEAL_INVALID, "seal")


def _who(signature: Signature) -> str:
    return f"{signature.signer.name} ({signature.signer.id})"
