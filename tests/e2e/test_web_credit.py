"""Credit as a firm uses it: consent, ask, see why, sign, repay; what was allowed and signed."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.support.paying import confirm_with_a_new_passkey
from tests.support.walks import BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.kernel.text import Language

FIRM, SUPPLIER, COMPANY, MAKER = (demo.LOGINS[each] for each in (0, 1, 2, 3))
LOAN = re.compile(r"/loans/[0-9a-f-]{36}$")
APPLICATION = re.compile(r"/loans/applications/[0-9a-f-]{36}$")
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "start": "看看我能借多少",
        "again": "再借一笔",
        "agree": "同意，下一步确认",
        "give": "确认授权",
        "certain": "指定金额",
        "amount": "借款金额",
        "outside": "金额应在",
        "apply": "提交申请",
        "adds up": "额度是怎么来的",
        "to sign": "下一步：阅读合同",
        "agreement": "借款合同",
        "sign": "签署并放款 ¥300,000.00",
        "set up": "现在设置",
        "confirm": "确认",
        "kept": "我已保存好",
        "with passkey": "用通行密钥确认",
        "drawn": "钱已经放到企业账户",
        "download": "下载合同 PDF",
        "genuine": "是真的",
        "not genuine": "被改动过|没有电子印章|无法读取",
        "withdraw": "撤回",
        "withdraw now": "立即撤回",
        "withdrawn": "已撤回",
        "principal": "还多少本金",
        "check": "下一步：核对",
        "repay": "确认还款 ¥500,000.00",
        "repaid": "还款成功",
        "maker applies": "授权已完成，请经办人提交申请",
        "log out": "退出登录",
        "helps": "怎样有助于下次通过",
    },
    "en": {
        "start": "See what I can borrow",
        "again": "Borrow again",
        "agree": "Agree, then confirm",
        "give": "Give consent",
        "certain": "A certain amount",
        "amount": "Amount",
        "outside": "It must be",
        "apply": "Apply",
        "adds up": "How the limit adds up",
        "to sign": "Next: read the agreement",
        "agreement": "Loan agreement",
        "sign": "Sign and draw ¥300,000.00",
        "set up": "Set it up now",
        "confirm": "Confirm",
        "kept": "I have kept them",
        "with passkey": "Confirm with a passkey",
        "drawn": "The money is in the firm’s account",
        "download": "Download the agreement (PDF)",
        "genuine": "Genuine",
        "not genuine": "Altered|has no seal|cannot be read",
        "withdraw": "Withdraw",
        "withdraw now": "Withdraw now",
        "withdrawn": "Withdrawn",
        "principal": "Principal to repay",
        "check": "Next: check it",
        "repay": "Repay ¥500,000.00",
        "repaid": "Repayment made",
        "maker applies": "Consent is given: now a maker applies",
        "log out": "Log out",
        "helps": "What would help",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@ON_A_PHONE
async def test_from_what_it_is_to_the_money_and_its_papers(walk: Walk) -> None:
    page = walk.page
    await walk.carry_passkeys()
    person = SUPPLIER if walk.language == "zh" else FIRM
    await page.goto("/loans")
    await walk.log_in(person)
    if person is FIRM:  # who has borrowed all they can repays some of it, and starts afresh
        await repay_a_part(walk)
        await withdraw_the_consent(walk)
        await page.goto("/loans")
        await page.get_by_role("link", name=walk.words["again"]).click()
    else:
        await expect(page.get_by_role("link", name=walk.words["start"])).to_be_visible()
        await walk.look("credit")
        await page.get_by_role("link", name=walk.words["start"]).click()
    await consent(walk)
    await ask(walk)
    await draw(walk, person)
    await read_the_papers(walk)


async def repay_a_part(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.locator("a.row[href*='/loans/']").first.click()
    await expect(page).to_have_url(LOAN)
    await page.get_by_label(words["principal"]).fill("1712000.01")
    await walk.press("check")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label(words["principal"]).fill("500,000")
    await walk.press("check")
    await expect(page.get_by_role("button", name=words["repay"])).to_be_enabled()
    await walk.look("repay")
    await page.reload()  # the step stands in the address
    await page.get_by_role("button", name=words["repay"]).dblclick()
    await expect(page.get_by_text(words["repaid"], exact=True)).to_be_visible()
    await expect(page.locator(".row", has_text="¥500,000.00")).to_have_count(1)
    await expect(page.get_by_text("1,212,000").first).to_be_visible()


async def withdraw_the_consent(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/consents")
    await walk.press("withdraw")
    await page.get_by_role("dialog").get_by_role("button", name=words["withdraw now"]).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("a.row").first).to_contain_text(words["withdrawn"])
    await walk.look("consents")
    await page.locator("a.row").first.click()
    await expect(page.locator(".timeline li")).to_have_count(2)
    await walk.look("consent")


async def consent(walk: Walk) -> None:
    """Agree to the words, then confirm what exactly that means."""
    page, words = walk.page, walk.words
    await expect(page.get_by_role("button", name=words["agree"])).to_be_visible()
    await walk.look("credit-consent")
    await walk.press("agree")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await walk.look("credit-confirm")
    await page.get_by_role("dialog").get_by_role("button", name=words["give"]).click()
    await expect(page).to_have_url(re.compile(r"step=ask$"))


async def ask(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.get_by_label(words["certain"]).check()
    await page.get_by_label(words["amount"], exact=True).fill("1")
    await walk.press("apply")
    await expect(page.get_by_role("alert")).to_contain_text(words["outside"])
    await page.get_by_label(words["amount"], exact=True).fill("３００，０００")
    await page.reload()  # the draft is still there
    amount = page.get_by_label(words["amount"], exact=True)
    await expect(amount).to_have_value(re.compile("300000.00|３００，０００"))
    await walk.look("credit-ask")
    await walk.press("apply")
    await expect(page).to_have_url(APPLICATION)


async def draw(walk: Walk, person: demo.DemoLogin) -> None:
    """See the decision come in, read, and sign with a passkey set up on the way."""
    page, words = walk.page, walk.words
    await expect(page.get_by_role("heading", name=words["adds up"])).to_be_visible()
    await walk.look("credit-offer")
    await walk.press("to sign")
    await expect(page.get_by_role("document", name=words["agreement"])).to_contain_text("300000.00")
    await walk.look("credit-sign")
    with walk.visit.expecting(403):
        await walk.press("sign")
        await confirm_with_a_new_passkey(walk, person)
        await expect(page.get_by_text(words["drawn"])).to_be_visible()
    await expect(page).to_have_url(LOAN)
    await expect(page.get_by_role("link", name=words["download"])).to_be_visible()
    await walk.look("loan")


async def read_the_papers(walk: Walk) -> None:
    """Keep the sealed agreement, and have it verified."""
    page, words = walk.page, walk.words
    path = await page.get_by_role("link", name=words["download"]).get_attribute("href")
    document = await (await page.request.get(str(path))).body()
    assert document.startswith(b"%PDF")
    await page.goto("/agreements")
    await verify(page, document)
    await expect(page.locator(".finding")).to_contain_text(words["genuine"])
    await walk.look("agreements")
    await verify(page, document.replace(b"/Contents", b"/contents", 1))
    await expect(page.locator(".finding")).to_contain_text(re.compile(words["not genuine"]))
    await page.locator("a.row").first.click()
    await expect(page.locator(".paper")).to_contain_text("300000.00")
    await walk.look("agreement")


async def verify(page: Page, content: bytes) -> None:
    file = {"name": "agreement.pdf", "mimeType": "application/pdf", "buffer": content}
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]


async def test_in_a_company_one_allows_and_another_asks(walk: Walk) -> None:
    """The firm is refused, and told why and what would help."""
    page, words = walk.page, walk.words
    await page.goto("/loans/apply")
    await walk.log_in(COMPANY)
    await walk.press("agree")
    await page.get_by_role("dialog").get_by_role("button", name=words["give"]).click()
    await expect(page.get_by_text(words["maker applies"])).to_be_visible()
    await page.goto("/me")
    await walk.press("log out")
    await expect(page).to_have_url(re.compile("/login$"))
    await page.goto("/loans/apply?step=ask")
    await walk.log_in(MAKER)
    await walk.press("apply")
    await expect(page.get_by_role("heading", name=words["helps"])).to_be_visible()
    await walk.look("credit-refused")
