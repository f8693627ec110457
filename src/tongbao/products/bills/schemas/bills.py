"""Shapes of `/api/v1/bills`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language
from tongbao.products.bills.domain.billers import CATEGORY_NAMES, BillCategory, Biller
from tongbao.products.bills.domain.payments import (
    Arrow,
    Bill,
    BillPayment,
    BillState,
    Query,
    QueryState,
    Why,
    reason_text,
)
from tongbao.products.bills.domain.saving import SavedBill

EXAMPLE_ID: Final = "0197c0de-0000-7000-8000-000000000001"
BillerCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$", examples=["hz-power"])]
CustomerNumber = Annotated[
    str, Field(min_length=4, max_length=40, pattern=r"^[0-9 -]+$", examples=["3301000018"])
]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class NumberRule(Shape):
    """What a customer's number at a biller is called, and what it looks like."""

    model_config = ConfigDict(title="BillNumberRule")

    label: Annotated[str, Field(examples=["户号"])]
    digits: Annotated[int, Field(examples=[10])]


class BillerOut(Shape):
    """A company that sends bills."""

    model_config = ConfigDict(title="Biller")

    code: BillerCode
    category: BillCategory
    category_name: Annotated[str, Field(examples=["电费"])]
    name: Annotated[str, Field(examples=["杭州供电公司"])]
    region: Annotated[str, Field(description="GB/T 2260; 000000: everywhere", examples=["330100"])]
    region_name: Annotated[str, Field(examples=["杭州市"])]
    number: NumberRule
    payable: Annotated[bool, Field(description="Whether its bills can be paid, not only asked for")]

    @classmethod
    def of(cls, biller: Biller, language: Language) -> "BillerOut":
        """Return the shape of a biller in words of `language`."""
        return cls(
            code=biller.code,
            category=biller.category,
            category_name=CATEGORY_NAMES[biller.category].say(language),
            name=biller.name.say(language),
            region=biller.region,
            region_name=biller.region_name.say(language),
            number=NumberRule(label=biller.number_label.say(language), digits=biller.number_digits),
            payable=biller.account_id is not None,
        )


class BillersOut(Shape):
    """Billers, by code."""

    items: list[BillerOut]


class DirectoryEntry(Shape):
    """A biller as staff see it."""

    model_config = ConfigDict(title="BillDirectoryEntry")

    biller: BillerOut
    listed: bool
    account_id: UUID | None
    refreshed_at: datetime | None


class DirectoryOut(Shape):
    """All billers there ever were, by code."""

    model_config = ConfigDict(title="BillDirectory")

    items: list[DirectoryEntry]

    @classmethod
    def of(cls, billers: Iterable[Biller], language: Language) -> "DirectoryOut":
        """Return the shape of the directory."""
        return cls(
            items=[
                DirectoryEntry(
                    biller=BillerOut.of(each, language),
                    listed=each.listed,
                    account_id=each.account_id,
                    refreshed_at=each.refreshed_at,
                )
                for each in billers
            ]
        )


class BillerAccount(Shape):
    """Where a biller is to be paid."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"account_number": "9900010000000000026", "reason": "与收费单位的代收协议"}
            ]
        }
    )

    account_number: Annotated[str, Field(pattern=r"^[0-9]{8,34}$")]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class NewBillQuery(Shape):
    """Whose bills are asked for; in the body, so that no log of addresses has the number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"party_id": EXAMPLE_ID, "biller": "hz-power", "customer_number": "3301000018"}
            ]
        }
    )

    party_id: UUID
    biller: BillerCode
    customer_number: CustomerNumber


class BillOut(Shape):
    """A bill that is open, as its biller told it."""

    model_config = ConfigDict(title="Bill")

    id: UUID
    period: Annotated[str, Field(examples=["2026-11"])]
    amount: MoneyField
    due_on: date

    @classmethod
    def of(cls, bill: Bill) -> "BillOut":
        """Return the shape of a bill."""
        return cls(id=bill.id, period=bill.period, amount=bill.amount, due_on=bill.due_on)


class BillQueryOut(Shape):
    """What was asked, and the answer once there is one."""

    model_config = ConfigDict(title="BillQuery")

    id: UUID
    party_id: UUID
    biller: BillerCode
    customer_number: Annotated[str, Field(description="Its last digits", examples=["*******018"])]
    customer_name: Annotated[str | None, Field(description="As the biller masks it")]
    state: QueryState
    reason_code: Annotated[str | None, Field(description="Why it failed")]
    bills: list[BillOut]
    asked_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, query: Query) -> "BillQueryOut":
        """Return the shape of a query."""
        return cls(
            id=query.id,
            party_id=query.party_id,
            biller=query.biller,
            customer_number=query.shown,
            customer_name=query.customer_name,
            state=query.state,
            reason_code=query.reason_code,
            bills=[BillOut.of(each) for each in query.bills],
            asked_at=query.asked_at,
            answered_at=query.answered_at,
        )


class NewSavedBill(Shape):
    """A number to remember."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party_id": EXAMPLE_ID,
                    "biller": "hz-power",
                    "customer_number": "3301000018",
                    "nickname": "家",
                }
            ]
        }
    )

    party_id: UUID
    biller: BillerCode
    customer_number: CustomerNumber
    nickname: Annotated[
        str | None, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")
    ] = None


class SavedBillOut(Shape):
    """A number that is remembered."""

    model_config = ConfigDict(title="SavedBill")

    id: UUID
    party_id: UUID
    biller: BillerCode
    customer_number: Annotated[str, Field(description="Its last digits", examples=["*******018"])]
    nickname: str | None
    saved_at: datetime

    @classmethod
    def of(cls, saved: SavedBill) -> "SavedBillOut":
        """Return the shape of a remembered number."""
        return cls(
            id=saved.id,
            party_id=saved.party_id,
            biller=saved.biller,
            customer_number=saved.shown,
            nickname=saved.nickname,
            saved_at=saved.saved_at,
        )


class SavedBillsOut(Shape):
    """The numbers a party remembers, the latest first."""

    items: list[SavedBillOut]


class NewBillPayment(Shape):
    """Which bill is paid from which account; the amount is the bill's."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"bill_id": EXAMPLE_ID, "debtor_account_id": EXAMPLE_ID}]}
    )

    bill_id: UUID
    debtor_account_id: UUID


class BillPaymentOut(Shape):
    """A bill that was paid; `payment_id` is the payment, by which its sealed receipt is ordered."""

    model_config = ConfigDict(title="BillPayment")

    id: UUID
    party_id: UUID
    biller: BillerCode
    customer_number: Annotated[str, Field(description="Its last digits", examples=["*******018"])]
    period: str
    amount: MoneyField
    debtor_account_id: UUID
    payment_id: UUID
    mandate_id: Annotated[UUID | None, Field(description="By which it was paid automatically")]
    state: BillState
    receipt_number: Annotated[str | None, Field(description="The biller's, once it has given one")]
    reason_code: str | None
    reason: str | None
    refund_id: UUID | None
    made_at: datetime

    @classmethod
    def of(cls, paid: BillPayment, language: Language) -> "BillPaymentOut":
        """Return the shape of a paid bill, its reason in words of `language`."""
        code = paid.reason_code
        return cls(
            id=paid.id,
            party_id=paid.party_id,
            biller=paid.biller,
            customer_number=paid.shown,
            period=paid.period,
            amount=paid.amount,
            debtor_account_id=paid.debtor_account_id,
            payment_id=paid.payment_id,
            mandate_id=paid.mandate_id,
            state=paid.state,
            receipt_number=paid.receipt_number,
            reason_code=code,
            reason=None if code is None else reason_text(code).say(language),
            refund_id=paid.refund_id,
            made_at=paid.made_at,
        )


class BillPaymentsOut(Shape):
    """A page of paid bills, the newest first."""

    items: list[BillPaymentOut]
    next: str | None


class BillArrowOut(Shape):
    """An arrow a paid bill took; `by` is null where it was the platform."""

    model_config = ConfigDict(title="BillArrow")

    before: BillState | None
    after: BillState
    at: datetime
    by: UUID | None
    why: Why

    @classmethod
    def of(cls, arrow: Arrow) -> "BillArrowOut":
        """Return the shape of an arrow."""
        return cls(before=arrow.before, after=arrow.after, at=arrow.at, by=arrow.by, why=arrow.why)


class BillHistoryOut(Shape):
    """How a paid bill came to where it stands."""

    items: list[BillArrowOut]
