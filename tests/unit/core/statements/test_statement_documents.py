"""Statements and certificates as PDF: what they say, how they are kept, and that copies show."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from tests.support.statements import Bookkeeper, Move, day, noon
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.statements import service as statements
from tongbao.infra import pdf
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Language

AT = noon("2025-12-01")
NAME = "=1+1 #set text(red) $x$ <b>&amp;</b> *粗* _斜_ `code` \\ 𠮷䶮"
HOSTILE = f"\u202e{NAME}\x07"  # a name holds no control characters, a reference may


@pytest.fixture
async def keeper(database: Database) -> Bookkeeper:
    return await Bookkeeper(database).begin()


async def issued(database: Database, document: statements.Document) -> statements.Document:
    await statements.issue(database, document_id=document.id, at=AT + timedelta(seconds=9))
    async with database.read() as tx:
        return await statements.get_document(tx, document.id)


async def file_of(database: Database, document: statements.Document) -> bytes:
    async with database.read() as tx:
        return (await statements.document_file(tx, document))[1]


async def order(
    database: Database, account: DepositAccount, *, language: Language = "zh"
) -> statements.Document:
    async with database.write() as tx:
        return await statements.order_statement(
            tx,
            account,
            first=day("2025-10-01"),
            last=day("2025-10-31"),
            language=language,
            ordered_by=new_id(),
            at=AT,
        )


def words(content: bytes) -> str:
    """The text of a PDF without the blanks that setting it brings."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return re.sub(r"\s+", "", "".join(pages).replace("\u200b", ""))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_statement_says_what_was_ordered(
    database: Database, keeper: Bookkeeper, language: Language
) -> None:
    account, shop = await keeper.open("欧阳小明"), await keeper.open("杭州云帆贸易有限公司")
    await keeper.book(Move(account, 1234_50), at=noon("2025-10-02"))
    await keeper.book(Move(account, -34_50, shop, reference="货款 7"), at=noon("2025-10-03"))
    ordered = await order(database, account, language=language)
    # What comes after the order changes nothing of it.
    await keeper.book(Move(account, 1_00), at=noon("2025-10-04"))
    document = await issued(database, ordered)
    content = await file_of(database, document)
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.issued_at == AT + timedelta(seconds=9)
    said = words(content)
    for expected in (
        "欧阳小明",
        account.number,
        "CNY1,234.50",
        "CNY1,200.00",
        "人民币壹仟贰佰元整",
        "杭州云帆贸易有限公司",
        f"990001*********{shop.number[-4:]}",
        "货款7",
        document.code[:4],
        "第1页/共1页" if language == "zh" else "Page1of1",
    ):
        assert expected in said, expected
    assert "1,201.00" not in said
    verdict = await pdf.verify(content, trusted=statements.configuration().roots)
    assert verdict.finding is pdf.SealFinding.GENUINE


async def test_hostile_texts_are_set_as_they_are(database: Database, keeper: Bookkeeper) -> None:
    account, other = await keeper.open(NAME), await keeper.open(NAME)
    await keeper.book(Move(account, 1_00, None, reference=HOSTILE), at=noon("2025-10-02"))
    await keeper.book(Move(account, -50, other, reference="长" * 300), at=noon("2025-10-03"))
    document = await issued(database, await order(database, account))
    said = words(await file_of(database, document))
    # The holder, the counterparty, the reference.
    assert said.count("#settext(red)$x$<b>&amp;</b>*粗*_斜_`code`\\") == 3
    assert f"{'长' * 99}…" in said
    assert said.count("[U+202E]") == said.count("[U+0007]") == 1


async def test_a_document_is_made_once(database: Database, keeper: Bookkeeper) -> None:
    account = await keeper.open()
    ordered = await order(database, account)
    with pytest.raises(statements.DocumentBeingMade):
        await file_of(database, ordered)
    document = await issued(database, ordered)
    await statements.issue(database, document_id=ordered.id, at=AT + timedelta(hours=1))
    async with database.read() as tx:
        assert await statements.get_document(tx, ordered.id) == document
        told = await tx.execute(
            text("SELECT payload FROM infra_outbox WHERE subject = :id"), {"id": str(ordered.id)}
        )
        assert [row.payload for row in told] == [
            {
                "document_id": str(document.id),
                "kind": "statement",
                "account_id": str(account.id),
                "party_id": str(account.party_id),
                "language": "zh",
            }
        ]


async def test_many_movements_are_many_pages_with_the_head_on_each(
    database: Database, keeper: Bookkeeper
) -> None:
    account = await keeper.open()
    await keeper.book(*[Move(account, 100) for _ in range(120)], at=noon("2025-10-02"))
    document = await issued(database, await order(database, account))
    pages = PdfReader(BytesIO(await file_of(database, document))).pages
    assert document.pages == len(pages) >= 3
    for number, page in enumerate(pages, 1):
        said = re.sub(r"\s+", "", page.extract_text())
        assert f"第{number}页/共{len(pages)}页" in said
        assert "记账日期" in said


async def test_too_many_movements_are_refused_with_a_way_out(
    database: Database, keeper: Bookkeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.core.statements.service.documents.MOVEMENTS_MAX", 2)
    account = await keeper.open()
    await keeper.book(*[Move(account, 100) for _ in range(3)], at=noon("2025-10-02"))
    with pytest.raises(statements.TooManyMovements, match="3 movements and a PDF holds 2"):
        await order(database, account)


async def test_no_more_are_made_at_a_time_than_anybody_needs(
    database: Database, keeper: Bookkeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.core.statements.service.documents.WAITING_MAX", 1)
    account = await keeper.open()
    await order(database, account)
    with pytest.raises(statements.TooManyWaiting):
        await order(database, account)


Certify = Callable[..., Any]


class TestCertificates:
    async def balance(
        self, database: Database, account: DepositAccount, on: str, language: Language = "zh"
    ) -> statements.Document:
        async with database.write() as tx:
            return await statements.order_balance_certificate(
                tx, account, on=day(on), language=language, ordered_by=new_id(), at=AT
            )

    @pytest.mark.parametrize("language", ["zh", "en"])
    async def test_the_balance_at_the_end_of_a_day(
        self, database: Database, keeper: Bookkeeper, language: Language
    ) -> None:
        account = await keeper.open("欧阳小明")
        await keeper.book(Move(account, 1_050_000_00), at=noon("2025-10-02"))
        await keeper.book(Move(account, -5_00), at=noon("2025-10-03"))
        ordered = await self.balance(database, account, "2025-10-02", language)
        assert ordered.closing == Money(1_050_000_00, "CNY")
        said = words(await file_of(database, await issued(database, ordered)))
        assert "CNY1,050,000.00" in said
        assert "人民币壹佰零伍万元整" in said
        assert ("2025年10月2日营业终了" if language == "zh" else "theendof2October2025") in said
        assert ("不冻结" if language == "zh" else "notblocked") in said

    async def test_money_without_capitals(self, database: Database) -> None:
        yen = await Bookkeeper(database, currency="JPY").begin()
        account = await yen.open("田中")
        await yen.book(Move(account, 12_345), at=noon("2025-10-02"))
        ordered = await self.balance(database, account, "2025-12-01")
        said = words(await file_of(database, await issued(database, ordered)))
        assert "JPY12,345" in said
        assert "人民币" not in said
        assert "2025-12-0112:00:00" in said  # today is certified as of the moment

    async def test_before_the_account_was_open(
        self, database: Database, keeper: Bookkeeper
    ) -> None:
        account = await keeper.open(at=noon("2025-10-05"))
        with pytest.raises(statements.NotOpenYet):
            await self.balance(database, account, "2025-10-04")
        with pytest.raises(statements.DayInFuture):
            await self.balance(database, account, "2025-12-02")

    @pytest.mark.parametrize("language", ["zh", "en"])
    async def test_that_the_account_was_opened(
        self, database: Database, keeper: Bookkeeper, language: Language
    ) -> None:
        account = await keeper.open("欧阳小明", at=noon("2025-10-05"))
        async with database.write() as tx:
            ordered = await statements.order_opening_certificate(
                tx, account, language=language, ordered_by=new_id(), at=AT
            )
        said = words(await file_of(database, await issued(database, ordered)))
        assert ("2025年10月5日" if language == "zh" else "5October2025") in said
        assert ("正常" if language == "zh" else "Open") in said
        assert ordered.closing is None


class TestConfirming:
    async def test_a_code_confirms_with_names_and_numbers_masked(
        self, database: Database, keeper: Bookkeeper
    ) -> None:
        account = await keeper.open("欧阳小明")
        await keeper.book(Move(account, 12_34), at=noon("2025-10-02"))
        document = await issued(database, await order(database, account))
        spoken = f" {document.code[:9].lower()}-{document.code[9:].replace('0', 'o')} "
        async with database.read() as tx:
            found = await statements.confirm(tx, code=spoken)
        assert found.document == document
        assert (found.holder, found.number) == ("欧**明", f"990001*********{account.number[-4:]}")
        line = f"{document.code}|{account.number}|2025-10-31|CNY 12.34"
        assert found.closing_digest == hashlib.sha256(line.encode()).hexdigest()
        printed = words(await file_of(database, document))
        assert found.closing_digest[:32] in printed

    @pytest.mark.parametrize("code", ["", "A" * 20, "7G3K-9QX2", "验证码", "0" * 400])
    async def test_no_other_code_does(self, database: Database, code: str) -> None:
        async with database.read() as tx:
            with pytest.raises(statements.UnknownCode):
                await statements.confirm(tx, code=code)

    async def test_what_is_not_issued_yet_is_not_confirmed(
        self, database: Database, keeper: Bookkeeper
    ) -> None:
        ordered = await order(database, await keeper.open())
        async with database.read() as tx:
            with pytest.raises(statements.UnknownCode):
                await statements.confirm(tx, code=ordered.code)

    async def test_an_altered_copy_shows(self, database: Database, keeper: Bookkeeper) -> None:
        document = await issued(database, await order(database, await keeper.open()))
        content = await file_of(database, document)
        middle = len(content) // 2
        altered = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        async with database.read() as tx:
            verdict, found = await statements.confirm_file(tx, content)
            assert (verdict.finding, found and found.document) == (
                pdf.SealFinding.GENUINE,
                document,
            )
            for copy in (altered, content + b"\n% more"):
                verdict, found = await statements.confirm_file(tx, copy)
                assert verdict.finding is not pdf.SealFinding.GENUINE
                assert found is None
