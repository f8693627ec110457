"""A payment order and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.records import quickly_made
from tongbao.kernel.text import Text

PaymentId = NewType("PaymentId", UUID)


class Kind(StrEnum):
    """What a payment is; a book transfer is decided at once, all others have a life."""

    BOOK_TRANSFER = "book_transfer"  # 行内转账: between two accounts here
    CREDIT_TRANSFER = "credit_transfer"  # 跨行转账: to an account at another bank
    TOP_UP = "top_up"  # 充值: from a linked card, or a wallet
    WITHDRAWAL = "withdrawal"  # 提现: to a linked card
    REFUND = "refund"  # 退款: back to whoever paid
    INCOMING = "incoming"  # 他行来账: from an account at another bank
    RETURN = "return"  # 退汇: money that could not stay where it was sent
    VERIFICATION = "verification"  # 验卡打款: the bank's own, to see whose a card is


class Status(StrEnum):
    """Where an order stands; which arrows there are is in `life`."""

    CREATED = "created"
    AWAITING_APPROVAL = "awaiting_approval"
    SCREENED = "screened"
    RESERVED = "reserved"  # the money is held, nothing is under way outside
    SENT = "sent"  # with a channel, which has not said how it ended
    UNKNOWN = "unknown"  # nobody knows whether the channel has done it
    SETTLED = "settled"
    REJECTED = "rejected"
    RETURNED = "returned"  # it was settled, and the money came back
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an order was rejected: our code, the ISO 20022 code, and the words of that moment."""

    code: str
    iso_code: str
    text: Text


@quickly_made
@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment order and what became of it.

    Without an account id a side is somewhere else: at another bank (`creditor_bank_code`,
    `debtor_bank_code`), a card, a wallet, or the bank's own. Where somebody is to pay it at a
    wallet, it is to be done before `expires_at`; `closed_by` did not want to wait for that.
    """

    id: PaymentId
    status: Status
    reason: Reason | None
    debtor_account_id: UUID | None
    debtor_account_number: str
    debtor_name: str
    creditor_account_id: UUID | None
    creditor_account_number: str
    creditor_name: str
    amount: Money
    end_to_end_id: str
    remittance: str | None
    transaction_id: UUID | None
    initiated_by: UUID | None
    initiated_at: datetime
    kind: Kind = Kind.BOOK_TRANSFER
    debtor_bank_code: str | None = None
    creditor_bank_code: str | None = None
    uetr: UUID | None = None
    channel: str | None = None
    fee_minor: int = 0
    original_id: UUID | None = None
    refunded_minor: int = 0
    card_id: UUID | None = None
    pending_id: UUID | None = None
    settled_at: datetime | None = None
    expires_at: datetime | None = None
    closed_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class ToPay:
    """What whoever pays at a wallet has to do, and until when.

    `address` is where they are sent to, or what a code holds that they scan; None until the wallet
    has said it, which takes a moment.
    """

    address: str | None
    expires_at: datetime


@quickly_made
@dataclass(frozen=True, slots=True)
class Transfer(PaymentOrder):
    """A payment order just carried out or rejected.

    `refusal` is the error behind a rejection, with its facts, for the answer to the initiator; an
    order that is read later has only `reason`.
    """

    refusal: TongbaoError | None = None
