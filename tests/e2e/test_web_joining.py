"""Becoming a customer on the web: registering, being verified, a first account, firms."""

import asyncio
import re
from io import BytesIO

import httpx2
import pytest
from PIL import Image
from playwright.async_api import FilePayload, expect

from tests.support.cards import card_of
from tests.support.walks import AT_A_DESK, BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.kernel.text import Language
from tongbao_sandbox import firms, people, registrations

FIRM = demo.LOGINS[0]
PASSWORD = "a sentence that one remembers"
CODE_SECONDS_MAX = 30
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "register": "注册",
        "name": "姓名",
        "contact": "手机号或邮箱",
        "send": "发送验证码",
        "code": "6 位验证码",
        "next": "下一步",
        "new password": "设置登录密码",
        "short": "还差 7 个字符",
        "finish": "完成注册",
        "set up": "设置通行密钥",
        "kept": "我已保存好",
        "verify": "核实身份",
        "begin": "开始",
        "number": "身份证号码",
        "wrong number": "身份证号码是 18 位，最后一位可能是 X",
        "authority": "签发机关",
        "from": "有效期起",
        "until": "有效期止",
        "long": "长期有效",
        "submit": "提交核实",
        "verified": "核实通过",
        "account": "开立账户",
        "open it": "开立账户",
        "opened": "账户已开立",
        "have": "我的余额",
        "film": "拍照",
        "no camera": "请改用“选择照片”。",
        "no picture": "这个文件不是能识别的照片，请换一张 JPEG 或 PNG。",
        "received": "已收到",
        "firm": "企业名称",
        "firm code": "统一社会信用代码",
        "open firm": "下一步：核对执照",
        "licence": "营业执照",
        "accept": "接受邀请",
        "joined": "您已加入{}",
        "forgot": "忘记密码",
        "recover": "找回账户",
    },
    "en": {
        "register": "Register",
        "name": "Name",
        "contact": "Mobile or e-mail",
        "send": "Send the code",
        "code": "Six-digit code",
        "next": "Next",
        "new password": "Choose a password",
        "short": "7 more characters",
        "finish": "Finish",
        "set up": "Set up a passkey",
        "kept": "I have kept them",
        "verify": "Verify who you are",
        "begin": "Begin",
        "number": "ID number",
        "wrong number": "An ID number has 18 characters; the last may be an X",
        "authority": "Issuing authority",
        "from": "Valid from",
        "until": "Valid until",
        "long": "No end date",
        "submit": "Send for the check",
        "verified": "Verified",
        "account": "Open an account",
        "open it": "Open the account",
        "opened": "Your account is open",
        "have": "My balance",
        "film": "Take a picture",
        "no camera": "Choose a file instead.",
        "no picture": "This file is no picture we can read. Try a JPEG or PNG.",
        "received": "Received",
        "firm": "Name of the firm",
        "firm code": "Unified social credit code",
        "open firm": "Next: the licence",
        "licence": "Business licence",
        "accept": "Accept",
        "joined": "You have joined {}",
        "forgot": "Forgot your password?",
        "recover": "Recover your account",
    },
}
# Of each language a firm and its representative of their own; the first few are the demo's.
BOOK, CROWD = firms.load(), people.load()
FIRMS = {"zh": BOOK.firms[30], "en": BOOK.firms[31]}
PHONES = {"zh": "13800138101", "en": "13800138102"}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


async def code_for(sandbox: str, phone: str) -> str:
    """Return the code of the message that was sent to a phone, as soon as it is there."""
    async with httpx2.AsyncClient(base_url=sandbox) as client, asyncio.timeout(CODE_SECONDS_MAX):
        while True:
            inbox = await client.get("/messages/v1/inbox", params={"to": f"+86{phone}"})
            for message in inbox.json():
                found = re.search(r"\d{6}", message["text"])
                assert found, message
                return found.group()
            await asyncio.sleep(0.2)


def picture(shade: int) -> FilePayload:
    out = BytesIO()
    Image.new("RGB", (640, 400), (shade, 90, 90)).save(out, "JPEG")
    return {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@ON_A_PHONE
async def test_from_the_first_visit_to_an_account_of_ones_own(walk: Walk, sandbox: str) -> None:
    await register(walk, sandbox)
    await be_verified(walk)
    await open_an_account(walk)
    await hand_in_pictures(walk)
    await open_a_firm(walk)
    await join_another(walk)
    await walk.visit.check()


async def register(walk: Walk, sandbox: str) -> None:
    """Come, mistake the code and the password, load again in between, and add a passkey."""
    page, words = walk.page, walk.words
    phone, person = PHONES[walk.language], registrations.representative(FIRMS[walk.language], CROWD)
    await walk.carry_passkeys()
    await page.goto("/")
    await expect(page.get_by_role("link", name=words["register"], exact=True)).to_be_visible()
    await walk.look("welcome")
    await page.get_by_role("link", name=words["register"], exact=True).click()
    await walk.press("send")
    await expect(page.locator("[aria-invalid=true]")).to_have_count(2)
    await walk.look("register")
    await page.get_by_label(words["name"], exact=True).fill(person.name)
    await page.get_by_label(words["contact"], exact=True).fill(phone)
    await walk.press("send")
    await expect(page).to_have_url(re.compile(r"/register\?step=code$"))
    code = await code_for(sandbox, phone)
    await page.reload()  # what was written is still there
    with walk.visit.expecting(422):
        await page.get_by_label(words["code"]).fill("000000" if code != "000000" else "111111")
        await walk.press("next")
        await expect(page.get_by_role("alert")).to_contain_text("identity.code_wrong")
    await walk.look("register-code")
    await page.get_by_label(words["code"]).fill(code)
    await walk.press("next")
    await expect(page).to_have_url(re.compile(r"/register\?step=password$"))
    await page.get_by_label(words["new password"]).fill("short")
    await walk.press("finish")
    await expect(page.get_by_text(words["short"])).to_be_visible()
    await walk.look("register-password")
    await page.get_by_label(words["new password"]).fill(PASSWORD)
    await walk.press("finish")
    await expect(page).to_have_url(re.compile(r"/register\?step=passkey$"))
    await walk.look("register-passkey")
    await walk.press("set up")
    await walk.press("kept")
    await expect(page).to_have_url(re.compile("/home$"))
    await expect(page.locator(".row").first).to_be_visible()
    await walk.look("first-home")


async def be_verified(walk: Walk) -> None:
    """Ask for the lowest level, mistake the number, and be approved."""
    page, words = walk.page, walk.words
    card = card_of(registrations.representative(FIRMS[walk.language], CROWD))
    await page.get_by_role("link", name=words["verify"]).last.click()
    await expect(page.get_by_role("button", name=words["begin"])).to_have_count(3)
    await walk.look("identity")
    await page.get_by_role("button", name=words["begin"]).last.click()
    await page.get_by_label(words["number"]).fill("12345")
    await walk.press("submit")
    await expect(page.get_by_text(words["wrong number"])).to_be_visible()
    await walk.look("identity-facts")
    await page.get_by_label(words["number"]).fill(card["number"].lower())
    await page.get_by_label(words["authority"]).fill(card["issuing_authority"])
    await page.get_by_label(words["from"]).fill(card["valid_from"])
    if card["valid_until"] is None:
        await page.get_by_label(words["long"]).check()
    else:
        await page.get_by_label(words["until"]).fill(card["valid_until"])
    await walk.press("submit")
    await expect(page.get_by_text(words["verified"], exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name=words["account"], exact=True)).to_be_visible()
    await walk.look("identity-verified")


async def open_an_account(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.get_by_role("link", name=words["account"], exact=True).click()
    await expect(page.get_by_role("button", name=words["open it"], exact=True)).to_be_visible()
    await walk.look("open-account")
    await walk.press("open it")
    await expect(page.get_by_text(words["opened"], exact=True)).to_be_visible()
    await walk.look("open-account-done")
    await page.goto("/home")
    await expect(page.get_by_role("region", name=words["have"])).to_be_visible()


async def hand_in_pictures(walk: Walk) -> None:
    """Apply for more: no camera here, a file that is no picture, then both sides of the card."""
    page, words = walk.page, walk.words
    await page.goto("/identity")
    await page.get_by_role("button", name=words["begin"]).first.click()
    files = page.locator("input[type=file]")
    await expect(files).to_have_count(2)
    await page.get_by_role("button", name=words["film"], exact=True).first.click()
    await expect(page.get_by_text(words["no camera"])).to_be_visible()
    await walk.look("pictures")
    await files.first.set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture at all"}
    )
    await expect(page.get_by_text(words["no picture"])).to_be_visible()
    await files.first.set_input_files(picture(60))
    await expect(page.get_by_text(words["received"], exact=True)).to_have_count(1)
    await expect(page.get_by_role("button", name=words["next"])).to_be_disabled()
    await files.last.set_input_files(picture(120))
    await expect(page.get_by_text(words["received"], exact=True)).to_have_count(2)
    await page.reload()  # they are with the bank, not in the page
    await expect(page.get_by_text(words["received"], exact=True)).to_have_count(2)
    await walk.press("next")
    await expect(page).to_have_url(re.compile(r"step=facts$"))
    await page.go_back()
    await expect(files).to_have_count(2)


async def open_a_firm(walk: Walk) -> None:
    page, words, firm = walk.page, walk.words, FIRMS[walk.language]
    await page.goto("/open-firm")
    await walk.press("open firm")
    await expect(page.locator("[aria-invalid=true]")).to_have_count(2)
    await walk.look("open-firm")
    await page.get_by_label(words["firm"]).fill(firm.name)
    await page.get_by_label(words["firm code"]).fill(firm.registration_number.lower())
    await walk.press("open firm")
    await expect(page.get_by_role("region", name=words["licence"])).to_be_visible()
    await expect(page.get_by_text(firm.name)).to_be_visible()
    await walk.look("firm-licence")


async def join_another(walk: Walk) -> None:
    """Be invited by the demo's firm to look on, and accept."""
    page, words = walk.page, walk.words
    me = await (await page.request.get("/api/v1/identity/me")).json()
    async with httpx2.AsyncClient(base_url=f"{walk.visit.address}/api/v1") as client:
        form = {"grant_type": "password", "username": FIRM.login, "password": FIRM.password}
        token = (await client.post("/identity/tokens", data=form)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        (party,) = (await client.get("/identity/me")).json()["party_ids"]
        invited = await client.post(
            f"/identity/companies/{party}/invitations",
            json={"login": me["login"], "role": "viewer"},
        )
        assert invited.status_code == httpx2.codes.CREATED, invited.text
    await page.goto("/invitations")
    company = invited.json()["company"]
    await expect(page.get_by_role("heading", name=company)).to_be_visible()
    await walk.look("invitations")
    await walk.press("accept")
    await expect(page.get_by_text(words["joined"].format(company))).to_be_visible()
    await page.goto("/accounts")
    await expect(page.get_by_text(company).first).to_be_visible()


@AT_A_DESK
async def test_who_has_forgotten_finds_the_way_back(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/login")
    await page.get_by_role("link", name=words["forgot"]).click()
    await walk.press("send")
    await expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    await walk.look("forgot")
    phone = {"zh": "13800138103", "en": "13800138104"}[walk.language]
    await page.get_by_label(words["contact"], exact=True).fill(phone)  # nobody's: not told
    await walk.press("send")
    with walk.visit.expecting(422):
        await page.get_by_label(words["code"]).fill("123456")
        await walk.press("next")
        await expect(page.get_by_role("alert")).to_contain_text("identity.code_wrong")
    await page.go_back()
    await page.get_by_role("link", name=words["recover"]).click()
    await expect(page.get_by_role("heading", name=words["recover"])).to_be_visible()
    await walk.look("recover")
