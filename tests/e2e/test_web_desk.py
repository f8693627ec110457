"""The desk's people side in Chromium: work, an identity case, customers, four eyes, partners."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from playwright.async_api import expect

from tests.support.cards import card_of
from tests.support.walks import BUILT, COMBINATIONS, Walk
from tongbao.app import demo
from tongbao.kernel.text import Language
from tongbao_sandbox import people

OPERATIONS, RISK, COMPLIANCE, ADMIN, SERVICE = (
    next(each for each in demo.LOGINS if each.login == login)
    for login in ("operations", "risk", "compliance", "admin", "service")
)
BORN_BEFORE = 1970
# A card of theirs has no end: a person looks at one that has. The first few are special.
OLD = [each for each in people.load().people[5:] if each.born_on.year < BORN_BEFORE]
APPLICANTS: dict[Language, people.Person] = {"zh": OLD[0], "en": OLD[1]}
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "find": "在列出的行里找",
        "approve": "通过",
        "reason": "理由",
        "approved": "已通过",
        "reveal": "显示完整的证件号码",
        "show": "显示",
        "execute": "同意并执行",
        "executed": "已执行",
        "refused reason": "请至少写三个字",
        "add system": "登记系统",
        "system": "名称",
        "register": "登记并生成密钥",
        "kept": "我已保存好",
    },
    "en": {
        "find": "Find in the rows listed",
        "approve": "Approve",
        "reason": "Reason",
        "approved": "Approved",
        "reveal": "Show the whole Number",
        "show": "Show",
        "execute": "Approve and execute",
        "executed": "Executed",
        "refused reason": "Say why in three characters or more",
        "add system": "Register a system",
        "system": "Name",
        "register": "Register and make a secret",
        "kept": "I have kept them",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


Ask = Callable[..., dict[str, Any]]


@contextmanager
def at_work(site: str, who: demo.DemoLogin) -> Iterator[Ask]:
    """Let a colleague work through the API alone."""
    with httpx2.Client(base_url=f"{site}/api/v1", timeout=30) as client:

        def ask(method: str, path: str, **sent: Any) -> dict[str, Any]:
            answer = client.request(method, path, **sent)
            assert answer.is_success, answer.text
            answered: dict[str, Any] = answer.json()
            return answered

        form = {"grant_type": "password", "username": who.login, "password": who.password}
        token = ask("POST", "/identity/tokens", data=form)["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield ask


def apply_for(ask: Ask, who: people.Person) -> str:
    """Hand in a card that ends, where at that age it would not, and ask for the check."""
    party = ask("POST", "/parties", json={"kind": "person", "name": who.name})
    case = ask("POST", "/kyc/cases", json={"party_id": party["id"], "level": 1})
    path = f"/kyc/cases/{case['id']}"
    ask("PUT", f"{path}/id-card", json={**card_of(who), "valid_until": "2051-01-01"})
    ask("POST", f"{path}/check")
    return str(case["id"])


async def say_why(walk: Walk, button: str) -> None:
    """Give a reason in the dialog that is open; too short a one is not taken."""
    dialog = walk.page.get_by_role("dialog")
    await dialog.get_by_label(walk.words["reason"]).fill("x")
    press = dialog.get_by_role("button", name=walk.words[button], exact=True)
    await press.click()
    await expect(dialog.get_by_text(walk.words["refused reason"])).to_be_visible()
    await dialog.get_by_label(walk.words["reason"]).fill("核对原件 <b>checked</b>")
    await press.click()
    await expect(dialog).to_have_count(0)


@pytest.mark.parametrize("walk", COMBINATIONS, indirect=True)
async def test_a_case_is_decided_by_the_keyboard(walk: Walk, site: str) -> None:
    with at_work(site, OPERATIONS) as ask:
        case = apply_for(ask, APPLICANTS[walk.language])
    await walk.page.goto(f"/staff/kyc/{case}")
    await walk.log_in(RISK)
    await decide(walk)
    await walk.visit.check()


async def decide(walk: Walk) -> None:
    """Wait for the machines, uncover the number for a reason, approve by the keyboard."""
    page, words, who = walk.page, walk.words, APPLICANTS[walk.language]
    await expect(page.get_by_role("button", name=words["approve"], exact=True)).to_be_visible()
    await expect(page.get_by_text(who.id_number)).to_have_count(0)
    await walk.look("desk-case")
    await page.get_by_role("button", name=words["reveal"]).click()
    await say_why(walk, "show")
    await expect(page.get_by_text(who.id_number)).to_be_visible()
    await page.goto("/staff")
    row = page.locator("tbody tr", has_text=who.name).first
    await expect(row).to_be_visible()
    await walk.look("desk-work")
    await page.keyboard.press("/")
    await expect(page.get_by_label(words["find"])).to_be_focused()
    await page.get_by_label(words["find"]).fill(who.name)
    await expect(page).to_have_url(re.compile("find="))
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await expect(row).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/staff/kyc/[0-9a-f-]{36}$"))
    await expect(page.get_by_role("button", name=words["approve"], exact=True)).to_be_visible()
    await page.keyboard.press("a")
    await say_why(walk, "approve")
    await expect(page.locator(".facts .status")).to_have_text(words["approved"])


async def test_four_eyes_see_what_changes(walk: Walk, site: str) -> None:
    with at_work(site, ADMIN) as ask:
        users = ask("GET", "/identity/users", params={"login": SERVICE.login})["items"]
        body = {"roles": ["staff_service", "staff_marketing"], "reason": "客服兼做活动"}
        made = ask("PUT", f"/identity/users/{users[0]['id']}/roles", json=body)
    page, words = walk.page, walk.words
    await page.goto("/staff/proposals")
    await walk.log_in(COMPLIANCE)
    await page.get_by_role("link", name=made["title"]).click()
    await expect(page.locator("del")).to_have_text("客服")
    await expect(page.locator("ins")).to_have_text("客服 · 市场")
    await walk.look("desk-proposal")
    await page.get_by_role("button", name=words["execute"]).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=words["execute"]).click()
    await expect(page.locator(".facts .status")).to_have_text(words["executed"])
    for path in ("users", "audit?action=proposals.approve", "alerts"):
        await page.goto(f"/staff/{path}")
        await expect(page.locator("tbody tr, .empty").first).to_be_visible()
        await walk.look(f"desk-{path.split('?', maxsplit=1)[0]}")
    with walk.visit.expecting(403):
        await page.goto("/staff/partners")  # not theirs
        await expect(page.get_by_role("alert")).to_contain_text("auth.forbidden")


async def test_a_partner_is_registered_and_its_secret_shown_once(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/staff/partners")
    await walk.log_in(OPERATIONS)
    await page.get_by_role("button", name=words["add system"]).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(words["system"]).fill("<script>alert(1)</script>")
    await dialog.get_by_label("ledger:read").check()
    await dialog.get_by_role("button", name=words["register"]).click()
    secret = await page.locator("[role=dialog] .secret code").inner_text()
    assert len(secret) > 20
    await walk.look("desk-secret")
    await page.get_by_role("button", name=words["kept"]).click()
    await expect(page.get_by_role("heading", name="<script>alert(1)</script>")).to_be_visible()
    await expect(page.get_by_text(secret)).to_have_count(0)
    await walk.look("desk-partner")
