"""Paying in Chromium: a transfer, a passkey on the way, what came of it, the payee book."""

import re

import pytest
from playwright.async_api import expect

from tests.support import paying
from tests.support.paying import Side, confirm_with_a_new_passkey, enter
from tests.support.walks import BUILT, COMBINATIONS, Walk
from tongbao.app import demo
from tongbao.kernel.text import Language

FIRM, SUPPLIER, COMPANY = (demo.LOGINS[each] for each in (0, 1, 2))
WORDS: dict[Language, dict[str, str]] = {
    "zh": paying.WORDS["zh"]
    | {
        "save": "存为收款人",
        "saved": "已存为收款人",
        "details": "查看这笔转账",
    },
    "en": paying.WORDS["en"]
    | {
        "save": "Save the payee",
        "saved": "The payee is saved",
        "details": "See this transfer",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@pytest.mark.parametrize("walk", COMBINATIONS, indirect=True)
async def test_paying_and_what_comes_of_it(walk: Walk, site: str) -> None:
    page = walk.page
    # Whoever has set up a passkey gets no token for a password alone: the payee is somebody else.
    person, other = (FIRM, SUPPLIER) if walk.language == "zh" else (SUPPLIER, COMPANY)
    payee = await Side.of(site, other)
    await walk.carry_passkeys()
    await page.goto("/services")
    await walk.log_in(person)
    await expect(page.get_by_role("link", name=re.compile("转账|Transfer")).first).to_be_visible()
    await walk.look("services")
    await transfer(walk, payee, person)
    await keep_the_payee(walk)
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
    """The payee of the transfer is in the book."""
    page = walk.page
    await page.goto("/payees")
    await expect(page.locator("a.row")).to_have_count(1)
    await walk.look("payees")
