"""The desk's money side: what differs is found, looked into and given to a second person."""

import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.support.visits import work_now
from tests.support.walks import AT_A_DESK, BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.infra.postgres import Urls
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.text import Language

STAFF = {each.login: each for each in demo.LOGINS}
OPERATIONS, RISK = STAFF["operations"], STAFF["risk"]
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "system": "后台任务",
        "no channels": "没有接入支付通道",
        "no rules": "没有路由规则",
        "missing": "我方无",
        "take": "由我处理",
        "leave": "不再由我处理",
        "note": "记录进展",
        "note it": "记下",
        "fix": "提出处理方案",
        "account": "转入账户",
        "reason": "理由",
        "say why": "请写明理由",
        "propose": "提交复核",
        "proposed": "已提交复核",
        "verified": "核验通过",
        "reverse": "提出冲正",
        "balanced": "借贷相等",
        "none unknown": "没有结果未知的付款",
        "change": "提出修改",
        "new amount": "新上限（CNY）",
    },
    "en": {
        "system": "Jobs",
        "no channels": "No channel is connected",
        "no rules": "No rules of routing",
        "missing": "Missing here",
        "take": "Take it",
        "leave": "Leave it",
        "note": "Note what you found",
        "note it": "Note it",
        "fix": "Propose a fix",
        "account": "To account",
        "reason": "Reason",
        "say why": "Say why",
        "propose": "Propose",
        "proposed": "Proposed:",
        "verified": "Verified",
        "reverse": "Propose a reversal",
        "balanced": "Debits equal credits",
        "none unknown": "No payment is unknown",
        "change": "Propose a change",
        "new amount": "New maximum (CNY)",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


async def enter(walk: Walk, person: demo.DemoLogin) -> None:
    await walk.page.goto("/login")
    await walk.log_in(person)
    await expect(walk.page).to_have_url(re.compile(r"//[^/]+/staff$"))


async def go(walk: Walk, path: str, shown: str) -> None:
    await walk.page.goto(path)
    await expect(walk.page.get_by_text(walk.words.get(shown, shown)).first).to_be_visible()


def tell_of(address: str, reference: str) -> None:
    """Take in what a channel says of yesterday: a line that the books know nothing of."""
    person = {"username": OPERATIONS.login, "password": OPERATIONS.password}
    api = f"{address}/api/v1"
    token = httpx2.post(f"{api}/identity/tokens", data=person).json()["access_token"]
    day = (business_date(now()) - timedelta(days=1)).isoformat()
    money = {"amount": "66.60", "currency": "CNY"}
    for path, body in (
        (
            "statements",
            {
                "currency": "CNY",
                "corrects": True,
                "lines": [{"reference": reference, "amount": money}],
            },
        ),
        ("days", {}),
    ):
        done = httpx2.post(
            f"{api}/reconciliation/{path}",
            json={"channel": "wallet-a", "day": day, **body},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert done.is_success, done.text


@ON_A_PHONE
async def test_what_differs_is_found_taken_and_proposed_to_be_settled(walk: Walk) -> None:
    page, words = walk.page, walk.words
    reference = f"WA-{walk.language}"
    tell_of(walk.visit.address, reference)
    await enter(walk, OPERATIONS)
    await go(walk, "/staff/reconciliation?state=open", reference)
    await walk.look("reconciliation")
    await page.get_by_role("link", name=reference).click()
    await expect(page.get_by_role("heading", name=words["missing"], level=1)).to_be_visible()
    await walk.press("take")
    await expect(page.get_by_role("button", name=words["leave"], exact=True)).to_be_visible()
    await page.get_by_label(words["note"]).fill("<b>called them</b>")
    await walk.press("note it")
    await expect(page.locator(".trail")).to_contain_text("<b>called them</b>")
    await walk.look("break")
    await walk.press("fix")
    await page.get_by_label(words["account"]).fill(await customer_account(page))
    await walk.press("propose")
    await expect(page.get_by_text(words["say why"])).to_be_visible()
    await page.get_by_label(words["reason"]).fill("confirmed by the channel")
    await walk.look("break-propose")
    await walk.press("propose")
    await expect(page.get_by_text(words["proposed"])).to_be_visible()
    await walk.visit.check()


async def customer_account(page: Page) -> str:
    """Return the ledger account that the demo's loan went to."""
    found: dict[str, Any] = await (
        await page.request.get("/api/v1/ledger/transactions?type=lending.disbursement")
    ).json()
    return str(found["items"][0]["postings"][0]["credit"])


@AT_A_DESK
async def test_a_transaction_is_proven_in_the_page_and_proposed_to_be_reversed(
    walk: Walk, premises: Urls
) -> None:
    page, words = walk.page, walk.words
    await work_now(premises, "ledger.extend_tree")
    await enter(walk, OPERATIONS)
    await page.goto("/staff/ledger?reference=nothing-of-this-name")
    await expect(page.locator(".empty")).to_be_visible()
    await go(walk, "/staff/ledger?type=payments.transfer", "payments.transfer")
    await walk.look("ledger")
    await page.locator("tbody tr a").first.click()
    with walk.visit.expecting(404):  # until the tree has been signed
        await expect(page.get_by_text(words["verified"])).to_be_visible(timeout=90_000)
    await walk.look("ledger-transaction")
    await walk.press("reverse")
    await page.get_by_label(words["reason"]).fill("booked twice")
    await walk.press("propose")
    await expect(page.get_by_text(words["proposed"])).to_be_visible()
    await page.locator("td a").first.click()
    await expect(page).to_have_url(re.compile("/staff/ledger/accounts/"))
    await expect(page.locator("tbody tr").first).to_be_visible()
    await walk.look("ledger-account")
    await go(walk, "/staff/ledger/reports", "balanced")
    await walk.look("ledger-reports")


@ON_A_PHONE
async def test_the_other_pages_of_operations_are_whole(walk: Walk) -> None:
    page = walk.page
    tell_of(walk.visit.address, f"WA-{walk.language}-whole")
    await enter(walk, OPERATIONS)
    for path, shown in (
        ("/staff/system", "system"),
        ("/staff/channels", "no channels"),
        ("/staff/channels/routing", "no rules"),
        ("/staff/channels/reasons", "insufficient_funds"),
        ("/staff/payments", "none unknown"),
        ("/staff/reconciliation/days", "2026"),
        ("/staff/reconciliation/suspense", "wallet-a"),
        ("/staff/terms/rates", "USD"),
        ("/staff/terms/fees", "6%"),
    ):
        await go(walk, path, shown)
        await expect(page.locator(".skeleton")).to_have_count(0)
        await walk.look(path.replace("/staff/", "").replace("/", "-"))
    await page.goto("/staff/end-of-day")
    await expect(page.locator(".empty, .steps").first).to_be_visible()
    await walk.look("end-of-day")


async def test_risk_proposes_a_limit_and_operations_may_not(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await enter(walk, RISK)
    await page.goto("/staff/terms")
    await (
        page.get_by_role("link", name="organisation_1_day")
        .or_(page.locator("tbody a[href$='organisation_1_day']"))
        .click()
    )
    await walk.press("change")
    await page.get_by_label(words["new amount"]).fill("80000")
    await page.reload()  # what was written is still there
    await walk.press("change")
    await expect(page.get_by_label(words["new amount"])).to_have_value("80000")
    await page.get_by_label(words["reason"]).fill("lower for now")
    await walk.press("propose")
    await expect(page.get_by_text(words["proposed"])).to_be_visible()
    await walk.look("limit")
