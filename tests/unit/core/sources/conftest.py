"""Downloads and organisations to store them for."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from tests.support import consents
from tests.unit.core.conftest import AT
from tongbao.core.agreements import service as agreements
from tongbao.core.parties import service as parties
from tongbao.core.sources.domain.download import (
    Collector,
    ControlTotals,
    Download,
    DownloadLimits,
    Heading,
    InvoiceColumns,
)
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao_sandbox import uscc

NUMBER = "91310115MA3EJ44C37"
LIMITS = DownloadLimits()

Row = tuple[str, bool, str, str, str, int, int, bool]

ROWS: Sequence[Row] = (
    ("1", True, "00000001", "2024-01-01", "B001", 100_00, 13_00, False),
    ("2", False, "00000002", "2024-02-29", "A001", -50_00, -6_50, False),
    ("3", True, "00000002", "2024-12-31", "B001", 7, 1, True),
)


def columns(rows: Sequence[Row]) -> InvoiceColumns:
    return (
        InvoiceColumns(*(list(column) for column in zip(*rows, strict=True)))
        if rows
        else InvoiceColumns()
    )


def heading(
    rows: Sequence[Row] = ROWS, *, number: str = NUMBER, name: str = "华东建材有限公司"
) -> Heading:
    return Heading(
        registration_number=number,
        name=name,
        period_from=date(2024, 1, 1),
        period_to=date(2024, 12, 31),
        totals=ControlTotals(len(rows), sum(row[5] for row in rows), sum(row[6] for row in rows)),
    )


def download(rows: Sequence[Row] = ROWS, *, number: str = NUMBER) -> Download:
    collector = Collector(registration_number=number, limits=LIMITS)
    collector.add(heading(rows, number=number), columns(rows), None)
    return collector.finish(byte_count=1_000)


async def new_firm(tx: WriteSession, *, consent: bool = True) -> parties.Party:
    firm = await parties.register_organisation(
        tx,
        name="华东建材有限公司",
        registration_number=uscc.registration_number(str(new_id())),
        at=AT,
    )
    if consent:
        await grant(tx, firm.id)
    return firm


async def grant(tx: WriteSession, party_id: UUID) -> agreements.Consent:
    return await consents.grant(tx, party_id, at=AT)


@pytest.fixture
async def firm(tx: WriteSession) -> parties.Party:
    return await new_firm(tx)
