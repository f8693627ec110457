"""Rules in versions: what holds, and what is to hold from now on."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession, Writing
from tongbao.kernel.money import Money
from tongbao.kernel.rate import Rate
from tongbao.kernel.text import Text
from tongbao.risk.limits.domain import Dimension, Measure, Rule, RuleWrong, UnknownRule, Window
from tongbao.risk.limits.events import RuleChanged
from tongbao.risk.limits.models import ReferenceRateRow, RuleRow

_SELECT = """
SELECT code, title_zh, title_en, counted_by, time_window, maximum, measure, currency, operation,
       party_kind, level, product, channel, rolling_hours, raise_maximum
  FROM limits_rule
 WHERE valid_from <= %s AND (valid_until IS NULL OR %s < valid_until)
   AND (%s::text[] IS NULL OR code = ANY (%s))
 ORDER BY code
"""


async def rules(tx: ReadSession, *, at: datetime) -> list[Rule]:
    """Return the rules that hold at a moment, by code."""
    return [_rule(row) for row in await tx.fetch(_SELECT, (at, at, None, None))]


async def by_codes(
    tx: Writing | ReadSession, codes: Collection[str], *, at: datetime
) -> dict[str, Rule]:
    """Return the rules of these codes that hold at a moment."""
    if not codes:
        return {}
    wanted = sorted(codes)
    found = [_rule(row) for row in await tx.fetch(_SELECT, (at, at, wanted, wanted))]
    return {rule.code: rule for rule in found}


async def get(tx: ReadSession, code: str, *, at: datetime) -> Rule:
    """Return one rule that holds at a moment. Raises `UnknownRule`."""
    found = await by_codes(tx, [code], at=at)
    if code not in found:
        raise UnknownRule
    return found[code]


async def set_rule(tx: WriteSession, rule: Rule, *, set_by: UUID, at: datetime) -> None:
    """Let a rule hold from now on, in place of the version of its code that held until now.

    What has been used counts on, so a version may change who it meets and how much they may, but
    not what it counts: that takes another code (`RuleWrong`). The same again changes nothing.
    """
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"limits_rule {rule.code}"))))
    before = (await by_codes(tx, [rule.code], at=at)).get(rule.code)
    if before == rule:
        return
    if before is not None:
        if not rule.counts_as(before):
            raise RuleWrong(why="counted_by, time_window, measure, currency")
        await _end(tx, rule.code, at=at)
    await tx.execute(
        insert(RuleRow).values(
            code=rule.code,
            title_zh=rule.title.zh,
            title_en=rule.title.en,
            operation=rule.operation,
            party_kind=rule.party_kind,
            level=rule.level,
            product=rule.product,
            channel=rule.channel,
            counted_by=sorted(rule.counted_by),
            measure=rule.measure,
            currency=rule.currency,
            time_window=rule.window,
            rolling_hours=rule.rolling_hours,
            maximum=rule.maximum,
            raise_maximum=rule.raise_maximum,
            valid_from=at,
            set_by=set_by,
        )
    )
    await outbox.append(tx, [RuleChanged(rule_code=rule.code)], at=at)


async def end_rule(tx: WriteSession, code: str, *, at: datetime) -> None:
    """Let a rule hold no longer. Raises `UnknownRule`."""
    await _end(tx, code, at=at)
    await outbox.append(tx, [RuleChanged(rule_code=code)], at=at)


async def set_rate(tx: WriteSession, currency: str, cny_per_unit: Rate, *, at: datetime) -> None:
    """Say what one unit of a currency is worth in CNY from now on, for limits alone.

    Raises `money.UnknownCurrency`.
    """
    scale = Money.zero(currency).scale
    await tx.execute(
        insert(ReferenceRateRow).values(
            currency=currency, valid_from=at, scale=scale, cny_per_unit=cny_per_unit.decimal
        )
    )


async def _end(tx: WriteSession, code: str, *, at: datetime) -> None:
    row = await tx.scalar(
        select(RuleRow).where(RuleRow.code == code, RuleRow.valid_until.is_(None)).with_for_update()
    )
    if row is None:
        raise UnknownRule
    row.valid_until = at
    await tx.flush()


def _rule(row: tuple[Any, ...]) -> Rule:
    (
        code, title_zh, title_en, counted_by, window, maximum, measure, currency, operation,
        party_kind, level, product, channel, rolling_hours, raise_maximum,
    ) = row  # fmt: skip
    return Rule(
        code=code,
        title=Text(zh=title_zh, en=title_en),
        counted_by=frozenset(map(Dimension, counted_by)),
        window=Window(window),
        maximum=maximum,
        measure=Measure(measure),
        currency=currency,
        operation=operation,
        party_kind=party_kind,
        level=level,
        product=product,
        channel=channel,
        rolling_hours=rolling_hours,
        raise_maximum=raise_maximum,
    )
