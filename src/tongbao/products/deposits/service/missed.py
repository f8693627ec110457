"""Notices whose day has passed without a withdrawal."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from tongbao.infra.db import WriteSession
from tongbao.kernel.events import Event
from tongbao.kernel.money import Money
from tongbao.products.deposits.domain.deposits import NoticeState
from tongbao.products.deposits.domain.products import product
from tongbao.products.deposits.events import NoticeEnded
from tongbao.products.deposits.models import DepositRow, NoticeRow


async def note_missed(
    tx: WriteSession, rows: Sequence[DepositRow], *, on: date
) -> list[NoticeEnded | Event]:
    """End the notices of some locked deposits that were for a day before `on`.

    Whoever looks first does it, the end of a day or the holder's next step, with the same result:
    the notice period of what was announced earns nothing.
    """
    by_id = {row.id: row for row in rows}
    missed = await tx.scalars(
        select(NoticeRow)
        .where(
            NoticeRow.deposit_id.in_(by_id),
            NoticeRow.state == NoticeState.OPEN.value,
            NoticeRow.draws_on < on,
        )
        .order_by(NoticeRow.id)
        .execution_options(populate_existing=True)
    )
    events: list[NoticeEnded | Event] = []
    for notice in missed:
        row = by_id[notice.deposit_id]
        end(row, notice, NoticeState.MISSED, on=on)
        events.append(told(row, notice))
    await tx.flush()
    return events


def end(row: DepositRow, notice: NoticeRow, state: NoticeState, *, on: date) -> None:
    """End a notice that was not used: its notice period earns nothing."""
    notice.state, notice.ended_on = state.value, on
    lost = min(notice.amount_minor, row.principal_minor) * product(row.product).notice_days
    row.lost_products += lost
    row.product_base += lost


def told(row: DepositRow, notice: NoticeRow) -> NoticeEnded:
    """Return the event of a notice that was not used."""
    return NoticeEnded.model_validate(
        {
            "deposit_id": row.id,
            "party_id": row.party_id,
            "product": row.product,
            "notice_id": notice.id,
            "amount": Money(notice.amount_minor, row.currency),
            "outcome": notice.state,
        }
    )
