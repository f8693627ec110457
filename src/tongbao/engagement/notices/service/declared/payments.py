"""Payments, and the balances they change."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.events import TransactionsPosted
from tongbao.core.payments.events import PaymentRejected, PaymentReturned, PaymentSettled
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import ACCOUNT, AMOUNT, ID
from tongbao.engagement.notices.service.declaring import PAYERS, Shown, Telling, Told, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

SENT: Final = notice(
    "payments.sent",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="已付款 {amount}", en="Paid {amount}"),
    body=Text(
        zh="您的账户 {account} 已付出 {amount}，对方已收到。如非本人操作，请立即联系我们。",
        en="{amount} was paid from your account {account} and has arrived. If this was not you, "
        "please contact us at once.",
    ),
    sms=Text(
        zh="账户{account}付出{amount}。非本人操作请立即联系我们。",
        en="{amount} paid from account {account}. Not you? Contact us at once.",
    ),
    link="/payments/{payment_id}",
)
RECEIVED: Final = notice(
    "payments.received",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="已收款 {amount}", en="Received {amount}"),
    body=Text(
        zh="您的账户 {account} 已收到 {amount}，现在可用。",
        en="{amount} has arrived in your account {account} and can be used now.",
    ),
    sms=Text(zh="账户{account}收到{amount}。", en="{amount} received in account {account}."),
    link="/payments/{payment_id}",
)
REJECTED: Final = notice(
    "payments.rejected",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="付款未成功 {amount}", en="Payment not made: {amount}"),
    body=Text(
        zh="从账户 {account} 付出 {amount} 未成功，钱仍在您的账户里。原因与下一步见付款详情。",
        en="{amount} was not paid from account {account}; the money is still in your account. "
        "Open the payment to see why and what to do next.",
    ),
    sms=Text(
        zh="账户{account}付款{amount}未成功，钱未动，详情请登录查看。",
        en="Payment of {amount} from account {account} was not made; no money moved.",
    ),
    link="/payments/{payment_id}",
)


RETURNED: Final = notice(
    "payments.returned",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="付款被退回 {amount}", en="Payment came back: {amount}"),
    body=Text(
        zh="从账户 {account} 付出的 {amount} 被收款行退回，钱已回到您的账户。原因见付款详情。",
        en="{amount} paid from account {account} came back from the payee's bank and is in your "
        "account again. Open the payment to see why.",
    ),
    sms=Text(
        zh="账户{account}付出的{amount}被退回，款项已回账户。",
        en="{amount} paid from account {account} came back and is in your account again.",
    ),
    link="/payments/{payment_id}",
)


@tells(PaymentSettled)
async def _settled(known: Known, event: PaymentSettled) -> Sequence[Telling]:
    """Tell the sides that are here; what somebody moves between their accounts is told once."""
    if event.kind == "return":
        return []  # they are told that it came back
    debtor = None
    sides = []
    if event.debtor_account_id is not None:
        debtor = await known.account(event.debtor_account_id)
        sides.append((debtor, SENT))
    if event.creditor_account_id is not None:
        creditor = await known.account(event.creditor_account_id)
        if debtor is None or creditor.party_id != debtor.party_id:
            sides.append((creditor, RECEIVED))
    told: list[Telling] = []
    for account, which in sides:
        told.append(_shown(account.party_id, event.payment_id, "settled"))
        told.append(Told(party_id=account.party_id, notice=which, values=_values(account, event)))
    return told


@tells(PaymentRejected)
async def _rejected(known: Known, event: PaymentRejected) -> Sequence[Telling]:
    """Tell those who pay, or who had their own money come; the other side never hears of it."""
    own = event.debtor_account_id or event.creditor_account_id
    if own is None:
        return []
    account = await known.account(own)
    values = _values(account, event)
    return [
        _shown(account.party_id, event.payment_id, "rejected"),
        Told(party_id=account.party_id, roles=PAYERS, notice=REJECTED, values=values),
    ]


@tells(PaymentReturned)
async def _returned(known: Known, event: PaymentReturned) -> Sequence[Telling]:
    """Tell those who paid."""
    if event.debtor_account_id is None:
        return []
    account = await known.account(event.debtor_account_id)
    values = _values(account, event)
    return [
        _shown(account.party_id, event.payment_id, "returned"),
        Told(party_id=account.party_id, roles=PAYERS, notice=RETURNED, values=values),
    ]


def _shown(party_id: UUID, payment_id: UUID, status: str) -> Shown:
    data = {"id": str(payment_id), "status": status}
    return Shown(party_id=party_id, kind="payment", data=data)


def _values(
    account: accounts.DepositAccount, event: PaymentSettled | PaymentRejected | PaymentReturned
) -> dict[str, object]:
    return {"amount": event.amount, "account": account.number, "payment_id": event.payment_id}


@tells(TransactionsPosted)
async def _posted(known: Known, event: TransactionsPosted) -> Sequence[Telling]:
    """Show what is on the accounts now: never less than the event made of it, perhaps more."""
    if not await known.watched():
        return []
    touched = await ledger.touched(known.tx, event.transaction_ids)
    held = await accounts.by_ledger_accounts(known.tx, touched)
    if not await known.watch([each.party_id for each in held.values()]):
        return []
    found = await ledger.balances(
        known.tx, [account.ledger_account_id for account in held.values()]
    )
    return [
        Shown(
            party_id=account.party_id,
            kind="balance",
            data={
                "account_id": str(account.id),
                "booked": _plain(balance.asset.money(balance.posted)),
                "available": _plain(balance.asset.money(balance.available)),
            },
        )
        for _, account in sorted(held.items())
        if (balance := found[account.ledger_account_id]).available is not None
    ]


def _plain(amount: Money) -> dict[str, str]:
    return {"amount": amount.text, "currency": amount.currency}
