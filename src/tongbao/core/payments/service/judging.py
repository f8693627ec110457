"""The rules that each order of a batch has to pass."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.approvals import service as approvals
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import (
    AccountNotOpen,
    ApprovalNeeded,
    CreditorAccountUnknown,
    CreditorNameMismatch,
    CurrencyNotAllowed,
    EndToEndIdUsed,
    PartyBlocked,
    SameAccount,
    Status,
    Transfer,
    check_amount,
    clean_creditor_name,
    clean_end_to_end_id,
    clean_remittance,
    same_name,
)
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.service.alone import SETTLE_ALONE, alone
from tongbao.core.payments.service.authority import check_approver, check_may_initiate
from tongbao.core.payments.service.knowing import Item
from tongbao.core.payments.service.references import of_others
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money

Group = tuple[UUID, UUID, str]
"""Who pays alone for whom in which currency: what a day's sum is counted by."""


def check_makers(items: Sequence[Item]) -> None:
    """Find the orders of accounts that their makers may not pay from, and of nothing."""
    for item in items:
        try:
            if item.debtor is None:
                raise accounts.UnknownAccount(account=item.new.debtor_account_id)
            check_may_initiate(item.debtor, item.maker)
            check_amount(item.new.amount)
        except TongbaoError as error:
            item.fault = error


async def check_second_person(
    tx: WriteSession, items: Sequence[Item], *, approver: Actor | None, at: datetime
) -> set[Group]:
    """Find the orders that take a second person, or another one than who approved them.

    Returns the groups whose day's sum is locked and has to be counted up by what is paid.
    """
    if isinstance(approver, approvals.Signers):
        return set()
    await _check_unsigned(tx, [item for item in items if item.stands])
    standing = [item for item in items if item.stands]
    if approver is None:
        return await _check_alone(tx, standing, at=at)
    groups: dict[Group, list[Item]] = {}
    for item in standing:
        groups.setdefault(group_of(item), []).append(item)
    for group in groups.values():
        await _check_approver(tx, group, approver, at=at)
    return set()


async def _check_approver(
    tx: WriteSession, items: Sequence[Item], approver: Actor, *, at: datetime
) -> None:
    """Find what `approver` may not approve of one maker's: as a rule, if not the largest, nothing.

    So a file of thousands takes one look at the approver's band.
    """
    for item in sorted(items, key=lambda each: each.new.amount, reverse=True):
        assert item.debtor is not None
        try:
            await check_approver(
                tx, item.debtor.party_id, item.new.amount, item.maker, approver, at=at
            )
        except TongbaoError as error:
            item.fault = error
        else:
            break


async def _check_unsigned(tx: ReadSession, items: Sequence[Item]) -> None:
    """Find the orders for which a party's policy asks for signatures, which nobody has given."""
    organisations = _organisations(items)
    if not organisations:
        return
    policies = await approvals.policies_in_use(tx, organisations)
    for item in items:
        if (policy := policies.get(group_of(item)[0])) is None:
            continue
        try:
            if policy.rule_of(item.new.amount).required:
                item.fault = ApprovalNeeded()
        except TongbaoError as error:
            item.fault = error


def write_orders(items: Sequence[Item], *, at: datetime) -> None:
    """Make the orders; find what their fields cannot hold."""
    for item in items:
        if item.stands:
            try:
                item.order = _order(item, at=at)
            except TongbaoError as error:
                item.fault = error


async def check_references(tx: ReadSession, items: Sequence[Item]) -> None:
    """Find the orders whose end-to-end id is the own id of another of their account."""
    chosen = [item for item in items if item.new.end_to_end_id is not None]
    used = await of_others(tx, [item.order for item in chosen if item.order is not None])
    for item in chosen:
        if item.order is not None and item.order.id in used:
            item.fault = EndToEndIdUsed(end_to_end_id=item.order.end_to_end_id)


async def _check_alone(tx: WriteSession, items: Sequence[Item], *, at: datetime) -> set[Group]:
    """Find the orders that take a second person; what one maker pays adds up in their order.

    The days' sums are locked in one order by all, and only where a sum is looked at.
    """
    organisations = _organisations(items)
    dual = await identity.dual_controlled(tx, organisations) if organisations else set()
    bounded: dict[Group, Actor] = {}
    able: dict[Group, Alone] = {}
    for item in items:
        assert item.debtor is not None
        party_id = item.debtor.party_id
        if party_id in dual:
            group = group_of(item)
            able[group] = Alone.nothing(group[2])
        elif not item.maker.may(SETTLE_ALONE, party_id=party_id):
            bounded[group_of(item)] = item.maker
    for group in sorted(bounded):
        able[group] = await alone(
            tx, party_id=group[0], currency=group[2], actor=bounded[group], at=at
        )
    if not able:  # as usual: holders, who pay what they like
        return set()
    spent: dict[Group, Money] = {}
    for item in items:
        group = group_of(item)
        if group not in able:
            continue
        left, sofar = able[group].left, spent.get(group, Money.zero(group[2]))
        amount = item.new.amount
        if not able[group].covers(amount) or (left is not None and sofar + amount > left):
            item.fault = ApprovalNeeded()
        else:
            spent[group] = sofar + amount
    return set(bounded)


def _organisations(items: Sequence[Item]) -> set[UUID]:
    """Return the payers that may ask for a second person; a person never does."""
    return {
        item.payer.id
        for item in items
        if item.payer is not None and item.payer.kind is parties.PartyKind.ORGANISATION
    }


def group_of(item: Item) -> Group:
    """Return which day's sum an order counts into."""
    assert item.debtor is not None
    return item.debtor.party_id, item.maker.person_id or item.maker.id, item.new.amount.currency


def _order(item: Item, *, at: datetime) -> Transfer:
    """Return what the order becomes when nothing stops it. Raises what its fields cannot hold."""
    new, debtor, payer = item.new, item.debtor, item.payer
    assert debtor is not None
    assert payer is not None
    return Transfer(
        id=new.id,
        status=Status.SETTLED,
        reason=None,
        debtor_account_id=debtor.id,
        debtor_account_number=debtor.number,
        debtor_name=payer.name,
        creditor_account_id=None if item.creditor is None else item.creditor.id,
        creditor_account_number=new.creditor_account_number,
        creditor_name=clean_creditor_name(new.creditor_name),
        amount=new.amount,
        end_to_end_id=(
            new.id.hex if new.end_to_end_id is None else clean_end_to_end_id(new.end_to_end_id)
        ),
        remittance=clean_remittance(new.remittance),
        transaction_id=new.id,
        initiated_by=item.maker.id,
        initiated_at=at,
    )


async def judge(tx: WriteSession, items: Sequence[Item], *, at: datetime) -> None:
    """Find the first rule that each order breaks, limits and money aside.

    Nothing about the creditor but yes or no leaks.
    """
    for item in items:
        item.refusal = _refusal(item)
    fine = [item for item in items if item.stands]
    sides = [
        side
        for item in fine
        for side in (
            (item.sides[0], accounts.Side.PAYS),
            (item.sides[2], accounts.Side.RECEIVES),
        )
    ]
    stops = await accounts.stops_of_many(tx, sides, at=at)
    for item, pays, receives in zip(fine, stops[::2], stops[1::2], strict=True):
        item.refusal = _stopped(item, pays, receives) or _blocked(item)


def _refusal(item: Item) -> TongbaoError | None:
    debtor, creditor, amount = item.debtor, item.creditor, item.new.amount
    assert debtor is not None
    assert item.order is not None
    if amount.currency != debtor.currency:
        return _wrong_currency(amount, debtor)
    if creditor is None:
        return CreditorAccountUnknown(account_number=item.new.creditor_account_number)
    if creditor.id == debtor.id:
        return SameAccount()
    if not same_name(item.payee_name, item.order.creditor_name):
        return CreditorNameMismatch(account_number=item.new.creditor_account_number)
    if not accounts.takes(creditor, amount.currency):
        return _wrong_currency(amount, creditor)
    return None


def _wrong_currency(amount: Money, account: accounts.Known) -> CurrencyNotAllowed:
    return CurrencyNotAllowed(currency=amount.currency, account_currency=account.currency)


def _stopped(
    item: Item, pays: TongbaoError | None, receives: TongbaoError | None
) -> TongbaoError | None:
    """Return why one of the two may not take part; of the creditor only that it may not."""
    debtor, _, creditor, _ = item.sides
    if isinstance(pays, accounts.AccountDormant):
        return pays
    if pays is not None:
        return AccountNotOpen(account_number=debtor.number)
    return None if receives is None else AccountNotOpen(account_number=creditor.number)


def _blocked(item: Item) -> PartyBlocked | None:
    _, payer, _, _ = item.sides
    gone = payer.status in (parties.Status.BLOCKED, parties.Status.CLOSED)
    return PartyBlocked() if gone else None
