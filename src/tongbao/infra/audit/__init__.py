"""The audit trail: who did what, for whom, why, from where, and how it ended.

::

    await audit.record(tx, [audit.Entry(
        action="parties.document.revealed", subject=party_id, object_type="parties_document",
        object_id=document_id,
    )], at=at)

on the transaction that does it. The edge says who acts (`by`), and writes one entry for every
request that changes something or is refused; what a route reads that is sensitive, it records
itself. `docs/modules/audit.md` tells the rest.
"""

from tongbao.infra.audit.apart import Apart
from tongbao.infra.audit.entries import (
    HOT_ACTION,
    REASON_LENGTH_MAX,
    SYSTEM,
    Caller,
    Entry,
    Outcome,
    become,
    by,
    caller,
    device_of,
    digest_of,
    during,
    years_of,
)
from tongbao.infra.audit.writing import append, appending, arguments, arguments_alike, record

__all__ = [
    "HOT_ACTION",
    "REASON_LENGTH_MAX",
    "SYSTEM",
    "Apart",
    "Caller",
    "Entry",
    "Outcome",
    "append",
    "appending",
    "arguments",
    "arguments_alike",
    "become",
    "by",
    "caller",
    "device_of",
    "digest_of",
    "during",
    "record",
    "years_of",
]
