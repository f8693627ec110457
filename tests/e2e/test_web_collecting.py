"""Getting paid in Chromium: a shop's codes, links and requests; a person pays, or refuses."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.support import paying
from tests.support.paying import Side, confirm_with_a_new_passkey, settle_in
from tests.support.walks import BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.infra.postgres import Urls
from tongbao.kernel.clock import now
from tongbao.kernel.text import Language

FIRM, SUPPLIER = demo.LOGINS[:2]
ADDRESS = r"[0-9a-f-]{36}$"
WORDS: dict[Language, dict[str, str]] = {
    "zh": paying.WORDS["zh"]
    | {
        "new till": "新建收款码",
        "till name": "收款点名称",
        "latin name": "拼音或英文名称",
        "latin city": "城市（拼音）",
        "open": "生成收款码",
        "sale": "单笔码",
        "sale amount": "收款金额",
        "make code": "生成单笔收款码",
        "new request": "请人付款",
        "their number": "对方账号",
        "their name": "对方户名",
        "what for": "用途",
        "ask": "请对方付 ¥66.00",
        "new link": "新建收款链接",
        "make link": "生成收款链接",
        "log in and pay": "登录并付款",
        "payment": "付款金额",
        "pay this": "确认付款 ¥{}",
        "refuse": "拒绝付款",
        "refused": "已拒绝",
        "why": "告诉对方原因",
        "switch on": "开通付款码",
        "switch off": "关闭付款码",
    },
    "en": paying.WORDS["en"]
    | {
        "new till": "New code",
        "till name": "Name of the place",
        "latin name": "Name in Latin letters",
        "latin city": "City in Latin letters",
        "open": "Make the code",
        "sale": "One sale",
        "sale amount": "Amount",
        "make code": "Make a code for this sale",
        "new request": "Ask to be paid",
        "their number": "Their account number",
        "their name": "Their name",
        "what for": "What it is for",
        "ask": "Ask for ¥66.00",
        "new link": "New link",
        "make link": "Make the link",
        "log in and pay": "Log in and pay",
        "payment": "Amount",
        "pay this": "Pay ¥{}",
        "refuse": "Refuse",
        "refused": "Refused",
        "why": "Tell them why",
        "switch on": "Switch it on",
        "switch off": "Switch it off",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@dataclass(frozen=True)
class Asked:
    """What a shop has made for others to pay."""

    till: str
    standing: str
    sale: str
    link: str


@ON_A_PHONE
async def test_a_shop_is_paid_in_every_way(walk: Walk, site: str, premises: Urls) -> None:
    merchant = FIRM if walk.language == "zh" else SUPPLIER
    shop = await Side.of(site, merchant)
    payer = await settle_in(premises, name="李小娜", money="1000.00")
    theirs = await Side.of(site, payer)
    await walk.carry_passkeys()
    asked = await make_what_is_paid(walk, merchant, shop, theirs)
    await pay_by_link(walk, asked, payer)
    await pay_by_code(walk, asked.standing, typed="12.30")
    await pay_by_code(walk, asked.sale, fixed="25.00")
    await answer_requests(walk, shop, theirs)
    await pay_by_showing_a_code(walk, shop, asked)
    await walk.become(merchant, f"/collect/tills/{asked.till}")
    await expect(walk.page.locator("a.row")).to_have_count(3)
    charged = await shop.send(f"/collecting/tills/{asked.till}/codes", **sale("31.40"))
    await theirs.send("/collecting/payments", code=charged["code"], **theirs.debit)
    await expect(walk.page.locator("a.row").first).to_contain_text("+¥31.40")  # told live
    await walk.look("till-paid")
    await walk.page.goto("/collect?tab=requests")
    await expect(walk.page.get_by_text(walk.words["refused"], exact=True)).to_be_visible()
    await walk.look("requests")


def sale(amount: str) -> dict[str, Any]:
    return {"amount": {"amount": amount, "currency": "CNY"}, "title": "早餐"}


async def make_what_is_paid(
    walk: Walk, merchant: demo.DemoLogin, shop: Side, theirs: Side
) -> Asked:
    """The shop's side: a code for the counter, one for a sale, a link, a request."""
    page, words = walk.page, walk.words
    await walk.become(merchant, "/collect")
    await page.get_by_role("link", name=words["new till"]).click()
    for label, text in (("till name", "江南小铺"), ("latin name", "JIANGNAN SHOP")):
        await page.get_by_label(words[label], exact=True).fill(text)
    await page.get_by_label(words["latin city"], exact=True).fill("HANGZHOU")
    await walk.press("open")
    await expect(page).to_have_url(re.compile(rf"/collect/tills/{ADDRESS}"))
    await expect(page.get_by_role("img", name="江南小铺")).to_be_visible()
    await walk.look("till")
    till = page.url.rpartition("/")[2]
    standing = (await shop.read(f"/collecting/tills/{till}/code"))["code"]
    await page.get_by_role("tab", name=words["sale"]).click()
    await page.get_by_label(words["sale amount"], exact=True).fill("25")
    async with page.expect_response("**/codes") as made:
        await walk.press("make code")
    await expect(page.get_by_role("img", name="江南小铺")).to_be_visible()
    await walk.look("till-sale")
    sale_code = (await (await made.value).json())["code"]
    await page.goto("/collect/links/new")
    await page.get_by_label(words["sale amount"], exact=True).fill("88")
    await page.get_by_label(words["what for"], exact=True).fill("年会份子")
    await walk.press("make link")
    await expect(page).to_have_url(re.compile(rf"/collect/links/{ADDRESS}"))
    await expect(page.get_by_role("img")).to_be_visible()
    await walk.look("link")
    link = await shop.read(f"/collecting/links/{page.url.rpartition('/')[2]}")
    await page.goto("/collect/requests/new")
    facts = {
        "sale amount": "66",
        "their number": theirs.account["number"],
        "their name": theirs.name,
        "what for": "上月水电",
    }
    for label, text in facts.items():
        await page.get_by_label(words[label], exact=True).fill(text)
    await walk.press("ask")
    await expect(page).to_have_url(re.compile(rf"/collect/requests/{ADDRESS}"))
    return Asked(till, standing, sale_code, link["token"])


async def pay_by_link(walk: Walk, asked: Asked, payer: demo.DemoLogin) -> None:
    """Whoever opens the link sees who asks for how much; the first payment is confirmed."""
    page, words = walk.page, walk.words
    await walk.leave()
    await page.goto(f"/pay/{asked.link}")
    await expect(page.get_by_text("¥88.00")).to_be_visible()
    await walk.look("pay-link")
    await page.get_by_role("link", name=words["log in and pay"]).click()
    await walk.log_in(payer)
    await expect(page).to_have_url(re.compile(r"/pay/[\w-]+$"))
    await expect(page.locator(".lines")).to_be_visible()
    await walk.look("pay-link-in")
    with walk.visit.expecting(403):
        await pay(walk, "88.00")
        await confirm_with_a_new_passkey(walk, payer)
        await expect(page.get_by_text(words["arrived"], exact=True)).to_be_visible()
    await walk.look("pay-link-paid")


async def pay(walk: Walk, amount: str) -> None:
    name = walk.words["pay this"].format(amount)
    await walk.page.get_by_role("button", name=name, exact=True).click()


async def pay_by_code(walk: Walk, code: str, *, typed: str = "", fixed: str = "") -> None:
    """A code for the counter leaves the amount to the payer, one for a sale does not."""
    page, words = walk.page, walk.words
    await page.goto(f"/scan?code={quote(code, safe='')}")
    amount = page.get_by_label(words["payment"], exact=True)
    if typed:
        await amount.fill(typed)
    await expect(page.locator(".lines")).to_be_visible()
    await expect(amount).to_have_count(1 if typed else 0)
    if typed:
        await walk.look("scan-pay")
    await pay(walk, typed or fixed)
    await expect(page.get_by_text(words["arrived"], exact=True)).to_be_visible()


async def answer_requests(walk: Walk, shop: Side, theirs: Side) -> None:
    """One of two requests is paid; the other is refused, and why is told."""
    page, words = walk.page, walk.words
    await shop.make(
        "/collecting/requests",
        title="不是我的",
        debtor_account_number=theirs.account["number"],
        debtor_name=theirs.name,
        amount={"amount": "500.00", "currency": "CNY"},
        expires_at=(now() + timedelta(days=7)).isoformat(),
    )
    await page.goto("/collect?tab=requests&side=payer")
    await expect(page.locator("a.row")).to_have_count(2)
    await page.locator("a.row", has_text="¥66.00").click()
    await expect(page.locator(".lines")).to_be_visible()
    await walk.look("request-to-me")
    await pay(walk, "66.00")
    await expect(page.get_by_text(words["arrived"], exact=True)).to_be_visible()
    await page.goto("/collect?tab=requests&side=payer")
    await page.locator("a.row", has_text="¥500.00").click()
    await walk.press("refuse")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(words["why"]).fill("<i>wrong person</i>")
    await dialog.get_by_role("button", name=words["refuse"]).click()
    await expect(page.get_by_text("<i>wrong person</i>")).to_be_visible()
    await walk.look("request-refused")


async def pay_by_showing_a_code(walk: Walk, shop: Side, asked: Asked) -> None:
    """The shop charges the code that the person shows; it is good once."""
    page, words = walk.page, walk.words
    await page.goto("/pay-code")
    with walk.visit.expecting(403):  # to be confirmed once, then small sums are not
        await walk.press("switch on")
        await walk.press("with passkey")
        await expect(page.get_by_role("img")).to_be_visible()
    await walk.look("pay-code")
    digits = re.sub(r"\D", "", await page.locator(".digits").inner_text())
    charge = {"amount": {"amount": "9.90", "currency": "CNY"}, "code": digits}
    charged = await shop.send(f"/collecting/tills/{asked.till}/charges", **charge)
    assert charged["amount"]["amount"] == "9.90"
    await walk.press("switch off")
    await expect(page.get_by_role("button", name=words["switch on"])).to_be_visible()
