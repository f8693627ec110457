"""The web application as people use it, in Chromium: log in, look, pay, with nothing gone wrong."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.walks import AT_A_DESK, BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.kernel.text import Language

FIRM, SUPPLIER, COMPANY, MAKER, OPERATIONS = (demo.LOGINS[each] for each in (0, 1, 2, 3, 7))
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "missing": "请填写登录密码",
        "happened": "最近往来",
        "accounts": "账户",
        "search": "搜索对方、附言",
        "transfer": "转账",
        "amount": "转出金额",
        "name": "收款户名",
        "number": "收款账号",
        "remark": "附言",
        "next": "下一步：核对",
        "too much": "超过可用余额",
        "fits": "户名与账号一致",
        "fits not": "户名与账号不一致，请先与收款人核实",
        "change": "返回修改",
        "expired": "登录已过期",
        "lost": "这里没有页面",
        "desk": "待办",
    },
    "en": {
        "missing": "Enter your password",
        "happened": "What happened",
        "accounts": "Accounts",
        "search": "Search names and remarks",
        "transfer": "Transfer",
        "amount": "Amount",
        "name": "Payee’s name",
        "number": "Payee’s account number",
        "remark": "Remark",
        "next": "Next: check it",
        "too much": "More than is available",
        "fits": "Name and account fit",
        "fits not": "Name and account do not fit: ask the payee first",
        "change": "Change something",
        "expired": "Your session has ended",
        "lost": "There is no page here",
        "desk": "Work list",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


async def enter(walk: Walk, *, name: str, number: str, amount: str, remark: str = "") -> None:
    for label, text in (("amount", amount), ("name", name), ("number", number)):
        await walk.page.get_by_label(walk.words[label], exact=True).fill(text)
    await walk.page.get_by_label(walk.words["remark"]).fill(remark)
    await walk.press("next")


async def payee_of(page: Page) -> tuple[str, str]:
    """Return name and number of whoever the demo's payment went to or came from."""
    accounts = await (await page.request.get("/api/v1/accounts")).json()
    path = f"/api/v1/accounts/{accounts['items'][0]['id']}/entries"
    entries: dict[str, Any] = await (await page.request.get(path)).json()
    other = next(each["counterparty"] for each in entries["items"] if each["counterparty"])
    return other["name"], other["number"]


@ON_A_PHONE
async def test_from_the_log_in_to_a_transfer_that_is_checked(walk: Walk) -> None:
    page = walk.page
    person = FIRM if walk.language == "zh" else SUPPLIER
    await pass_the_door(walk, person)
    await look_around(walk)
    name, number = await payee_of(page)
    await write_a_transfer(walk, name, number)
    await walk.visit.check()


async def pass_the_door(walk: Walk, person: demo.DemoLogin) -> None:
    """Forget the password, mistake it, then be in."""
    page, words = walk.page, walk.words
    await page.goto("/home")
    await expect(page).to_have_url(re.compile("/login$"))
    await page.get_by_label(words["login"]).fill(person.login)
    await walk.press("log in")
    await expect(page.get_by_text(words["missing"])).to_be_visible()
    await walk.look("log-in")
    with walk.visit.expecting(401):
        await page.get_by_label(words["password"]).fill("not-the-password")
        await walk.press("log in")
        await expect(page.get_by_role("alert")).to_contain_text("identity.log_in_refused")
    await walk.log_in(person)
    await expect(page.get_by_role("heading", name=words["happened"])).to_be_visible()
    language = {"zh": "zh-CN", "en": "en"}[walk.language]
    assert await page.locator("html").get_attribute("lang") == language


async def look_around(walk: Walk) -> None:
    """See what there is and find an entry."""
    page, words = walk.page, walk.words
    await expect(page.locator("a.row, div.row").first).to_be_visible()
    await walk.look("home")
    await page.locator("a.account").first.click()
    await page.get_by_label(words["search"]).fill("<img src=x onerror=alert(1)>")
    await expect(page.locator(".empty")).to_be_visible()
    await page.get_by_label(words["search"]).fill("cement")
    await expect(page).to_have_url(re.compile(r"text=cement"))
    await expect(page.locator(".day .row").first).to_contain_text("cement")
    await walk.look("account")


async def write_a_transfer(walk: Walk, name: str, number: str) -> None:
    """Mistake amount and name, load the page again in between, and come to the check."""
    page, words = walk.page, walk.words
    await page.goto("/transfer")
    await enter(walk, name=name, number=number, amount="99999999999")
    await expect(page.get_by_text(words["too much"])).to_be_visible()
    await walk.look("transfer-enter")
    odd = "<b>八折</b>"
    await enter(walk, name="<script>", number=f" {number} ", amount="１，２３４.5", remark=odd)
    await expect(page.get_by_text(words["fits not"])).to_be_visible()
    await walk.press("change")
    await page.reload()  # the draft is still there
    await expect(page.get_by_label(words["name"], exact=True)).to_have_value("<script>")
    await page.get_by_label(words["name"], exact=True).fill(name)
    await walk.press("next")
    await expect(page.get_by_text(words["fits"], exact=True)).to_be_visible()
    await walk.look("transfer-check")


@AT_A_DESK
async def test_other_pages_are_whole_too(walk: Walk) -> None:
    page = walk.page
    await page.goto("/me")
    await walk.log_in(COMPANY)
    await expect(page.get_by_role("switch")).to_be_visible()  # where they were going to
    await walk.look("me")
    for path, shown in (("/accounts", "a.account"), ("/notices", "main li, .empty")):
        await page.goto(path)
        await expect(page.locator(shown).first).to_be_visible()
        await walk.look(path[1:])
    with walk.visit.expecting(404):
        await page.goto("/nowhere")
        await expect(page.get_by_text(walk.words["lost"]).last).to_be_visible()
    await walk.look("lost")
    await page.goto("/staff")  # not theirs
    await expect(page).to_have_url(re.compile("/home$"))


async def test_a_session_that_is_over_leads_back_with_what_was_written(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/transfer")
    await walk.log_in(MAKER)
    await page.get_by_label(words["amount"]).fill("7")
    await page.context.clear_cookies(name="tb_session")
    with walk.visit.expecting(401):  # of each question that was under way, however late
        await page.get_by_role("link", name=words["accounts"]).click()
        await expect(page.get_by_text(words["expired"])).to_be_visible()
        await walk.log_in(MAKER)
        await expect(page).to_have_url(re.compile(r"//[^/]+/accounts$"))
        await page.goto("/transfer")
        await expect(page.get_by_label(words["amount"])).to_have_value(re.compile(r"7(\.00)?"))
    await walk.visit.check()


async def test_staff_come_to_their_desk(walk: Walk) -> None:
    await walk.page.goto("/login")
    await walk.log_in(OPERATIONS)
    await expect(walk.page.get_by_role("heading", name=walk.words["desk"])).to_be_visible()
    await walk.look("staff")
