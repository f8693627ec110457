"""Keeping one's log-in safe, one's data, help, in Chromium; and a page without a network."""

import re
import zipfile

import pyotp
import pytest
from playwright.async_api import Browser, expect

from tests.support.visits import DESKTOP, Visit
from tests.support.walks import AT_A_DESK, BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.kernel.text import Language

FIRM, SUPPLIER, COMPANY = (demo.LOGINS[each] for each in (0, 1, 2))
NAME = "<b>办公室</b>"
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "weak": "还差一步：加一把通行密钥",
        "strong": "您的账户保护得很好",
        "add": "添加通行密钥",
        "kept": "我已保存好",
        "more": "：更多操作",
        "rename": "改名",
        "name": "名称",
        "save": "保存名称",
        "set up app": "设置验证器",
        "by passkey": "用通行密钥确认",
        "code": "2. 输入验证器里的 6 位动态码",
        "turn on": "启用验证器",
        "app on": "已启用",
        "remove app": "移除验证器",
        "pin": "支付密码",
        "again": "再输一次",
        "differs": "两次输入不一样",
        "set pin": "设置支付密码",
        "pin set": "支付密码已生效",
        "elsewhere": "退出其他所有设备",
        "left": "其他设备都已退出",
        "payments": "收付款",
        "email": "邮件",
        "saved": "已保存",
        "download": "下载全部数据",
        "search": "搜索问题，例如：转错了",
        "asked": "验证码",
        "answer": "有人问我要验证码",
        "nothing": "没有找到",
        "simple": "长辈模式",
        "standard": "换回标准版",
        "offline": "网络已断开",
    },
    "en": {
        "weak": "One step to go: add a passkey",
        "strong": "Your account is well protected",
        "add": "Add a passkey",
        "kept": "I have kept them",
        "more": ": more",
        "rename": "Rename",
        "name": "Name",
        "save": "Save the name",
        "set up app": "Set up an authenticator",
        "by passkey": "Confirm with a passkey",
        "code": "2. Enter the code it shows",
        "turn on": "Turn it on",
        "app on": "On",
        "remove app": "Remove the authenticator",
        "pin": "Payment password",
        "again": "Once more",
        "differs": "The two are not the same",
        "set pin": "Set a payment password",
        "pin set": "Your payment password is set",
        "elsewhere": "Log out everywhere else",
        "left": "Logged out everywhere else",
        "payments": "Payments",
        "email": "E-mail",
        "saved": "Saved",
        "download": "Download everything",
        "search": "Search, for example: wrong account",
        "asked": "asks  CODE",
        "answer": "Somebody asks me for a code",
        "nothing": "Nothing found",
        "simple": "Larger and simpler",
        "standard": "Back to the standard version",
        "offline": "You are offline",
    },
}

KEPT = """async () => {
  const shelves = await Promise.all((await caches.keys()).map(name => caches.open(name)))
  const requests = await Promise.all(shelves.map(shelf => shelf.keys()))
  return requests.flat().map(request => new URL(request.url).pathname)
}"""

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@AT_A_DESK
async def test_from_a_password_to_every_proof(walk: Walk) -> None:
    page, words = walk.page, walk.words
    person = FIRM if walk.language == "zh" else SUPPLIER
    await walk.carry_passkeys()
    await page.goto("/me/security")
    await walk.log_in(person)
    await expect(page.get_by_text(words["weak"])).to_be_visible()
    await walk.look("security")
    await add_a_passkey(walk, person.password)
    await use_an_authenticator(walk)
    await set_a_payment_password(walk, person.password)
    await take_the_data_along(walk)
    await log_out_elsewhere(walk)


async def confirm(walk: Walk, words: str) -> None:
    """Press what is refused until one has confirmed by passkey."""
    with walk.visit.expecting(403):
        await walk.press(words)
        await walk.press("by passkey")


async def add_a_passkey(walk: Walk, password: str) -> None:
    """Add one on the centre's first advice, and give it a name that is no markup."""
    page, words = walk.page, walk.words
    dialog = page.get_by_role("dialog")
    with walk.visit.expecting(403):
        await walk.press("add")
        await dialog.get_by_label(words["password"]).fill(password)
        await dialog.locator("button[type=submit]").click()
    await walk.press("kept")
    await expect(page.get_by_text(words["strong"])).to_be_visible()
    await page.goto("/me/security/passkeys")
    await page.get_by_role("button", name=words["more"]).click()
    await page.get_by_role("menuitem", name=words["rename"]).click()
    await page.get_by_label(words["name"], exact=True).fill(NAME)
    await walk.press("save")
    await expect(page.get_by_text(NAME, exact=True)).to_be_visible()
    await walk.look("passkeys")


async def use_an_authenticator(walk: Walk) -> None:
    """Scan what the page shows, mistype the code, then turn it on."""
    page, words = walk.page, walk.words
    await page.goto("/me/security/authenticator")
    await confirm(walk, "set up app")
    await expect(page.locator("img.qr")).to_be_visible()
    await walk.look("authenticator")
    address = await page.locator("a[href^=otpauth]").get_attribute("href")
    assert address is not None
    app = pyotp.parse_uri(address)
    assert isinstance(app, pyotp.TOTP)
    await page.get_by_label(words["code"]).fill(app.now())
    await walk.press("turn on")
    await expect(page.get_by_role("button", name=words["remove app"])).to_be_visible()


async def set_a_payment_password(walk: Walk, password: str) -> None:
    page, words = walk.page, walk.words
    await page.goto("/me/security/payment-password")
    await page.get_by_label(words["pin"], exact=True).fill("860794")
    await page.get_by_label(words["again"]).fill("860795")
    await page.get_by_label(words["password"], exact=True).fill(password)
    await walk.press("set pin")
    await expect(page.get_by_text(words["differs"])).to_be_visible()
    await walk.look("payment-password")
    await page.get_by_label(words["again"]).fill("860794")
    await confirm(walk, "set pin")
    await expect(page.get_by_text(words["pin set"])).to_be_visible()
    await expect(page).to_have_url(re.compile("/me/security$"))


async def take_the_data_along(walk: Walk) -> None:
    """See what is kept, and why it cannot go yet; take a copy."""
    page = walk.page
    await page.goto("/me/data")
    await expect(page.locator(".held")).to_be_visible()  # an account is open
    await walk.look("data")
    async with page.expect_download() as download:
        await confirm(walk, "download")
    path = await (await download.value).path()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert any(name.endswith(".pdf") for name in archive.namelist())


async def log_out_elsewhere(walk: Walk) -> None:
    """Find one's other log-in gone."""
    page = walk.page
    await page.goto("/me/security/devices")
    await walk.press("elsewhere")
    await expect(page.get_by_text(walk.words["left"])).to_be_visible()
    await walk.look("devices")
    await page.goto("/me/security/activity")
    await expect(page.locator(".row").first).to_be_visible()
    await walk.look("activity")


@ON_A_PHONE
async def test_settings_data_help_and_the_simple_home(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/me/notifications")
    await walk.log_in(COMPANY)
    box = page.get_by_role("group", name=words["payments"], exact=True).get_by_role(
        "checkbox", name=words["email"]
    )
    was = await box.is_checked()
    await box.set_checked(not was)
    await expect(page.get_by_text(words["saved"], exact=True)).to_be_visible()
    await page.reload()
    await expect(box).to_be_checked(checked=not was)
    await walk.look("notifications")
    await look_for_help(walk)
    await live_simply(walk)


async def look_for_help(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/me/help")
    await expect(page.get_by_role("link", name=re.compile("400-000-0000"))).to_be_visible()
    await page.get_by_label(words["search"]).fill("<script>")
    await expect(page.get_by_text(words["nothing"])).to_be_visible()
    await page.get_by_label(words["search"]).fill(words["asked"])
    await expect(page.get_by_text(words["answer"])).to_be_visible()
    await expect(page).to_have_url(re.compile(r"\?q="))
    await page.reload()
    await expect(page.get_by_text(words["answer"])).to_be_visible()
    await walk.look("help")


async def live_simply(walk: Walk) -> None:
    """Switch to the simple page and back, with the same person one tap away."""
    page, words = walk.page, walk.words
    await page.goto("/me")
    await page.get_by_role("switch", name=words["simple"]).click()
    await page.goto("/home")
    await expect(page.locator(".task")).to_have_count(3)  # an administrator moves no money
    await expect(page.locator("a[href^=tel]")).to_be_visible()
    await walk.look("simple-home")
    await walk.press("standard")
    await expect(page.locator(".task")).to_have_count(0)


async def test_without_a_network_the_page_says_so(browser: Browser, site: str) -> None:
    address = site.replace("127.0.0.1", "localhost")
    width, height = DESKTOP
    visit = await Visit.begin(
        browser, address, language="zh", width=width, height=height, offline_page=True
    )
    page, words = visit.page, WORDS["zh"]
    await page.goto("/login")
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await page.context.set_offline(offline=True)
    with visit.expecting("net::", "offline"):
        await page.goto("/transfer")
        await expect(page.get_by_role("heading", name=words["offline"])).to_be_visible()
        kept: list[str] = await page.evaluate(KEPT)
        assert "/offline.html" in kept
        assert not [each for each in kept if each.startswith("/api")]
        await page.context.set_offline(offline=False)
        await expect(page).to_have_url(re.compile("/login"))
    await page.context.close()
