"""Reads a sealed PDF from standard input and writes what was found to standard output, as JSON.

Runs with `python -I` and imports nothing of ours, within bounds of memory and time: the PDF may be
anybody's. Input: four bytes of length, the certificates trusted (PEM), the PDF. `inspect` does the
work and is what the command line calls, on a file of one's own.

A document counts as genuine only if it is byte for byte what was sealed: one signature, over the
whole file, by a key whose certificate leads to a trusted one at the moment of sealing. Whatever was
appended, even what readers would wave through, makes it an altered copy.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
CPU_SECONDS_MAX: Final = 8
FIELD: Final = "Seal"


def main() -> None:
    """Answer once."""
    import resource  # noqa: PLC0415 - only the child is bounded

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    size = int.from_bytes(sys.stdin.buffer.read(4))
    certificates, document = sys.stdin.buffer.read(size), sys.stdin.buffer.read()
    sys.stdout.write(json.dumps(inspect(document, certificates)))


def inspect(document: bytes, certificates: bytes) -> dict[str, Any]:
    """Return `finding` (genuine, no_seal, altered, untrusted, unreadable) and who sealed when."""
    try:
        return _inspect(document, certificates)
    except Exception:  # noqa: BLE001 - whatever a broken file makes of the reader
        return {"finding": "unreadable"}


def _inspect(document: bytes, certificates: bytes) -> dict[str, Any]:
    from asn1crypto import pem, x509  # noqa: PLC0415
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    for library in ("pyhanko", "pyhanko_certvalidator"):  # what is wrong is told in the finding
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    seals = PdfFileReader(BytesIO(document), strict=True).embedded_signatures
    if not seals:
        return {"finding": "no_seal"}
    seal = seals[0]
    when = seal.self_reported_timestamp
    roots = [x509.Certificate.load(der) for _, _, der in pem.unarmor(certificates, multiple=True)]
    told = {
        "sealed_at": None if when is None else when.astimezone(UTC).isoformat(),
        "sealed_by": seal.signer_cert.subject.native.get("common_name"),
        "certificate_sha256": seal.signer_cert.sha256.hex(),
    }
    context = ValidationContext(
        trust_roots=roots, allow_fetching=False, moment=when or datetime.fromtimestamp(0, UTC)
    )
    status = validate_pdf_signature(seal, context)
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE and _tight(document, seal)
    if len(seals) != 1 or not (status.intact and status.valid and whole):
        return told | {"finding": "altered"}
    if not status.trusted or seal.field_name != FIELD:
        return told | {"finding": "untrusted"}
    return told | {"finding": "genuine"}


def _tight(document: bytes, seal: Any) -> bool:  # noqa: ANN401 - ships no types
    """Tell whether the one place that a signature does not cover holds it and nothing else.

    That is the signature itself (CMS, RFC 5652): its DER in hexadecimal as it was written, then
    zeros. Of its own fields, those that no signature protects have the one value we write.
    """
    from asn1crypto import cms  # noqa: PLC0415

    start, length, end, _ = (int(each) for each in seal.byte_range)
    content = bytes(seal.pkcs7_content)
    message = cms.ContentInfo.load(content)
    signed = message["content"]
    (signer,) = signed["signer_infos"]
    der = message.dump(force=True)
    return (
        document[start + length : end] == b"<" + content.hex().upper().encode() + b">"
        and content.startswith(der)
        and not any(content[len(der) :])
        and signed["version"].native == signer["version"].native == "v1"
        and [each["algorithm"].native for each in signed["digest_algorithms"]] == ["sha256"]
        and not signed["crls"].native
        and not signer["unsigned_attrs"].native
    )


if __name__ == "__main__":
    main()
