"""What a channel is told to do, and what it says about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tongbao.core.channels.domain.reasons import ChannelReason
from tongbao.kernel.money import Money


class Operation(StrEnum):
    """What can be done over a channel."""

    PAY_OUT = "pay_out"  # 付款: money leaves for a counterparty
    COLLECT = "collect"  # 收款: money comes from a counterparty
    REFUND = "refund"  # 退款: what was collected goes back, whole or in part
    VERIFY_CARD = "verify_card"  # 验卡: is the card held under this name
    VERIFY_ACCOUNT = "verify_account"  # 户名核验: is an account there held under it
    RECALL = "recall"  # 退回请求: may what was paid out come back


class Outcome(StrEnum):
    """What is known about an instruction."""

    DONE = "done"
    NOT_DONE = "not_done"  # certainly not executed, and never will be under this reference
    PENDING = "pending"  # taken in: ask later
    UNKNOWN = "unknown"  # nobody here can tell: ask


class CounterpartyKind(StrEnum):
    """What the money goes to or comes from."""

    BANK_ACCOUNT = "bank_account"
    CARD = "card"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Who is at the other end, and where.

    `account_number` is an account's, a card's, or a wallet's id; to collect from somebody who shows
    a code at a till, it is that code.
    """

    kind: CounterpartyKind
    account_number: str
    name: str
    bank_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One attempt at a channel.

    `reference` is ours and unique: 8 to 32 letters, digits and hyphens (longer, up to 35, only
    where somebody else gave it: money that came in). A channel takes it for one payment however
    often it is sent. `at` is when it was first sent. A card or account to be verified has an amount
    of zero; that it is DONE says that the name fits, and NOT_DONE `name_mismatch` that it does not.
    A recall moves nothing: DONE says that the money is sent back, and it comes as a return.
    """

    reference: str
    operation: Operation
    amount: Money
    at: datetime
    counterparty: Counterparty | None = None
    original_reference: str | None = None  # of a refund or recall: of what
    original_at: datetime | None = None  # of a recall: when that was sent
    reason: str = ""  # of a recall: ISO 20022 ExternalCancellationReason1Code
    remittance: str = ""
    end_to_end_id: str = ""
    uetr: UUID | None = None
    debtor: Counterparty | None = None  # of a credit transfer: whose money it is


@dataclass(frozen=True, slots=True)
class SentBack:
    """By which payment of the channel's recalled money comes: to be inquired after as a return."""

    reference: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known of an instruction.

    `amount` is what the channel says it was. `redirect` is what a payer is to be shown: the content
    of a QR code, or an address. `sent_back` is there for a recall whose money is on its way.
    """

    outcome: Outcome
    channel_reference: str | None = None
    reason: ChannelReason | None = None
    settled_at: datetime | None = None
    amount: Money | None = None
    redirect: str | None = None
    sent_back: SentBack | None = None
