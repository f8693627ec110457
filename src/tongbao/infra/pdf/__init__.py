"""Documents as PDF: set from a template and data, sealed, and verified.

::

    AGREEMENT = pdf.Template.of("tongbao.core.agreements", "pdf/agreement.typ")
    made = await pdf.render(AGREEMENT, {"title": "…", "date": {…}, …})
    sealed = await pdf.seal(made, by=seal, reason="…", at=at)
    verdict = await pdf.verify(sealed, trusted=(seal.root,))

Nothing here knows what a document is about. What `page.typ` gives every template: an A4 page, head
and foot with page numbers, the mark, a QR code's place, and the texts of the data set as they are.
"""

from tongbao.infra.pdf.errors import PdfBusy, PdfFailed, PdfUnreadable, SealUnusable
from tongbao.infra.pdf.rendering import Json, Template, render
from tongbao.infra.pdf.sealing import Seal, pem_of, seal
from tongbao.infra.pdf.verifying import SealFinding, Verdict, verify, verify_own

__all__ = [
    "Json",
    "PdfBusy",
    "PdfFailed",
    "PdfUnreadable",
    "Seal",
    "SealFinding",
    "SealUnusable",
    "Template",
    "Verdict",
    "pem_of",
    "render",
    "seal",
    "verify",
    "verify_own",
]
