"""What staff have set, in versions: terms of channels, rules of routing, and reasons."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select

from tongbao.core.channels.domain.errors import SettingWrong, UnknownRoutingRule
from tongbao.core.channels.domain.features import Terms
from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.core.channels.domain.reasons import REASONS, NextAction, ReasonEntry
from tongbao.core.channels.domain.routing import OrderBy, Rule
from tongbao.core.channels.models import ReasonRow, RuleRow, TermsRow
from tongbao.core.channels.service.configuration import current, gateway
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Rate
from tongbao.kernel.text import Text

Row = TypeVar("Row", TermsRow, RuleRow, ReasonRow)


async def terms_set(tx: ReadSession, *, at: datetime) -> dict[tuple[str, Operation], Terms]:
    """Return the terms that staff have set, by channel and operation."""
    rows = await tx.scalars(select(TermsRow).where(holds(TermsRow, at)))
    return {(row.channel, Operation(row.operation)): _terms(row) for row in rows}


async def rules(tx: ReadSession, *, at: datetime) -> list[Rule]:
    """Return the rules of routing that hold at a moment, in their order."""
    rows = await tx.scalars(
        select(RuleRow).where(holds(RuleRow, at)).order_by(RuleRow.position, RuleRow.code)
    )
    return [_rule(row) for row in rows]


async def reasons(tx: ReadSession, *, at: datetime) -> list[ReasonEntry]:
    """Return what staff have set of reasons, by key."""
    rows = await tx.scalars(select(ReasonRow).where(holds(ReasonRow, at)).order_by(ReasonRow.key))
    return [reason_entry(row) for row in rows]


async def set_terms(
    tx: WriteSession,
    *,
    channel: str,
    operation: Operation,
    terms: Terms,
    set_by: UUID,
    at: datetime,
) -> None:
    """Let terms hold from now on, in place of those before.

    Raises `UnknownChannel`, and `SettingWrong` for an operation that the plug-in does not have.
    """
    if operation not in gateway(channel).features.terms:
        raise SettingWrong(why="operation")
    await _set(
        tx,
        TermsRow,
        {"channel": channel, "operation": operation.value},
        {
            "fee_fixed_minor": terms.fee_fixed_minor,
            "fee_rate": terms.fee_rate.decimal,
            "fee_min_minor": terms.fee_min_minor,
            "fee_max_minor": terms.fee_max_minor,
            "amount_min_minor": terms.amount_min_minor,
            "amount_max_minor": terms.amount_max_minor,
            "opens": terms.opens,
            "closes": terms.closes,
            "business_days_only": terms.business_days_only,
            "is_offered": terms.is_offered,
        },
        set_by=set_by,
        at=at,
    )


async def set_rule(tx: WriteSession, rule: Rule, *, set_by: UUID, at: datetime) -> None:
    """Let a rule hold from now on, in place of its version before. Raises `SettingWrong`."""
    unknown = sorted({*rule.preferred, *rule.excluded} - set(current().gateways))
    if unknown:
        raise SettingWrong(why=unknown[0])
    await _set(
        tx,
        RuleRow,
        {"code": rule.code},
        {
            "position": rule.position,
            "operation": rule.operation,
            "counterparty_kind": rule.counterparty_kind,
            "amount_min_minor": rule.amount_min_minor,
            "amount_max_minor": rule.amount_max_minor,
            "order_by": rule.order_by,
            "preferred": list(rule.preferred),
            "excluded": list(rule.excluded),
        },
        set_by=set_by,
        at=at,
    )


async def end_rule(tx: WriteSession, code: str, *, at: datetime) -> None:
    """Let a rule hold no longer. Raises `UnknownRoutingRule`."""
    await _alone(tx)
    row = await _open(tx, RuleRow, {"code": code})
    if row is None:
        raise UnknownRoutingRule
    row.valid_until = _after(row, at)
    await tx.flush()


async def set_reason(tx: WriteSession, entry: ReasonEntry, *, set_by: UUID, at: datetime) -> None:
    """Say what a code means, or what to do about a reason. Raises `SettingWrong`."""
    if entry.reason not in REASONS:
        raise SettingWrong(why="reason")
    if entry.channel:
        gateway(entry.channel)
    await _set(
        tx,
        ReasonRow,
        {"key": entry.key},
        {
            "channel": entry.channel,
            "channel_code": entry.channel_code,
            "reason": entry.reason,
            "iso_code": entry.iso_code,
            "action": entry.action,
            "title_zh": entry.title.zh,
            "title_en": entry.title.en,
        },
        set_by=set_by,
        at=at,
    )


async def _set(
    tx: WriteSession,
    table: type[Row],
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    set_by: UUID,
    at: datetime,
) -> None:
    """End the version that holds and begin another; the same again changes nothing."""
    await _alone(tx)
    row = await _open(tx, table, key)
    if row is not None:
        if all(getattr(row, name) == value for name, value in values.items()):
            return
        row.valid_until = at = _after(row, at)
        await tx.flush()
    await tx.execute(insert(table).values(**key, **values, valid_from=at, set_by=set_by))


def _after(row: TermsRow | RuleRow | ReasonRow, at: datetime) -> datetime:
    """Return the moment, or the one after a version that somebody who came later set before us."""
    return max(at, row.valid_from + timedelta(microseconds=1))


async def _open(tx: WriteSession, table: type[Row], key: Mapping[str, Any]) -> Row | None:
    found: Row | None = await tx.scalar(
        select(table)
        .filter_by(**key)
        .where(table.valid_until.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def _alone(tx: WriteSession) -> None:
    """Let nobody else change settings until the transaction ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("channels_settings"))))


def holds(table: type[Row], at: datetime) -> ColumnElement[bool]:
    """Say that a version holds at a moment."""
    return (table.valid_from <= at) & or_(table.valid_until.is_(None), table.valid_until > at)


def _terms(row: TermsRow) -> Terms:
    return Terms(
        fee_fixed_minor=row.fee_fixed_minor,
        fee_rate=Rate.parse(format(row.fee_rate, "f")),
        fee_min_minor=row.fee_min_minor,
        fee_max_minor=row.fee_max_minor,
        amount_min_minor=row.amount_min_minor,
        amount_max_minor=row.amount_max_minor,
        opens=row.opens,
        closes=row.closes,
        business_days_only=row.business_days_only,
        is_offered=row.is_offered,
    )


def _rule(row: RuleRow) -> Rule:
    return Rule(
        code=row.code,
        position=row.position,
        operation=None if row.operation is None else Operation(row.operation),
        counterparty_kind=(
            None if row.counterparty_kind is None else CounterpartyKind(row.counterparty_kind)
        ),
        amount_min_minor=row.amount_min_minor,
        amount_max_minor=row.amount_max_minor,
        order_by=OrderBy(row.order_by),
        preferred=tuple(row.preferred),
        excluded=tuple(row.excluded),
    )


def reason_entry(row: ReasonRow) -> ReasonEntry:
    """Return a row as an entry."""
    return ReasonEntry(
        reason=row.reason,
        iso_code=row.iso_code,
        action=NextAction(row.action),
        title=Text(zh=row.title_zh, en=row.title_en),
        channel=row.channel,
        channel_code=row.channel_code,
    )
