"""What people, networks and attackers do to a page that pays: each is paid once, or not at all."""

import asyncio
import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, Route, expect

from tests.support import paying
from tests.support.paying import Side, confirm_with_a_new_passkey, enter
from tests.support.walks import BUILT, Walk
from tongbao.app import demo
from tongbao.kernel.clock import now

FIRM, SUPPLIER, MAKER = (demo.LOGINS[each] for each in (0, 1, 3))
WORDS = paying.WORDS
PAYMENTS = "**/api/v1/payments"
MARKUP = "\"><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}'"
ODD = {
    "１，２３４．５０元": "1234.50",
    " ¥1,234.5 ": "1234.50",
    "1234.50\u200b": None,  # what cannot be seen is no digit
    "-5": None,
    "1e3": None,
    "0": None,
    "1.234": None,
    "٣": None,
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


async def test_a_transfer_is_made_once_whatever_comes_between(walk: Walk, site: str) -> None:
    page = walk.page
    payer, payee = await Side.of(site, FIRM), await Side.of(site, SUPPLIER)
    await walk.carry_passkeys()
    await page.goto("/transfer")
    await walk.log_in(FIRM)
    await expect(page.get_by_label(walk.words["amount"], exact=True)).to_be_visible()
    await paste_odd_amounts(walk)
    await go_back_and_forth(walk, payee)
    with walk.visit.expecting(403):
        await walk.press("pay")
        await confirm_with_a_new_passkey(walk, FIRM)
        await expect(page.get_by_text(walk.words["arrived"])).to_be_visible()
    await press_twice_on_a_slow_line(walk, payer, payee)
    await cut_the_line_before(walk, payer, payee)
    await lose_the_answer(walk, payer, payee)
    await log_out_elsewhere(walk, payer, payee)
    await walk.visit.check()


async def paste_odd_amounts(walk: Walk) -> None:
    amount = walk.page.get_by_label(walk.words["amount"], exact=True)
    for pasted, read in ODD.items():
        await amount.fill(pasted)
        await amount.blur()
        if read is None:
            await walk.press("next")
            await expect(amount).to_have_attribute("aria-invalid", "true")
        else:
            await expect(amount).to_have_value(read)


async def go_back_and_forth(walk: Walk, payee: Side) -> None:
    """The browser's own buttons leave the step and what was written as they were."""
    page, words = walk.page, walk.words
    await enter(walk, payee, remark="back and forth")
    await page.go_back()
    await expect(page.get_by_label(words["name"], exact=True)).to_have_value(payee.name)
    await page.go_forward()
    await expect(page.get_by_text(words["fits"], exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_text(words["fits"], exact=True)).to_be_visible()


async def press_twice_on_a_slow_line(walk: Walk, payer: Side, payee: Side) -> None:
    """While the answer is on its way nothing can be pressed again."""
    page, asked, answer = walk.page, list[str](), asyncio.Event()
    await enter(walk, payee, remark="twice")

    async def hold(route: Route) -> None:
        asked.append(route.request.headers["idempotency-key"])
        await answer.wait()
        await route.continue_()

    await page.route(PAYMENTS, hold)
    pay = page.get_by_role("button", name=re.compile(re.escape("¥1,234.50")))
    await pay.dblclick()
    await expect(pay).to_be_disabled()
    await expect(page.get_by_role("button", name=walk.words["change"])).to_be_disabled()
    answer.set()
    await expect(page.get_by_text(walk.words["arrived"])).to_be_visible()
    await page.unroute(PAYMENTS)
    assert len(asked) == 1
    assert await payer.paid_with("twice") == 1


async def cut_the_line_before(walk: Walk, payer: Side, payee: Side) -> None:
    """The request never left: nobody knows that here, so the very same is sent again."""
    await send_again_after(walk, payee, remark="cut", carried_out=False)
    assert await payer.paid_with("cut") == 1


async def lose_the_answer(walk: Walk, payer: Side, payee: Side) -> None:
    """It was done and nobody heard of it: loaded anew, the page asks, and it is not done again."""
    await send_again_after(walk, payee, remark="lost", carried_out=True)
    assert await payer.paid_with("lost") == 1


async def send_again_after(walk: Walk, payee: Side, *, remark: str, carried_out: bool) -> None:
    page, keys = walk.page, list[str]()
    await enter(walk, payee, remark=remark)

    async def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            await route.continue_()
            return
        if carried_out:
            await route.fetch()
        await route.abort()

    await page.route(PAYMENTS, lose_the_first)
    with walk.visit.expecting("net::ERR_FAILED"):
        await walk.press("pay")
        await expect(page.get_by_role("alert")).to_contain_text("network.unreachable")
    await expect(page.get_by_role("button", name=walk.words["change"])).to_be_disabled()
    await page.reload()
    await page.get_by_role("button", name=re.compile(re.escape("¥1,234.50"))).click()
    await expect(page.get_by_text(walk.words["arrived"])).to_be_visible()
    await page.unroute(PAYMENTS)
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def log_out_elsewhere(walk: Walk, payer: Side, payee: Side) -> None:
    """The session ends in another tab: nothing is paid, and what was written is still there."""
    page = walk.page
    await enter(walk, payee, remark="elsewhere")
    other = await page.context.new_page()
    await other.goto("/me")
    with walk.visit.expecting(401):  # of each question that was under way, however late
        await other.get_by_role("button", name="退出登录").click()
        await expect(other).to_have_url(re.compile(r"/login"))
        await other.close()
        await walk.press("pay")
        await expect(page).to_have_url(re.compile(r"/login\?next="))
        assert await payer.paid_with("elsewhere") == 0
        await walk.log_in(FIRM)
        await walk.press("with passkey")
        await expect(page.get_by_text(walk.words["fits"], exact=True)).to_be_visible()
    await walk.press("pay")
    await expect(page.get_by_text(walk.words["arrived"])).to_be_visible()
    assert await payer.paid_with("elsewhere") == 1


async def test_text_is_never_markup(walk: Walk, site: str) -> None:
    """What somebody writes is shown as they wrote it, to them and to others."""
    page = walk.page
    supplier = await Side.of(site, SUPPLIER)
    day = (now() + timedelta(days=60)).isoformat()
    link = await supplier.make("/collecting/links", title=MARKUP, expires_at=day)
    await page.goto(f"/pay/{link['token']}")
    await expect(page.get_by_text(MARKUP, exact=True)).to_be_visible()
    await page.goto("/payees/new")
    await walk.log_in(MAKER)
    await expect(page.get_by_role("heading", name="添加收款人")).to_be_visible()
    await fill_all(page, MARKUP[:40])
    await page.get_by_label("收款账号", exact=True).fill(supplier.account["number"])
    await page.get_by_role("button", name="存为收款人").click()
    await expect(page.get_by_role("heading", name=MARKUP[:40], exact=True)).to_be_visible()
    for path in ("/transfer", "/standing/new", "/collect/tills/new", "/collect/links/new"):
        await page.goto(path)
        await fill_all(page, MARKUP)
        await page.keyboard.press("Enter")
        await expect(page.locator("form")).to_be_visible()
    await page.goto(f"/payees?text={MARKUP}&direction={MARKUP}")
    await expect(page.locator(".empty, .row").first).to_be_visible()
    await page.goto("/scan?code=" + "9" * 600)
    with walk.visit.expecting(422):
        await expect(page.get_by_role("alert")).to_be_visible()
    await walk.visit.check()


async def fill_all(page: Page, text: str) -> None:
    await expect(page.locator("form input[type=text]").first).to_be_visible()
    for field in await page.locator("form input[type=text]").all():
        await field.fill(text)
    assert await page.locator("img[src=x]").count() == 0
