"""Deposits as their holders see them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.agreements.service import Rendered
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField, RateField
from tongbao.kernel.text import Language
from tongbao.products.deposits.domain.deposits import Deposit, DepositState, Notice, due_date
from tongbao.products.deposits.domain.products import Instruction, Kind
from tongbao.products.deposits.domain.views import Certificate, Payout, Standing
from tongbao.products.deposits.schemas.base import InterestLineOut, SettlementOut, Shape


class DepositAgreementOut(Shape):
    """The agreement that would be signed, word for word, and its digest to send back."""

    model_config = ConfigDict(title="DepositAgreement")

    template: str
    template_version: str
    language: Language
    text: str
    text_digest: str

    @classmethod
    def of(cls, rendered: Rendered) -> "DepositAgreementOut":
        """Return the shape of a rendered text."""
        return cls(
            template=rendered.template,
            template_version=rendered.template_version,
            language=rendered.language,
            text=rendered.text,
            text_digest=rendered.digest,
        )


class DepositOut(Shape):
    """A deposit."""

    model_config = ConfigDict(title="Deposit")

    id: UUID
    number: Annotated[
        str, Field(description="In the bank's scheme of account numbers; a renewal keeps it")
    ]
    sequence: Annotated[int, Field(description="1, and one more with each renewal")]
    party_id: UUID
    account_id: Annotated[UUID, Field(description="The settlement account")]
    agreement_id: UUID
    product: str
    kind: Kind
    title: str
    state: DepositState
    principal: Annotated[MoneyField, Field(description="What is on it now")]
    opening_amount: MoneyField
    annual_rate: Annotated[
        RateField | None, Field(description="Fixed at opening; null for a notice deposit")
    ]
    starts_on: date
    matures_on: date | None
    instruction: Instruction
    opened_at: datetime
    ended_on: date | None
    renewed_from: UUID | None

    @classmethod
    def of(cls, deposit: Deposit, language: Language) -> "DepositOut":
        """Return the shape of a deposit."""
        return cls(**_facts(deposit, language))


class DepositNoticeOut(Shape):
    """A withdrawal announced."""

    model_config = ConfigDict(title="DepositNotice")

    id: UUID
    amount: MoneyField
    given_on: date
    draws_on: date

    @classmethod
    def of(cls, notice: Notice) -> "DepositNoticeOut":
        """Return the shape of a notice."""
        return cls(
            id=notice.id,
            amount=notice.amount,
            given_on=notice.given_on,
            draws_on=notice.draws_on,
        )


class InstalmentOut(Shape):
    """One instalment of a plan; not paid yet without `paid_on`."""

    model_config = ConfigDict(title="DepositInstalment")

    number: Annotated[int, Field(description="Counted from 0: the first one opens the plan")]
    due_on: date
    amount: MoneyField
    paid_on: date | None
    late: Annotated[bool, Field(description="Paid after the plan lapsed: at the demand rate")]


class PayoutOut(Shape):
    """What was paid, and the arithmetic of it."""

    model_config = ConfigDict(title="DepositPayout")

    id: UUID
    reason: Annotated[str, Field(description="matured, renewed, broken, broken_part or drawn")]
    paid_on: date
    principal: MoneyField
    interest: MoneyField
    lines: list[InterestLineOut]
    transaction_id: Annotated[UUID | None, Field(description="In the ledger; null: nothing moved")]

    @classmethod
    def of(cls, payout: Payout) -> "PayoutOut":
        """Return the shape of a payout."""
        return cls(
            id=payout.id,
            reason=payout.reason,
            paid_on=payout.paid_on,
            principal=payout.principal,
            interest=payout.interest,
            lines=[
                InterestLineOut.model_validate(
                    {
                        **line,
                        "interest": Money.parse(line["interest"], payout.interest.currency),
                    }
                )
                for line in payout.lines
            ],
            transaction_id=payout.transaction_id,
        )


class DepositDetail(DepositOut):
    """A deposit with its schedule, what it has earned and what it would pay."""

    model_config = ConfigDict(title="DepositDetail")

    instalments: list[InstalmentOut]
    lapsed_on: date | None
    notice: DepositNoticeOut | None
    earned: Annotated[
        MoneyField | None, Field(description="By the end of the day before, as it is accrued")
    ]
    withdrawn_today: Annotated[
        SettlementOut | None, Field(description="What withdrawing everything now would pay")
    ]
    at_maturity: Annotated[
        SettlementOut | None, Field(description="What the term pays on what is paid in so far")
    ]
    payouts: list[PayoutOut]

    @classmethod
    def with_all(cls, standing: Standing, language: Language) -> "DepositDetail":
        """Return the shape of a deposit's standing."""
        deposit, notice = standing.deposit, standing.deposit.open_notice
        today, at_maturity = standing.today, standing.at_maturity
        return cls(
            **_facts(deposit, language),
            instalments=_schedule(deposit),
            lapsed_on=deposit.lapsed_on,
            notice=None if notice is None else DepositNoticeOut.of(notice),
            earned=standing.earned,
            withdrawn_today=None if today is None else SettlementOut.of(today),
            at_maturity=None if at_maturity is None else SettlementOut.of(at_maturity),
            payouts=[PayoutOut.of(each) for each in standing.payouts],
        )


class DepositsOut(Shape):
    """A page of deposits, newest first."""

    model_config = ConfigDict(title="Deposits")

    items: list[DepositOut]
    next: str | None


class DepositCertificateOut(Shape):
    """What a certificate of deposit says."""

    model_config = ConfigDict(title="DepositCertificate")

    holder_name: str
    as_of: date
    principal: MoneyField
    earned: Annotated[MoneyField, Field(description="Accrued by the end of the day before")]
    deposit: DepositOut

    @classmethod
    def of(cls, certificate: Certificate, language: Language) -> "DepositCertificateOut":
        """Return the shape of a certificate's facts."""
        return cls(
            holder_name=certificate.holder_name,
            as_of=certificate.as_of,
            principal=certificate.principal,
            earned=certificate.earned,
            deposit=DepositOut.of(certificate.deposit, language),
        )


class WithdrawnOut(Shape):
    """What was paid, and the deposit after it."""

    model_config = ConfigDict(title="DepositWithdrawn")

    paid: SettlementOut
    deposit: DepositOut


def _facts(deposit: Deposit, language: Language) -> dict[str, object]:
    return {
        "id": deposit.id,
        "number": deposit.number,
        "sequence": deposit.sequence,
        "party_id": deposit.party_id,
        "account_id": deposit.account_id,
        "agreement_id": deposit.agreement_id,
        "product": deposit.product.code,
        "kind": deposit.kind,
        "title": deposit.product.title.say(language),
        "state": deposit.state,
        "principal": deposit.principal,
        "opening_amount": deposit.opening_amount,
        "annual_rate": deposit.annual_rate,
        "starts_on": deposit.starts_on,
        "matures_on": deposit.matures_on,
        "instruction": deposit.instruction,
        "opened_at": deposit.opened_at,
        "ended_on": deposit.ended_on,
        "renewed_from": deposit.renewed_from,
    }


def _schedule(deposit: Deposit) -> list[InstalmentOut]:
    """Return every instalment of a plan, paid and to come."""
    if deposit.kind is not Kind.INSTALMENT:
        return []
    paid = {each.number: each for each in deposit.instalments}
    return [
        InstalmentOut(
            number=number,
            due_on=due_date(deposit.starts_on, number),
            amount=deposit.opening_amount,
            paid_on=paid[number].paid_on if number in paid else None,
            late=number in paid and paid[number].late,
        )
        for number in range(deposit.product.months)
    ]
