"""Somebody new on their own: from the first page to credit, a payment, a statement; then staff."""

import re
import time
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.support.visits import work_now
from tests.support.walks import BUILT, IN_BOTH, Walk
from tongbao.app import demo
from tongbao.infra.postgres import Urls
from tongbao.kernel.text import Language

SUPPLIER, OPERATIONS, AUDITOR = (
    next(each for each in demo.LOGINS if each.login == login)
    for login in ("supplier", "operations", "auditor")
)
SECONDS_MAX = 300
CASE = re.compile(r"//[^/]+/identity/cases/[0-9a-f-]{36}")
LOAN = re.compile(r"//[^/]+/loans/[0-9a-f-]{36}$")
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "register": "注册",
        "fill": "填入演示资料",
        "send": "发送验证码",
        "inbox": "演示收件箱",
        "code": "6 位验证码",
        "next": "下一步",
        "new password": "设置登录密码",
        "finish": "完成注册",
        "set up": "设置通行密钥",
        "kept": "我已保存好",
        "verify": "核实身份",
        "begin": "开始",
        "submit": "提交核实",
        "verified": "核实通过",
        "to licence": "下一步：核对执照",
        "paper": "用演示照片",
        "received": "已收到",
        "account": "开立账户",
        "opened": "账户已开立",
        "borrow": "看看我能借多少",
        "agree": "同意，下一步确认",
        "give": "确认授权",
        "certain": "指定金额",
        "loan": "借款金额",
        "apply": "提交申请",
        "to sign": "下一步：阅读合同",
        "sign": "签署并放款 ¥20,000.00",
        "drawn": "钱已经放到企业账户",
        "confirm": "用通行密钥确认",
        "amount": "转出金额",
        "name": "收款户名",
        "number": "收款账号",
        "remark": "附言",
        "check": "下一步：核对",
        "pay": "确认转出 ¥1,234.50",
        "arrived": "已到账",
        "statements": "对账单与证明",
        "pdf": "开具 PDF 对账单",
        "log out": "退出登录",
        "demo people": "用演示里的人物登录",
        "proven": "核验通过：没有被改动",
    },
    "en": {
        "register": "Register",
        "fill": "Fill in made-up details",
        "send": "Send the code",
        "inbox": "demo’s inbox",
        "code": "Six-digit code",
        "next": "Next",
        "new password": "Choose a password",
        "finish": "Finish",
        "set up": "Set up a passkey",
        "kept": "I have kept them",
        "verify": "Verify who you are",
        "begin": "Begin",
        "submit": "Send for the check",
        "verified": "Verified",
        "to licence": "Next: the licence",
        "paper": "Made-up picture",
        "received": "Received",
        "account": "Open the account",
        "opened": "Your account is open",
        "borrow": "See what I can borrow",
        "agree": "Agree, then confirm",
        "give": "Give consent",
        "certain": "A certain amount",
        "loan": "Amount",
        "apply": "Apply",
        "to sign": "Next: read the agreement",
        "sign": "Sign and draw ¥20,000.00",
        "drawn": "The money is in the firm’s account",
        "confirm": "Confirm with a passkey",
        "amount": "Amount",
        "name": "Payee’s name",
        "number": "Payee’s account number",
        "remark": "Remark",
        "check": "Next: check it",
        "pay": "Pay ¥1,234.50",
        "arrived": "It has arrived",
        "statements": "Statements",
        "pdf": "Get a PDF statement",
        "log out": "Log out",
        "demo people": "Log in as somebody of the demo",
        "proven": "Verified: unchanged",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@IN_BOTH
async def test_somebody_new_gets_credit_and_pays_within_five_minutes(
    walk: Walk, premises: Urls, record_property: Any
) -> None:
    began = time.monotonic()
    await walk.carry_passkeys()
    await register(walk)
    await be_verified(walk)
    account = await open_a_firm(walk)
    await borrow(walk)
    payment = await pay_a_supplier(walk)
    await see_both_and_take_the_statement(walk, account)
    await work_now(premises, "ledger.extend_tree")
    await work_now(premises, "audit.extend_tree")
    await see_it_as_staff(walk, payment)
    took = time.monotonic() - began
    record_property("seconds", round(took, 1))
    assert took < SECONDS_MAX
    await walk.visit.check()


async def register(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/")
    await page.get_by_role("link", name=words["register"], exact=True).click()
    await walk.press("fill")
    await walk.press("send")
    await expect(page).to_have_url(re.compile(r"/register\?step=code$"))
    async with page.expect_popup() as opening:
        await page.get_by_role("link", name=words["inbox"]).click()
    inbox = await opening.value
    await page.get_by_label(words["code"]).fill(await newest_code(inbox))
    await inbox.close()
    await walk.press("next")
    await page.get_by_label(words["new password"]).fill("a sentence that one remembers")
    await walk.press("finish")
    await walk.press("set up")
    await walk.press("kept")
    await expect(page).to_have_url(re.compile(r"//[^/]+/home$"))


async def newest_code(inbox: Page) -> str:
    """Read the code of the newest message; the page is looked at again until it is there."""
    for _ in range(30):
        found = re.search(r"\b\d{6}\b", await inbox.locator("body").inner_text())
        if found:
            return found.group()
        await inbox.wait_for_timeout(500)
        await inbox.reload()
    raise AssertionError(await inbox.locator("body").inner_text())


async def be_verified(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.get_by_role("link", name=words["verify"]).last.click()
    await page.get_by_role("button", name=words["begin"], exact=True).last.click()
    await walk.press("fill")
    await walk.press("submit")
    await expect(page.get_by_text(words["verified"], exact=True)).to_be_visible()


async def open_a_firm(walk: Walk) -> str:
    """Return the id of the firm's account."""
    page, words = walk.page, walk.words
    await page.goto("/open-firm")
    await walk.press("fill")
    await walk.look("new-firm")
    await walk.press("to licence")
    await expect(page).to_have_url(CASE)
    await walk.press("paper")
    await expect(page.get_by_text(words["received"], exact=True)).to_be_visible()
    await walk.press("next")
    await walk.press("fill")
    await walk.press("submit")
    await expect(page.get_by_text(words["verified"], exact=True)).to_be_visible()
    await page.locator("a[href*='/open-account?party=']").click()
    await walk.press("account")
    await expect(page.get_by_text(words["opened"], exact=True)).to_be_visible()
    accounts = await (await page.request.get("/api/v1/accounts")).json()
    (account,) = accounts["items"]
    return str(account["id"])


async def borrow(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/loans")
    await page.get_by_role("link", name=words["borrow"]).click()
    await walk.press("agree")
    await page.get_by_role("dialog").get_by_role("button", name=words["give"]).click()
    await page.get_by_label(words["certain"]).check()
    await page.get_by_label(words["loan"], exact=True).fill("20000")
    await walk.press("apply")
    await walk.press("to sign")
    with walk.visit.expecting(403):
        await walk.press("sign")
        await walk.press("confirm")
        await expect(page.get_by_text(words["drawn"])).to_be_visible()
    await expect(page).to_have_url(LOAN)


async def pay_a_supplier(walk: Walk) -> str:
    """Return the id of the payment."""
    page, words = walk.page, walk.words
    name, number = await payee(walk.visit.address)
    await page.goto("/transfer")
    for label, text in (("amount", "1234.5"), ("name", name), ("number", number)):
        await page.get_by_label(words[label], exact=True).fill(text)
    await page.get_by_label(words["remark"]).fill("cement")
    await walk.press("check")
    with walk.visit.expecting(403):
        await walk.press("pay")
        await walk.press("confirm")
        await expect(page.get_by_text(words["arrived"], exact=True).first).to_be_visible()
    await page.locator("a[href^='/payments/']").first.click()
    await expect(page).to_have_url(re.compile(r"//[^/]+/payments/[0-9a-f-]{36}$"))
    return page.url.rpartition("/")[2]


async def payee(address: str) -> tuple[str, str]:
    """Return the demo supplier's name and number, as it would stand on their invoice."""
    person = {"username": SUPPLIER.login, "password": SUPPLIER.password}
    async with httpx2.AsyncClient(base_url=f"{address}/api/v1") as client:
        token = (await client.post("/identity/tokens", data=person)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        account = (await client.get("/accounts")).json()["items"][0]
        party = (await client.get(f"/parties/{account['party_id']}")).json()
    return str(party["name"]), str(account["number"])


async def see_both_and_take_the_statement(walk: Walk, account: str) -> None:
    page, words = walk.page, walk.words
    await page.goto(f"/accounts/{account}")
    await expect(page.locator(".day .row").filter(has_text="1,234.50")).to_have_count(1)
    await expect(page.locator(".day .row").filter(has_text="20,000.00")).to_have_count(1)
    await page.get_by_role("link", name=words["statements"]).click()
    await walk.press("pdf")
    file = page.locator("a[href*='/statements/documents/']")
    await expect(file).to_have_count(1)
    path = await file.get_attribute("href")
    assert path is not None
    assert (await (await page.request.get(path)).body()).startswith(b"%PDF")
    await page.goto("/me")
    await walk.press("log out")
    await expect(page).to_have_url(re.compile(r"//[^/]+/login$"))


async def see_it_as_staff(walk: Walk, payment: str) -> None:
    """Find the payment, its postings with their proof, and what the audit trail says of it."""
    page, words = walk.page, walk.words
    await log_in_from_the_list(walk, OPERATIONS)
    await page.goto(f"/staff/payments/{payment}")
    await expect(page.get_by_text("1,234.50").first).to_be_visible()
    with walk.visit.expecting(404):  # until the tree is signed
        await page.locator("a[href*='/staff/ledger/transactions/']").first.click()
        await expect(page.get_by_text(words["proven"]).first).to_be_visible(timeout=90_000)
    await walk.look("new-postings")
    with walk.visit.expecting(401):  # of whatever was under way
        await page.context.clear_cookies()
        await page.goto("/login")
        await log_in_from_the_list(walk, AUDITOR)
    await page.goto(f"/staff/audit?about={payment}")
    with walk.visit.expecting(404):  # until this tree is signed
        await page.locator("a[href^='/staff/audit/']").first.click()
        await expect(page).to_have_url(re.compile(r"//[^/]+/staff/audit/\d+$"))
        await page.wait_for_load_state("networkidle")


async def log_in_from_the_list(walk: Walk, person: demo.DemoLogin) -> None:
    page = walk.page
    await page.get_by_text(walk.words["demo people"]).click()
    await page.get_by_role("button", name=person.name).click()
    await expect(page).to_have_url(re.compile(r"//[^/]+/staff$"))
