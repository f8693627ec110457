"""Paying in Chromium: a transfer, a passkey on the way, payees, small sums, standing orders.

And what is shown to whom: nobody what would refuse them, and why where little can be moved.
"""

import re

import pytest
from playwright.async_api import expect

from tests.support import paying
from tests.support.paying import Side, confirm_with_a_new_passkey, enter, settle_in
from tests.support.walks import AT_A_DESK, BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.core.parties.service import Level
from tongbao.infra.postgres import Urls
from tongbao.kernel.text import Language

FIRM, SUPPLIER, COMPANY, VIEWER = (demo.LOGINS[each] for each in (0, 1, 2, 5))
WORDS: dict[Language, dict[str, str]] = {
    "zh": paying.WORDS["zh"]
    | {
        "save": "存为收款人",
        "saved": "已存为收款人",
        "details": "查看这笔转账",
        "off": "未开通",
        "on": "已开通",
        "begin": "开通一键付",
        "one click": "一键付出",
        "over": "超过一键付的额度 ¥200.00，请用转账",
        "settled": "已到账",
        "used": "今天已用",
        "each time": "每次金额",
        "order": "确认每次付 ¥400.00",
        "active": "进行中",
        "dates": "接下来的付款日",
        "pause": "暂停",
        "paused": "已暂停",
        "resume": "恢复付款",
        "end": "取消定期付款",
        "ended": "已取消",
        "not theirs": "您的角色不办理这一项",
        "nothing yet": "账户里还没有钱，收到款或充值以后就能转出。",
        "basic": "身份核实等级为“基础”：每笔最多转 ¥2,000.00，每天最多 ¥2,000.00。",
        "verify": "继续核实",
    },
    "en": paying.WORDS["en"]
    | {
        "save": "Save the payee",
        "saved": "The payee is saved",
        "details": "See this transfer",
        "off": "Off",
        "on": "On",
        "begin": "Switch it on",
        "one click": "Pay with one click",
        "over": "More than the ¥200.00 of one-click pay: make a transfer",
        "settled": "Arrived",
        "used": "Used today",
        "each time": "Amount each time",
        "order": "Pay ¥400.00 each time",
        "active": "Active",
        "dates": "Next dates",
        "pause": "Pause",
        "paused": "Paused",
        "resume": "Resume",
        "end": "Cancel the order",
        "ended": "Cancelled",
        "not theirs": "This is not among what you do here",
        "nothing yet": "Nothing is on this account yet. Once you are paid, or top it up, "
        "you can transfer.",
        "basic": "Verified to the level “Basic”: at most ¥2,000.00 a payment and ¥2,000.00 a day.",
        "verify": "Verify further",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@AT_A_DESK
async def test_paying_and_what_comes_of_it(walk: Walk, site: str) -> None:
    page = walk.page
    # Whoever has set up a passkey gets no token for a password alone: the payee is somebody else.
    person, other = (FIRM, SUPPLIER) if walk.language == "zh" else (SUPPLIER, COMPANY)
    payee = await Side.of(site, other)
    await walk.carry_passkeys()
    await page.goto("/services")
    await walk.log_in(person)
    await expect(page.get_by_role("link", name=re.compile("转账|Transfer")).first).to_be_visible()
    await walk.look("services")
    await transfer(walk, payee, person)
    await keep_the_payee(walk)
    await pay_with_one_click(walk)
    await order_every_month(walk, payee)
    await walk.visit.check()


async def transfer(walk: Walk, payee: Side, person: demo.DemoLogin) -> None:
    page, words = walk.page, walk.words
    await enter(walk, payee, remark="<b>八折</b>")
    await walk.look("transfer-check")
    with walk.visit.expecting(403):
        await walk.press("pay")
        await confirm_with_a_new_passkey(walk, person)
        await expect(page.get_by_text(words["arrived"])).to_be_visible()
    await walk.press("save")
    await expect(page.get_by_text(words["saved"])).to_be_visible()
    await walk.look("transfer-done")
    await page.get_by_role("link", name=words["details"]).click()
    await expect(page.get_by_text("<b>八折</b>")).to_be_visible()
    await walk.look("payment")
    await page.go_back()  # not to the confirming step
    await expect(page.get_by_label(words["amount"], exact=True)).to_have_value("")
    await page.goto("/payments?direction=out&state=settled")
    await expect(page.locator("a.row").first).to_contain_text("−¥1,234.50")
    await walk.look("payments")


async def keep_the_payee(walk: Walk) -> None:
    """The payee of the transfer is in the book."""
    page = walk.page
    await page.goto("/payees")
    await expect(page.locator("a.row")).to_have_count(1)
    await walk.look("payees")


async def pay_with_one_click(walk: Walk) -> None:
    """A small sum goes to the remembered payee without a confirmation, a larger one does not."""
    page, words = walk.page, walk.words
    await page.goto("/payees/one-click")
    await expect(page.get_by_text(words["off"], exact=True)).to_be_visible()
    with walk.visit.expecting(403):  # to be switched on by a passkey
        await walk.press("begin")
        await walk.press("with passkey")
        await expect(page.get_by_text(words["on"], exact=True)).to_be_visible()
    await walk.look("one-click")
    await page.goto("/payees")
    await page.locator("a.row").click()
    amount = page.get_by_label(words["amount"], exact=True)
    await amount.fill("200.01")
    await expect(page.get_by_text(words["over"])).to_be_visible()
    await expect(page.get_by_role("button", name=words["one click"])).to_be_disabled()
    await walk.look("payee-too-much")
    await amount.fill("88.8")
    await walk.press("one click")
    await expect(page).to_have_url(re.compile(r"/payments/[0-9a-f-]{36}$"))
    await expect(page.get_by_text(words["settled"], exact=True).first).to_be_visible()
    await page.goto("/payees/one-click")
    used = page.locator("dl > div", has_text=words["used"])
    await expect(used).to_contain_text("¥88.80")


async def order_every_month(walk: Walk, payee: Side) -> None:
    """The days are shown before anything is ordered; then it pauses, goes on, and ends."""
    page, words = walk.page, walk.words
    await page.goto("/standing/new")
    facts = (("each time", "400"), ("name", payee.name), ("number", payee.account["number"]))
    for label, text in facts:
        await page.get_by_label(words[label], exact=True).fill(text)
    await expect(page.locator(".dates li")).to_have_count(4)
    shown = await page.locator(".dates li").all_inner_texts()
    await walk.look("standing-new")
    with walk.visit.expecting(403):
        await walk.press("order")
        await walk.press("with passkey")
        await expect(page).to_have_url(re.compile(r"/standing/[0-9a-f-]{36}$"))
    await expect(page.get_by_text(words["active"], exact=True)).to_be_visible()
    coming = page.locator("section", has_text=words["dates"]).locator(".row")
    await expect(coming).to_have_count(6)
    await walk.look("standing-order")
    await walk.press("pause")
    await expect(page.get_by_text(words["paused"], exact=True)).to_be_visible()
    await expect(coming).to_have_count(0)
    await walk.press("resume")
    await expect(coming).to_have_count(6)
    assert [each.split()[0] for each in shown] == [
        each.split()[0] for each in (await coming.locator(".title").all_inner_texts())[:4]
    ]
    await walk.press("end")
    await page.get_by_role("dialog").get_by_role("button", name=words["end"]).click()
    await expect(page.get_by_text(words["ended"], exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name=words["pause"])).to_have_count(0)
    await walk.look("standing-ended")


@ON_A_PHONE
async def test_nobody_is_shown_what_would_refuse_them(walk: Walk) -> None:
    """An administrator moves no money, a viewer does nothing: neither is offered it anywhere."""
    for person in (COMPANY, VIEWER):
        await walk.become(person, "/services")
        await find_nothing_to_pay_with(walk)
    await walk.visit.check()


async def find_nothing_to_pay_with(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await expect(page.locator("main a[href='/payments']")).to_be_visible()
    for path in ("/transfer", "/scan", "/pay-code", "/top-up", "/collect", "/payroll"):
        await expect(page.locator(f"main a[href^='{path}']")).to_have_count(0)
    await walk.look("services-of-few")
    await page.goto("/home")
    await expect(page.locator("a.row").first).to_be_visible()
    await expect(page.locator("main a[href='/transfer']")).to_have_count(0)
    for path in ("/transfer", "/collect", "/collect/links/new"):
        await page.goto(path)
        await expect(page.get_by_text(words["not theirs"])).to_be_visible()
    await walk.look("not-theirs")
    await page.goto("/standing")
    await expect(page.locator(".empty, .row").first).to_be_visible()
    await expect(page.locator("a[href='/standing/new']")).to_have_count(0)


@ON_A_PHONE
async def test_who_can_move_little_is_told_why(walk: Walk, premises: Urls) -> None:
    """Nothing on the account, little known of its holder: both are said, with what helps."""
    page, words = walk.page, walk.words
    person = await settle_in(premises, name="王小芳", money="", level=Level.BASIC)
    await walk.become(person, "/services")
    await expect(page.locator("main a[href='/pay-code']")).to_be_visible()
    for path in ("/approvals", "/payroll", "/users"):  # of firms
        await expect(page.locator(f"main a[href='{path}']")).to_have_count(0)
    await page.goto("/transfer")
    await expect(page.get_by_text(words["nothing yet"])).to_be_visible()
    await expect(page.get_by_text(words["basic"])).to_be_visible()
    await expect(page.get_by_text("¥0.00", exact=False)).to_have_count(0)
    await walk.look("transfer-little")
    await page.get_by_role("link", name=words["verify"], exact=True).click()
    await expect(page).to_have_url(re.compile(r"/identity\?party=[0-9a-f-]{36}$"))
    await walk.visit.check()
