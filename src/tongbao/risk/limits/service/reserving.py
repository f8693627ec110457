"""Using up limits on the transaction of what they are for, and giving back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, text

from tongbao.infra.arrays import Array, Kind, array, array_with_nulls
from tongbao.infra.db import ReadSession, WriteSession, Writing
from tongbao.kernel.clock import business_date
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.risk.limits.domain import (
    BATCH_MAX,
    Headroom,
    LimitExceeded,
    RateMissing,
    Reservation,
    Rule,
    Use,
    counted,
    distinct,
)
from tongbao.risk.limits.service.rules import by_codes

_FACTS: Final = (
    "%s::text[], %s::uuid[], %s::text[], %s::smallint[], %s::text[], %s::text[], %s::text[],"
    " %s::text[], %s::text[], %s::bigint[], %s, %s"
)
_RESERVE: Final = (
    f"SELECT refusal, rule_code, used, maximum FROM limits_reserve(%s::uuid[], {_FACTS})"  # noqa: S608 - constants
)
_LEFT: Final = f"""
SELECT l.rule_code, l.maximum,
       coalesce(limits_used(l.rule_code, l.subject, l.starts_on, l.since), 0), own.valid_until
  FROM limits_lines({_FACTS}) AS l
  LEFT JOIN LATERAL (SELECT max(o.valid_until) AS valid_until FROM limits_own o
                      WHERE o.party_id = %s AND o.rule_code = l.rule_code AND o.kind = 'raised'
                        AND o.valid_from <= %s AND %s < o.valid_until) own ON true
 ORDER BY l.rule_code
"""  # noqa: S608 - constants


async def reserve(tx: Writing, uses: Sequence[Use], *, at: datetime) -> list[Reservation]:
    """Use up limits for a batch, in order; return what became of each use.

    Judged one after the other: a use takes all the room it needs of every rule that it meets, or
    none of any. The room is taken when the caller's transaction commits; until then the counters
    it touched are locked, so that nobody gets past a maximum. A use reserved before is a
    `duplicate` and takes nothing.

    Args:
        tx: the transaction of the payment that the limits are for.
        uses: 1 to `BATCH_MAX`, each with another id.
        at: the moment; days, months and years are those of the bank's calendar.
    """
    assert 1 <= len(uses) <= BATCH_MAX, f"a batch of {len(uses)}"
    assert distinct(uses), "two uses of a batch have the same id"
    ids = array(Kind.UUID, [use.id.int.to_bytes(16) for use in uses])
    ((refusals, codes, used, maxima),) = await tx.fetch(
        _RESERVE, (ids, *_facts(uses), at, business_date(at))
    )
    rules = await by_codes(tx, {code for code in codes if code is not None}, at=at)
    results = []
    for use, refusal, code, so_far, maximum in zip(
        uses, refusals, codes, used, maxima, strict=True
    ):
        if refusal is None or refusal == "duplicate":
            results.append(Reservation(use.id, refusal or "reserved"))
        else:
            error = _error(refusal, use, rules[code], used=so_far, maximum=maximum)
            results.append(Reservation(use.id, "refused", error))
    return results


async def release(tx: WriteSession, use_ids: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Give back what uses that came to nothing had reserved; return those that had.

    Harmless for a use given back before, or never reserved.
    """
    rows = await tx.scalars(
        text("SELECT limits_release(:ids, :at)").bindparams(bindparam("ids", list(use_ids))),
        {"at": at},
    )
    return set(rows)


async def headroom(
    tx: ReadSession, use: Use, *, at: datetime, only: Collection[str] | None = None
) -> list[Headroom]:
    """Return what is left of each rule that a use would meet; nothing is locked or taken.

    `only` names the codes of the rules asked for.
    """
    rows = await tx.fetch(_LEFT, (*_facts([use]), at, business_date(at), use.party_id, at, at))
    rules = await by_codes(tx, {row[0] for row in rows}, at=at)
    return [
        Headroom(rule=rules[code], maximum=maximum, used=used, raised_until=raised_until)
        for code, maximum, used, raised_until in rows
        if only is None or code in only
    ]


def _error(refusal: str, use: Use, rule: Rule, *, used: int, maximum: int) -> TongbaoError:
    if refusal == "no_rate":
        return RateMissing(currency=use.amount.currency)
    left = max(maximum - used, 0)
    return LimitExceeded(
        rule=rule.title, rule_code=rule.code, maximum=counted(rule, maximum),
        left=counted(rule, left),
    )  # fmt: skip


def _facts(uses: Sequence[Use]) -> tuple[Array | None, ...]:
    """Return the arrays that say what the uses are, as `limits_lines` takes them."""
    return (
        array(Kind.TEXT, [use.operation.encode() for use in uses]),
        array(Kind.UUID, [use.party_id.int.to_bytes(16) for use in uses]),
        array(Kind.TEXT, [use.party_kind.encode() for use in uses]),
        array(Kind.SMALLINT, [use.level.to_bytes(2) for use in uses]),
        _texts([use.product for use in uses]),
        _texts([use.channel for use in uses]),
        _texts([use.device for use in uses]),
        _texts([use.counterparty for use in uses]),
        array(Kind.TEXT, [use.amount.currency.encode() for use in uses]),
        array(Kind.BIGINT, [_minor(use.amount) for use in uses]),
    )


def _texts(texts: list[str | None]) -> Array | None:
    return array_with_nulls(Kind.TEXT, [None if one is None else one.encode() for one in texts])


def _minor(amount: Money) -> bytes:
    return amount.minor.to_bytes(8)
