"""The events partners may be told of, and whose business each is."""

from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.events import AccountOpened
from tongbao.core.payments.events import PaymentRejected, PaymentReturned, PaymentSettled
from tongbao.infra.db import ReadSession
from tongbao.infra.webhooks.configuration import Published
from tongbao.kernel.text import Text
from tongbao.products.collecting.events import (
    LinkEnded,
    PaymentCollected,
    RequestDeclined,
    RequestExpired,
    RequestPaid,
    RequestReceived,
)
from tongbao.products.lending.events import ApplicationDecided, ApplicationSubmitted, LoanDisbursed

_OfAParty = (
    AccountOpened
    | ApplicationSubmitted
    | ApplicationDecided
    | LoanDisbursed
    | PaymentCollected
    | LinkEnded
    | RequestReceived
    | RequestPaid
    | RequestDeclined
    | RequestExpired
)


async def _party(_tx: ReadSession, event: _OfAParty) -> frozenset[UUID]:
    return frozenset({event.party_id})


async def _both_sides(tx: ReadSession, event: PaymentSettled) -> frozenset[UUID]:
    return await _holders(tx, event.debtor_account_id, event.creditor_account_id)


async def _initiator(tx: ReadSession, event: PaymentRejected) -> frozenset[UUID]:
    return await _holders(tx, event.debtor_account_id or event.creditor_account_id)


async def _payer(tx: ReadSession, event: PaymentReturned) -> frozenset[UUID]:
    return await _holders(tx, event.debtor_account_id)


async def _holders(tx: ReadSession, *sides: UUID | None) -> frozenset[UUID]:
    """Return who holds the accounts; a side without one is not with this bank."""
    return frozenset({(await accounts.get(tx, each)).party_id for each in sides if each})


PUBLISHED: Final = (
    Published(
        event=PaymentSettled,
        title=Text(zh="付款已入账", en="A payment was settled"),
        concerns=_both_sides,
        read_any="payments:read_any",
    ),
    Published(
        event=PaymentRejected,
        title=Text(zh="付款被拒绝", en="A payment was rejected"),
        concerns=_initiator,
        read_any="payments:read_any",
    ),
    Published(
        event=PaymentReturned,
        title=Text(zh="付款被退回", en="A payment came back"),
        concerns=_payer,
        read_any="payments:read_any",
    ),
    Published(
        event=PaymentCollected,
        title=Text(zh="收款已到账", en="A payment was collected"),
        concerns=_party,
        read_any="payments:read_any",
    ),
    Published(
        event=LinkEnded,
        title=Text(zh="付款链接已结束", en="A payment link has ended"),
        concerns=_party,
        read_any="payments:read_any",
    ),
    Published(
        event=RequestReceived,
        title=Text(zh="收到付款请求", en="A request to pay was received"),
        concerns=_party,
        read_any="payments:read_any",
    ),
    Published(
        event=RequestPaid,
        title=Text(zh="付款请求已付清", en="A request to pay was paid"),
        concerns=_party,
        read_any="payments:read_any",
    ),
    Published(
        event=RequestDeclined,
        title=Text(zh="付款请求被拒绝", en="A request to pay was declined"),
        concerns=_party,
        read_any="payments:read_any",
    ),
    Published(
        event=RequestExpired,
        title=Text(zh="付款请求已过期", en="A request to pay is over"),
        concerns=_party,
        read_any="payments:read_any",
    ),
    Published(
        event=AccountOpened,
        title=Text(zh="账户已开立", en="An account was opened"),
        concerns=_party,
        read_any="accounts:read_any",
    ),
    Published(
        event=ApplicationSubmitted,
        title=Text(zh="贷款申请已提交", en="A loan was applied for"),
        concerns=_party,
        read_any="lending:read_any",
    ),
    Published(
        event=ApplicationDecided,
        title=Text(zh="贷款申请已决定", en="An application was decided"),
        concerns=_party,
        read_any="lending:read_any",
    ),
    Published(
        event=LoanDisbursed,
        title=Text(zh="贷款已发放", en="A loan was disbursed"),
        concerns=_party,
        read_any="lending:read_any",
    ),
)
