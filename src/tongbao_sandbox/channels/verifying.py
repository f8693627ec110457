"""Whose an account is: an acmt.023 is read and answered with an acmt.024."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tongbao_sandbox.channels.iso20022 import Tree, Unreadable, moment, parsed, text_of

ACMT023: Final = "urn:iso:std:iso:20022:tech:xsd:acmt.023.001.04"
ACMT024: Final = "urn:iso:std:iso:20022:tech:xsd:acmt.024.001.04"


@dataclass(frozen=True, slots=True)
class Question:
    """Is an account held under a name."""

    message_id: str
    reference: str
    account: str
    name: str


def read_question(body: bytes) -> Question:
    """Read an acmt.023 of one account. Raises `Unreadable`."""
    root = parsed(body, ACMT023)
    found = root.findall(f"{{{ACMT023}}}IdVrfctnReq/{{{ACMT023}}}Vrfctn")
    if len(found) != 1:
        raise Unreadable("Vrfctn")
    (one,) = found
    return Question(
        message_id=text_of(root, ACMT023, "IdVrfctnReq/Assgnmt/MsgId"),
        reference=text_of(one, ACMT023, "Id"),
        account=text_of(one, ACMT023, "PtyAndAcctId/Acct/Id/Othr/Id"),
        name=text_of(one, ACMT023, "PtyAndAcctId/Pty/Nm"),
    )


def verdict(asked: Question, *, holder: str | None, at: datetime) -> bytes:
    """Return an acmt.024; of an account whose holder nobody has told, that it cannot be said."""
    made = Tree(ACMT024, "IdVrfctnRpt")
    head = made.add(made.message, "Assgnmt")
    made.add(head, "MsgId", f"R{asked.message_id}"[:35])
    made.add(head, "CreDtTm", moment(at))
    made.add(head, "Assgnr/Agt/FinInstnId/Nm", "Sandbox Clearing Bank")
    made.add(head, "Assgne/Agt/FinInstnId/Nm", "Tongbao Bank")
    original = made.add(made.message, "OrgnlAssgnmt")
    made.add(original, "MsgId", asked.message_id)
    made.add(original, "CreDtTm", moment(at))
    report = made.add(made.message, "Rpt")
    made.add(report, "OrgnlId", asked.reference)
    fits = holder is not None and holder.split() == asked.name.split()
    made.add(report, "Vrfctn", "true" if fits else "false")
    if not fits:
        made.add(report, "Rsn/Cd", "MS03" if holder is None else "BE01")
    return made.bytes()
