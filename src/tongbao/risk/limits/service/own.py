"""What holds for one customer alone: a lower maximum of their own, or a raise for a time."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, update

from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.risk.limits.domain import RAISE_HOURS_MAX, NotLower, RaiseRefused, counted
from tongbao.risk.limits.events import LimitRaised
from tongbao.risk.limits.models import OwnMaximumRow
from tongbao.risk.limits.service.rules import get


async def lower(
    tx: WriteSession,
    *,
    party_id: UUID,
    rule_code: str,
    maximum: int | None,
    set_by: UUID,
    at: datetime,
) -> None:
    """Let a party have less of a rule than the bank allows; None takes that back.

    Whoever asks for taking it back, or for more than before, has confirmed it elsewhere. Raises
    `UnknownRule` and `NotLower`.
    """
    rule = await get(tx, rule_code, at=at)
    if maximum is not None and not 0 <= maximum <= rule.maximum:
        raise NotLower(maximum=counted(rule, rule.maximum))
    await tx.execute(
        update(OwnMaximumRow)
        .where(
            OwnMaximumRow.party_id == party_id,
            OwnMaximumRow.rule_code == rule_code,
            OwnMaximumRow.kind == "lowered",
            OwnMaximumRow.valid_until.is_(None),
        )
        .values(valid_until=at)
    )
    if maximum is not None:
        await _insert(
            tx, kind="lowered", party_id=party_id, rule_code=rule_code, maximum=maximum,
            until=None, set_by=set_by, at=at,
        )  # fmt: skip


async def raise_for_a_time(
    tx: WriteSession,
    *,
    party_id: UUID,
    rule_code: str,
    maximum: int,
    until: datetime,
    set_by: UUID,
    at: datetime,
) -> None:
    """Let a party have more of a rule for some hours; whoever asks has confirmed it by a step-up.

    Raises `UnknownRule`, and `RaiseRefused` beyond the rule's `raise_maximum` or `RAISE_HOURS_MAX`.
    """
    rule = await get(tx, rule_code, at=at)
    highest = rule.maximum if rule.raise_maximum is None else rule.raise_maximum
    if not rule.maximum < maximum <= highest or not at < until <= at + timedelta(
        hours=RAISE_HOURS_MAX
    ):
        raise RaiseRefused(maximum=counted(rule, highest), hours=RAISE_HOURS_MAX)
    await _insert(
        tx, kind="raised", party_id=party_id, rule_code=rule_code, maximum=maximum, until=until,
        set_by=set_by, at=at,
    )  # fmt: skip
    await outbox.append(tx, [LimitRaised(party_id=party_id, rule_code=rule_code)], at=at)


async def _insert(
    tx: WriteSession,
    *,
    kind: str,
    party_id: UUID,
    rule_code: str,
    maximum: int,
    until: datetime | None,
    set_by: UUID,
    at: datetime,
) -> None:
    await tx.execute(
        insert(OwnMaximumRow).values(
            id=new_id(),
            party_id=party_id,
            rule_code=rule_code,
            kind=kind,
            maximum=maximum,
            valid_from=at,
            valid_until=until,
            set_by=set_by,
        )
    )
