"""What a firm does, alone and together: bills, limits, payroll, users, signatures."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.support.visits import PHONE
from tests.support.walks import BUILT, COMBINATIONS, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.kernel.text import Language

FIRM, SUPPLIER, COMPANY, MAKER, CHECKER = (demo.LOGINS[each] for each in range(5))
PAID_TO = "9900010000000000034,昆明博联建设工程有限公司"
SUPPLIES = "9900010000000000026,杭州泽岳水泥制品有限公司"
ODD = "<img src=x onerror=alert(1)>"
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "more of it": "杭州市水务集团：更多",
        "mandate": "开通自动缴费",
        "maximum": "每张账单最多",
        "automatic": "自动缴费已开通",
        "pause": "暂停",
        "paused": "自动缴费已暂停",
        "every line": "逐笔查看",
        "raise": "临时提额",
        "raised": "临时提到 ¥600,000,000.00",
        "public key": "公钥",
        "amount missing": "请填写金额",
        "withdraw": "撤回",
        "withdrawn": "已撤回",
        "proof": "下载核验文件",
        "water": "杭州市水务集团",
        "invite": "邀请用户",
        "username": "对方的用户名",
        "invite now": "发出邀请",
        "waiting": "待接受的邀请",
        "set policy": "设定会签规则",
        "above": "超过多少",
        "set it": "设定规则",
        "change": "变更规则",
        "confirm": "确认",
        "set up": "现在设置",
        "kept": "我已保存好",
        "use passkey": "用通行密钥确认",
        "file": "工资表",
        "check": "上传并核对",
        "no file": "请选择要上传的文件",
        "some wrong": "2 行有误，不会付；其余可以照付。",
        "only wrong": "只看有误 2",
        "see approval": "查看审批",
        "exact": "签署原文",
        "executed": "已执行",
        "outcome": "查看结果",
        "paid": "已付 3 / 3 笔",
        "lower": "自设上限",
        "new limit": "新的上限",
        "missing": "请填写新的上限",
        "own limit": "您自设了上限",
        "ask": "查账单",
        "confirmed": "收费单位已入账。",
        "digits": "应为 9 位数字",
    },
    "en": {
        "more of it": "Hangzhou Water: more",
        "mandate": "Pay automatically",
        "maximum": "At most, each bill",
        "automatic": "Paid automatically",
        "pause": "Pause",
        "paused": "Automatic payment paused",
        "every line": "See every line",
        "raise": "Raise for a while",
        "raised": "Raised to ¥600,000,000.00",
        "public key": "Public key",
        "amount missing": "Enter an amount",
        "withdraw": "Withdraw",
        "withdrawn": "Withdrawn",
        "proof": "Download the proof",
        "water": "Hangzhou Water",
        "invite": "Invite a user",
        "username": "Their username",
        "invite now": "Send the invitation",
        "waiting": "Invited, not yet joined",
        "set policy": "Set a policy",
        "above": "Above",
        "set it": "Set the policy",
        "change": "Change it",
        "confirm": "Confirm",
        "set up": "Set it up now",
        "kept": "I have kept them",
        "use passkey": "Confirm with a passkey",
        "file": "Payroll file",
        "check": "Upload and check",
        "no file": "Choose a file to upload",
        "some wrong": "2 lines are wrong and will not be paid; the others can be.",
        "only wrong": "Wrong only 2",
        "see approval": "See the approval",
        "exact": "The exact text",
        "executed": "Done",
        "outcome": "See the outcome",
        "paid": "3 of 3 paid",
        "lower": "Set own limit",
        "new limit": "New limit",
        "missing": "Enter the new limit",
        "own limit": "Your own limit",
        "ask": "Look up",
        "confirmed": "The biller has booked it.",
        "digits": "It has 9 digits",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


def page_button(walk: Walk) -> Locator:
    """Return the button that moves money: it names the amount."""
    return walk.page.get_by_role("button", name=re.compile("¥"))


async def make_passkey(walk: Walk, person: demo.DemoLogin) -> None:
    """A first passkey: by the password, and its owner keeps the recovery codes."""
    dialog = walk.page.get_by_role("dialog")
    await dialog.get_by_label(walk.words["password"]).fill(person.password)
    await dialog.get_by_role("button", name=walk.words["confirm"], exact=True).click()
    await walk.press("kept")


async def confirm(walk: Walk, person: demo.DemoLogin) -> None:
    """Confirm with a passkey, which is set up on the way."""
    await walk.press("set up")
    await make_passkey(walk, person)
    await walk.press("use passkey")


async def test_a_firm_sets_a_policy_and_signs_its_payroll(walk: Walk, tmp_path: Path) -> None:
    await walk.carry_passkeys()
    await set_a_policy(walk)
    await walk.become(MAKER, "/payroll/new")
    await hand_in(walk, tmp_path, payee=SUPPLIES)
    await page_button(walk).click()
    await walk.page.get_by_role("link", name=walk.words["see approval"]).click()
    await expect(walk.page.get_by_role("heading", name=walk.words["exact"])).to_be_visible()
    await sign_it(walk)


async def set_a_policy(walk: Walk) -> None:
    """The administrator sees who there is, and says whose signatures payments take."""
    page, words = walk.page, walk.words
    await walk.become(COMPANY, "/users")
    await expect(page.get_by_text(MAKER.name)).to_be_visible()
    await walk.look("users")
    await invite_and_take_back(walk)
    await page.get_by_role("link", name=MAKER.name).click()
    await expect(page.get_by_role("radio")).to_have_count(4)
    await walk.look("user")
    await page.goto("/users/policy")
    await walk.press("set policy")
    await walk.press("set it")
    await expect(page.get_by_text(words["amount missing"])).to_be_visible()
    await walk.look("policy-form")
    await page.get_by_label(words["above"]).fill("1000")
    with walk.visit.expecting(403):  # to be confirmed first
        await walk.press("set it")
        await confirm(walk, COMPANY)
        await expect(page.get_by_role("button", name=words["change"])).to_be_visible()
    await expect(page.get_by_text("¥1,000.00")).to_be_visible()
    await walk.look("policy")


async def invite_and_take_back(walk: Walk) -> None:
    """Whoever was invited is listed until they answer, and can be taken off that list."""
    page, words = walk.page, walk.words
    await page.get_by_role("link", name=words["invite"]).click()
    await page.get_by_label(words["username"]).fill("li.na")
    await walk.press("invite now")
    await expect(page).to_have_url(re.compile(r"/users\?party=[0-9a-f-]{36}$"))
    waiting = page.locator("section", has_text=words["waiting"]).locator(".row")
    await expect(waiting).to_have_count(1)
    await walk.look("users-invited")
    await waiting.get_by_role("button").click()
    await expect(waiting).to_have_count(0)


async def sign_it(walk: Walk) -> None:
    """The checker reads every word, signs with a new passkey, and sees it paid."""
    page, words = walk.page, walk.words
    await walk.become(CHECKER, "/approvals")
    wanted = page.locator("a.row", has_text="payroll-zh.csv")
    await expect(wanted).to_be_visible()
    await walk.look("approvals")
    await wanted.click()
    await expect(page.locator("pre")).to_contain_text('"format":"tongbao.approval.1"')
    await expect(page.get_by_role("link", name=words["every line"])).to_be_visible()
    await walk.look("instruction")
    with walk.visit.expecting(403):  # the first passkey is confirmed by the password
        await page_button(walk).click()
        await make_passkey(walk, CHECKER)
        await expect(page.get_by_text(words["executed"], exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name=words["proof"])).to_be_visible()
    width, height = PHONE
    await page.set_viewport_size({"width": width, "height": height})
    await walk.look("instruction-signed-phone")
    await page.get_by_role("link", name=words["outcome"]).click()
    await expect(page.get_by_text(words["paid"])).to_be_visible()
    await walk.look("payroll-paid-phone")


@pytest.mark.parametrize("walk", COMBINATIONS[1:], indirect=True)
async def test_a_maker_follows_what_they_asked_for(walk: Walk) -> None:
    """It is theirs to take back, not to approve."""
    page, words = walk.page, walk.words
    await walk.become(MAKER, "/approvals?view=asked")
    asked = page.locator("a.row", has_text="¥18,000.00")
    await expect(asked).to_be_visible()
    await walk.look("asked")
    await asked.click()
    await expect(page.get_by_role("button", name=words["withdraw"])).to_be_visible()
    await expect(page_button(walk)).to_have_count(0)
    await walk.look("approval")
    await walk.press("withdraw")
    await expect(page.get_by_text(words["withdrawn"], exact=True)).to_be_visible()
    await page.goto("/approvals/keys")
    await page.get_by_label(words["public key"]).fill("A" * 43 + "=")
    await expect(page.get_by_text("tongbao.approval-key.1")).to_be_visible()
    await walk.look("keys")


@ON_A_PHONE
async def test_who_is_alone_pays_a_bill_and_a_payroll(walk: Walk, tmp_path: Path) -> None:
    await walk.carry_passkeys()
    payer = FIRM if walk.language == "zh" else SUPPLIER
    await pay_a_bill(walk, payer)
    await change_limits(walk)
    await pay_by_mandate(walk)
    await walk.page.goto("/payroll/new")
    await expect(walk.page.get_by_label(walk.words["file"])).to_be_visible()
    await walk.look("payroll-new")
    await hand_in(walk, tmp_path, payee=PAID_TO)
    await walk.look("payroll-file")
    with walk.visit.expecting(403):  # a file is always confirmed
        await page_button(walk).click()
        await walk.press("use passkey")
        await expect(walk.page.get_by_text(walk.words["paid"])).to_be_visible()
    await walk.visit.check()


async def hand_in(walk: Walk, folder: Path, *, payee: str) -> None:
    """Upload a table of which two lines are wrong, and see which and why."""
    page, words = walk.page, walk.words
    table = folder / f"payroll-{walk.language}.csv"
    good = "".join(f"{payee},{amount},工资,\n" for amount in ("8000.50", "900.00", "7500.25"))
    table.write_text(
        f"账号,户名,金额,附言,业务参考号\n{good}123,{ODD},85,{ODD},\n{payee},8.005,,\n"
    )
    await walk.press("check")
    await expect(page.get_by_text(words["no file"])).to_be_visible()
    await page.get_by_label(words["file"]).set_input_files(table)
    await walk.press("check")
    await expect(page).to_have_url(re.compile(r"/payroll/[0-9a-f-]{36}$"))
    await expect(page.get_by_text(words["some wrong"])).to_be_visible()
    await expect(page.locator("tbody tr")).to_have_count(5)
    await walk.press("only wrong")
    await expect(page).to_have_url(re.compile(r"lines=wrong$"))
    await expect(page.locator("tbody tr")).to_have_count(2)


async def pay_a_bill(walk: Walk, payer: demo.DemoLogin) -> None:
    """A number is mistyped, then asked for; the bill is paid once and confirmed by its biller."""
    page, words = walk.page, walk.words
    await walk.become(payer, "/bills")
    water = page.get_by_role("link", name=words["water"])
    await expect(water).to_be_visible()
    await walk.look("bills")
    await water.click()
    await walk.press("ask")
    await expect(page.get_by_text(words["digits"])).to_be_visible()
    await walk.look("bill-new")
    await page.get_by_role("textbox").first.fill(f"330 100 0{7 if walk.language == 'zh' else 8}1")
    await walk.press("ask")
    pay = page_button(walk)
    await expect(pay).to_be_visible()
    await walk.look("bill-pay")
    with walk.visit.expecting(403):  # the first payment to a biller is confirmed
        await pay.click()
        await confirm(walk, payer)
        await expect(page).to_have_url(re.compile(r"/bills/payments/[0-9a-f-]{36}$"))
    await expect(page.get_by_text(words["confirmed"], exact=True)).to_be_visible()
    await walk.look("bill-paid")
    await page.goto("/bills")
    await expect(page.locator("a.row", has_text="¥")).to_have_count(1)


async def pay_by_mandate(walk: Walk) -> None:
    """The number was kept: its bills are paid by themselves from now on, until that is paused."""
    page, words = walk.page, walk.words
    await page.goto("/bills")
    await page.get_by_role("button", name=words["more of it"]).click()
    await page.get_by_role("menuitem", name=words["mandate"]).click()
    await page.get_by_label(words["maximum"]).fill("300")
    with walk.visit.expecting(403):  # it is confirmed once, its payments are not
        await page_button(walk).click()
        await walk.press("use passkey")
        await expect(page.get_by_text(words["automatic"])).to_be_visible()
    await walk.look("mandate")
    await walk.press("pause")
    await expect(page.get_by_text(words["paused"])).to_be_visible()


async def change_limits(walk: Walk) -> None:
    """Less than the bank allows holds at once; more for some hours takes a proof."""
    page, words = walk.page, walk.words
    await page.goto("/limits")
    await page.get_by_role("button", name=words["lower"]).first.click()
    send = page.get_by_role("dialog").get_by_role("button", name=words["lower"])
    await send.click()
    await expect(page.get_by_text(words["missing"])).to_be_visible()
    await walk.look("limit-lower")
    await page.get_by_label(words["new limit"]).fill("20万")
    await send.click()
    await expect(page.get_by_text(words["missing"])).to_be_visible()
    await page.get_by_label(words["new limit"]).fill("200，000")
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("¥")).click()
    await expect(page.get_by_text(words["own limit"])).to_be_visible()
    await page.get_by_role("button", name=words["raise"]).click()
    await page.get_by_label(words["new limit"]).fill("600000000")
    with walk.visit.expecting(403):  # more than now is confirmed
        await page_button(walk).click()
        await walk.press("use passkey")
        await expect(page.get_by_text(words["raised"])).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await walk.look("limits")
