"""Money to and from elsewhere in Chromium: another bank's account, a card of one's own."""

import re

import httpx2
import psycopg
import pytest
from playwright.async_api import expect

from tests.e2e.test_payments_journey import card_number
from tests.support import paying
from tests.support.paying import confirm_with_a_new_passkey
from tests.support.visitor import wait_for
from tests.support.walks import AT_A_DESK, BUILT, Walk
from tongbao.app import demo
from tongbao.infra.postgres import Urls
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Language

FIRM, SUPPLIER = demo.LOGINS[:2]
OPERATIONS, COMPLIANCE = (
    next(each for each in demo.LOGINS if each.login == login)
    for login in ("operations", "compliance")
)
THERE, BANK = "北方钢铁有限公司", "102100099996"
PAYMENT = re.compile(r"//[^/]+/payments/[0-9a-f-]{36}$")
WORDS: dict[Language, dict[str, str]] = {
    "zh": paying.WORDS["zh"]
    | {
        "fee": "手续费",
        "details": "查看这笔转账",
        "settled": "已到账",
        "recall": "申请退回",
        "ask the bank": "提交申请",
        "at the bank": "等待对方银行答复",
        "overdue": "逾期的追回",
        "days": "16 天",
        "ask again": "再问一次",
        "asked again": "已再次询问对方银行",
        "close": "提出了结",
        "reason": "理由",
        "propose": "提交复核",
        "proposed": "已提交复核",
        "agree": "同意并执行",
        "agreed": "已执行",
        "found refused": "经核实收款行不予退回",
        "bank refused": "对方银行未同意",
        "bank returned": "钱已退回",
        "add": "绑定银行卡",
        "card": "卡号",
        "link": "绑定，并打一笔小额验证",
        "received": "收到的金额",
        "verify": "验证",
        "verified": "已验证",
        "top up": "充值",
        "withdraw": "提现",
        "top up now": "确认充值 ¥200.00",
        "withdraw now": "确认提现 ¥50.00",
        "top-up amount": "充值金额",
        "withdrawal": "提现金额",
        "one more": "再办一笔",
        "pay with": "付款方式",
        "open the wallet": "打开钱包甲",
        "code of the wallet": "钱包甲的付款码",
        "not topped up": "未充值，没有扣款",
    },
    "en": paying.WORDS["en"]
    | {
        "fee": "Fee",
        "details": "See this transfer",
        "settled": "Arrived",
        "recall": "Ask for it back",
        "ask the bank": "Ask the payee’s bank",
        "at the bank": "Waiting for their answer",
        "overdue": "Overdue recall",
        "days": "16 d",
        "ask again": "Ask again",
        "asked again": "Their bank is asked once more",
        "close": "Propose to close it",
        "reason": "Reason",
        "propose": "Propose",
        "proposed": "Proposed:",
        "agree": "Approve and execute",
        "agreed": "Executed",
        "found refused": "The payee's bank was found not to send it back",
        "bank refused": "They refused",
        "bank returned": "The money is back",
        "add": "Link a card",
        "card": "Card number",
        "link": "Link it and pay the small amount",
        "received": "Amount received",
        "verify": "Verify",
        "verified": "Verified",
        "top up": "Top up",
        "withdraw": "Withdraw",
        "top up now": "Top up ¥200.00",
        "withdraw now": "Withdraw ¥50.00",
        "top-up amount": "Amount",
        "withdrawal": "Amount",
        "one more": "Another one",
        "pay with": "Pay with",
        "open the wallet": "Open Wallet A",
        "code of the wallet": "Code to pay at Wallet A",
        "not topped up": "Not topped up; nothing was taken",
    },
}
# What the payee's bank makes of being asked for the money: it says no, then it agrees.
ANSWERS: tuple[tuple[str, list[dict[str, object]]], ...] = (
    ("bank refused", [{"kind": "reject", "times": 1}]),
    ("bank returned", []),
)
# What whoever is to pay at the wallet decides there, and what the page says then.
DECISIONS: dict[Language, tuple[str, str]] = {
    "zh": ("agree", "arrived"),
    "en": ("refuse", "not topped up"),
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@pytest.fixture(scope="module")
def site(connected_site: str) -> str:
    return connected_site


@AT_A_DESK
async def test_money_goes_elsewhere_and_comes_back(
    walk: Walk, sandbox: str, premises: Urls
) -> None:
    person = FIRM if walk.language == "zh" else SUPPLIER
    await walk.carry_passkeys()
    await pay_another_bank(walk, person, sandbox)
    await ask_in_vain(walk, sandbox, premises)
    await ask_for_it_back(walk, sandbox)
    await link_a_card(walk, sandbox)
    await top_up(walk)
    await top_up_at_a_wallet(walk)
    await withdraw(walk)


async def tell(sandbox: str, channel: str, path: str, body: object) -> None:
    async with httpx2.AsyncClient(base_url=f"{sandbox}/sandbox/channels/{channel}") as http:
        (await http.put(path, json=body)).raise_for_status()


async def pay_another_bank(walk: Walk, person: demo.DemoLogin, sandbox: str) -> None:
    """The other bank knows the name, the fee is a line of the sum, and it takes a while."""
    page, words = walk.page, walk.words
    number = f"62220202{new_id().int % 10**11:011d}"
    await tell(sandbox, "bank", f"/customers/{number}", {"name": THERE, "balance_minor": 0})
    await tell(sandbox, "bank", "/faults", [{"kind": "stall", "inquiries": 1}])
    await walk.become(person, "/transfer")
    for label, text in (("amount", "1234.5"), ("name", THERE), ("number", number)):
        await page.get_by_label(words[label], exact=True).fill(text)
    await page.get_by_label(words["bank"], exact=True).select_option(BANK)
    await walk.press("next")
    await expect(page.get_by_text(words["fits"], exact=True)).to_be_visible()
    await expect(page.locator("dl, table").filter(has_text=words["fee"]).first).to_be_visible()
    await walk.look("bank-check")
    with walk.visit.expecting(403):
        await walk.press("pay")
        await confirm_with_a_new_passkey(walk, person)
        await expect(page.get_by_text(words["under way"])).to_be_visible()
    await walk.look("bank-under-way")
    await page.get_by_role("link", name=words["details"]).click()
    await expect(page).to_have_url(PAYMENT)
    await expect(page.get_by_text(words["settled"], exact=True).first).to_be_visible()


async def ask_in_vain(walk: Walk, sandbox: str, premises: Urls) -> None:
    """A bank that never answers: staff asks once more, and two of them say that it does not pay."""
    page, words = walk.page, walk.words
    await tell(sandbox, "bank", "/faults", [{"kind": "stall", "inquiries": 1000}])
    await walk.press("recall")
    await walk.press("ask the bank")
    await expect(page.get_by_text(words["at the bank"], exact=True)).to_be_visible()
    payment = page.url.rsplit("/", maxsplit=1)[1]
    let_the_bank_be_silent(premises, payment)
    async with walk.beside() as desk:
        await desk.become(OPERATIONS, "/staff?kind=recall")
        await expect(desk.page.get_by_role("cell", name=words["overdue"])).to_be_visible()
        await desk.page.goto("/staff/payments/recalls")
        await expect(desk.page.get_by_role("row").filter(has_text=THERE)).to_contain_text(
            words["days"]
        )
        await desk.look("desk-recalls")
        await desk.page.locator(f"tbody a[href$='{payment}']").click()
        await desk.press("ask again")
        await expect(desk.page.get_by_text(words["asked again"])).to_be_visible()
        await expect(desk.page.get_by_role("button", name=words["close"])).to_be_visible()
        await desk.look("desk-recall")
        await desk.press("close")
        await desk.page.get_by_label(words["reason"], exact=True).fill("they rang: not sent back")
        await desk.look("desk-recall-close")
        await desk.press("propose")
        await expect(desk.page.get_by_text(words["proposed"])).to_be_visible()
        await desk.become(COMPLIANCE, "/staff/proposals")
        await desk.page.locator("tbody tr a").first.click()
        await expect(desk.page.locator(f"a[href$='{payment}']")).to_be_visible()
        await desk.look("desk-recall-proposal")
        await desk.press("agree")
        await desk.page.get_by_role("dialog").get_by_role("button", name=words["agree"]).click()
        await expect(desk.page.locator(".facts .status")).to_have_text(words["agreed"])
        await desk.visit.check()
    await expect(page.get_by_text(words["found refused"])).to_be_visible()


def let_the_bank_be_silent(urls: Urls, payment: str) -> None:
    """Have a recall been asked about for sixteen days, which is a day more than anybody asks."""
    with psycopg.connect(urls.owner) as connection:
        connection.execute("SET session_replication_role = replica")
        silent = connection.execute(
            "UPDATE payments_recall SET due_at = NULL,"
            " requested_at = requested_at - interval '16 days' WHERE payment_id = %s",
            [payment],
        )
        assert silent.rowcount == 1


async def ask_for_it_back(walk: Walk, sandbox: str) -> None:
    page = walk.page
    for answer, faults in ANSWERS:
        await tell(sandbox, "bank", "/faults", faults)
        await walk.press("recall")
        await expect(page.get_by_role("dialog").get_by_role("radio")).to_have_count(5)
        await walk.look("recall-ask")
        await walk.press("ask the bank")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.get_by_text(walk.words[answer], exact=True)).to_be_visible()
        await walk.look("recall-answered")


async def link_a_card(walk: Walk, sandbox: str) -> None:
    """The card is theirs when they can say how little was paid to it; a wrong sum costs a try."""
    page, words = walk.page, walk.words
    number = card_number()
    await page.goto("/cards")
    await walk.press("add")
    await page.get_by_label(words["card"], exact=True).fill(number)
    await walk.press("link")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    small = await wait_for(lambda: paid_to(sandbox, number), "small amount on the card")
    await say_another_sum(walk, small % 99 + 1)
    await walk.look("card-verify")
    await page.get_by_label(words["received"], exact=True).fill(f"0.{small:02}")
    await walk.press("verify")
    await expect(page.get_by_text(words["verified"], exact=True)).to_be_visible()
    await walk.look("card-verified")


async def say_another_sum(walk: Walk, cents: int) -> None:
    """It is told apart once we know ourselves that the small amount has arrived."""
    page = walk.page
    await page.get_by_label(walk.words["received"], exact=True).fill(f"0.{cents:02}")

    async def refused() -> bool | None:
        async with page.expect_response("**/verification"):
            await walk.press("verify")
        said = await page.get_by_role("alert").inner_text()
        return "payments.micro_amount_wrong" in said or None

    with walk.visit.expecting(409, 422):
        assert await wait_for(refused, "answer about the small amount")


async def paid_to(sandbox: str, number: str) -> int | None:
    """Return the cents that the card's statement shows, once it does."""
    async with httpx2.AsyncClient() as http:
        done = (await http.get(f"{sandbox}/sandbox/channels/card/payments")).json()["payments"]
    found = [each["amount_minor"] for each in done if each["account"] == number]
    return found[0] if found else None


async def top_up(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.locator("main").get_by_role("link", name=words["top up"], exact=True).click()
    await expect(page).to_have_url(re.compile(r"/top-up\?card=[0-9a-f-]{36}$"))
    await page.get_by_label(words["top-up amount"], exact=True).fill("200")
    await expect(page.get_by_text(words["fee"], exact=True)).to_be_visible()
    await walk.look("top-up")
    await walk.press("top up now")
    await expect(page.get_by_text(words["arrived"], exact=True)).to_be_visible()


async def top_up_at_a_wallet(walk: Walk) -> None:
    """A large screen shows a code to scan, a phone where to go; the page hears of what was done."""
    page, words = walk.page, walk.words
    decision, said = DECISIONS[walk.language]
    await page.goto("/top-up")
    await page.get_by_label(words["top-up amount"], exact=True).fill("200")
    await page.get_by_label(words["pay with"], exact=True).select_option("wallet-a")
    await walk.press("top up now")
    there = page.get_by_role("link", name=words["open the wallet"], exact=True)
    await expect(there).to_be_visible()
    code = page.get_by_role("img", name=words["code of the wallet"], exact=True)
    await expect(code).to_be_visible(visible=walk.language == "zh")  # the other is a phone
    await walk.look("wallet-top-up")
    address = await there.get_attribute("href")
    async with httpx2.AsyncClient() as http:
        await http.post(address or "", data={"decision": decision})
    await expect(page.get_by_text(words[said], exact=True)).to_be_visible()
    await expect(there).to_have_count(0)
    await walk.look("wallet-top-up-over")


async def withdraw(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/cards")
    await page.locator("main").get_by_role("link", name=words["withdraw"], exact=True).click()
    await page.get_by_label(words["withdrawal"], exact=True).fill("50")
    with walk.visit.expecting(403):  # money to a card for the first time is confirmed
        await walk.press("withdraw now")
        await walk.press("with passkey")
        await expect(page.get_by_role("button", name=words["one more"])).to_be_visible()
    await page.get_by_role("link", name=words["details"]).click()
    await expect(page).to_have_url(PAYMENT)
    await expect(page.get_by_text(words["settled"], exact=True).first).to_be_visible()
    await walk.look("withdrawn")
    await walk.visit.check()
