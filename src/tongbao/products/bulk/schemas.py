"""Shapes of `/api/v1/bulk`."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language
from tongbao.products.bulk.domain.files import Line, LineState, PaymentFile, Why

EXAMPLE_ID = "0197c0de-0000-7000-8000-000000000001"


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class WhyOut(Shape):
    """Why something was refused."""

    model_config = ConfigDict(title="BulkReason")

    code: Annotated[str, Field(examples=["payments.creditor_name_mismatch"])]
    iso_code: Annotated[str, Field(description="ISO 20022 status reason", examples=["BE01"])]
    text: str

    @classmethod
    def of(cls, why: Why | None, language: Language) -> "WhyOut | None":
        """Return the shape in words of `language`."""
        if why is None:
            return None
        text = why.text.zh if language == "zh" else why.text.en
        return cls(code=why.code, iso_code=why.iso_code, text=text)


class FileOut(Shape):
    """A file of payments and how far it has come."""

    model_config = ConfigDict(title="PaymentFile")

    id: UUID
    state: Annotated[
        Literal[
            "checked",
            "awaiting_approval",
            "awaiting_signatures",
            "executing",
            "executed",
            "rejected",
            "cancelled",
        ],
        Field(description="Where it stands; `rejected`: nothing was paid, see `reason`"),
    ]
    kind: Literal["payroll", "batch"]
    mode: Literal["partial", "all_or_nothing"]
    format: Literal["csv", "pain.001.001.09"]
    name: str
    message_id: Annotated[str, Field(description="Used once an account, unless cancelled")]
    sha256: Annotated[str, Field(description="Of the bytes that were handed in")]
    account_id: UUID
    account_number: str
    requested_on: Annotated[date | None, Field(description="Not paid before this day")]
    lines: int
    good: Annotated[int, Field(description="Lines that may be paid")]
    wrong: Annotated[int, Field(description="Lines that never can, see the lines for why")]
    total: Annotated[MoneyField, Field(description="Of the good lines")]
    settled: int
    settled_total: MoneyField
    rejected: Annotated[int, Field(description="Good lines that were refused while paying")]
    reason: Annotated[WhyOut | None, Field(description="Why nothing of it was paid")]
    approval_id: Annotated[
        UUID | None, Field(description="What its signers sign, at `/approvals/{approval_id}`")
    ]
    uploaded_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, file: PaymentFile, language: Language) -> "FileOut":
        """Return the shape of a file."""
        return cls(
            id=file.id,
            state=file.state.value,
            kind=file.kind.value,
            mode=file.mode.value,
            format=file.format.value,
            name=file.name,
            message_id=file.message_id,
            sha256=file.sha256.hex(),
            account_id=file.account_id,
            account_number=file.account_number,
            requested_on=file.requested_on,
            lines=file.lines,
            good=file.good,
            wrong=file.wrong,
            total=file.total,
            settled=file.settled,
            settled_total=file.settled_total,
            rejected=file.rejected,
            reason=WhyOut.of(file.why, language),
            approval_id=file.approval_id,
            uploaded_at=file.uploaded_at,
            finished_at=file.finished_at,
        )


class FilesOut(Shape):
    """A page of files, the latest first."""

    model_config = ConfigDict(title="PaymentFiles")

    items: list[FileOut]
    next: str | None


class FileLineOut(Shape):
    """One payment of a file."""

    model_config = ConfigDict(title="PaymentFileLine")

    number: int
    state: Annotated[
        Literal["good", "wrong", "settled", "rejected"],
        Field(description="`good`: not paid yet; `wrong`: never will be"),
    ]
    reason: WhyOut | None
    payment_id: Annotated[UUID | None, Field(description="Once the line was looked at for paying")]
    end_to_end_id: str | None
    creditor_account_number: str
    creditor_name: str
    amount: Annotated[MoneyField | None, Field(description="Null where it could not be read")]
    remittance: str | None

    @classmethod
    def of(cls, line: Line, file: PaymentFile, language: Language) -> "FileLineOut":
        """Return the shape of a line of a file."""
        done = line.number <= file.done_through and line.state is not LineState.WRONG
        settled = done and line.state is LineState.GOOD
        return cls(
            number=line.number,
            state="settled" if settled else line.state.value,
            reason=WhyOut.of(line.why, language),
            payment_id=line.payment_id if done else None,
            end_to_end_id=line.end_to_end_id,
            creditor_account_number=line.creditor_account_number,
            creditor_name=line.creditor_name,
            amount=line.amount,
            remittance=line.remittance,
        )


class FileLinesOut(Shape):
    """A page of lines, in the order of the file."""

    model_config = ConfigDict(title="PaymentFileLines")

    items: list[FileLineOut]
    next: str | None
