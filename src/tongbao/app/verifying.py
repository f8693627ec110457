"""`tongbao agreements verify`: a document or a receipt, proven without the database."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any, Final

from tongbao.app import wiring
from tongbao.app.commands import say
from tongbao.core.agreements import service as agreements
from tongbao.infra import pdf
from tongbao.infra.settings import Settings
from tongbao.infra.signing import public_keys
from tongbao.kernel.text import Text

BYTES_MAX: Final = 32 * 1024 * 1024
WORDS: Final = {
    pdf.SealFinding.GENUINE: Text(
        zh="真实：与加盖印章时逐字节一致", en="genuine: byte for byte what was sealed"
    ),
    pdf.SealFinding.ALTERED: Text(
        zh="已被改动：不是加盖印章时的文件", en="altered: not what was sealed"
    ),
    pdf.SealFinding.UNTRUSTED: Text(
        zh="不可信：印章不属于所信任的证书", en="untrusted: sealed by somebody else"
    ),
    pdf.SealFinding.NO_SEAL: Text(zh="没有电子印章", en="there is no seal"),
    pdf.SealFinding.UNREADABLE: Text(zh="无法读取", en="it cannot be read"),
}


def verify(
    settings: Settings, *, file: Path, certificate: Path | None, key: Path | None, as_json: bool
) -> int:
    """Say what a file is; 0 if genuine."""
    with file.open("rb") as opened:
        content = opened.read(BYTES_MAX)
    if content.lstrip().startswith(b"{"):
        verdict = _receipt(settings, content, key)
    else:
        trusted = (
            pdf.pem_of([wiring.agreement_seal(settings).root])
            if certificate is None
            else certificate.read_bytes()
        )
        verdict = pdf.verify_own(content, trusted=trusted)
    if as_json:
        when = verdict.sealed_at
        told = {
            "finding": verdict.finding.value,
            "sealed_at": None if when is None else when.isoformat(),
            "sealed_by": verdict.sealed_by,
            "certificate_sha256": verdict.certificate_sha256,
        }
        say(json.dumps(told, ensure_ascii=False))
    else:
        say(f"{WORDS[verdict.finding].zh}\n{WORDS[verdict.finding].en}")
        if verdict.finding is pdf.SealFinding.GENUINE and verdict.sealed_at is not None:
            say(f"{verdict.sealed_at.isoformat()}  {verdict.sealed_by or ''}".rstrip())
    return 0 if verdict.finding is pdf.SealFinding.GENUINE else 1


def _receipt(settings: Settings, content: bytes, key: Path | None) -> pdf.Verdict:
    """Return what a receipt is, as the API gave it."""
    try:
        told: dict[str, Any] = json.loads(content)
        document = agreements.canonical(told["receipt"]).encode()
        signature = b64decode(told["signature"], validate=True)
    except (ValueError, TypeError, KeyError):
        return pdf.Verdict(pdf.SealFinding.UNREADABLE)
    named = key or settings.receipt_key_file or settings.data_dir / "keys" / "receipts.pem"
    keys = {each.id: each for each in public_keys([named])}
    known = keys.get(str(told.get("key_id")))
    if known is None:
        return pdf.Verdict(pdf.SealFinding.UNTRUSTED)
    genuine = known.verifies(document, signature)
    return pdf.Verdict(pdf.SealFinding.GENUINE if genuine else pdf.SealFinding.ALTERED)
