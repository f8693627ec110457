"""Paying in the browser: filling a transfer in, confirming with a new passkey, the other side."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2
from playwright.async_api import expect

from tests.support.money import pay_in
from tests.support.walks import Walk
from tongbao.app import demo
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Language, Text

WAIT_SECONDS = 20

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "amount": "转出金额",
        "name": "收款户名",
        "number": "收款账号",
        "bank": "收款银行",
        "remark": "附言",
        "next": "下一步：核对",
        "fits": "户名与账号一致",
        "change": "返回修改",
        "pay": "确认转出 ¥1,234.50",
        "set up": "现在设置",
        "kept": "我已保存好",
        "confirm": "确认",
        "with passkey": "用通行密钥确认",
        "arrived": "已到账",
        "under way": "处理中，钱已从账户扣下",
        "another": "再转一笔",
    },
    "en": {
        "amount": "Amount",
        "name": "Payee’s name",
        "number": "Payee’s account number",
        "bank": "Payee’s bank",
        "remark": "Remark",
        "next": "Next: check it",
        "fits": "Name and account fit",
        "change": "Change something",
        "pay": "Pay ¥1,234.50",
        "set up": "Set it up now",
        "kept": "I have kept them",
        "confirm": "Confirm",
        "with passkey": "Confirm with a passkey",
        "arrived": "It has arrived",
        "under way": "Under way; the money has left your account",
        "another": "Another transfer",
    },
}


@dataclass(frozen=True)
class Side:
    """A customer by the API: their account, and what they make for others to see in the browser."""

    site: str
    token: str
    account: Mapping[str, Any]
    name: str

    @classmethod
    async def of(cls, site: str, person: demo.DemoLogin) -> "Side":
        login = {"username": person.login, "password": person.password, "grant_type": "password"}
        async with httpx2.AsyncClient(timeout=WAIT_SECONDS, trust_env=False) as http:
            got = await http.post(f"{site}/api/v1/identity/tokens", data=login)
        nobody = cls(site, got.json()["access_token"], {}, "")
        account = (await nobody.read("/accounts"))["items"][0]
        party = await nobody.read(f"/parties/{account['party_id']}")
        return replace(nobody, account=account, name=party["name"])

    @property
    def debit(self) -> Mapping[str, Any]:
        """That this account pays."""
        return {"debtor_account_id": self.account["id"]}

    async def read(self, path: str, **query: object) -> Any:
        return await self._ask("GET", path, params=query)

    async def make(self, path: str, **body: object) -> Any:
        return await self.send(path, account_id=self.account["id"], **body)

    async def send(self, path: str, **body: object) -> Any:
        return await self._ask("POST", path, json=body)

    async def paid_with(self, remark: str) -> int:
        """Return how many settled payments of this account bear the remark."""
        listed = await self.read(
            "/payments", account_id=self.account["id"], status="settled", limit=200
        )
        return sum(each["remittance"] == remark for each in listed["items"])

    async def _ask(self, method: str, path: str, **what: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(new_id())}
        async with httpx2.AsyncClient(timeout=WAIT_SECONDS, trust_env=False) as http:
            answer = await http.request(
                method, f"{self.site}/api/v1{path}", headers=headers, **what
            )
        assert answer.is_success, answer.text
        return answer.json()


async def settle_in(
    urls: Urls, *, name: str, money: str, level: parties.Level = parties.Level.FULL
) -> demo.DemoLogin:
    """Make a person a customer with an account; return how they log in."""
    made = demo.DemoLogin(
        login=f"person-{new_id().hex[-12:]}",
        password="a sentence that one remembers",
        name=name,
        role=Text(zh="个人", en="Person"),
        kind=identity.UserKind.CUSTOMER,
        roles=(identity.Role.CUSTOMER,),
    )
    database, at = Database.connect(urls.app, role=APP_ROLE), now()
    async with database.write() as tx:
        party = await parties.register_person(tx, name=name, at=at)
        await parties.set_level(
            tx, party_id=party.id, level=level, reason="测试", changed_by=None, at=at
        )
        account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=at)
        await identity.create_user(
            tx,
            login=made.login,
            password=made.password,
            name=name,
            kind=made.kind,
            roles=made.roles,
            party_ids=[party.id],
            at=at,
        )
    if money:
        await pay_in(database, str(account.id), money)
    await database.close()
    return made


async def enter(walk: Walk, to: Side, *, amount: str = "1234.5", remark: str) -> None:
    """Fill a transfer in and come to the step where it is checked."""
    page, words = walk.page, walk.words
    await page.goto("/transfer")
    facts = (("amount", amount), ("name", to.name), ("number", to.account["number"]))
    for label, text in (*facts, ("remark", remark)):
        await page.get_by_label(words[label], exact=True).fill(text)
    await walk.press("next")
    await expect(page.get_by_text(words["fits"], exact=True)).to_be_visible()


async def confirm_with_a_new_passkey(walk: Walk, person: demo.DemoLogin) -> None:
    """Who has nothing to confirm with sets up a passkey on the way."""
    page, words = walk.page, walk.words
    dialog = page.get_by_role("dialog")
    await walk.press("set up")
    await dialog.get_by_label(words["password"]).fill(person.password)
    await dialog.get_by_role("button", name=words["confirm"], exact=True).click()
    await expect(page.locator(".codes li")).to_have_count(10)
    await walk.press("kept")
    await walk.press("with passkey")
