"""Transfers as they are asked for, many at a time."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from tongbao.core.payments.domain import PaymentId
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.records import quickly_made
from tongbao.kernel.text import Text

BATCH_MAX: Final = 1_000


@quickly_made
@dataclass(frozen=True, slots=True)
class NewTransfer:
    """A transfer that somebody wants; without an `end_to_end_id` its own id serves."""

    debtor_account_id: UUID
    creditor_account_number: str
    creditor_name: str
    amount: Money
    remittance: str | None = None
    end_to_end_id: str | None = None
    step_up_token: str | None = None
    id: PaymentId = field(default_factory=lambda: PaymentId(new_id()))


class BatchRefused(TongbaoError):
    """Nothing is wrong with this payment; another one of its batch was refused."""

    code = "payments.batch_refused"
    kind = Kind.REFUSED
    title = Text(zh="同批其他付款未通过，本笔未执行", en="Another payment of the batch was refused")
    detail = Text(
        zh="整批付款要么全部执行，要么全部不执行；本笔没有问题",
        en="All of the batch is paid or nothing; there is nothing wrong with this one",
    )


def are_distinct(orders: Collection[NewTransfer]) -> bool:
    """Tell whether no two orders have the same id."""
    return len({order.id for order in orders}) == len(orders)
