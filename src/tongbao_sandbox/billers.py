"""Billers behind one service: who sends bills, what is owed, and paying each bill once.

Customers' numbers are made up and always the same: one that ends in 0 is nobody's, one that ends in
9 owes nothing, any other owes a bill for each of the two months past, its amount drawn from the
number. A payment is told under the payer's own reference and may be told again: the answer is the
first one's. A bill is paid by one reference only.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tongbao_sandbox import clock, problems, service_faults
from tongbao_sandbox.problems import Problem, Refused

TOKEN_DEFAULT: Final = "sandbox-billers"  # noqa: S105 - a sandbox: the token is public
MONTHS: Final = 2
DUE_DAY: Final = 28
BEFORE: Final = frozenset({"down", "error"})
"""Faults that strike before anything is done; all others lose or garble the answer after it."""

_NO_TOKEN: Final = Problem(
    "biller.unauthenticated", 401, "缺少访问令牌或令牌错误", "The access token is missing or wrong"
)
_UNKNOWN_BILLER: Final = Problem("biller.unknown", 404, "没有此收费单位", "No such biller")
_UNKNOWN_CUSTOMER: Final = Problem(
    "biller.unknown_customer", 404, "没有此户号", "No such customer number"
)
_UNKNOWN_BILL: Final = Problem("biller.unknown_bill", 404, "没有此账单", "No such bill")
_UNKNOWN_PAYMENT: Final = Problem(
    "biller.unknown_payment", 404, "没有此笔缴费", "No such payment was ever received"
)
_ALREADY_PAID: Final = Problem(
    "biller.already_paid", 409, "账单已由另一笔缴费付清", "Another payment has paid the bill"
)
_REFERENCE_USED: Final = Problem(
    "biller.reference_used", 409, "参考号已用于另一笔缴费", "The reference is another payment's"
)
_WRONG_AMOUNT: Final = Problem("biller.wrong_amount", 422, "金额不符", "Not what is owed")

Category = Literal["electricity", "water", "phone", "tuition", "heating"]
BillerId = Annotated[str, Path(max_length=40)]
Reference = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,36}$")]


@dataclass(frozen=True, slots=True)
class Biller:
    """Somebody who sends bills; amounts owed are between `least` and `most` fen."""

    id: str
    category: Category
    zh: str
    en: str
    number_zh: str
    number_pattern: str
    least: int
    most: int


BILLERS: Final = (
    Biller(
        "power-east", "electricity", "华东电力", "East Power", "户号", "[0-9]{10}", 3_000, 60_000
    ),
    Biller("water-city", "water", "市自来水公司", "City Water", "户号", "[0-9]{8}", 1_000, 20_000),
    Biller("mobile-one", "phone", "一号移动", "Mobile One", "手机号", "1[0-9]{10}", 1_900, 29_900),
    Biller(
        "school-first", "tuition", "第一小学", "School One", "学号", "[0-9]{9}", 80_000, 900_000
    ),
    Biller("heat-north", "heating", "北方热力", "North Heat", "户号", "[0-9]{7}", 90_000, 400_000),
)
_BY_ID: Final = {each.id: each for each in BILLERS}


@dataclass(frozen=True, slots=True)
class Bill:
    """What a customer of a biller owes for a month, in fen."""

    biller: Biller
    customer_number: str
    month: date

    @property
    def id(self) -> str:
        """The bill's number, which says whose and for when."""
        return f"{self.customer_number}-{self.month:%Y%m}"

    @property
    def amount_fen(self) -> int:
        """What is owed, drawn from the bill's number."""
        drawn = int.from_bytes(hashlib.sha256(f"{self.biller.id}/{self.id}".encode()).digest()[:6])
        return self.biller.least + drawn % (self.biller.most - self.biller.least + 1)

    def document(self, *, paid: bool) -> dict[str, Any]:
        """Return the bill as the service tells it."""
        return {
            "id": self.id,
            "biller": self.biller.id,
            "customer_number": self.customer_number,
            "customer_name": "张*",
            "month": f"{self.month:%Y-%m}",
            "amount": _yuan(self.amount_fen),
            "currency": "CNY",
            "due_on": self.month.replace(day=DUE_DAY).isoformat(),
            "status": "paid" if paid else "unpaid",
        }


@dataclass
class Till:
    """What was paid, by reference and by bill."""

    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    bills: dict[tuple[str, str], str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def is_paid(self, bill: Bill) -> bool:
        """Tell whether a bill was paid."""
        return (bill.biller.id, bill.id) in self.bills

    def take(self, reference: str, bill: Bill, amount: str) -> dict[str, Any]:
        """Take a payment, or return what the same one got before. Raises `Refused`."""
        with self.lock:
            known = self.payments.get(reference)
            wanted = {"biller": bill.biller.id, "bill_id": bill.id, "amount": amount}
            if known is not None:
                if wanted != {name: known[name] for name in wanted}:
                    raise Refused(_REFERENCE_USED)
                return known
            if self.is_paid(bill):
                raise Refused(_ALREADY_PAID)
            if amount != _yuan(bill.amount_fen):
                raise Refused(_WRONG_AMOUNT)
            receipt = {
                "reference": reference,
                **wanted,
                "currency": "CNY",
                "receipt_number": hashlib.sha256(f"{bill.biller.id}/{reference}".encode())
                .hexdigest()[:16]
                .upper(),
                "paid_at": clock.now().isoformat(),
            }
            self.payments[reference] = receipt
            self.bills[bill.biller.id, bill.id] = reference
            return receipt


def authorise(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    """Raise Refused unless the caller has the token."""
    scheme, _, token = authorization.partition(" ")
    expected: str = request.app.state.billers_token
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), expected.encode()):
        raise Refused(_NO_TOKEN)


router = APIRouter(
    prefix="/billers/v1",
    tags=["billers"],
    dependencies=[Depends(authorise)],
    responses={
        401: problems.described("No token, or a wrong one"),
        404: problems.described("Unknown"),
        409: problems.described("Paid already, or another payment's reference"),
        422: problems.described("Not such a request"),
        500: problems.described("On demand"),
        503: problems.described("On demand"),
    },
)
listing = APIRouter(tags=["sandbox"])


class Told(BaseModel):
    """A payment as the payer tells it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"biller": "power-east", "bill_id": "1000000001-202610", "amount": "1.00"}]
        },
    )

    biller: Annotated[str, Field(max_length=40)]
    bill_id: Annotated[str, Field(max_length=40)]
    amount: Annotated[str, Field(pattern=r"^[0-9]{1,9}\.[0-9]{2}$")]


@router.get("/billers")
async def list_billers(request: Request) -> Response:
    """Return every biller: what it bills, and how its customers' numbers look."""
    items = [
        {
            "id": each.id,
            "category": each.category,
            "name": {"zh": each.zh, "en": each.en},
            "number_name": each.number_zh,
            "number_pattern": f"^{each.number_pattern}$",
        }
        for each in BILLERS
    ]
    return await _answer(request, "", {"items": items})


@router.get("/billers/{biller_id}/bills")
async def list_bills(
    request: Request, biller_id: BillerId, customer_number: Annotated[str, Query(max_length=40)]
) -> Response:
    """Return what a customer owes and owed, the oldest bill first."""
    till: Till = request.app.state.till
    found = [each.document(paid=till.is_paid(each)) for each in _bills(biller_id, customer_number)]
    return await _answer(request, customer_number, {"items": found})


@router.put("/payments/{reference}")
async def pay(request: Request, reference: Reference, told: Told) -> Response:
    """Take a payment of one bill in full; told again, return the same receipt."""
    early = service_faults.before(request, service="billers", subject=reference, kinds=BEFORE)
    if early is not None:
        return early
    number = told.bill_id.partition("-")[0]
    bills = {each.id: each for each in _bills(told.biller, number)}
    if told.bill_id not in bills:
        raise Refused(_UNKNOWN_BILL)
    till: Till = request.app.state.till
    receipt = till.take(reference, bills[told.bill_id], told.amount)
    return await _answer(request, reference, receipt)


@router.get("/payments/{reference}")
async def read_payment(request: Request, reference: Reference) -> Response:
    """Return the receipt of a payment; 404 says that it was never received."""
    till: Till = request.app.state.till
    receipt = till.payments.get(reference)
    if receipt is None:
        raise Refused(_UNKNOWN_PAYMENT)
    return await _answer(request, reference, receipt)


@listing.get("/sandbox/bill-payments")
async def list_payments(request: Request) -> list[dict[str, Any]]:
    """Return every payment the billers have received."""
    till: Till = request.app.state.till
    return list(till.payments.values())


def _bills(biller_id: str, customer_number: str) -> list[Bill]:
    """Return a customer's bills. Raises `Refused`."""
    biller = _BY_ID.get(biller_id)
    if biller is None:
        raise Refused(_UNKNOWN_BILLER)
    known = re.fullmatch(biller.number_pattern, customer_number, re.ASCII)
    if known is None or customer_number.endswith("0"):
        raise Refused(_UNKNOWN_CUSTOMER)
    if customer_number.endswith("9"):
        return []
    return [Bill(biller, customer_number, month) for month in _months(clock.now())]


def _months(at: datetime) -> list[date]:
    """Return the months past, the oldest first."""
    number = at.year * 12 + at.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(number - MONTHS, number)]


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


async def _answer(request: Request, subject: str, document: dict[str, Any]) -> Response:
    """Answer, or do what the fault of the service says."""
    return await service_faults.answer(
        request,
        service="billers",
        subject=subject,
        document=document,
        about_another={"reference": "another", "receipt_number": "0" * 16, "amount": "0.01"},
    )
