"""Linking a party's own bank cards, and having it shown that they are theirs."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.channels.service import CounterpartyKind, Operation
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import Kind, NoRoute, PaymentId, PaymentOrder, Status
from tongbao.core.payments.domain.cards import (
    CARDS_MAX,
    LINKED_A_DAY_MAX,
    MICRO_MINOR_MAX,
    TRIES_MAX,
    Card,
    CardLinked,
    CardNotVerified,
    CardStatus,
    MicroAmountWrong,
    NothingToVerify,
    TooManyCards,
    UnknownCard,
    clean_card_number,
    shown,
)
from tongbao.core.payments.domain.life import Why
from tongbao.core.payments.models import CardRow, PaymentOrderRow
from tongbao.core.payments.service.authority import INITIATE
from tongbao.core.payments.service.orders import gates
from tongbao.core.payments.service.orders.instructing import NUMBER_SEALED
from tongbao.core.payments.service.orders.moving import create, move
from tongbao.core.payments.service.orders.sending import reserve
from tongbao.infra import crypto
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

NUMBER_BLIND = "payments_card.number_blind"
CURRENCY = "CNY"
_ONE_DAY = timedelta(days=1)


async def link_card(
    tx: WriteSession, *, party_id: UUID, number: str, linked_by: Actor, at: datetime
) -> Card:
    """Link a card in the party's own name, and pay a small amount to it.

    Raises `parties.UnknownParty`, `auth.Forbidden`, `CardMalformed`, `CardLinked`, `TooManyCards`,
    and `NoRoute` where no channel reaches cards now.
    """
    unknown = parties.UnknownParty(party_id=party_id)
    linked_by.check(INITIATE, party_id=party_id, unknown=unknown)
    digits = clean_card_number(number)
    party = await parties.get(tx, party_id)
    await _check_number_of_cards(tx, party_id, at=at)
    card_id = new_id()
    box = await crypto.box(tx, owner=party_id)
    stored = await tx.scalar(
        insert(CardRow)
        .values(
            id=card_id,
            party_id=party_id,
            number_sealed=box.seal(digits, field=NUMBER_SEALED, row=card_id),
            number_blind=crypto.blind(digits, field=NUMBER_BLIND),
            shown=shown(digits),
            holder_name=party.name,
            status=CardStatus.UNVERIFIED.value,
            tries_left=TRIES_MAX,
            linked_by=linked_by.id,
            linked_at=at,
        )
        .on_conflict_do_nothing()
        .returning(CardRow.id)
    )
    if stored is None:
        raise CardLinked
    card = _card(await tx.get_one(CardRow, card_id))
    await _pay_micro_amount(tx, card, by=linked_by, at=at)
    return card


async def verify_card(
    tx: WriteSession, card_id: UUID, *, amount: Money, verified_by: Actor, at: datetime
) -> tuple[Card, MicroAmountWrong | None]:
    """Take what somebody says was paid to a card; return the card, and a refusal if it was not.

    The try is counted either way, so a refusal is returned and not raised; after the last one the
    card is removed. Raises `UnknownCard`, `auth.Forbidden`, `NothingToVerify`.
    """
    row = await _own(tx, card_id, verified_by, lock=True)
    paid = await tx.scalar(
        select(PaymentOrderRow.amount_minor).where(
            PaymentOrderRow.card_id == card_id,
            PaymentOrderRow.kind == Kind.VERIFICATION.value,
            PaymentOrderRow.status == Status.SETTLED.value,
        )
    )
    if row.status != CardStatus.UNVERIFIED.value or paid is None:
        raise NothingToVerify
    if amount == Money(paid, CURRENCY):
        row.status, row.verified_at = CardStatus.VERIFIED.value, at
        await tx.flush()
        return _card(row), None
    row.tries_left -= 1
    if row.tries_left == 0:
        row.status, row.removed_at = CardStatus.REMOVED.value, at
    await tx.flush()
    return _card(row), MicroAmountWrong(tries_left=row.tries_left)


async def remove_card(tx: WriteSession, card_id: UUID, *, removed_by: Actor, at: datetime) -> None:
    """Unlink a card; what is under way with it goes on. Raises `UnknownCard`, `auth.Forbidden`."""
    row = await _own(tx, card_id, removed_by, lock=True)
    row.status, row.removed_at = CardStatus.REMOVED.value, at
    await tx.flush()


async def cards_of(tx: ReadSession, party_id: UUID) -> list[Card]:
    """Return the linked cards of a party, the latest first."""
    rows = await tx.scalars(
        select(CardRow)
        .where(CardRow.party_id == party_id, CardRow.status != CardStatus.REMOVED.value)
        .order_by(CardRow.id.desc())
        .limit(CARDS_MAX)
    )
    return [_card(row) for row in rows]


async def verified_card(tx: WriteSession, card_id: UUID, *, party_id: UUID, actor: Actor) -> Card:
    """Return a party's own card to pay with. Raises `UnknownCard`, `CardNotVerified`."""
    row = await _own(tx, card_id, actor, lock=False)
    if row.party_id != party_id:
        raise UnknownCard
    if row.status != CardStatus.VERIFIED.value:
        raise CardNotVerified
    return _card(row)


async def _own(tx: WriteSession, card_id: UUID, actor: Actor, *, lock: bool) -> CardRow:
    query = select(CardRow).where(CardRow.id == card_id, CardRow.status != CardStatus.REMOVED.value)
    if lock:
        query = query.with_for_update()
    row = await tx.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise UnknownCard
    actor.check(INITIATE, party_id=row.party_id, unknown=UnknownCard())
    return row


async def _check_number_of_cards(tx: WriteSession, party_id: UUID, *, at: datetime) -> None:
    """Raise `TooManyCards`; removed ones count for the day, as each costs the bank its amount."""
    counted = await tx.execute(
        select(
            func.count().filter(CardRow.status != CardStatus.REMOVED.value),
            func.count().filter(CardRow.linked_at > at - _ONE_DAY),
        ).where(CardRow.party_id == party_id)
    )
    kept, today = counted.one()
    if kept >= CARDS_MAX or today >= LINKED_A_DAY_MAX:
        raise TooManyCards(a_day=LINKED_A_DAY_MAX, all=CARDS_MAX)


async def _pay_micro_amount(tx: WriteSession, card: Card, *, by: Actor, at: datetime) -> None:
    """Order a small amount of the bank's own to be paid to a card. Raises `NoRoute`."""
    payment_id = PaymentId(new_id())
    order = PaymentOrder(
        id=payment_id,
        kind=Kind.VERIFICATION,
        status=Status.CREATED,
        reason=None,
        debtor_account_id=None,
        debtor_account_number="-",
        debtor_name="-",
        creditor_account_id=None,
        creditor_account_number=card.shown,
        creditor_name=card.holder_name,
        amount=Money(1 + secrets.randbelow(MICRO_MINOR_MAX), CURRENCY),
        end_to_end_id=payment_id.hex,
        remittance=None,
        transaction_id=None,
        initiated_by=by.id,
        initiated_at=at,
        card_id=card.id,
    )
    route = await gates.routed(
        tx, order, operation=Operation.PAY_OUT, kind=CounterpartyKind.CARD, at=at
    )
    if isinstance(route, NoRoute):
        raise route
    order = await create(tx, order, by=by.id, at=at)
    order = await move(tx, order, Status.SCREENED, why=Why.SCREENED, at=at)
    await reserve(tx, order, channel=route.channels[0], at=at)


def _card(row: CardRow) -> Card:
    return Card(
        id=row.id,
        party_id=row.party_id,
        shown=row.shown,
        holder_name=row.holder_name,
        status=CardStatus(row.status),
        tries_left=row.tries_left,
        linked_at=row.linked_at,
        verified_at=row.verified_at,
    )
