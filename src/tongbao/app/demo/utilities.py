"""The demo's bills: companies that are paid here, and a number the demo firm remembers."""

from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.app.demo.journey import Customer, bank_here
from tongbao.infra.db import Database, WriteSession
from tongbao.products.bills import service as bills
from tongbao_sandbox.uscc import registration_number

POWER: Final = "hz-power"
NUMBER: Final = "3301006218"
NICKNAME: Final = "仓库电费 warehouse"


async def engage_billers(database: Database, *, engaged_by: UUID, at: datetime) -> None:
    """Have every biller of the directory bank here, and be paid on its account."""
    await bills.refresh_directory(database, at=at)
    async with database.write() as tx:
        for biller in await bills.list_billers(tx):
            if biller.account_id is not None:
                continue
            company = await bank_here(
                tx,
                name=biller.name.zh,
                registration_number=registration_number(biller.code),
                at=at,
            )
            await bills.engage(
                tx,
                code=biller.code,
                account_number=company.account.number,
                engaged_by=engaged_by,
                at=at,
            )


async def remember_number(tx: WriteSession, *, customer: Customer, at: datetime) -> None:
    """Keep the number of a customer's electricity, once."""
    if await bills.saved_bills(tx, customer.party.id):
        return
    await bills.save(
        tx,
        party_id=customer.party.id,
        biller=POWER,
        number=NUMBER,
        nickname=NICKNAME,
        saved_by=customer.actor,
        at=at,
    )
