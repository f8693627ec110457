"""The right to erasure, and what the law keeps all the same."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.core.identity.service import Action
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

YEARS_AFTER_THE_RELATION: Final = 5
"""Anti-Money-Laundering Law, article 34 (2025): customer files, after the relation has ended."""


class KeptFor(StrEnum):
    """Why data must be kept."""

    OPEN_ACCOUNT = "open_account"
    RUNNING_LOAN = "running_loan"
    CUSTOMER_FILE = "customer_file"


WORDS: Final = {
    KeptFor.OPEN_ACCOUNT: Text(zh="账户尚未销户", en="an account is open"),
    KeptFor.RUNNING_LOAN: Text(zh="贷款尚未结清", en="a loan is running"),
    KeptFor.CUSTOMER_FILE: Text(
        zh="反洗钱法要求在业务关系结束后保存客户资料至少五年",
        en="the Anti-Money-Laundering Law has customer files kept for five years after the end",
    ),
}


@dataclass(frozen=True, slots=True)
class Hold:
    """Something that keeps data; `until` is None while nobody can say."""

    ground: KeptFor
    until: datetime | None = None


class ErasureHeld(TongbaoError):
    """The law has the data kept; nothing was erased."""

    code = "privacy.erasure_held"
    kind = Kind.REFUSED
    title = Text(zh="依法须继续保存", en="The law has it kept")
    detail = Text(
        zh="暂不能删除；原因与期限见 holds。", en="It cannot be erased yet; see holds for why."
    )


def file_hold(*, was_customer: bool, closed_at: datetime | None, at: datetime) -> Hold | None:
    """Return what keeps the file of a party at an instant; None: it was never a customer's."""
    if not was_customer:
        return None
    if closed_at is None:
        return Hold(KeptFor.CUSTOMER_FILE)
    until = _years_after(closed_at)
    return Hold(KeptFor.CUSTOMER_FILE, until) if at < until else None


def _years_after(moment: datetime) -> datetime:
    year = moment.year + YEARS_AFTER_THE_RELATION
    try:
        return moment.replace(year=year)
    except ValueError:  # 29 February
        return moment.replace(year=year, month=3, day=1)


def erase_action(party_id: UUID) -> Action:
    """Return what people confirm by step-up before data on them is erased."""
    return Action(kind="privacy.erase", facts={"party_id": str(party_id)})
