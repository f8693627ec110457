"""The desk's people side in Chromium: work, cases, customers, tables, four eyes, partners."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.colleagues import OLD, apply_for, at_work
from tests.support.visits import work_now
from tests.support.walks import AT_A_DESK, BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.infra.postgres import Urls
from tongbao.kernel.text import Language
from tongbao_sandbox import people

OPERATIONS, RISK, COMPLIANCE, ADMIN, SERVICE, AUDITOR, FIRM = (
    next(each for each in demo.LOGINS if each.login == login)
    for login in ("operations", "risk", "compliance", "admin", "service", "auditor", "firm")
)
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
        "search": "搜索",
        "ledger": "总账",
        "open payment": "打开此编号的付款",
        "reveal phone": "显示完整的手机",
        "cover phone": "隐藏手机",
        "verified": "核验通过",
        "number": "统一社会信用代码",
        "id": "客户编号",
        "name": "客户",
        "columns": "列",
        "save view": "保存视图",
        "view name": "视图名称",
        "view": "杭州的",
        "everything": "全部",
        "export": "导出",
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
        "search": "Search",
        "ledger": "Ledger",
        "open payment": "Open the payment of this id",
        "reveal phone": "Show the whole Mobile",
        "cover phone": "Hide Mobile",
        "verified": "Verified:",
        "number": "Registration number",
        "id": "Customer id",
        "name": "Customer",
        "columns": "Columns",
        "save view": "Save view",
        "view name": "Name of the view",
        "view": "Of Hangzhou",
        "everything": "All",
        "export": "Export",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


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


@AT_A_DESK
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


async def enter(walk: Walk, who: demo.DemoLogin, path: str) -> None:
    await walk.page.goto(path)
    await walk.log_in(who)
    await expect(walk.page.locator("tbody tr, .empty").first).to_be_visible()


async def find(walk: Walk, text: str, choice: str) -> None:
    """Open the palette, look for something, move down to it and open it: by the keyboard alone."""
    page, words = walk.page, walk.words
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name=words["search"])).to_be_focused()
    await page.keyboard.type(text)
    wanted = page.get_by_role("option").filter(has_text=choice)
    await expect(wanted).to_be_visible()
    for _ in range(await page.get_by_role("option").count()):
        if await wanted.get_attribute("aria-selected") == "true":
            break
        await page.keyboard.press("ArrowDown")
    await expect(wanted).to_have_attribute("aria-selected", "true")
    if choice == words["open payment"]:
        await walk.look("desk-palette")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)


@AT_A_DESK
async def test_the_palette_finds_a_page_a_customer_and_a_payment(walk: Walk, site: str) -> None:
    with at_work(site, FIRM) as ask:
        account = ask("GET", "/accounts")["items"][0]
        payment = ask("GET", "/payments", params={"account_id": account["id"]})["items"][0]
        party = ask("GET", f"/parties/{account['party_id']}")
    page, words = walk.page, walk.words
    await enter(walk, OPERATIONS, "/staff")
    await find(walk, words["ledger"], words["ledger"])
    await expect(page).to_have_url(re.compile(r"/staff/ledger$"))
    await find(walk, account["number"], party["name"])  # by the account's number
    await expect(page).to_have_url(re.compile(f"/staff/customers/{party['id']}$"))
    await expect(page.get_by_role("heading", name=party["name"], level=1)).to_be_visible()
    await find(walk, payment["id"].replace("-", "").upper(), words["open payment"])
    await expect(page).to_have_url(re.compile(f"/staff/payments/{payment['id']}$"))
    await expect(page.get_by_text(payment["creditor"]["name"]).first).to_be_visible()
    await walk.look("desk-payment")
    await page.keyboard.press("Control+k")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await walk.visit.check()


@ON_A_PHONE
async def test_what_is_revealed_stands_in_the_trail_which_is_proven(
    walk: Walk, site: str, premises: Urls
) -> None:
    phone = {"zh": "+8613800138771", "en": "+8613800138772"}[walk.language]
    with at_work(site, OPERATIONS) as ask:
        name = f"测试 {walk.language}"
        party = ask("POST", "/parties", json={"kind": "person", "name": name})
        contact = {"kind": "phone", "value": phone}
        made = ask("POST", f"/parties/{party['id']}/contacts", json=contact)
    page, words = walk.page, walk.words
    await page.goto(f"/staff/customers/{party['id']}")
    await walk.log_in(OPERATIONS)
    await expect(page.get_by_role("button", name=words["reveal phone"])).to_be_visible()
    await expect(page.get_by_text(phone[-4:]).first).to_be_visible()
    assert phone[-7:] not in await page.content()
    await page.get_by_role("button", name=words["reveal phone"]).click()
    await say_why(walk, "show")
    await expect(page.get_by_text(phone[-7:])).to_be_visible()
    await walk.look("desk-customer-revealed")
    await page.get_by_role("button", name=words["cover phone"]).click()
    await expect(page.get_by_text(phone[-7:])).to_have_count(0)
    async with walk.beside() as auditor:
        await auditor.page.goto(f"/staff/audit?about={made['id']}")
        await auditor.log_in(AUDITOR)
        rows = auditor.page.locator("tbody tr", has_text="核对原件")
        entry = rows.filter(has_text="revealed")
        await expect(entry).to_have_count(1)
        await expect(entry).to_contain_text("<b>checked</b>")
        await auditor.look("desk-audit-reveal")
        await work_now(premises, "audit.extend_tree")
        await entry.get_by_role("link").click()
        with auditor.visit.expecting(404):  # until the tree is signed
            verdict = auditor.page.get_by_text(words["verified"])
            await expect(verdict).to_be_visible(timeout=90_000)
        await auditor.look("desk-audit-entry")


@AT_A_DESK
async def test_a_table_is_filtered_kept_as_a_view_and_taken_away(
    walk: Walk, site: str, tmp_path: Path
) -> None:
    with at_work(site, OPERATIONS) as ask:
        parties = ask("GET", "/parties", params={"text": "杭州"})["items"]
    expected = sorted((each["name"], each["registration_number"], each["id"]) for each in parties)
    assert len(expected) > 1
    page, words = walk.page, walk.words
    await enter(walk, OPERATIONS, "/staff/customers")
    rows = page.locator("tbody tr")
    everybody = await rows.count()
    await page.keyboard.press("/")
    await page.keyboard.type("杭州")
    await expect(rows).to_have_count(len(expected))
    await page.keyboard.press("Escape")
    await choose_column(walk, words["id"])
    await expect(page.get_by_text(expected[0][2])).to_be_visible()
    await walk.look("desk-customers-found")
    await keep_view(walk)
    await page.reload()  # kept on this device, with its column
    view = page.get_by_role("button", name=words["view"], exact=True)
    await expect(view).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name=words["everything"], exact=True).click()
    await expect(rows).to_have_count(everybody)
    await expect(page.get_by_text(expected[0][2])).to_have_count(0)
    await view.click()
    await expect(rows).to_have_count(len(expected))
    await page.locator("thead").get_by_role("button", name=words["name"], exact=True).click()
    await expect(page).to_have_url(re.compile("sort=name"))
    await move_by_keys(walk)
    async with page.expect_download() as taken:
        await page.get_by_role("button", name=words["export"]).click()
    file = tmp_path / "customers.csv"
    await (await taken.value).save_as(file)
    assert file.read_bytes().startswith("\ufeff".encode())
    lines = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    taken_away = [(each[words["name"]], each[words["number"]], each[words["id"]]) for each in lines]
    assert sorted(taken_away) == expected
    shown = await rows.locator("td:first-child").all_inner_texts()
    assert [name for name, _, _ in taken_away] == shown  # in the order of the screen
    await walk.visit.check()


async def choose_column(walk: Walk, column: str) -> None:
    await walk.press("columns")
    await walk.page.get_by_role("menuitemcheckbox", name=column).click()
    await walk.page.keyboard.press("Escape")


async def keep_view(walk: Walk) -> None:
    await walk.press("save view")
    dialog = walk.page.get_by_role("dialog")
    await dialog.get_by_label(walk.words["view name"]).fill(walk.words["view"])
    await walk.page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)


async def move_by_keys(walk: Walk) -> None:
    """Down and up, never past an end."""
    rows = walk.page.locator("tbody tr")
    for key, row in (("j", 0), ("k", 0), ("j", 1), ("k", 0)):
        await walk.page.keyboard.press(key)
        await expect(rows.nth(row)).to_be_focused()
