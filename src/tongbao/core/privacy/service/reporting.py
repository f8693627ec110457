"""The document to read in a subject access export: what is kept, in words, under our seal.

It shows what people want to see: what the columns of core, important and general data say, and when
it was written. Ids, digests and whatever is longer than a reader bears are in `data.json`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from tongbao.core.agreements import service as agreements
from tongbao.core.privacy.domain import words
from tongbao.core.privacy.service.archiving import plain
from tongbao.core.privacy.service.statements import Statement
from tongbao.infra import pdf
from tongbao.infra.data_classes import DataClass
from tongbao.infra.data_register import declared_by
from tongbao.infra.tables import Base
from tongbao.kernel.clock import BANK_ZONE, business_date
from tongbao.kernel.money import Money
from tongbao.kernel.text import Language, Text

REPORT: Final = pdf.Template.of("tongbao.core.privacy", "pdf/report.typ")
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
ROWS_SHOWN: Final = 20
ACCOUNTS_SHOWN: Final = 20
TEXT_SHOWN: Final = 200
TITLE: Final = Text(zh="个人信息副本", en="Copy of the data kept about you")
ABOUT: Final = Text(
    zh="本文件便于阅读；完整内容（全部记录、文件、账户明细）在同一压缩包的 data.json、tables、"
    "files 与 statements 中。信息按个人信息保护法第四十五条提供。",
    en="This document is for reading; everything (all rows, files, statements) is in data.json,"
    " tables, files and statements of the same archive. It is given under article 45 of the"
    " Personal Information Protection Law.",
)
MORE: Final = Text(zh="其余 {number} 条见 data.json", en="{number} more are in data.json")
BANK: Final = Text(zh="通宝银行", en="Tongbao Bank")
_MOMENTS: Final = ("occurred_at", "happened_at", "created_at", "recorded_at", "signed_at", "at")
_MINOR: Final = "_minor"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about a party, opened, as the documents show it."""

    party_id: UUID
    party_name: str
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    statements: Sequence[Statement]


async def reports(kept: Kept, *, at: datetime) -> dict[str, bytes]:
    """Return the documents by their names, each under our seal.

    Raises `pdf.PdfBusy` when too many want one at once.
    """
    made = {}
    for language in LANGUAGES:
        unsealed = await pdf.render(REPORT, _content(kept, language, at))
        made[f"report-{language}.pdf"] = await pdf.seal(
            unsealed, by=agreements.configuration().seal, reason=TITLE.say(language), at=at
        )
    return made


def _content(kept: Kept, language: Language, at: datetime) -> dict[str, pdf.Json]:
    on = business_date(at)

    def label(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    return {
        "title": TITLE.say(language),
        "language": language,
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "head": BANK.say(language),
        "foot": str(kept.party_id),
        "about": ABOUT.say(language),
        "facts": [
            [label("客户", "Customer"), kept.party_name],
            [label("客户编号", "Customer's id"), str(kept.party_id)],
            [label("出具时间", "Made at"), _shown(at, language)],
        ],
        "columns": [
            label("时间", "Booked"),
            label("收支", "Direction"),
            label("金额", "Amount"),
            label("余额", "Balance"),
            label("对方与附言", "Other side, reference"),
        ],
        "accounts": [_account(each, language) for each in kept.statements[:ACCOUNTS_SHOWN]],
        "sections": [
            _section(name, rows, language) for name, rows in kept.tables.items() if _columns(name)
        ],
    }


def _account(found: Statement, language: Language) -> dict[str, pdf.Json]:
    zh = language == "zh"
    account = found.account
    directions = {"credit": "收入" if zh else "in", "debit": "支出" if zh else "out"}
    lines: list[pdf.Json] = [
        [
            _shown(line["booked_at"], language),
            directions[str(line["direction"])],
            str(line["amount"]),
            _shown(line["balance_after"], language),
            " ".join(
                str(line[name])
                for name in ("counterparty_name", "counterparty_number", "reference")
                if line[name]
            ),
        ]
        for line in found.latest
    ]
    title = f"账户 {account.number}" if zh else f"Account {account.number}"
    facts: list[pdf.Json] = [
        ["币种" if zh else "Currency", account.currency],
        ["余额" if zh else "Balance", found.balance.booked.text],
        ["全部明细" if zh else "All entries", f"statements/{account.id}.csv"],
    ]
    return {"title": title, "facts": facts, "lines": lines}


def _section(
    name: str, rows: Sequence[Mapping[str, Any]], language: Language
) -> dict[str, pdf.Json]:
    shown = rows[-ROWS_SHOWN:]  # ids grow with time: the latest
    more = len(rows) - len(shown)
    return {
        "title": words.table_name(name, language),
        "rows": [_facts(name, row, language) for row in shown],
        "more": MORE.say(language, number=more) if more else "",
    }


def _facts(name: str, row: Mapping[str, Any], language: Language) -> list[pdf.Json]:
    facts: list[pdf.Json] = []
    for moment in _MOMENTS:
        if isinstance(row.get(moment), datetime):
            when = "时间" if language == "zh" else "when"
            facts.append([when, _shown(row[moment], language)])
            break
    for column in _columns(name):
        if row.get(column) in (None, "", [], {}):
            continue
        if column.endswith(_MINOR) and "currency" in row:
            value: object = Money(row[column], row["currency"]).text
            column = column.removesuffix(_MINOR)  # noqa: PLW2901 - it is shown as the amount
        else:
            value = row[column]
        facts.append([words.column_name(column, language), _shown(value, language)])
    return facts


def _columns(name: str) -> list[str]:
    """Return the columns of a table that say something, as they are called once opened."""
    declared = declared_by(Base)[name]
    assert declared is not None, "a test holds that every table declares its columns"
    return [
        column.removesuffix("_sealed")
        for column, kind in declared.classes().items()
        if kind is not DataClass.TECHNICAL
    ]


def _shown(value: object, language: Language) -> str:
    match value:
        case None:
            return ""
        case bool():
            return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
        case datetime():
            return value.astimezone(BANK_ZONE).isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case bytes():
            return f"{len(value)} 字节" if language == "zh" else f"{len(value)} bytes"
        case dict() | list():
            text = json.dumps(value, ensure_ascii=False, default=plain)
        case _:
            text = str(value)
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}…"
