"""Opening a deposit: agreement, number, ledger account, money and row in one transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.identity import service as identity
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Language
from tongbao.lib.interest.days import add_months
from tongbao.products.deposits.domain.agreements import Offer, agreement_parameters, template_of
from tongbao.products.deposits.domain.deposits import (
    LEVEL_NEEDED,
    Deposit,
    DepositState,
    Instalment,
)
from tongbao.products.deposits.domain.errors import (
    AccountNotUsable,
    AmountOutOfRange,
    InstructionNotPossible,
    LevelTooLow,
    NotOffered,
)
from tongbao.products.deposits.domain.products import (
    AMOUNT_MAX_MINOR,
    Instruction,
    Kind,
    Product,
    product,
)
from tongbao.products.deposits.domain.step_up import open_to_confirm
from tongbao.products.deposits.events import DepositOpened
from tongbao.products.deposits.models import DepositRow, InstalmentRow
from tongbao.products.deposits.service.booking import OPENING
from tongbao.products.deposits.service.rates import rate_on
from tongbao.products.deposits.service.rows import deposit_of, refresh

MANAGE: Final = "deposits:manage"


@dataclass(frozen=True, slots=True)
class NewDeposit:
    """What somebody wants to open; of a plan, `amount` is that of a month."""

    product: str
    account_id: UUID
    amount: Money
    instruction: Instruction | None = None


async def preview_agreement(
    tx: ReadSession,
    *,
    wanted: NewDeposit,
    read_by: Actor,
    at: datetime,
    language: Language = "zh",
) -> agreements.Rendered:
    """Return the agreement that `open_deposit` would sign now, with its digest.

    Raises as `open_deposit` does.
    """
    offer = await _offer(tx, wanted, actor=read_by, at=at)
    return agreements.preview(
        template=template_of(offer.product.kind),
        parameters=agreement_parameters(offer, language=language),
        language=language,
    )


async def open_deposit(
    tx: WriteSession,
    *,
    wanted: NewDeposit,
    opened_by: Actor,
    at: datetime,
    language: Language = "zh",
    text_digest: str | None = None,
    step_up_token: str | None = None,
    without_step_up: bool = False,
) -> Deposit:
    """Sign the agreement and move the money, all or nothing on the caller's transaction.

    The rate of the day holds for the whole term. A large amount is confirmed by a step-up, except
    for a request that is no customer's (`without_step_up`).

    Raises `UnknownProduct`, `accounts.UnknownAccount` (none, or not one of the actor's parties'),
    `auth.Forbidden`, `AccountNotUsable`, `NotForThisHolder`, `NotOffered`, `AmountOutOfRange`,
    `LevelTooLow`, `InstructionNotPossible`, `agreements.AgreementTextMismatch`,
    `identity.StepUpRequired`, and what the ledger refuses.
    """
    offer = await _offer(tx, wanted, actor=opened_by, at=at)
    step_up_id = None
    action = open_to_confirm(offer)
    if action is not None and not without_step_up:
        step_up_id = await identity.spend_step_up(
            tx, token=step_up_token, action=action, actor=opened_by, at=at
        )
    agreement = await agreements.sign(
        tx,
        party_id=offer.party.id,
        template=template_of(offer.product.kind),
        parameters=agreement_parameters(offer, language=language),
        language=language,
        text_digest=text_digest,
        signed_by=opened_by,
        step_up_id=step_up_id,
        at=at,
    )
    row, transaction_id = await _pay_in(tx, offer, agreement_id=agreement.id, at=at)
    opened = DepositOpened(
        deposit_id=row.id,
        party_id=row.party_id,
        product=row.product,
        account_id=row.account_id,
        amount=offer.amount,
        annual_rate=offer.fixed_rate,
        starts_on=row.starts_on,
        matures_on=row.matures_on,
        transaction_id=transaction_id,
    )
    await outbox.append(tx, [opened], at=at)
    return await deposit_of(tx, row)


async def _pay_in(
    tx: WriteSession, offer: Offer, *, agreement_id: UUID, at: datetime
) -> tuple[DepositRow, UUID]:
    """Open the deposit's ledger account, book the money onto it, and store the deposit."""
    number = await accounts.new_number(
        tx, party_id=offer.party.id, product=offer.product.code, at=at
    )
    ledger_account = await ledger.open_account(
        tx,
        asset=offer.amount.currency,
        category=ledger.Category.LIABILITY,
        name=number,
        overdraft=0,
        at=at,
    )
    deposit_id = new_id()
    transaction = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=OPENING,
        postings=(
            ledger.NewPosting(
                debit=offer.account.ledger_account_id,
                credit=ledger_account.id,
                amount=offer.amount,
            ),
        ),
        reference=number,
        metadata={"deposit_id": str(deposit_id)},
        correlation_id=deposit_id,
    )
    (result,) = await ledger.post(tx, [transaction], at=at)
    result.raise_for_refusal()
    row = new_row(
        offer,
        deposit_id=deposit_id,
        number=number,
        agreement_id=agreement_id,
        ledger_account_id=ledger_account.id,
        at=at,
    )
    tx.add(row)
    await tx.flush()
    if offer.product.kind is Kind.INSTALMENT:
        first = Instalment(0, offer.start, offer.start, offer.amount, late=False)
        tx.add(instalment_row(row.id, first, transaction.id))
        await tx.flush()
    refresh(row, await deposit_of(tx, row))
    await tx.flush()
    return row, transaction.id


def new_row(
    offer: Offer,
    *,
    deposit_id: UUID,
    number: str,
    agreement_id: UUID,
    ledger_account_id: UUID,
    at: datetime,
) -> DepositRow:
    """Return the row of a deposit just paid in; `refresh` it once its instalments are stored."""
    rate = offer.fixed_rate
    monthly = offer.product.kind is Kind.INSTALMENT
    return DepositRow(
        id=deposit_id,
        number=number,
        sequence=1,
        party_id=offer.party.id,
        account_id=offer.account.id,
        agreement_id=agreement_id,
        ledger_account_id=ledger_account_id,
        product=offer.product.code,
        product_version=offer.product.version,
        kind=offer.product.kind.value,
        holder=offer.party.kind.value,
        currency=offer.amount.currency,
        state=DepositState.OPEN.value,
        instruction=offer.instruction.value,
        principal_minor=offer.amount.minor,
        opening_minor=offer.amount.minor,
        annual_rate_trillionths=None if rate is None else rate.trillionths,
        starts_on=offer.start,
        matures_on=offer.matures_on,
        expected_minor=0,
        earning_minor=0,
        product_base=0,
        instalment_minor=offer.amount.minor if monthly else None,
        paid_count=0,
        next_due_on=None,
        lapses_on=None,
        lapsed_on=None,
        lost_products=0,
        reduced_products=0,
        part_broken=False,
        accrued_minor=0,
        accrued_through=date.fromordinal(offer.start.toordinal() - 1),
        renewed_from=None,
        opened_at=at,
        ended_on=None,
    )


def instalment_row(deposit_id: UUID, paid: Instalment, transaction_id: UUID) -> InstalmentRow:
    """Return the row of an instalment."""
    return InstalmentRow(
        deposit_id=deposit_id,
        number=paid.number,
        due_on=paid.due_on,
        paid_on=paid.paid_on,
        amount_minor=paid.amount.minor,
        late=paid.late,
        transaction_id=transaction_id,
    )


async def _offer(tx: ReadSession, wanted: NewDeposit, *, actor: Actor, at: datetime) -> Offer:
    """Check everything that must hold before signing, and gather what the agreement says."""
    chosen = product(wanted.product)
    account = await accounts.get(tx, wanted.account_id)
    actor.check(
        MANAGE,
        party_id=account.party_id,
        unknown=accounts.UnknownAccount(account=wanted.account_id),
    )
    party = await parties.get(tx, account.party_id)
    currency = wanted.amount.currency
    check_amount(chosen, party.kind, wanted.amount)
    if account.currency != currency or account.status is not accounts.DepositAccountStatus.OPEN:
        raise AccountNotUsable(currency=currency)
    if party.level < LEVEL_NEEDED:
        raise LevelTooLow(needed=LEVEL_NEEDED)
    start = business_date(at)
    return Offer(
        product=chosen,
        party=party,
        account=account,
        amount=wanted.amount,
        annual_rate=await posted_rate(tx, chosen, currency, start),
        instruction=check_instruction(chosen, wanted.instruction),
        start=start,
        matures_on=add_months(start, chosen.months) if chosen.months else None,
    )


def check_amount(chosen: Product, holder: parties.PartyKind, amount: Money) -> None:
    """Raise `NotForThisHolder`, `NotOffered` or `AmountOutOfRange`."""
    minimum = chosen.terms_for(holder, amount.currency).minimum
    # All instalments of a plan together are bounded as well.
    maximum = AMOUNT_MAX_MINOR // (chosen.months if chosen.kind is Kind.INSTALMENT else 1)
    if not minimum <= amount.minor <= maximum:
        raise AmountOutOfRange(
            minimum=str(Money(minimum, amount.currency)),
            maximum=str(Money(maximum, amount.currency)),
        )


def check_instruction(chosen: Product, wanted: Instruction | None) -> Instruction:
    """Return what is done at maturity, the product's first where nothing was said.

    Raises `InstructionNotPossible`.
    """
    if wanted is None:
        return chosen.instructions[0]
    if wanted not in chosen.instructions:
        raise InstructionNotPossible(possible=", ".join(each for each in chosen.instructions))
    return wanted


async def posted_rate(tx: ReadSession, chosen: Product, currency: str, on: date) -> Rate:
    """Return the rate of a day. Raises `NotOffered`."""
    rate = await rate_on(tx, product=chosen.code, currency=currency, on=on)
    if rate is None:
        raise NotOffered(product=chosen.code, currency=currency)
    return rate
