"""Rules in versions: what holds, and what is to hold from now on."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession, Writing
from tongbao.kernel.money import Money
from tongbao.kernel.page import Page, encode_cursor
from tongbao.kernel.rate import Rate
from tongbao.kernel.text import Text
from tongbao.risk.limits.domain import (
    BASE,
    ONE,
    Beyond,
    Dimension,
    Measure,
    RateWrong,
    ReferenceRate,
    Rule,
    RuleWrong,
    UnknownRule,
    Version,
    Window,
)
from tongbao.risk.limits.events import RuleChanged
from tongbao.risk.limits.models import ReferenceRateRow, RuleRow

_COLUMNS: Final = (
    "code", "title_zh", "title_en", "counted_by", "time_window", "maximum", "measure", "currency",
    "operation", "party_kind", "level", "product", "channel", "rolling_hours", "raise_maximum",
    "beyond", "tally",
)  # fmt: skip
_SELECT: Final = """
SELECT code, title_zh, title_en, counted_by, time_window, maximum, measure, currency, operation,
       party_kind, level, product, channel, rolling_hours, raise_maximum, beyond, tally
  FROM limits_rule
 WHERE valid_from <= %s AND (valid_until IS NULL OR %s < valid_until)
   AND (%s::text[] IS NULL OR code = ANY (%s))
 ORDER BY code
"""
_RATES: Final = """
SELECT DISTINCT ON (currency) currency, cny_per_unit, valid_from, valid_until
  FROM limits_reference_rate
 WHERE valid_from <= %s
 ORDER BY currency, valid_from DESC
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


async def versions(
    tx: ReadSession, code: str, *, after: datetime | None = None, limit: int
) -> Page[Version]:
    """Return the versions of a rule, the newest first. Raises `UnknownRule` for none at all.

    `after` is the `valid_from` of the last one of the page before.
    """
    query = select(RuleRow).where(RuleRow.code == code).order_by(RuleRow.valid_from.desc())
    if after is not None:
        query = query.where(RuleRow.valid_from < after)
    rows = await tx.scalars(query.limit(limit + 1))
    found = [
        Version(_rule(tuple(getattr(row, name) for name in _COLUMNS)), row.valid_from,
                row.valid_until, row.set_by)
        for row in rows
    ]  # fmt: skip
    if not found and after is None:
        raise UnknownRule
    return Page[Version].of(
        found, limit=limit, cursor=lambda version: encode_cursor(version.valid_from)
    )


async def check_rule(tx: ReadSession, rule: Rule, *, at: datetime) -> Rule | None:
    """Return the version that a rule would take the place of. Raises `RuleWrong`.

    Rules of one tally count the same thing. The next version of a rule may change whom it meets and
    how much they may; its tally and period stay, for customers' own maxima are about them.
    """
    holding = await rules(tx, at=at)
    if any(not rule.counts_as(other) for other in holding if other.tally == rule.tally):
        raise RuleWrong(why="tally: counted_by, measure, currency")
    before = next((other for other in holding if other.code == rule.code), None)
    if before is not None and (before.tally, before.period) != (rule.tally, rule.period):
        raise RuleWrong(why="tally, window")
    return before


async def set_rule(tx: WriteSession, rule: Rule, *, set_by: UUID, at: datetime) -> None:
    """Let a rule hold from now on, in place of the version of its code that held until now.

    What has been used counts on. The same again changes nothing. Raises `RuleWrong`.
    """
    await _alone(tx)
    before = await check_rule(tx, rule, at=at)
    if before == rule:
        return
    if before is not None:
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
            beyond=rule.beyond,
            tally=rule.tally,
            valid_from=at,
            set_by=set_by,
        )
    )
    await outbox.append(tx, [RuleChanged(rule_code=rule.code)], at=at)


async def end_rule(tx: WriteSession, code: str, *, at: datetime) -> None:
    """Let a rule hold no longer. Raises `UnknownRule`."""
    await _alone(tx)
    await _end(tx, code, at=at)
    await outbox.append(tx, [RuleChanged(rule_code=code)], at=at)


async def set_rate(
    tx: WriteSession,
    currency: str,
    cny_per_unit: Rate,
    *,
    until: datetime | None = None,
    at: datetime,
) -> None:
    """Say what one unit of a currency is worth in CNY from now on, for limits alone.

    From `until` on there is no rate, unless another was set meanwhile. Raises
    `money.UnknownCurrency`, and `RateWrong` for one not above zero or over at once.
    """
    scale = Money.zero(currency).scale
    is_over = until is not None and until <= at
    if is_over or cny_per_unit <= Rate.zero() or (currency == BASE and cny_per_unit != ONE):
        raise RateWrong(currency=currency)
    facts = {
        "valid_until": until, "scale": scale, "cny_per_unit": cny_per_unit.decimal
    }  # fmt: skip
    await tx.execute(
        upsert(ReferenceRateRow)
        .values(currency=currency, valid_from=at, **facts)
        .on_conflict_do_update(index_elements=["currency", "valid_from"], set_=facts)
    )


async def rates(tx: ReadSession, *, at: datetime) -> list[ReferenceRate]:
    """Return the newest rate of each currency at a moment, expired or not, by currency."""
    rows = await tx.fetch(_RATES, (at,))
    return [
        ReferenceRate(
            currency=currency,
            cny_per_unit=Rate.parse(format(cny_per_unit, "f")),
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for currency, cny_per_unit, valid_from, valid_until in rows
    ]


async def _alone(tx: WriteSession) -> None:
    """Let nobody else change rules until the transaction ends: they are judged together."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("limits_rule"))))


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
        party_kind, level, product, channel, rolling_hours, raise_maximum, beyond, tally,
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
        beyond=Beyond(beyond),
        tally=tally,
    )
