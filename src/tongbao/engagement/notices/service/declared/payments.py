"""Payments, and the balances they change."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.events import TransactionsPosted
from tongbao.core.payments.events import (
    PaymentRejected,
    PaymentReturned,
    PaymentSettled,
    PaymentUnknown,
    RecallDecided,
)
from tongbao.engagement.notices.domain.catalogue import Category, Notice, notice
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
UNKNOWN: Final = notice(
    "payments.unknown",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="付款结果待确认 {amount}", en="Being looked into: {amount}"),
    body=Text(
        zh="账户 {account} 一笔 {amount} 的结果尚未确认，我们正在查询。请勿重复付款，"
        "有结果即通知您。",
        en="Nobody knows yet how a payment of {amount} on account {account} ended; its channel is "
        "being asked. Please do not pay it again: you are told as soon as it is known.",
    ),
    sms=Text(
        zh="账户{account}一笔{amount}结果待确认，请勿重复付款。",
        en="A payment of {amount} on account {account} is being looked into. Do not pay it again.",
    ),
    link="/payments/{payment_id}",
)
REFUNDED: Final = notice(
    "payments.refunded",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="已收到退款 {amount}", en="Refunded {amount}"),
    body=Text(
        zh="收款人退回 {amount}，已到账户 {account}，现在可用。",
        en="Somebody you paid sent {amount} back to your account {account}; it can be used now.",
    ),
    sms=Text(
        zh="账户{account}收到退款{amount}。", en="{amount} was refunded to account {account}."
    ),
    link="/payments/{payment_id}",
)
REFUND_SENT: Final = notice(
    "payments.refund_sent",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="已退款 {amount}", en="Refund of {amount} made"),
    body=Text(
        zh="您的账户 {account} 已向付款人退回 {amount}。如非本人操作，请立即联系我们。",
        en="{amount} went back from your account {account} to whoever had paid it. If this was not "
        "you, please contact us at once.",
    ),
    sms=Text(
        zh="账户{account}已退款{amount}。非本人操作请立即联系我们。",
        en="{amount} refunded from account {account}. Not you? Contact us at once.",
    ),
    link="/payments/{payment_id}",
)
RECALL_ACCEPTED: Final = notice(
    "payments.recall_accepted",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="收款行同意退回 {amount}", en="{amount} is being sent back"),
    body=Text(
        zh="您请求退回的 {amount}，收款行已同意，款项正在退回账户 {account}，到账后另行通知。",
        en="The payee's bank sends back the {amount} that you asked for; you are told when it is "
        "in your account {account}.",
    ),
    sms=Text(
        zh="收款行同意退回{amount}，到账户{account}后另行通知。",
        en="{amount} is being sent back; you are told when it is in account {account}.",
    ),
    link="/payments/{payment_id}",
)
RECALL_REFUSED: Final = notice(
    "payments.recall_refused",
    category=Category.PAYMENTS,
    places={"amount": AMOUNT, "account": ACCOUNT, "payment_id": ID},
    title=Text(zh="收款行未同意退回 {amount}", en="{amount} is not sent back"),
    body=Text(
        zh="您请求退回从账户 {account} 付出的 {amount}，收款行未同意。原因与下一步见付款详情。",
        en="The payee's bank does not send back the {amount} paid from account {account}. Open the "
        "payment to see why and what to do next.",
    ),
    sms=Text(
        zh="从账户{account}付出的{amount}，收款行未同意退回，详情请登录查看。",
        en="The payee's bank does not send back {amount} paid from account {account}.",
    ),
    link="/payments/{payment_id}",
)


@tells(PaymentSettled)
async def _settled(known: Known, event: PaymentSettled) -> Sequence[Telling]:
    """Tell the sides that are here; what somebody moves between their accounts is told once."""
    if event.kind == "return":
        return []  # they are told that it came back
    out, into = (REFUND_SENT, REFUNDED) if event.kind == "refund" else (SENT, RECEIVED)
    debtor = None
    sides = []
    if event.debtor_account_id is not None:
        debtor = await known.account(event.debtor_account_id)
        sides.append((debtor, out))
    if event.creditor_account_id is not None:
        creditor = await known.account(event.creditor_account_id)
        if debtor is None or creditor.party_id != debtor.party_id:
            sides.append((creditor, into))
    told: list[Telling] = []
    for account, which in sides:
        told.append(_shown(account.party_id, event.payment_id, "settled"))
        told.append(Told(party_id=account.party_id, notice=which, values=_values(account, event)))
    return told


@tells(PaymentRejected)
async def _rejected(known: Known, event: PaymentRejected) -> Sequence[Telling]:
    """Tell those who pay, or who had their own money come; the other side never hears of it."""
    own = event.debtor_account_id or event.creditor_account_id
    return await _shown_and_told(known, event, own, REJECTED, status="rejected")


@tells(PaymentReturned)
async def _returned(known: Known, event: PaymentReturned) -> Sequence[Telling]:
    """Tell those who paid."""
    return await _shown_and_told(known, event, event.debtor_account_id, RETURNED, status="returned")


@tells(PaymentUnknown)
async def _unknown(known: Known, event: PaymentUnknown) -> Sequence[Telling]:
    """Tell those who pay, or who had their own money come, before they pay it twice."""
    own = event.debtor_account_id or event.creditor_account_id
    return await _shown_and_told(known, event, own, UNKNOWN, status="unknown")


@tells(RecallDecided)
async def _recall_decided(known: Known, event: RecallDecided) -> Sequence[Telling]:
    """Tell those who paid whether their money is sent back."""
    if event.debtor_account_id is None:
        return []
    account = await known.account(event.debtor_account_id)
    which = RECALL_ACCEPTED if event.accepted else RECALL_REFUSED
    values = _values(account, event)
    return [Told(party_id=account.party_id, roles=PAYERS, notice=which, values=values)]


async def _shown_and_told(
    known: Known,
    event: PaymentRejected | PaymentReturned | PaymentUnknown,
    account_id: UUID | None,
    which: Notice,
    *,
    status: str,
) -> Sequence[Telling]:
    """Tell those who pay from an account where a payment stands; nobody where it is not here."""
    if account_id is None:
        return []
    account = await known.account(account_id)
    values = _values(account, event)
    return [
        _shown(account.party_id, event.payment_id, status),
        Told(party_id=account.party_id, roles=PAYERS, notice=which, values=values),
    ]


def _shown(party_id: UUID, payment_id: UUID, status: str) -> Shown:
    data = {"id": str(payment_id), "status": status}
    return Shown(party_id=party_id, kind="payment", data=data)


def _values(
    account: accounts.DepositAccount,
    event: PaymentSettled | PaymentRejected | PaymentReturned | PaymentUnknown | RecallDecided,
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
