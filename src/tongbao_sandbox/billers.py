"""Companies that send bills: asked what is open, and told what was paid, each payment once.

A customer's bill of the month follows from biller, number and month, so that a restart changes none
that is open; what was paid is remembered while the program runs. A number that ends in `00` is
nobody's.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tongbao_sandbox import clock, problems, service_faults
from tongbao_sandbox.problems import Problem
from tongbao_sandbox.signed import SignedRoute

SERVICE: Final = "billers"
SECRET_DEFAULT: Final = "sandbox-billers"  # noqa: S105 - a sandbox: the secret is public
NOBODYS: Final = "00"
DUE_DAY: Final = 25
FEN_MIN, FEN_SPAN = 2_000, 30_000
_SURNAMES: Final = "李王张刘陈杨赵黄周吴"

BillerKind = Literal["electricity", "water", "gas", "heating", "phone", "tuition"]


@dataclass(frozen=True, slots=True)
class Biller:
    """A company, and what it calls its customers' numbers."""

    code: str
    kind: BillerKind
    name: str
    name_en: str
    number_label: str
    number_label_en: str
    digits: int
    region: str  # GB/T 2260; 000000 is the whole country


REGIONS: Final = {
    "000000": ("全国", "Nationwide"),
    "110000": ("北京市", "Beijing"),
    "330000": ("浙江省", "Zhejiang"),
    "330100": ("杭州市", "Hangzhou"),
}
BILLERS: Final = {
    each.code: each
    for each in (
        Biller(
            "hz-power",
            "electricity",
            "杭州供电公司",
            "Hangzhou Power",
            "户号",
            "Account number",
            10,
            "330100",
        ),
        Biller(
            "hz-water",
            "water",
            "杭州市水务集团",
            "Hangzhou Water",
            "用水户号",
            "Water account",
            9,
            "330100",
        ),
        Biller(
            "hz-gas", "gas", "杭州燃气集团", "Hangzhou Gas", "燃气户号", "Gas account", 10, "330100"
        ),
        Biller(
            "bj-heat",
            "heating",
            "北京热力集团",
            "Beijing Heating",
            "用热卡号",
            "Heating card",
            12,
            "110000",
        ),
        Biller(
            "cn-mobile",
            "phone",
            "中国某移动",
            "A Mobile Carrier",
            "手机号",
            "Mobile number",
            11,
            "000000",
        ),
        Biller(
            "zj-college",
            "tuition",
            "浙江某学院",
            "A College in Zhejiang",
            "学号",
            "Student number",
            8,
            "330000",
        ),
    )
}


class Bill(BaseModel):
    """What a customer owes for a month; the reference says nothing about the customer."""

    model_config = ConfigDict(frozen=True)

    reference: str
    period: str
    amount: str
    due_on: date


class Payment(BaseModel):
    """What was paid, and the biller's receipt."""

    payment_id: UUID
    biller: str
    bill_reference: str
    amount: str
    receipt_number: str
    paid_at: datetime


UNKNOWN_BILLER: Final = Problem("billers.unknown_biller", 404, "没有此收费单位", "No such biller")
UNKNOWN_CUSTOMER: Final = Problem("billers.unknown_customer", 404, "查无此户号", "No such customer")
UNKNOWN_BILL: Final = Problem("billers.unknown_bill", 404, "查无此账单", "No such bill")
UNKNOWN_PAYMENT: Final = Problem("billers.unknown_payment", 404, "查无此缴费", "No such payment")
ALREADY_PAID: Final = Problem("billers.already_paid", 409, "账单已缴", "The bill is already paid")
OTHER_CONTENT: Final = Problem(
    "billers.other_content", 409, "缴费编号已用于其他内容", "The id stands for another payment"
)
AMOUNT_DIFFERS: Final = Problem(
    "billers.amount_differs", 422, "金额与账单不符", "The amount is not that of the bill"
)


class Ledger:
    """The bills of all billers and what was paid; one payment of a bill, whoever comes at once."""

    def __init__(self) -> None:
        self._bills: dict[str, tuple[str, Bill]] = {}
        self._extra: dict[tuple[str, str], list[str]] = {}
        self._payments: dict[UUID, Payment] = {}
        self._paid: set[str] = set()
        self._lock = Lock()

    def add(self, biller: str, number: str, bill: Bill) -> None:
        """Have a customer owe something more."""
        with self._lock:
            self._bills[bill.reference] = (biller, bill)
            self._extra.setdefault((biller, number), []).append(bill.reference)

    def open_bills(self, biller: str, number: str, month: date) -> list[Bill]:
        """Return what a customer has not paid yet, the oldest first."""
        usual = _bill_of(biller, number, month)
        with self._lock:
            self._bills.setdefault(usual.reference, (biller, usual))
            known = [usual.reference, *self._extra.get((biller, number), ())]
            bills = [self._bills[each][1] for each in known if each not in self._paid]
        return sorted(bills, key=lambda bill: (bill.due_on, bill.reference))

    def pay(self, payment_id: UUID, bill_reference: str, amount: str) -> Payment:
        """Take a payment; the same one again is answered as before. Raises `Refused`."""
        with self._lock:
            before = self._payments.get(payment_id)
            if before is not None:
                if (before.bill_reference, before.amount) != (bill_reference, amount):
                    raise problems.Refused(OTHER_CONTENT)
                return before
            found = self._bills.get(bill_reference)
            if found is None:
                raise problems.Refused(UNKNOWN_BILL)
            biller, bill = found
            if bill_reference in self._paid:
                raise problems.Refused(ALREADY_PAID)
            if bill.amount != amount:
                raise problems.Refused(AMOUNT_DIFFERS)
            made = Payment(
                payment_id=payment_id,
                biller=biller,
                bill_reference=bill_reference,
                amount=amount,
                receipt_number=f"R{len(self._payments) + 1:08d}",
                paid_at=clock.now(),
            )
            self._payments[payment_id] = made
            self._paid.add(bill_reference)
            return made

    def payment(self, payment_id: UUID) -> Payment | None:
        """Return what became of a payment."""
        with self._lock:
            return self._payments.get(payment_id)

    def payments(self) -> list[Payment]:
        """Return everything that was paid, in order: the truth to compare with."""
        with self._lock:
            return list(self._payments.values())


def _bill_of(biller: str, number: str, month: date) -> Bill:
    period = f"{month:%Y-%m}"
    seed = _digest(biller, number, period)
    fen = FEN_MIN + int.from_bytes(seed[:4]) % FEN_SPAN
    return Bill(
        reference=seed.hex()[:24],
        period=period,
        amount=str(Decimal(fen).scaleb(-2)),
        due_on=month.replace(day=DUE_DAY),
    )


def _digest(*parts: str) -> bytes:
    return hmac.digest(b"sandbox billers", "\n".join(parts).encode(), hashlib.sha256)


def _name(biller: str, number: str) -> str:
    seed = _digest(biller, number)
    return f"{_SURNAMES[seed[0] % len(_SURNAMES)]}*{'明芳强丽'[seed[1] % 4]}"


router = APIRouter(
    prefix="/billers/v1",
    tags=["billers"],
    route_class=SignedRoute,
    responses={
        401: problems.described("No signature, or a wrong one"),
        404: problems.described("Unknown"),
        409: problems.described("Paid already, or another payment of this id"),
        422: problems.described("Not such a request, or another amount"),
        500: problems.described("On demand"),
        503: problems.described("On demand"),
    },
)
control = APIRouter(
    prefix="/sandbox/billers",
    tags=["sandbox"],
    responses={
        404: problems.described("Unknown"),
        422: problems.described("Not such a request"),
    },
)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BillQuery(_Body):
    """Whose bills; in the body, so that no log of addresses has the number."""

    customer_number: Annotated[str, Field(pattern=r"^[0-9]{8,12}$", examples=["3301000018"])]


class BillPayment(_Body):
    """Which bill was paid; the amount is that of the bill."""

    bill_reference: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$", examples=["0" * 24])]
    amount: Annotated[str, Field(pattern=r"^[0-9]{1,9}\.[0-9]{2}$", examples=["128.40"])]


def _written(value: object) -> object:
    """Take a day for one only as it is written, not as a number of seconds."""
    if not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        msg = "a day is written YYYY-MM-DD"
        raise ValueError(msg)
    return value


class NewBill(BillQuery):
    """Something more that a customer owes."""

    period: Annotated[str, Field(max_length=20, examples=["2026-10"])]
    amount: Annotated[str, Field(pattern=r"^[0-9]{1,9}\.[0-9]{2}$", examples=["64.20"])]
    due_on: Annotated[date, BeforeValidator(_written)]


BillerCode = Annotated[str, Path(max_length=40, examples=["hz-power"])]


def _ledger(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.billers
    return ledger


def _check(biller: str, number: str) -> None:
    known = BILLERS.get(biller)
    if known is None:
        raise problems.Refused(UNKNOWN_BILLER)
    if len(number) != known.digits or number.endswith(NOBODYS):
        raise problems.Refused(UNKNOWN_CUSTOMER)


@router.get("/billers")
async def list_billers() -> dict[str, Any]:
    """Return every biller."""
    return {
        "billers": [
            {
                "code": each.code,
                "kind": each.kind,
                "name": each.name,
                "name_en": each.name_en,
                "number_label": each.number_label,
                "number_label_en": each.number_label_en,
                "digits": each.digits,
                "region": each.region,
                "region_name": REGIONS[each.region][0],
                "region_name_en": REGIONS[each.region][1],
            }
            for each in BILLERS.values()
        ]
    }


@router.post("/billers/{biller}/bill-queries")
async def query_bills(request: Request, biller: BillerCode, query: BillQuery) -> Response:
    """Return what a customer has not paid, and the customer's masked name."""
    number = query.customer_number
    _check(biller, number)
    bills = _ledger(request).open_bills(biller, number, clock.now().date())
    document = {
        "customer_number": number,
        "customer_name": _name(biller, number),
        "bills": [bill.model_dump(mode="json") for bill in bills],
    }
    other = number[:-1] + ("1" if number[-1] != "1" else "2")
    about_another = {"customer_number": other, "customer_name": _name(biller, other)}
    return await service_faults.answer(
        request, service=SERVICE, subject=number, document=document, about_another=about_another
    )


@router.put("/payments/{payment_id}")
async def pay_bill(request: Request, payment_id: UUID, body: BillPayment) -> Response:
    """Take a payment, once however often it is sent.

    With the faults `down` and `drop_before` nothing is taken; with every other one it is, whatever
    is answered; with `doubled` the request comes twice.
    """
    faults: service_faults.ServiceFaults = request.app.state.service_faults
    fault = faults.strike(SERVICE, body.bill_reference)
    if fault is not None and fault.kind in service_faults.BEFORE:
        return await service_faults.made(request, fault, {}, {})
    if fault is not None and fault.kind == "doubled":
        _ledger(request).pay(payment_id, body.bill_reference, body.amount)
    paid = _ledger(request).pay(payment_id, body.bill_reference, body.amount)
    return await service_faults.made(request, fault, *_told(paid))


@router.get("/payments/{payment_id}")
async def get_payment(request: Request, payment_id: UUID) -> Response:
    """Return what became of a payment; 404 means that it never came."""
    paid = _ledger(request).payment(payment_id)
    if paid is None:
        raise problems.Refused(UNKNOWN_PAYMENT)
    document, about_another = _told(paid)
    return await service_faults.answer(
        request,
        service=SERVICE,
        subject=paid.bill_reference,
        document=document,
        about_another=about_another,
    )


def _told(paid: Payment) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an answer about a payment, and what would make it one about another."""
    return paid.model_dump(mode="json"), {"bill_reference": "0" * 24, "amount": "0.01"}


@control.get("/payments")
async def list_payments(request: Request) -> list[Payment]:
    """Return everything that was paid: the truth to compare with."""
    return _ledger(request).payments()


@control.post("/{biller}/bills", status_code=201)
async def add_bill(request: Request, biller: BillerCode, new: NewBill) -> Bill:
    """Have a customer owe something more."""
    _check(biller, new.customer_number)
    reference = _digest(biller, new.customer_number, new.period, new.amount, str(new.due_on))
    bill = Bill(
        reference=reference.hex()[:24], period=new.period, amount=new.amount, due_on=new.due_on
    )
    _ledger(request).add(biller, new.customer_number, bill)
    return bill
