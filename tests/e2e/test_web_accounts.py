"""Accounts, statements and deposits as their holders use them, in Chromium."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.support.walks import AT_A_DESK, BUILT, ON_A_PHONE, Walk
from tongbao.app import demo
from tongbao.kernel.text import Language

FIRM, SUPPLIER = demo.LOGINS[0], demo.LOGINS[1]
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "statements": "对账单与证明",
        "pdf": "开具 PDF 对账单",
        "opening certificate": "开具开户证明",
        "receipt": "开具电子回单",
        "close": "关闭",
        "open": "存一笔",
        "amount": "存入金额",
        "next": "下一步：核对签约",
        "agreed": "我已读完协议并同意",
        "confirm": "确认存入 ¥10,000.00",
        "put aside": "存好了",
        "see": "查看这笔存款",
        "loses": "今天支取，利息比到期少 ¥95.00。",
        "early": "提前支取",
        "out": "确认支取 ¥10,000.00",
        "taken out": "已提前支取",
        "change": "更改",
        "renew": "本金续存，利息转回账户",
        "save": "保存",
        "too little": "最少 ¥10,000.00",
    },
    "en": {
        "statements": "Statements",
        "pdf": "Get a PDF statement",
        "opening certificate": "Get the certificate of account",
        "receipt": "Get a receipt",
        "close": "Close",
        "open": "Open a deposit",
        "amount": "Amount",
        "next": "Next: read and sign",
        "agreed": "I have read the agreement and accept it",
        "confirm": "Deposit ¥10,000.00",
        "put aside": "It is put aside",
        "see": "See this deposit",
        "loses": "Taken out today it earns ¥95.00 less than at maturity.",
        "early": "Take out early",
        "out": "Take out ¥10,000.00",
        "taken out": "Taken out early",
        "change": "Change",
        "renew": "Renew the principal",
        "save": "Save",
        "too little": "At least ¥10,000.00",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@AT_A_DESK
async def test_an_account_its_entries_and_its_papers(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/accounts")
    await walk.log_in(FIRM if walk.language == "zh" else SUPPLIER)
    await expect(page.locator("a.account svg.spark").first).to_be_visible()
    await walk.look("accounts-all")
    await page.locator("a.account").first.click()
    await open_an_entry(walk)
    await page.get_by_role("link", name=words["statements"]).click()
    await expect(page).to_have_url(re.compile(r"/statements$"))
    await expect(page.get_by_role("button", name=words["pdf"])).to_be_enabled()
    await walk.press("pdf")
    files = page.locator("a[href*='/statements/documents/']")
    await expect(files).to_have_count(1)
    await walk.press("opening certificate")
    await expect(files).to_have_count(2)
    await walk.look("statements")
    await take_away(page, "a[href*='/statements/documents/']", b"%PDF")
    await take_away(page, "a[href*='/csv']", "﻿".encode())
    await page.goto(f"{page.url}?period=own&first=2026-11-02&last=2026-11-01")
    await expect(page.get_by_role("alert")).to_be_visible()  # upside down
    await walk.visit.check()


async def open_an_entry(walk: Walk) -> None:
    """See a payment's entry with its receipt, by a press and by its address alone."""
    page = walk.page
    row = page.locator(".day a.row").filter(has_text="cement").first
    await row.click()
    await expect(page).to_have_url(re.compile(r"entry="))
    await expect(page.get_by_role("button", name=walk.words["receipt"])).to_be_visible()
    await walk.look("entry")
    await page.reload()
    await expect(page.get_by_role("button", name=walk.words["receipt"])).to_be_visible()
    await walk.press("close")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page).not_to_have_url(re.compile(r"entry="))
    await walk.look("account-page")


async def take_away(page: Page, link: str, begins: bytes) -> None:
    """Hold that a link is to a file that begins as such files do."""
    path = await page.locator(link).first.get_attribute("href")
    assert path is not None
    answer = await page.request.get(path)
    assert answer.ok, path
    assert (await answer.body()).startswith(begins), path


@ON_A_PHONE
async def test_a_deposit_from_the_first_look_to_its_end(walk: Walk) -> None:
    page, words = walk.page, walk.words
    await page.goto("/deposits")
    await walk.log_in(FIRM)
    await expect(page.locator("a.row:visible").first).to_be_visible()
    await walk.look("deposits")
    await page.get_by_role("link", name=words["open"], exact=True).first.click()
    await page.get_by_label(words["amount"], exact=True).fill("12")
    await walk.press("next")
    await expect(page.get_by_text(words["too little"])).to_be_visible()
    await page.get_by_label(words["amount"], exact=True).fill("１万")
    await page.get_by_label(words["amount"], exact=True).fill("10,000")
    await expect(page.get_by_text("10000.00 × 0.95% × 12/12")).to_be_visible()
    await walk.look("deposit-choose")
    await walk.press("next")
    await expect(page.locator(".paper")).to_be_visible()
    await page.reload()  # the draft is still there, and the step
    await page.get_by_label(words["agreed"]).check()
    await walk.look("deposit-sign")
    await page.get_by_role("button", name=words["confirm"]).dblclick()
    await expect(page.get_by_text(words["put aside"])).to_be_visible()
    await page.get_by_role("link", name=words["see"]).click()
    await expect(page.get_by_text(words["loses"])).to_be_visible()
    await change_what_follows(walk)
    await walk.look("deposit")
    await walk.press("early")
    await expect(page.get_by_role("button", name=words["out"])).to_be_enabled()
    await walk.look("deposit-withdraw")
    await page.get_by_role("button", name=words["out"]).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text(words["taken out"]).first).to_be_visible()
    await expect(page.get_by_role("button", name=words["early"])).to_have_count(0)
    await walk.look("deposit-over")
    await only_one_was_opened(page)


async def change_what_follows(walk: Walk) -> None:
    """Have the principal renewed at maturity instead."""
    page, words = walk.page, walk.words
    await walk.press("change")
    await page.get_by_role("radio", name=words["renew"]).check()
    await walk.press("save")
    await expect(page.get_by_role("button", name=words["change"])).to_be_visible()
    await expect(page.get_by_text(words["renew"])).to_be_visible()


async def only_one_was_opened(page: Page) -> None:
    """Hold that pressing twice opened no second one: each deposit has its own opening."""
    answer = await page.request.get("/api/v1/deposits")
    numbers = [each["number"] for each in (await answer.json())["items"]]
    held = [each for each in (await answer.json())["items"] if each["state"] == "open"]
    assert held == [], numbers
