"""Using up limits on the transaction of what they are for, and giving back."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, text

from tongbao.infra.arrays import Array, Kind, array, array_with_nulls
from tongbao.infra.db import ReadSession, WriteSession, Writing
from tongbao.kernel.clock import business_date
from tongbao.kernel.errors import TongbaoError
from tongbao.risk.limits.domain import (
    BATCH_MAX,
    Beyond,
    Headroom,
    LimitExceeded,
    RateMissing,
    Reservation,
    ReviewNeeded,
    Rule,
    SharedLimitExceeded,
    Use,
    counted,
    distinct,
)
from tongbao.risk.limits.service.rules import by_codes

_RESERVE: Final = (
    "SELECT refusal, rule_code, used, maximum FROM limits_reserve("
    "%s::uuid[], %s::integer[], %s::uuid[], %s::text[], %s::text[], %s::bigint[],"
    " %s::text[], %s::text[], %s::smallint[], %s::text[], %s::text[], %s::boolean[],"
    " %s::boolean[], %s::text[], %s::boolean[], %s, %s)"
)
_LEFT: Final = (
    "SELECT rule_code, maximum, used, amount, lowered, raised, raised_until FROM limits_left("
    "%s, %s::uuid, %s, %s::smallint, %s, %s, %s, %s, %s, %s::bigint, %s, %s, %s)"
)


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
    (row,) = await tx.fetch(_RESERVE, arguments(uses, at=at))
    return await reservations(tx, uses, row, at=at)


def arguments(uses: Sequence[Use], *, at: datetime) -> tuple[object, ...]:
    """Return what `limits_reserve` takes."""
    numbers, parties, devices, *kinds = arguments_besides(uses)
    return (
        array(Kind.UUID, [use.id.int.to_bytes(16) for use in uses]),
        numbers,
        parties,
        devices,
        _texts([use.counterparty for use in uses]),
        array(Kind.BIGINT, [use.amount.minor.to_bytes(8) for use in uses]),
        *kinds,
        at,
        business_date(at),
    )


def arguments_besides(uses: Sequence[Use]) -> tuple[Array | None, ...]:
    """Return the arrays that `limits_reserve` takes besides ids, counterparties and amounts.

    For statements that do more than reserve and have those anyway. Places of kinds, parties and
    devices, one for each use; then what the conditions of rules look at, said once for all uses
    that are alike.
    """
    assert 1 <= len(uses) <= BATCH_MAX, f"a batch of {len(uses)}"
    assert distinct(uses), "two uses of a batch have the same id"
    kinds: dict[tuple[object, ...], int] = {}
    first: list[Use] = []
    numbers = []
    for use in uses:
        number = kinds.setdefault(use.kind, len(kinds) + 1)
        if number > len(first):
            first.append(use)
        numbers.append(number.to_bytes(4))
    return (
        array(Kind.INTEGER, numbers),
        array(Kind.UUID, [use.party_id.int.to_bytes(16) for use in uses]),
        _texts([use.device for use in uses]),
        _texts([use.operation for use in first]),
        _texts([use.party_kind for use in first]),
        array(Kind.SMALLINT, [use.level.to_bytes(2) for use in first]),
        _texts([use.product for use in first]),
        _texts([use.channel for use in first]),
        _flags(use.device is not None for use in first),
        _flags(use.counterparty is not None for use in first),
        _texts([use.amount.currency for use in first]),
        _flags(use.reviewed for use in first),
    )


async def reservations(
    tx: Writing, uses: Sequence[Use], row: Sequence[Any], *, at: datetime
) -> list[Reservation]:
    """Return what became of each use, from what `limits_reserve` returned."""
    refusals, codes, used, maxima = row
    if refusals is None:  # as usual: everything fits
        return [Reservation(use.id, "reserved") for use in uses]
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


async def headroom(tx: ReadSession, use: Use, *, at: datetime) -> list[Headroom]:
    """Return what is left of each rule that a use would meet; nothing is locked or taken.

    In the order in which they would refuse it: transaction, day, month, year, rolling.
    """
    rows = await tx.fetch(
        _LEFT,
        (
            use.operation, use.party_id, use.party_kind, use.level, use.product, use.channel,
            use.device, use.counterparty, use.amount.currency, use.amount.minor, use.reviewed,
            at, business_date(at),
        ),
    )  # fmt: skip
    rules = await by_codes(tx, {row[0] for row in rows}, at=at)
    return [Headroom(rules[code], *facts) for code, *facts in rows]


def _error(refusal: str, use: Use, rule: Rule, *, used: int, maximum: int) -> TongbaoError:
    if refusal == "no_rate":
        return RateMissing(currency=use.amount.currency)
    facts: dict[str, object] = {
        "rule": rule.title, "rule_code": rule.code, "period": rule.period,
        "maximum": counted(rule, maximum),
    }  # fmt: skip
    if not rule.is_told:
        return SharedLimitExceeded(**facts)
    facts["left"] = counted(rule, max(maximum - used, 0))
    return (LimitExceeded if rule.beyond is Beyond.REFUSE else ReviewNeeded)(**facts)


def _texts(texts: Iterable[str | None]) -> Array | None:
    return array_with_nulls(Kind.TEXT, [None if one is None else one.encode() for one in texts])


def _flags(flags: Iterable[bool]) -> Array:
    return array(Kind.BOOLEAN, [flag.to_bytes(1) for flag in flags])
