"""What is confirmed before a file is paid: this file, all of it, from which account."""

from typing import Final

from tongbao.core.identity.service import Action
from tongbao.products.bulk.domain.files import PaymentFile

EXECUTE: Final = "bulk.execute"
APPROVE: Final = "bulk.approve"


def to_confirm(kind: str, file: PaymentFile) -> Action:
    """Return what whoever pays, or approves, confirms; the digest is that of the file's bytes."""
    facts = {
        "file_id": str(file.id),
        "sha256": file.sha256.hex(),
        "debtor_account_number": file.account_number,
        "payments": str(file.good),
        "amount": file.total.text,
        "currency": file.total.currency,
    }
    return Action(kind, facts)
