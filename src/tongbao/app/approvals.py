"""`tongbao payments verify-signatures`: approvals proven from the exported file alone."""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from tongbao.app.commands import say
from tongbao.core.approvals import service as approvals
from tongbao.core.approvals.service import Finding, Flaw
from tongbao.infra.settings import Settings
from tongbao.infra.signing import KeyUnusable, public_keys
from tongbao.infra.web import strict_json
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text

BYTES_MAX: Final = 1024 * 1024
WORDS: Final = {
    Flaw.UNREADABLE: Text(zh="无法读取，或不是会签证明文件", en="unreadable, or no such file"),
    Flaw.DOCUMENT_ALTERED: Text(
        zh="指令内容与文件所载摘要不符", en="the instruction is not the one of the stated digest"
    ),
    Flaw.POLICY_ALTERED: Text(
        zh="会签规则不是指令所依据的版本", en="the policy is not the one the instruction names"
    ),
    Flaw.KEY_ALTERED: Text(zh="公钥与其标识不符", en="the key is not the one of the stated id"),
    Flaw.KEY_UNKNOWN: Text(
        zh="公钥不在所给的签名人公钥之中", en="the key is none of the approvers' keys given"
    ),
    Flaw.SIGNATURE_INVALID: Text(zh="签名无效", en="the signature is not by this key over this"),
    Flaw.NOT_THIS_DOCUMENT: Text(
        zh="通行密钥所签不是此指令", en="the passkey signed something else"
    ),
    Flaw.WRONG_SITE: Text(zh="通行密钥用于其他网站", en="the passkey signed for another site"),
    Flaw.USER_NOT_VERIFIED: Text(
        zh="通行密钥未核验使用者", en="the passkey did not verify its user"
    ),
    Flaw.SIGNED_TWICE: Text(zh="同一人或同一密钥重复签名", en="one person or key signed twice"),
    Flaw.SIGNED_BY_MAKER: Text(zh="提交人签了自己的指令", en="the maker signed their own"),
    Flaw.SIGNED_TOO_LATE: Text(
        zh="签名时间不在指令有效期内", en="not signed while the instruction was open"
    ),
    Flaw.SIGNED_OUT_OF_TURN: Text(
        zh="先于上一环节签名", en="signed before the stage before was complete"
    ),
    Flaw.NOT_A_SIGNER: Text(zh="会签规则未要求此人签名", en="the policy does not ask for them"),
    Flaw.TOO_FEW_SIGNATURES: Text(
        zh="已执行，但签名不足", en="executed with fewer signatures than the policy asks for"
    ),
    Flaw.SEAL_INVALID: Text(zh="银行印签无效：文件已被改动", en="the bank's seal does not hold"),
    Flaw.SEAL_UNTRUSTED: Text(zh="印签不属于所信任的银行密钥", en="sealed by a key not trusted"),
    Flaw.CONTENT_DIFFERS: Text(
        zh="所给文件不是指令所签的文件", en="the file given is not the one that was signed"
    ),
}


def verify_signatures(
    settings: Settings,
    *,
    file: Path,
    key: Path | None,
    approvers: Path | None,
    content: Path | None = None,
    as_json: bool,
) -> int:
    """Say whether the file proves its signatures, and if not, each thing it does not; 0 if so."""
    with file.open("rb") as opened:
        exported = opened.read(BYTES_MAX + 1)
    told: dict[str, Any] = {}
    try:
        told = _read(exported)
    except (TongbaoError, ValueError):
        findings = [Finding(Flaw.UNREADABLE, "file")]
    else:
        named = key or settings.receipt_key_file or settings.data_dir / "keys" / "receipts.pem"
        retired = settings.receipt_retired_keys_file
        paths = [named, *([retired] if retired and key is None else [])]
        findings = approvals.verify(
            told,
            bank_keys=[each.raw for each in public_keys(paths)],
            known=None if approvers is None else _spki(approvers),
            content_digest=None if content is None else _sha256(content),
        )
    if as_json:
        found = [{"flaw": each.flaw.value, "where": each.where} for each in findings]
        say(json.dumps({"proven": not findings, "findings": found}, ensure_ascii=False))
    else:
        for each in findings:
            text = WORDS[each.flaw]
            say(f"{each.flaw.value}: {each.where}\n  {text.zh}\n  {text.en}")
        if not findings:
            _say_proven(told)
    return 1 if findings else 0


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _read(content: bytes) -> dict[str, Any]:
    """Return the object of a file; raises for anything two readers could read differently."""
    if len(content) > BYTES_MAX:
        msg = "the file is too large"
        raise ValueError(msg)
    told = strict_json.parse(content)
    if not isinstance(told, dict):
        msg = "the file holds no object"
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for whatever is wrong with it
    return told


def _spki(path: Path) -> set[bytes]:
    """Return the public keys of a PEM file, whatever their kind. Raises `KeyUnusable`."""
    begin = b"-----BEGIN "
    blocks = [begin + each for each in path.read_bytes().split(begin)[1:]]
    if not blocks:
        raise KeyUnusable(path=str(path), why="no PEM")
    try:
        keys = [load_pem_public_key(each) for each in blocks]
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(path=str(path), why=type(error).__name__) from error
    return {each.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for each in keys}


def _say_proven(told: dict[str, Any]) -> None:
    """Say what the file proves."""
    document = told["document"]
    amount = f"{document['currency']} {document['amount']}" if document["amount"] else ""
    payee = " ".join((document["payee"] or {}).values())
    say("签名有效 / The signatures hold")
    say(f"{document['instruction']} {document['id']}  {told['state']}")
    say(f"{document['party']['name']}  {amount}  {payee}".rstrip())
    for each in told["signatures"]:
        voided = "" if each["voided_at"] is None else f"  已作废 / voided {each['voided_at']}"
        signer = each["signer"]
        say(
            f"{each['signed_at']}  {signer['name']} ({signer['role']})"
            f"  {each['kind']} {each['key']['id'][:16]}{voided}"
        )
