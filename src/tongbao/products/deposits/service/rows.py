"""Between rows and values."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from tongbao.core.parties.service import PartyKind
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money, Rate
from tongbao.products.deposits.domain.deposits import (
    Deposit,
    DepositId,
    DepositState,
    Instalment,
    Notice,
    NoticeState,
    lapse_date,
    next_due,
)
from tongbao.products.deposits.domain.errors import DepositEnded, UnknownDeposit
from tongbao.products.deposits.domain.products import Instruction, Kind, product
from tongbao.products.deposits.domain.settling import contract_interest
from tongbao.products.deposits.models import DepositRow, InstalmentRow, NoticeRow


async def locked(tx: WriteSession, deposit_id: UUID) -> DepositRow:
    """Return a deposit held against everybody else until the transaction ends.

    Raises `UnknownDeposit`.
    """
    row = await tx.scalar(
        select(DepositRow)
        .where(DepositRow.id == deposit_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownDeposit
    return row


def require_money(row: DepositRow) -> None:
    """Raise `DepositEnded` unless the deposit holds money."""
    if not DepositState(row.state).holds_money:
        raise DepositEnded(state=row.state)


async def deposits_of(tx: ReadSession, rows: Sequence[DepositRow]) -> list[Deposit]:
    """Return the deposits of some rows, with instalments and open notices, in that order."""
    plans = [row.id for row in rows if row.kind == Kind.INSTALMENT]
    announced = [row.id for row in rows if row.kind == Kind.NOTICE]
    instalments = await _instalments(tx, plans)
    notices = await _notices(tx, announced)
    return [_deposit(row, instalments.get(row.id, ()), notices.get(row.id, ())) for row in rows]


async def deposit_of(tx: ReadSession, row: DepositRow) -> Deposit:
    """Return the deposit a row holds."""
    (found,) = await deposits_of(tx, [row])
    return found


def refresh(row: DepositRow, deposit: Deposit) -> None:
    """Bring what accrual and the steps look at up to what the deposit is now."""
    if not DepositState(row.state).holds_money:
        row.earning_minor = row.expected_minor = row.product_base = 0
        row.next_due_on = row.lapses_on = None
        return
    match deposit.kind:
        case Kind.TIME:
            assert deposit.annual_rate is not None, "a time deposit has a rate"
            assert deposit.matures_on is not None, "and a maturity"
            row.earning_minor = deposit.principal.minor
            row.expected_minor = contract_interest(
                deposit.principal,
                deposit.annual_rate,
                start=deposit.starts_on,
                end=deposit.matures_on,
            ).interest.minor
        case Kind.INSTALMENT:
            in_time = [each for each in deposit.instalments if not each.late]
            row.earning_minor = sum(each.amount.minor for each in in_time)
            row.product_base = sum(
                each.amount.minor * (each.paid_on - deposit.starts_on).days for each in in_time
            )
            months, paid = deposit.product.months, len(deposit.instalments)
            row.paid_count = paid
            row.next_due_on = next_due(deposit.starts_on, months, paid, deposit.lapsed_on)
            row.lapses_on = lapse_date(deposit.starts_on, months, paid) if row.next_due_on else None
        case Kind.NOTICE:
            row.earning_minor = deposit.principal.minor
            row.product_base = deposit.lost + deposit.reduced


async def _instalments(
    tx: ReadSession, deposit_ids: Collection[UUID]
) -> dict[UUID, tuple[Instalment, ...]]:
    if not deposit_ids:
        return {}
    rows = await tx.execute(
        select(InstalmentRow, DepositRow.currency)
        .join(DepositRow, DepositRow.id == InstalmentRow.deposit_id)
        .where(InstalmentRow.deposit_id.in_(deposit_ids))
        .order_by(InstalmentRow.deposit_id, InstalmentRow.number)
    )
    found: dict[UUID, tuple[Instalment, ...]] = {}
    for row, currency in rows:
        one = Instalment(
            number=row.number,
            due_on=row.due_on,
            paid_on=row.paid_on,
            amount=Money(row.amount_minor, currency),
            late=row.late,
        )
        found[row.deposit_id] = (*found.get(row.deposit_id, ()), one)
    return found


async def _notices(
    tx: ReadSession, deposit_ids: Collection[UUID]
) -> dict[UUID, tuple[Notice, ...]]:
    if not deposit_ids:
        return {}
    rows = await tx.execute(
        select(NoticeRow, DepositRow.currency)
        .join(DepositRow, DepositRow.id == NoticeRow.deposit_id)
        .where(NoticeRow.deposit_id.in_(deposit_ids), NoticeRow.state == NoticeState.OPEN.value)
        .order_by(NoticeRow.deposit_id, NoticeRow.id)
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, tuple[Notice, ...]] = {}
    for row, currency in rows:
        one = Notice(
            id=row.id,
            amount=Money(row.amount_minor, currency),
            given_on=row.given_on,
            draws_on=row.draws_on,
            state=NoticeState(row.state),
        )
        found[row.deposit_id] = (*found.get(row.deposit_id, ()), one)
    return found


def _deposit(
    row: DepositRow, instalments: tuple[Instalment, ...], notices: tuple[Notice, ...]
) -> Deposit:
    rate = row.annual_rate_trillionths
    return Deposit(
        id=DepositId(row.id),
        number=row.number,
        sequence=row.sequence,
        party_id=row.party_id,
        account_id=row.account_id,
        agreement_id=row.agreement_id,
        ledger_account_id=row.ledger_account_id,
        product=product(row.product),
        holder=PartyKind(row.holder),
        state=DepositState(row.state),
        principal=Money(row.principal_minor, row.currency),
        opening_amount=Money(row.opening_minor, row.currency),
        annual_rate=None if rate is None else Rate(rate),
        starts_on=row.starts_on,
        matures_on=row.matures_on,
        instruction=Instruction(row.instruction),
        opened_at=row.opened_at,
        ended_on=row.ended_on,
        paid_count=row.paid_count,
        lapsed_on=row.lapsed_on,
        instalments=instalments,
        lost=row.lost_products,
        reduced=row.reduced_products,
        part_broken=row.part_broken,
        accrued_minor=row.accrued_minor,
        accrued_through=row.accrued_through,
        renewed_from=row.renewed_from,
        notices=notices,
    )
