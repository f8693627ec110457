"""Accounts."""

from collections.abc import Mapping, Sequence
from typing import Final

from tongbao.core.accounts.events import AccountOpened, AccountStatusChanged
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import ACCOUNT, ID, PHRASE
from tongbao.engagement.notices.service.declaring import Telling, Told, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.text import Text

_STATUS: Final[Mapping[str, Text]] = {
    "open": Text(zh="恢复正常，可以收付", en="open again: it pays and receives"),
    "frozen": Text(zh="已冻结，暂停收付", en="frozen: it neither pays nor receives"),
    "closed": Text(zh="已销户", en="closed"),
}
_CHANGED: Final = Text(zh="状态已变更", en="in another state")

OPENED: Final = notice(
    "accounts.opened",
    category=Category.ACCOUNTS,
    places={"account": ACCOUNT, "account_id": ID},
    title=Text(zh="新账户已开立", en="Your new account is open"),
    body=Text(
        zh="账户 {account} 已开立，现在就可以收付款。",
        en="Account {account} is open; you can pay and be paid from now on.",
    ),
    sms=Text(zh="您的新账户{account}已开立。", en="Your new account {account} is open."),
    link="/accounts/{account_id}",
)
STATUS_CHANGED: Final = notice(
    "accounts.status_changed",
    category=Category.ACCOUNTS,
    critical=True,
    places={"account": ACCOUNT, "status": PHRASE, "account_id": ID},
    title=Text(zh="账户 {account} {status}", en="Account {account} is {status}"),
    body=Text(
        zh="您的账户 {account} {status}。如有疑问，请联系我们并说明账户后四位。",
        en="Your account {account} is {status}. If you have a question, contact us and give the "
        "account's last four digits.",
    ),
    sms=Text(zh="您的账户{account}{status}。", en="Your account {account} is {status}."),
    link="/accounts/{account_id}",
)


@tells(AccountOpened)
async def _opened(known: Known, event: AccountOpened) -> Sequence[Telling]:
    account = await known.account(event.account_id)
    values = {"account": account.number, "account_id": account.id}
    return [Told(party_id=event.party_id, notice=OPENED, values=values)]


@tells(AccountStatusChanged)
async def _status_changed(known: Known, event: AccountStatusChanged) -> Sequence[Telling]:
    account = await known.account(event.account_id)
    values = {
        "account": account.number,
        "status": _STATUS.get(event.status, _CHANGED),
        "account_id": account.id,
    }
    return [Told(party_id=event.party_id, notice=STATUS_CHANGED, values=values)]
