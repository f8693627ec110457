"""Giving out account numbers."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts.domain.errors import NumbersExhausted
from tongbao.core.accounts.models import NUMBER_SERIAL, NumberRow
from tongbao.core.accounts.service.configuration import current
from tongbao.infra.db import WriteSession

TRIES_MAX: Final = 20
"""Numbers in a row that an earlier scheme may have given out already."""


async def new_number(tx: WriteSession, *, party_id: UUID, product: str, at: datetime) -> str:
    """Return a number that was never given out, and never will be again.

    `product` says for what; other modules' deposits are numbered here as well.

    Serials are not set back by a rollback, so there may be gaps. Raises `NumbersExhausted`.
    """
    scheme = current().numbers
    for _ in range(TRIES_MAX):
        serial = (await tx.execute(select(NUMBER_SERIAL.next_value()))).scalar_one()
        if serial > scheme.serial_max:
            break
        given: str | None = await tx.scalar(
            insert(NumberRow)
            .values(
                number=scheme.number(serial),
                party_id=party_id,
                product=product,
                given_at=at,
            )
            .on_conflict_do_nothing(index_elements=[NumberRow.number])
            .returning(NumberRow.number)
        )
        if given is not None:
            return given
    raise NumbersExhausted


def is_account_number(text: str) -> bool:
    """Tell whether `text` can be a number of the bank's scheme: digits, length, check digits."""
    return current().numbers.fits(text)
