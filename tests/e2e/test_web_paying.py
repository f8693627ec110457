"""Paying and getting paid in Chromium: here, to other banks, by link, code and request."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, expect

from tests.support import paying
from tests.support.paying import Side, confirm_with_a_new_passkey, enter
from tests.support.programs import free_port
from tests.support.visits import opened
from tests.support.walks import BUILT, COMBINATIONS, Walk
from tongbao.app import demo
from tongbao.app.channels import join_sandbox
from tongbao.infra.postgres import Urls
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.text import Language
from tongbao_sandbox.main import create_app as create_sandbox
from tongbao_sandbox.server import running

FIRM, SUPPLIER, COMPANY = (demo.LOGINS[each] for each in (0, 1, 2))
CARD, ELSEWHERE = "6200000000000000000", "6222020200012345678"
WORDS: dict[Language, dict[str, str]] = {
    "zh": paying.WORDS["zh"]
    | {
        "save": "存为收款人",
        "saved": "已存为收款人",
        "details": "查看这笔转账",
        "confirmed": "已确认",
        "one click on": "开通一键付",
        "one click": "一键付出",
        "elsewhere": "中国工商银行",
        "add card": "绑定银行卡",
        "card number": "卡号",
        "link card": "绑定，并打一笔小额验证",
        "unverified": "待验证",
        "order": "确认每次付 ¥300.00",
        "each": "每次金额",
        "active": "进行中",
        "make link": "生成收款链接",
        "collected amount": "收款金额",
        "title": "用途",
        "read": "读取",
        "paste": "也可以粘贴收款码的内容",
        "log in and pay": "登录并付款",
        "recall": "申请退回",
        "ask back": "提交申请",
        "place": "收款点名称",
        "latin place": "拼音或英文名称",
        "city": "城市（拼音）",
        "open till": "生成收款码",
        "make code": "生成单笔收款码",
    },
    "en": paying.WORDS["en"]
    | {
        "save": "Save the payee",
        "saved": "The payee is saved",
        "details": "See this transfer",
        "confirmed": "Confirmed",
        "one click on": "Switch it on",
        "one click": "Pay with one click",
        "elsewhere": "Industrial and Commercial Bank of China",
        "add card": "Link a card",
        "card number": "Card number",
        "link card": "Link it and pay the small amount",
        "unverified": "To be verified",
        "order": "Pay ¥300.00 each time",
        "each": "Amount each time",
        "active": "Active",
        "make link": "Make the link",
        "collected amount": "Amount",
        "title": "What it is for",
        "read": "Read it",
        "paste": "Or paste what the code says",
        "log in and pay": "Log in and pay",
        "recall": "Ask for it back",
        "ask back": "Ask the payee’s bank",
        "place": "Name of the place",
        "latin place": "Name in Latin letters",
        "city": "City in Latin letters",
        "open till": "Make the code",
        "make code": "Make a code for this sale",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def channels(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """The sandbox's payment channels, and the settings of a site that has joined them."""
    with running(create_sandbox()) as outside:
        settings = Settings(
            data_dir=tmp_path_factory.mktemp("data"),
            sandbox_port=urlsplit(outside).port,
            port=free_port(),
        )
        yield settings.model_copy(update={"channels_file": await join_sandbox(settings)})


@pytest.fixture(scope="module")
def site(
    fresh_database: Callable[..., Urls],
    demonstration: Urls,
    channels: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    urls, logs = fresh_database(like=demonstration), tmp_path_factory.mktemp("logs")
    file = str(channels.channels_file)
    with opened(urls, port=channels.port, logs=logs, TONGBAO_CHANNELS_FILE=file) as address:
        yield address


@pytest.mark.parametrize("walk", COMBINATIONS, indirect=True)
async def test_paying_and_what_comes_of_it(walk: Walk, site: str) -> None:
    page = walk.page
    person, other = (FIRM, SUPPLIER) if walk.language == "zh" else (SUPPLIER, FIRM)
    payee = await Side.of(site, other)
    await walk.carry_passkeys()
    await page.goto("/services")
    await walk.log_in(person)
    await expect(page.get_by_role("link", name=re.compile("转账|Transfer")).first).to_be_visible()
    await walk.look("services")
    await transfer(walk, payee, person)
    await keep_the_payee(walk)
    await pay_another_bank(walk)
    await order_for_every_month(walk, payee)
    await link_a_card(walk)
    await pay_what_is_asked(walk, payee)
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
    """The payee of the transfer is in the book, confirmed, and paid with one click."""
    page, words = walk.page, walk.words
    await page.goto("/payees")
    await expect(page.locator("a.row")).to_have_count(1)
    await walk.look("payees")
    with walk.visit.expecting(422, 403):  # one-click pay is off; it is confirmed
        await page.goto("/payees/one-click")
        await walk.press("one click on")
        await walk.press("with passkey")
        await expect(page.locator(".toasts > div").first).to_be_visible()
        await page.goto("/payees")
        await page.locator("a.row").click()
        await expect(page.get_by_text(words["confirmed"]).first).to_be_visible()
        await page.get_by_label(words["amount"], exact=True).fill("66")
        await walk.look("payee")
        await walk.press("one click")
        await expect(page).to_have_url(re.compile(r"/payments/[0-9a-f-]{36}$"))
    await expect(page.get_by_text(words["arrived"]).first).to_be_visible()


async def pay_another_bank(walk: Walk) -> None:
    """It is under way, then it has arrived; then it is asked back."""
    page, words = walk.page, walk.words
    await page.goto("/transfer")
    facts = (("amount", "1234.5"), ("name", "北方钢铁有限公司"), ("number", ELSEWHERE))
    for label, text in facts:
        await page.get_by_label(words[label], exact=True).fill(text)
    await page.get_by_label(words["bank"], exact=True).select_option(label=words["elsewhere"])
    await walk.press("next")
    await expect(page.locator(".lines .total")).to_be_visible()
    await walk.look("transfer-elsewhere")
    with walk.visit.expecting(403):
        await walk.press("pay")
        await walk.press("with passkey")
        await expect(page.get_by_text(words["arrived"])).to_be_visible()
    await page.get_by_role("link", name=words["details"]).click()
    await walk.press("recall")
    await walk.look("recall")
    await walk.press("ask back")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.locator(".section .row")).to_have_count(1)


async def order_for_every_month(walk: Walk, payee: Side) -> None:
    page, words = walk.page, walk.words
    await page.goto("/standing/new")
    facts = (("each", "300"), ("name", payee.name), ("number", payee.account["number"]))
    for label, text in facts:
        await page.get_by_label(words[label], exact=True).fill(text)
    await expect(page.locator(".dates li")).to_have_count(4)
    await walk.look("standing-new")
    with walk.visit.expecting(403):
        await walk.press("order")
        await walk.press("with passkey")
        await expect(page.get_by_text(words["active"], exact=True)).to_be_visible()
    await walk.look("standing-order")
    await page.goto("/standing")
    await expect(page.locator("a.row")).to_have_count(1)
    await walk.look("standing")


async def link_a_card(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/cards")
    await walk.press("add card")
    await page.get_by_label(words["card number"], exact=True).fill(CARD)
    await walk.look("card-link")
    await walk.press("link card")
    await expect(page.get_by_text(words["unverified"], exact=True)).to_be_visible()
    await walk.look("cards")
    await page.goto("/top-up")
    await expect(page.locator(".empty")).to_be_visible()
    await walk.look("top-up")


async def pay_what_is_asked(walk: Walk, payee: Side) -> None:
    """A request, a code that hangs at a till, and a link that somebody has passed on."""
    page, words = walk.page, walk.words
    end = (now() + timedelta(days=7)).isoformat()
    account = (await (await page.request.get("/api/v1/accounts")).json())["items"][0]
    me = await (await page.request.get(f"/api/v1/parties/{account['party_id']}")).json()
    money = {"amount": "88.00", "currency": "CNY"}
    request = await payee.make(
        "/collecting/requests",
        title="运费 freight",
        amount=money,
        debtor_account_number=account["number"],
        debtor_name=me["name"],
        expires_at=end,
    )
    await page.goto("/collect?tab=requests&side=payer")
    await page.locator("a.row").first.click()
    await expect(page).to_have_url(re.compile(request["id"]))
    pay = page.get_by_role("button", name=re.compile(re.escape("¥88.00")))
    await expect(page.locator(".lines .total")).to_be_visible()
    await walk.look("request")
    await pay.click()
    await expect(page.get_by_text(words["arrived"])).to_be_visible()

    till = await payee.make(
        "/collecting/tills",
        name="水泥门市",
        latin_name="CEMENT",
        latin_city="HANGZHOU",
        category_code="5211",
    )
    code = (await payee.read(f"/collecting/tills/{till['id']}/code"))["code"]
    await page.goto("/scan")
    await expect(page.get_by_label(words["paste"])).to_be_visible()
    await walk.look("scan")
    await page.get_by_label(words["paste"]).fill(code)
    await walk.press("read")
    await page.get_by_label(words["amount"], exact=True).fill("88")
    await pay.click()
    await expect(page.get_by_text(words["arrived"])).to_be_visible()

    link = await payee.make("/collecting/links", title="水泥 cement", amount=money, expires_at=end)
    await page.goto(f"/pay/{link['token']}")
    await expect(page.locator(".lines .total")).to_be_visible()
    await walk.look("pay")
    await pay.click()
    await expect(page.get_by_text(words["arrived"])).to_be_visible()


@pytest.mark.parametrize("walk", COMBINATIONS, indirect=True)
async def test_getting_paid(walk: Walk) -> None:
    """A link is made; its code, read from a picture, leads a stranger to the page that pays it."""
    page, words = walk.page, walk.words
    await page.goto("/collect/links/new")
    await walk.log_in(COMPANY)
    await page.get_by_label(words["collected amount"], exact=True).fill("25")
    await page.get_by_label(words["title"], exact=True).fill("年会 party")
    await walk.look("link-new")
    await walk.press("make link")
    await expect(page.get_by_role("heading", name="年会 party")).to_be_visible()
    code = page.locator("svg.qr")
    await expect(code).to_be_visible()
    await walk.look("link")
    picture = await code.screenshot()
    await page.goto("/scan")
    file: FilePayload = {"name": "code.png", "mimeType": "image/png", "buffer": picture}
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page).to_have_url(re.compile(r"/pay/[\w-]+$"))
    await page.context.clear_cookies(name="tb_session")
    with walk.visit.expecting(401):
        await page.reload()
        await expect(page.get_by_role("link", name=words["log in and pay"])).to_be_visible()
    await expect(page.get_by_text("年会 party")).to_be_visible()
    await walk.look("pay-page")
    with walk.visit.expecting(401):
        await page.goto("/collect/tills/new")
        await walk.log_in(COMPANY)
        await open_a_till(walk)


async def open_a_till(walk: Walk) -> None:
    """A code to be hung up, and one for a single sale."""
    page, words = walk.page, walk.words
    facts = (("place", "江南小铺"), ("latin place", "JIANGNAN"), ("city", "HANGZHOU"))
    for label, text in facts:
        await page.get_by_label(words[label], exact=True).fill(text)
    await walk.press("open till")
    await expect(page.locator("svg.qr")).to_be_visible()
    await walk.look("till")
    await page.get_by_role("tab").nth(1).click()
    await page.get_by_label(words["collected amount"], exact=True).fill("36.5")
    await walk.press("make code")
    await expect(page.locator("svg.qr")).to_be_visible()
    await walk.look("sale")
    await page.goto("/collect")
    await expect(page.locator("a.row").first).to_be_visible()
    await walk.look("collect")
