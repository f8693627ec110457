"""A person who saves: a monthly plan, a deposit at notice, and an account that staff freeze."""

import re
from collections.abc import Mapping
from datetime import timedelta

import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.money import pay_in
from tests.support.walks import AT_A_DESK, BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.text import Language, Text

OPERATIONS = next(each for each in demo.LOGINS if each.login == "operations")
INSTALMENTS = 12
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "plan": "零存整取",
        "notice": "通知存款",
        "monthly": "每月存入",
        "amount": "存入金额",
        "next": "下一步：核对签约",
        "agreed": "我已读完协议并同意",
        "first": "确认存入 ¥500.00",
        "sixty": "确认存入 ¥60,000.00",
        "see": "查看这笔存款",
        "pay": "现在存入 ¥500.00",
        "paid": "已存",
        "due": "待补存",
        "early": "提前支取",
        "out": "确认支取",
        "over": "已提前支取",
        "until": "打算哪天支取",
        "draws": "支取金额",
        "on": "支取日期",
        "give": "预约",
        "given": "已预约",
        "cancel": "取消预约",
        "draw": "支取",
        "gone": "已支取完",
        "freeze": "立即冻结",
        "release": "解除立即冻结",
        "reason": "理由",
        "frozen": "已冻结",
        "open": "正常",
        "transfer": "转账",
        "stops": "不收不付",
        "told": "本行已要求暂停收付款",
    },
    "en": {
        "plan": "Monthly plan",
        "notice": "Notice",
        "monthly": "Each month",
        "amount": "Amount",
        "next": "Next: read and sign",
        "agreed": "I have read the agreement and accept it",
        "first": "Deposit ¥500.00",
        "sixty": "Deposit ¥60,000.00",
        "see": "See this deposit",
        "pay": "Pay ¥500.00 now",
        "paid": "Paid",
        "due": "To be made up",
        "early": "Take out early",
        "out": "Take out ¥",
        "over": "Taken out early",
        "until": "When you may take it out",
        "draws": "Amount",
        "on": "Day",
        "give": "Announce",
        "given": "announced for",
        "cancel": "Take the notice back",
        "draw": "Take out",
        "gone": "All taken out",
        "freeze": "Freeze at once",
        "release": "Release the freeze",
        "reason": "Reason",
        "frozen": "Frozen",
        "open": "Open",
        "transfer": "Transfer",
        "stops": "Neither pays nor receives",
        "told": "has stopped payments in and out",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]
Savers = Mapping[Language, demo.DemoLogin]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def savers(premises: Urls) -> Savers:
    """A person with a savings account for each language; the demo has firms alone."""
    database = Database.connect(premises.app, role=APP_ROLE)
    made: dict[Language, demo.DemoLogin] = {
        "zh": _login("saver-zh", "储蓄"),
        "en": _login("saver-en", "储英"),
    }
    for each in made.values():
        async with database.write() as tx:
            party = await parties.register_person(tx, name=each.name, at=now())
            await parties.set_level(
                tx,
                party_id=party.id,
                level=parties.Level.FULL,
                reason="测试",
                changed_by=None,
                at=now(),
            )
            account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=now())
            await identity.create_user(
                tx,
                login=each.login,
                password=each.password,
                name=each.name,
                kind=each.kind,
                roles=each.roles,
                party_ids=[party.id],
                at=now(),
            )
        await pay_in(database, str(account.id), "100000.00")
    await database.close()
    return made


def _login(login: str, name: str) -> demo.DemoLogin:
    return demo.DemoLogin(
        login=login,
        password="a-coin-a-day-8",
        name=name,
        role=Text(zh="储户", en="Saver"),
        kind=UserKind.CUSTOMER,
        roles=(Role.CUSTOMER,),
    )


def let_a_month_pass(urls: Urls) -> None:
    """Have every plan begun a month earlier, and what was paid into it paid then."""
    month = "interval '1 month'"
    with psycopg.connect(urls.owner) as connection:
        connection.execute("SET session_replication_role = replica")
        plans = connection.execute(
            f"UPDATE deposits_deposit SET starts_on = starts_on - {month},"
            f" matures_on = matures_on - {month}, accrued_through = accrued_through - {month},"
            f" next_due_on = (starts_on - {month})::date + {month},"
            f" lapses_on = lapses_on - {month}, opened_at = opened_at - {month}"
            " WHERE kind = 'instalment' AND state = 'open'".encode()
        )
        assert plans.rowcount == 1
        connection.execute(
            f"UPDATE deposits_instalment SET due_on = due_on - {month},"
            f" paid_on = paid_on - {month} FROM deposits_deposit d"
            " WHERE d.id = deposit_id AND d.state = 'open'".encode()
        )


async def put_aside(walk: Walk, kind: str, label: str, amount: str, confirm: str) -> None:
    """Choose, see what it earns, sign, and open the deposit's page."""
    page, words = walk.page, walk.words
    await page.get_by_role("button", name=words[kind], exact=True).click()
    await page.get_by_label(words[label], exact=True).fill(amount)
    if kind == "notice":  # has no term: one says until when
        until = business_date(now()) + timedelta(days=30)
        await page.get_by_label(words["until"]).fill(until.isoformat())
    await expect(page.get_by_text(" × ").first).to_be_visible()  # the sum, worked out
    await walk.look(f"saving-{kind}-choose")
    await walk.press("next")
    await page.get_by_label(words["agreed"]).check()
    await walk.look(f"saving-{kind}-sign")
    await walk.press(confirm)
    await page.get_by_role("link", name=words["see"]).click()
    await expect(page).to_have_url(re.compile("/deposits/[0-9a-f-]{36}$"))


async def take_all_out(walk: Walk, name: str) -> None:
    dialog = walk.page.get_by_role("dialog")
    button = dialog.get_by_role("button", name=walk.words["out"])
    await expect(button).to_be_enabled()
    await walk.look(name)
    await button.click()
    await expect(dialog).to_have_count(0)


@ON_A_PHONE
async def test_a_monthly_plan_from_its_opening_to_its_early_end(
    walk: Walk, savers: Savers, premises: Urls
) -> None:
    page, words = walk.page, walk.words
    await page.goto("/deposits/open")
    await walk.log_in(savers[walk.language])
    await put_aside(walk, "plan", "monthly", "500", "first")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(INSTALMENTS)
    await expect(rows.filter(has_text=words["paid"])).to_have_count(1)
    await expect(page.get_by_role("button", name=words["pay"])).to_have_count(0)  # not yet
    let_a_month_pass(premises)
    await page.reload()
    await expect(rows.filter(has_text=words["due"])).to_have_count(1)
    await walk.look("saving-plan-due")
    await page.get_by_role("button", name=words["pay"]).dblclick()
    await expect(rows.filter(has_text=words["paid"])).to_have_count(2)
    await expect(page.get_by_role("button", name=words["pay"])).to_have_count(0)
    await expect(page.locator(".hero")).to_have_text("¥1,000.00")
    await walk.look("saving-plan-paid")
    await walk.press("early")
    await take_all_out(walk, "saving-plan-withdraw")
    await expect(page.get_by_text(words["over"]).first).to_be_visible()
    await walk.look("saving-plan-over")


@AT_A_DESK
async def test_a_deposit_at_notice_is_announced_and_taken_out(walk: Walk, savers: Savers) -> None:
    page, words = walk.page, walk.words
    await page.goto("/deposits/open")
    await walk.log_in(savers[walk.language])
    await put_aside(walk, "notice", "amount", "60000", "sixty")
    today = business_date(now())
    await page.get_by_label(words["draws"], exact=True).fill("60000")
    await page.get_by_label(words["on"], exact=True).fill(today.isoformat())
    with walk.visit.expecting(422):
        await walk.press("give")
        await expect(page.get_by_role("alert")).to_be_visible()  # too soon for notice
    day = today + timedelta(days=10)
    await page.get_by_label(words["on"], exact=True).fill(day.isoformat())
    await walk.press("give")
    await expect(page.get_by_text(words["given"])).to_contain_text(day.isoformat())
    await walk.look("saving-notice-given")
    await walk.press("cancel")
    await expect(page.get_by_role("button", name=words["give"], exact=True)).to_be_visible()
    await page.get_by_role("button", name=words["draw"], exact=True).click()
    await take_all_out(walk, "saving-notice-withdraw")
    await expect(page.get_by_text(words["gone"]).first).to_be_visible()
    await walk.look("saving-notice-over")


@ON_A_PHONE
async def test_what_a_holder_sees_of_an_account_that_the_desk_froze(
    walk: Walk, savers: Savers
) -> None:
    page, words, saver = walk.page, walk.words, savers[walk.language]
    await page.goto("/accounts")
    await walk.log_in(saver)
    await page.locator("a.account").first.click()
    transfer = page.locator("main").get_by_role("link", name=words["transfer"])
    await expect(transfer).to_be_visible()
    me = await (await page.request.get("/api/v1/identity/me")).json()
    async with walk.beside() as staff:
        await staff.page.goto(f"/staff/customers/{me['party_ids'][0]}")
        await staff.log_in(OPERATIONS)
        await decide(staff, "freeze")
        await expect(staff.page.get_by_role("cell", name=words["stops"])).to_be_visible()
        await expect(staff.page.get_by_text(words["frozen"]).first).to_be_visible()
        await staff.look("desk-customer-frozen")
        await page.reload()
        await expect(page.get_by_text(words["told"])).to_be_visible()
        await expect(page.get_by_text(words["frozen"]).first).to_be_visible()
        await expect(transfer).to_have_count(0)
        await expect(page.get_by_text("核对交易")).to_have_count(0)  # why is the bank's own
        await walk.look("account-frozen")
        await page.goto("/accounts")
        await expect(page.locator("a.account").first).to_be_visible()
        await walk.look("accounts-frozen")
        await decide(staff, "release")
        await expect(staff.page.get_by_role("cell", name=words["stops"])).to_have_count(0)
    await page.locator("a.account").first.click()
    await expect(transfer).to_be_visible()
    await expect(page.get_by_text(words["told"])).to_have_count(0)
    await walk.visit.check()


async def decide(staff: Walk, act: str) -> None:
    """Stop the account of the page, or let it go, and say why."""
    await staff.press(act)
    dialog = staff.page.get_by_role("dialog")
    await dialog.get_by_label(staff.words["reason"]).fill("核对交易 <i>checking</i>")
    await dialog.get_by_role("button", name=staff.words[act], exact=True).click()
    await expect(dialog).to_have_count(0)
