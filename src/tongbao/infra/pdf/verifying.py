"""Whether a document is what was sealed: asked of a child process, for it may be anybody's."""

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from tongbao.infra.cores import roam
from tongbao.infra.pdf.errors import PdfBusy, PdfUnreadable
from tongbao.infra.pdf.sealing import pem_of
from tongbao.infra.pdf.verify_child import inspect

BYTES_MAX: Final = 8 * 1024 * 1024
SECONDS_MAX: Final = 10
AT_A_TIME_MAX: Final = 4

_CHILD: Final = Path(__file__).with_name("verify_child.py")
_THREADS: Final = ThreadPoolExecutor(1, thread_name_prefix="pdf-verify", initializer=roam)
_under_way: Final[list[int]] = []


class SealFinding(StrEnum):
    """What a document is, as far as its seal tells."""

    GENUINE = "genuine"  # byte for byte what was sealed, under a certificate we trust
    ALTERED = "altered"  # changed, or something was appended
    UNTRUSTED = "untrusted"  # sealed by somebody else
    NO_SEAL = "no_seal"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. Who and when are the seal's own words unless the finding is genuine."""

    finding: SealFinding
    sealed_at: datetime | None = None
    sealed_by: str | None = None
    certificate_sha256: str | None = None


async def verify(document: bytes, *, trusted: tuple[x509.Certificate, ...]) -> Verdict:
    """Return what a document is. Raises `PdfUnreadable` for no PDF, `PdfBusy` when many come."""
    if not document.startswith(b"%PDF-") or len(document) > BYTES_MAX:
        raise PdfUnreadable
    if len(_under_way) >= AT_A_TIME_MAX:
        raise PdfBusy
    _under_way.append(len(document))
    try:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_THREADS, _ask, document, pem_of(trusted))
    finally:
        _under_way.pop()


def verify_own(document: bytes, *, trusted: bytes) -> Verdict:
    """Return what a file of one's own is, in this process; `trusted` are certificates in PEM."""
    return _verdict(inspect(document, trusted))


def _ask(document: bytes, trusted: bytes) -> Verdict:
    try:
        child = subprocess.run(  # noqa: S603 - our own file, nothing of the sender's in it
            [sys.executable, "-I", str(_CHILD)],
            input=len(trusted).to_bytes(4) + trusted + document,
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        return Verdict(SealFinding.UNREADABLE)
    if child.returncode != 0:
        return Verdict(SealFinding.UNREADABLE)
    return _verdict(json.loads(child.stdout))


def _verdict(found: dict[str, Any]) -> Verdict:
    when = found.get("sealed_at")
    return Verdict(
        finding=SealFinding(found["finding"]),
        sealed_at=None if when is None else datetime.fromisoformat(when),
        sealed_by=found.get("sealed_by"),
        certificate_sha256=found.get("certificate_sha256"),
    )
