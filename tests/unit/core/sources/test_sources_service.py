"""Beginning, recording and loading fetches: consent first, and the very bytes."""

import pytest
from sqlalchemy import text

from tests.unit.core.conftest import AT
from tests.unit.core.sources.conftest import ROWS, download, grant, new_firm
from tongbao.core.agreements import service as agreements
from tongbao.core.parties import service as parties
from tongbao.core.sources import service
from tongbao.core.sources.domain.download import FetchTicket
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id


async def begin(tx: WriteSession, firm: parties.Party) -> FetchTicket:
    return await service.begin_fetch(
        tx, party_id=firm.id, purpose=agreements.CREDIT_ASSESSMENT, at=AT
    )


async def withdraw(tx: WriteSession, ticket: FetchTicket) -> None:
    await agreements.withdraw_consent(
        tx, consent_id=ticket.consent_id, withdrawn_by=new_id(), at=AT
    )


async def stored(tx: WriteSession, firm: parties.Party) -> int:
    count = await tx.scalar(
        text("SELECT count(*) FROM sources_fetch WHERE party_id = :id"), {"id": firm.id}
    )
    assert isinstance(count, int)
    return count


async def test_a_ticket_names_firm_source_and_consent(
    tx: WriteSession, firm: parties.Party
) -> None:
    ticket = await begin(tx, firm)
    assert ticket.registration_number == firm.registration_number
    assert ticket.source == service.VAT_INVOICES == agreements.TAX_VAT_INVOICES
    consent = await agreements.get_consent(tx, ticket.consent_id)
    assert consent.party_id == firm.id


async def test_no_consent_no_ticket(tx: WriteSession) -> None:
    with pytest.raises(agreements.ConsentMissing):
        await begin(tx, await new_firm(tx, consent=False))


async def test_a_person_has_no_invoices(tx: WriteSession) -> None:
    person = await parties.register_person(tx, name="张伟", at=AT)
    with pytest.raises(service.NotATaxpayer):
        await begin(tx, person)


async def test_what_was_recorded_is_loaded(tx: WriteSession, firm: parties.Party) -> None:
    assert firm.registration_number is not None
    ticket = await begin(tx, firm)
    received = download(number=firm.registration_number)
    fetch = await service.record_fetch(tx, ticket, received, at=AT)
    assert (fetch.row_count, fetch.amount_minor, fetch.tax_minor) == (3, 5007, 651)
    assert fetch.payload_sha256 == received.payload_sha256
    tx.expunge_all()
    assert await service.get_fetch(tx, fetch.id) == fetch
    assert await service.fetches_of(tx, firm.id) == [fetch]
    invoices = await service.load_invoices(tx, fetch.id)
    assert invoices.outgoing.tolist() == [row[1] for row in ROWS]
    assert invoices.issued_on.astype(str).tolist() == [row[3] for row in ROWS]
    assert invoices.counterparty.tolist() == [0, 1, 0]
    assert invoices.amount_minor.tolist() == [row[5] for row in ROWS]
    assert invoices.tax_minor.tolist() == [row[6] for row in ROWS]
    assert invoices.void.tolist() == [row[7] for row in ROWS]
    told = await tx.scalar(
        text("SELECT type FROM infra_outbox WHERE payload ->> 'fetch_id' = :id"),
        {"id": str(fetch.id)},
    )
    assert told == "sources.data_fetched"


async def test_a_firm_without_invoices(tx: WriteSession, firm: parties.Party) -> None:
    assert firm.registration_number is not None
    received = download([], number=firm.registration_number)
    fetch = await service.record_fetch(tx, await begin(tx, firm), received, at=AT)
    assert len(await service.load_invoices(tx, fetch.id)) == 0


async def test_data_that_arrives_after_a_withdrawal_is_not_stored(
    tx: WriteSession, firm: parties.Party
) -> None:
    assert firm.registration_number is not None
    ticket = await begin(tx, firm)
    await withdraw(tx, ticket)
    with pytest.raises(agreements.ConsentMissing):
        await service.record_fetch(tx, ticket, download(number=firm.registration_number), at=AT)
    assert await stored(tx, firm) == 0


async def test_data_fetched_on_a_consent_that_was_replaced_is_not_stored(
    tx: WriteSession, firm: parties.Party
) -> None:
    assert firm.registration_number is not None
    ticket = await begin(tx, firm)
    await withdraw(tx, ticket)
    await grant(tx, firm.id)
    with pytest.raises(service.ConsentChanged):
        await service.record_fetch(tx, ticket, download(number=firm.registration_number), at=AT)
    assert await stored(tx, firm) == 0


async def test_a_payload_changed_in_the_database_is_noticed(
    tx: WriteSession, firm: parties.Party
) -> None:
    assert firm.registration_number is not None
    fetch = await service.record_fetch(
        tx, await begin(tx, firm), download(number=firm.registration_number), at=AT
    )
    other = download(ROWS[:2], number=firm.registration_number)
    await tx.execute(
        text("UPDATE sources_fetch SET payload = :payload WHERE id = :id"),
        {"payload": other.payload, "id": fetch.id},
    )
    tx.expunge_all()
    with pytest.raises(service.PayloadDamaged):
        await service.load_invoices(tx, fetch.id)


async def test_an_unknown_fetch_is_said_so(tx: WriteSession) -> None:
    with pytest.raises(service.FetchUnknown):
        await service.get_fetch(tx, new_id())
    with pytest.raises(service.FetchUnknown):
        await service.load_invoices(tx, new_id())
