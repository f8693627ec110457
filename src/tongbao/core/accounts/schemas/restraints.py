"""API shapes of restraints."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.accounts.domain.restraints import (
    AUTHORITY_WORDS,
    Authority,
    Held,
    Restraint,
    Stop,
)
from tongbao.core.accounts.schemas.base import ACCOUNT_ID, NUMBER, RESTRAINT_ID, Shape
from tongbao.kernel.clock import business_date
from tongbao.kernel.date_schema import IsoMoment
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language, Text

Words = Annotated[str, Field(min_length=1, max_length=500)]
DocumentNumber = Annotated[
    str, Field(min_length=1, max_length=100, description="Number of the document (文书号)")
]
_DOCUMENT: Final = "(2026)浙0106执1234号"
_LAW: Final = Text(zh="有权机关", en="an authority")
_SAID: Final = {
    Stop.AMOUNT: Text(
        zh="{who}依法冻结 {amount}（{until}），这部分暂时不能转出，其余照常使用。",
        en="{who} has frozen {amount} ({until}); it cannot leave for now, the rest is as usual.",
    ),
    Stop.DEBIT: Text(
        zh="{who}已要求暂停付款（{until}），可以照常收款。",
        en="{who} has stopped payments out ({until}); money can still come in.",
    ),
    Stop.CREDIT: Text(
        zh="{who}已要求暂停收款（{until}），可以照常付款。",
        en="{who} has stopped payments in ({until}); money can still be paid out.",
    ),
    Stop.ALL: Text(
        zh="{who}已要求暂停收付款（{until}），账上的钱不受影响。",
        en="{who} has stopped payments in and out ({until}); the money is as it was.",
    ),
}


class NewRestraint(Shape):
    """A restraint that somebody ordered; a second member of staff approves it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "stop": "amount",
                    "authority": "court",
                    "ordered_by": "杭州市西湖区人民法院",
                    "document_number": _DOCUMENT,
                    "reason": "执行案件冻结",
                    "amount": {"amount": "1000.00", "currency": "CNY"},
                    "until_at": "2027-03-01T16:00:00Z",
                }
            ]
        }
    )

    stop: Annotated[
        Stop,
        Field(
            description=(
                "debit: pays nothing; credit: receives nothing; all: neither;"
                " amount: so much may not leave, and is caught as it comes"
            )
        ),
    ]
    authority: Authority
    ordered_by: Annotated[str, Field(max_length=200, description="Who ordered it (决定机关)")] = ""
    document_number: DocumentNumber
    reason: Words
    amount: Annotated[MoneyField | None, Field(description="For `amount`")] = None
    from_at: Annotated[IsoMoment | None, Field(description="Left out: from its approval on")] = None
    until_at: Annotated[
        IsoMoment | None, Field(description="Exclusive; only the bank's own may have no end")
    ] = None
    told: Annotated[
        bool, Field(description="False: the law forbids telling the holder by whom and why")
    ] = True


class NewExtension(Shape):
    """A restraint that is to bind longer (续行); it keeps its rank."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "until_at": "2028-02-01T16:00:00Z",
                    "document_number": _DOCUMENT,
                    "reason": "续行冻结",
                }
            ]
        }
    )

    until_at: IsoMoment
    document_number: DocumentNumber
    reason: Words


class NewRelease(Shape):
    """Why a restraint ends before its time."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"document_number": _DOCUMENT, "reason": "解除冻结"}]}
    )

    document_number: DocumentNumber | None = None
    reason: Words


class NewDeduction(Shape):
    """What is deducted (扣划) from what a restraint keeps, and to which account here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"amount": "600.00", "currency": "CNY"},
                    "to_account_number": NUMBER,
                    "document_number": _DOCUMENT,
                    "reason": "执行扣划",
                }
            ]
        }
    )

    amount: MoneyField
    to_account_number: Annotated[str, Field(pattern=r"^[0-9]{8,34}$")]
    document_number: DocumentNumber
    reason: Words


class RestraintBrief(Shape):
    """That something is restrained, in plain words."""

    model_config = ConfigDict(
        title="RestraintBrief",
        json_schema_extra={
            "examples": [
                {"stop": "debit", "until_at": None, "words": "本行已要求暂停付款（期限未定）……"}
            ]
        },
    )

    stop: Stop
    until_at: datetime | None
    words: str

    @classmethod
    def of_restraint(cls, restraint: Restraint, language: Language) -> "RestraintBrief":
        """Return the shape of a restraint."""
        order = restraint.order
        return cls(stop=order.stop, until_at=order.until_at, words=words_of(restraint, language))


class RestraintOut(RestraintBrief):
    """A restraint. Staff see all of it; its holder what the law lets them see, masked."""

    model_config = ConfigDict(
        title="Restraint",
        json_schema_extra={
            "examples": [
                {
                    "id": RESTRAINT_ID,
                    "account_id": ACCOUNT_ID,
                    "rank": 1,
                    "stop": "amount",
                    "authority": "court",
                    "ordered_by": "杭州市西湖区人民法院",
                    "document_number": "****234号",
                    "reason": None,
                    "amount": {"amount": "1000.00", "currency": "CNY"},
                    "left": {"amount": "1000.00", "currency": "CNY"},
                    "holds": {"amount": "800.00", "currency": "CNY"},
                    "from_at": "2026-03-02T04:00:00Z",
                    "until_at": "2027-03-01T16:00:00Z",
                    "words": "人民法院依法冻结 1000.00 CNY（至2027-03-02）……",
                }
            ]
        },
    )

    id: UUID
    account_id: UUID
    rank: Annotated[int, Field(description="Place on this account, the first order is 1")]
    authority: Authority | None
    ordered_by: str | None
    document_number: str | None
    reason: str | None
    amount: Annotated[MoneyField | None, Field(description="As ordered")]
    left: Annotated[MoneyField | None, Field(description="What was not deducted yet")]
    holds: Annotated[
        MoneyField | None, Field(description="What it keeps now, behind the earlier ones")
    ]
    from_at: datetime

    @classmethod
    def of(cls, held: Held, *, rank: int, language: Language, whole: bool) -> "RestraintOut":
        """Return the shape of a restraint; `whole` for staff."""
        restraint, order = held.restraint, held.restraint.order
        shown = whole or order.told
        number = order.document_number
        return cls(
            id=restraint.id,
            account_id=restraint.account_id,
            rank=rank,
            stop=order.stop,
            authority=order.authority if shown else None,
            ordered_by=order.ordered_by or None if shown else None,
            document_number=number if whole else f"****{number[-4:]}" if shown else None,
            reason=order.reason if whole else None,
            amount=order.amount,
            left=restraint.amount,
            holds=held.holds,
            from_at=order.from_at,
            until_at=order.until_at,
            words=words_of(restraint, language),
        )


def words_of(restraint: Restraint, language: Language) -> str:
    """Return what a restraint means for whoever holds the account."""
    order = restraint.order
    if order.until_at is None:
        until = Text(zh="期限未定", en="until further notice")
    else:
        day = business_date(order.until_at).isoformat()
        until = Text(zh=f"至{day}", en=f"until {day}")
    who = AUTHORITY_WORDS[order.authority] if order.told else _LAW
    said = _SAID[order.stop].say(language, who=who, until=until, amount=str(restraint.amount))
    return said[:1].upper() + said[1:]
