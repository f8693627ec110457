"""How long fetched data is kept, and that it goes then: its payload, never its record."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.unit.core.conftest import AT
from tests.unit.core.sources.conftest import download, grant, new_firm
from tongbao.core.agreements import service as agreements
from tongbao.core.agreements.events import ConsentWithdrawn
from tongbao.core.sources import service
from tongbao.core.sources.service import retention
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.ids import new_id

PROMISED = timedelta(days=183)
AFTER_THE_CONTRACT = timedelta(days=1_826)
SECOND = timedelta(seconds=1)


class Used:
    """What a product says of fetches."""

    def __init__(self) -> None:
        self.by_fetch: dict[UUID, service.Use] = {}

    async def __call__(
        self, _tx: ReadSession, fetch_ids: Collection[UUID], _at: datetime
    ) -> Mapping[UUID, service.Use]:
        return {each: self.by_fetch[each] for each in fetch_ids if each in self.by_fetch}


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> Used:
    product = Used()
    monkeypatch.setattr(retention, "_uses", [])
    service.register_uses(product)
    service.register_uses(product)
    assert len(retention._uses) == 1
    return product


async def fetched(tx: WriteSession, *, at: datetime = AT) -> service.Fetch:
    firm = await new_firm(tx)
    assert firm.registration_number is not None
    ticket = await service.begin_fetch(
        tx, party_id=firm.id, purpose=agreements.CREDIT_ASSESSMENT, at=at
    )
    received = download(number=firm.registration_number)
    return await service.record_fetch(tx, ticket, received, at=at)


async def settle(tx: WriteSession, *, at: datetime) -> None:
    """Do what the job does, on a transaction that is rolled back."""
    await retention._settle(tx, await retention._over(tx, at=at), at=at)


async def is_gone(tx: WriteSession, fetch: service.Fetch) -> bool:
    tx.expunge_all()
    try:
        await service.load_invoices(tx, fetch.id)
    except service.DataExpired:
        return True
    return False


async def test_the_time_is_that_of_the_consent_from_the_fetch_on(tx: WriteSession) -> None:
    fetch = await fetched(tx)
    assert fetch.keep_until == AT + PROMISED
    assert fetch.deleted_at is None


@pytest.mark.usefixtures("used")
async def test_the_payload_goes_when_the_time_is_over_and_not_before(tx: WriteSession) -> None:
    fetch = await fetched(tx)
    await settle(tx, at=AT + PROMISED - SECOND)
    assert not await is_gone(tx, fetch)
    over = AT + PROMISED
    await settle(tx, at=over)
    assert await is_gone(tx, fetch)
    left = await service.get_fetch(tx, fetch.id)
    assert left.deleted_at == over
    assert left.payload_sha256 == fetch.payload_sha256
    assert left.row_count == fetch.row_count


@pytest.mark.usefixtures("used")
async def test_who_reads_deleted_data_is_told_so_in_both_languages(tx: WriteSession) -> None:
    fetch = await fetched(tx)
    await settle(tx, at=AT + PROMISED)
    tx.expunge_all()
    with pytest.raises(service.DataExpired) as raised:
        await service.load_invoices(tx, fetch.id)
    when = (AT + PROMISED).isoformat()
    assert when in raised.value.say("en")
    assert when in raised.value.say("zh")
    assert raised.value.code == "sources.data_expired"


@pytest.mark.usefixtures("used")
async def test_a_deletion_is_told_and_in_the_audit_trail(tx: WriteSession) -> None:
    fetch = await fetched(tx)
    await settle(tx, at=AT + PROMISED)
    told = await tx.scalar(
        text(
            "SELECT payload FROM infra_outbox WHERE type = 'sources.data_deleted' AND subject = :id"
        ),
        {"id": str(fetch.party_id)},
    )
    assert told == {
        "fetch_id": str(fetch.id),
        "party_id": str(fetch.party_id),
        "consent_id": str(fetch.consent_id),
        "source": service.VAT_INVOICES,
    }
    entry = await tx.execute(
        text("SELECT subject_id, before FROM infra_audit WHERE object_id = :id AND action = :what"),
        {"id": str(fetch.id), "what": "sources.fetch.deleted"},
    )
    assert entry.all() == [(fetch.party_id, bytes.fromhex(fetch.payload_sha256))]


async def test_what_is_in_use_stays_while_it_is_and_is_looked_at_daily(
    tx: WriteSession, used: Used
) -> None:
    fetch = await fetched(tx)
    used.by_fetch[fetch.id] = service.Use()
    over = AT + PROMISED
    await settle(tx, at=over)
    assert not await is_gone(tx, fetch)
    again = (await service.get_fetch(tx, fetch.id)).keep_until
    assert again == over + timedelta(days=1)
    del used.by_fetch[fetch.id]
    await settle(tx, at=again)
    assert await is_gone(tx, fetch)


async def test_after_a_contract_the_longer_time_of_the_consent_counts(
    tx: WriteSession, used: Used
) -> None:
    fetch = await fetched(tx)
    ended = AT + timedelta(days=150)
    used.by_fetch[fetch.id] = service.Use(ended_at=ended)
    await settle(tx, at=AT + PROMISED)
    until = (await service.get_fetch(tx, fetch.id)).keep_until
    assert until == ended + AFTER_THE_CONTRACT
    await settle(tx, at=until - SECOND)
    assert not await is_gone(tx, fetch)
    await settle(tx, at=until)
    assert await is_gone(tx, fetch)


async def withdraw(tx: WriteSession, fetch: service.Fetch, *, at: datetime) -> None:
    """Hand the consumer the event of a withdrawal, as the relay would."""
    await agreements.withdraw_consent(tx, consent_id=fetch.consent_id, withdrawn_by=new_id(), at=at)
    event = ConsentWithdrawn(
        consent_id=fetch.consent_id, party_id=fetch.party_id, purpose="x", source=fetch.source
    )
    await service.consumer().subscription()[event.type].handler(tx, event, at)


async def test_a_withdrawal_deletes_what_nothing_uses(tx: WriteSession, used: Used) -> None:
    fetch, other = await fetched(tx), await fetched(tx)
    later = AT + timedelta(days=3)
    await withdraw(tx, fetch, at=later)
    assert await is_gone(tx, fetch)
    assert not await is_gone(tx, other)
    assert (await service.get_fetch(tx, fetch.id)).deleted_at == later
    await withdraw(tx, fetch, at=later + SECOND)  # told twice: nothing happens
    assert (await service.get_fetch(tx, fetch.id)).deleted_at == later
    assert used.by_fetch == {}


async def test_after_a_withdrawal_data_in_use_goes_with_the_use(
    tx: WriteSession, used: Used
) -> None:
    fetch = await fetched(tx)
    used.by_fetch[fetch.id] = service.Use()
    later = AT + timedelta(days=3)
    await withdraw(tx, fetch, at=later)
    assert not await is_gone(tx, fetch)
    used.by_fetch.clear()
    await settle(tx, at=later + timedelta(days=1))  # long before the 183 days
    assert await is_gone(tx, fetch)


async def test_one_of_several_uses_is_enough(
    tx: WriteSession, used: Used, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, other = await fetched(tx), Used()
    monkeypatch.setattr(retention, "_uses", [used, other])
    used.by_fetch[fetch.id] = service.Use(ended_at=AT - AFTER_THE_CONTRACT)
    other.by_fetch[fetch.id] = service.Use()
    await settle(tx, at=AT + PROMISED)
    assert not await is_gone(tx, fetch)


async def test_nothing_is_deleted_by_a_process_that_does_not_know_the_uses(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_uses", [])
    await fetched(tx)
    with pytest.raises(AssertionError, match="register_uses"):
        await settle(tx, at=AT + PROMISED)


@pytest.mark.usefixtures("used")
async def test_the_job_takes_more_than_a_batch_and_passes_over_what_is_held(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "FETCHES_A_BATCH", 2)
    async with database.write() as tx:
        made = [await fetched(tx) for _ in range(4)]
    held = made[0]
    lock = text("SELECT 1 FROM sources_fetch WHERE id = :id FOR UPDATE")
    async with database.write() as holder:
        await holder.execute(lock, {"id": held.id})
        await service.delete_expired(database, at=AT + PROMISED)
        async with database.write() as tx:
            assert [await is_gone(tx, each) for each in made] == [False, True, True, True]
    await service.delete_expired(database, at=AT + PROMISED)
    async with database.write() as tx:
        assert await is_gone(tx, held)


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sources_fetch SET payload = '\\x00', payload_deleted_at = NULL WHERE id = :id",
        "DELETE FROM sources_fetch WHERE id = :id",
        "UPDATE sources_fetch SET payload_sha256 = repeat('0', 64) WHERE id = :id",
    ],
)
async def test_what_is_gone_does_not_come_back_and_its_record_stays(
    tx: WriteSession, statement: str
) -> None:
    fetch = await fetched(tx)
    await settle(tx, at=AT + PROMISED)
    with pytest.raises(DBAPIError, match=r"keeps what was fetched|permission denied"):
        await tx.execute(text(statement), {"id": fetch.id})


@pytest.mark.usefixtures("used")
async def test_a_new_fetch_on_a_new_consent_is_not_touched(tx: WriteSession) -> None:
    fetch = await fetched(tx)
    await withdraw(tx, fetch, at=AT)
    await grant(tx, fetch.party_id)
    ticket = await service.begin_fetch(
        tx, party_id=fetch.party_id, purpose=agreements.CREDIT_ASSESSMENT, at=AT
    )
    new = await service.record_fetch(tx, ticket, download(number=ticket.registration_number), at=AT)
    await withdraw(tx, fetch, at=AT)
    assert not await is_gone(tx, new)
