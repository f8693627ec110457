"""Facts, contacts, relationships, documents and states on a real database."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from stdnum.cn import uscc

from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.parties import service as parties
from tongbao.core.parties.events import DocumentExpiring
from tongbao.core.parties.service import Level, RelationshipKind, Risk, Status
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
STAFF = new_id()
SINCE = date(2024, 1, 1)

NewParty = Callable[..., Awaitable[parties.Party]]


def a_number() -> str:
    body = "91330100" + "".join(secrets.choice("0123456789ABCDEFGH") for _ in range(9))
    return body + uscc.calc_check_digit(body)


async def person(tx: WriteSession, name: str = "李雷") -> parties.Party:
    return await parties.register_person(tx, name=name, at=AT)


async def firm(tx: WriteSession, name: str = "杭州云帆贸易有限公司") -> parties.Party:
    return await parties.register_organisation(tx, name=name, registration_number=a_number(), at=AT)


async def events(tx: WriteSession, party: parties.Party) -> list[str]:
    rows = await tx.execute(
        text("SELECT type FROM infra_outbox WHERE subject = :subject ORDER BY seq"),
        {"subject": str(party.id)},
    )
    return [row.type for row in rows]


async def test_a_new_party_is_a_prospect_whom_we_do_not_know(tx: WriteSession) -> None:
    party = await person(tx)
    assert (party.status, party.level) == (Status.PROSPECT, Level.NONE)
    assert await parties.level(tx, party.id) is Level.NONE


async def test_facts_of_a_person_are_kept_and_replaced(tx: WriteSession) -> None:
    party = await person(tx)
    assert await parties.person(tx, party.id) is None
    for occupation in ("木匠", "教师"):
        await parties.record_person(
            tx,
            party_id=party.id,
            facts=parties.PersonFacts(
                pinyin=None,
                born_on=date(1990, 3, 7),
                nationality="CN",
                sex=parties.Sex.MALE,
                occupation=occupation,
            ),
            recorded_by=STAFF,
            at=AT,
        )
    known = await parties.person(tx, party.id)
    assert known is not None
    assert (known.pinyin, known.occupation, known.sex) == ("li lei", "教师", parties.Sex.MALE)
    assert (await events(tx, party)).count("parties.facts_recorded") == 2


async def test_facts_of_an_organisation_are_kept(tx: WriteSession) -> None:
    party = await firm(tx)
    facts = parties.OrganisationFacts(
        form=parties.OrganisationForm.COMPANY,
        legal_form="有限责任公司",
        registered_capital=Money.parse("5000000.00", "CNY"),
        founded_on=date(2016, 5, 18),
        business_scope="建筑材料批发",
        industry="F5165",
    )
    await parties.record_organisation(tx, party_id=party.id, facts=facts, recorded_by=STAFF, at=AT)
    assert await parties.organisation(tx, party.id) == facts
    with pytest.raises(parties.WrongPartyKind):
        await parties.record_person(
            tx,
            party_id=party.id,
            facts=parties.PersonFacts(pinyin=None),
            recorded_by=STAFF,
            at=AT,
        )


async def test_the_first_contact_of_a_kind_is_the_primary_one(tx: WriteSession) -> None:
    party = await person(tx)

    async def add(value: str, kind: str = "phone") -> parties.ContactPoint:
        return await parties.add_contact(
            tx, party_id=party.id, kind=parties.ContactKind(kind), value=value, at=AT
        )

    first, second, mail = (
        await add("13800138000"),
        await add("13900139000"),
        await add("li@example.com", "email"),
    )
    assert [each.primary for each in (first, second, mail)] == [True, False, True]
    with pytest.raises(parties.ContactTaken):
        await add("+86 138 0013 8000")
    await parties.make_primary(tx, party_id=party.id, contact_id=second.id, at=AT)
    now = {each.value: each.primary for each in await parties.contacts(tx, party.id)}
    assert now == {"+8613900139000": True, "+8613800138000": False, "li@example.com": True}
    await parties.remove_contact(tx, party_id=party.id, contact_id=first.id, at=AT)
    with pytest.raises(parties.UnknownContact):
        await parties.verify_contact(tx, party_id=party.id, contact_id=first.id, at=AT)
    assert (await add("13800138000")).id != first.id


async def test_only_verified_contacts_are_found(tx: WriteSession) -> None:
    party = await person(tx)
    number = f"139{secrets.randbelow(10**8):08}"
    made = await parties.add_contact(
        tx, party_id=party.id, kind=parties.ContactKind.PHONE, value=number, at=AT
    )

    async def found() -> list[object]:
        points = await parties.find_by_contact(tx, kind=parties.ContactKind.PHONE, value=number)
        return [each.party_id for each in points]

    assert await found() == []
    verified = await parties.verify_contact(tx, party_id=party.id, contact_id=made.id, at=AT)
    assert verified.verified_at == AT
    assert await found() == [party.id]


async def test_another_partys_contact_is_unknown(tx: WriteSession) -> None:
    party, other = await person(tx), await person(tx)
    made = await parties.add_contact(
        tx, party_id=party.id, kind=parties.ContactKind.PHONE, value="13800138000", at=AT
    )
    for act in (parties.verify_contact, parties.make_primary, parties.remove_contact):
        with pytest.raises(parties.UnknownContact):
            await act(tx, party_id=other.id, contact_id=made.id, at=AT)


async def test_there_is_a_last_contact(tx: WriteSession) -> None:
    party = await person(tx)
    for i in range(20):
        await parties.add_contact(
            tx, party_id=party.id, kind=parties.ContactKind.PHONE, value=f"1380013{i:04}", at=AT
        )
    with pytest.raises(parties.TooMany):
        await parties.add_contact(
            tx, party_id=party.id, kind=parties.ContactKind.PHONE, value="13900000000", at=AT
        )


async def test_addresses_come_and_go(tx: WriteSession) -> None:
    party, other = await person(tx), await person(tx)
    made = await parties.add_address(
        tx,
        party_id=party.id,
        kind=parties.AddressKind.RESIDENCE,
        country="CN",
        region="330106",
        line=" 文三路 90 号 ",
        postal_code="310012",
        at=AT,
    )
    assert await parties.addresses(tx, party.id) == [made]
    assert made.line == "文三路 90 号"
    with pytest.raises(parties.UnknownContact):
        await parties.remove_address(tx, party_id=other.id, address_id=made.id, at=AT)
    await parties.remove_address(tx, party_id=party.id, address_id=made.id, at=AT)
    assert await parties.addresses(tx, party.id) == []


async def relate(
    tx: WriteSession,
    kind: RelationshipKind,
    one: parties.Party,
    other: parties.Party,
    share: int | None = None,
) -> parties.Relationship:
    return await parties.relate(
        tx,
        kind=kind,
        from_party_id=one.id,
        to_party_id=other.id,
        since=SINCE,
        share_basis_points=share,
        created_by=STAFF,
        at=AT,
    )


async def test_an_organisation_has_one_legal_representative_at_a_time(tx: WriteSession) -> None:
    company, first, second = await firm(tx), await person(tx), await person(tx)
    kind = RelationshipKind.LEGAL_REPRESENTATIVE
    held = await relate(tx, kind, first, company)
    for again in (first, second):
        with pytest.raises(parties.RelationshipTaken):
            await relate(tx, kind, again, company)
    with pytest.raises(parties.EndBeforeBegin):
        await parties.end_relationship(
            tx, party_id=company.id, relationship_id=held.id, until=SINCE, at=AT
        )
    with pytest.raises(parties.UnknownRelationship):
        await parties.end_relationship(
            tx, party_id=second.id, relationship_id=held.id, until=TODAY, at=AT
        )
    ended = await parties.end_relationship(
        tx, party_id=company.id, relationship_id=held.id, until=TODAY, at=AT
    )
    assert ended.until == TODAY
    await relate(tx, kind, second, company)
    lasting = await parties.relationships(tx, company.id)
    assert [each.from_party_id for each in lasting] == [second.id]
    assert len(await parties.relationships(tx, company.id, lasting=False)) == 2


async def test_owners_hold_no_more_than_everything(tx: WriteSession) -> None:
    company = await firm(tx)
    owner = RelationshipKind.BENEFICIAL_OWNER
    await relate(tx, owner, await person(tx), company, 6_000)
    with pytest.raises(parties.SharesExceedWhole) as refused:
        await relate(tx, owner, await person(tx), company, 4_001)
    assert refused.value.facts == {"taken": 6_000, "added": 4_001}
    await relate(tx, owner, await person(tx), company, 4_000)


async def test_two_who_add_owners_at_the_same_time_do_not_exceed_everything(
    database: Database,
) -> None:
    async with database.write() as tx:
        company = await firm(tx)
        owners = [await person(tx) for _ in range(4)]

    async def add(owner: parties.Party) -> bool:
        async with database.write() as tx:
            try:
                await relate(tx, RelationshipKind.BENEFICIAL_OWNER, owner, company, 4_000)
            except parties.SharesExceedWhole:
                return False
            return True

    assert sum(await asyncio.gather(*map(add, owners))) == 2


async def test_guarantees_do_not_go_in_a_circle(tx: WriteSession) -> None:
    chain = [await person(tx) for _ in range(4)]
    kind = RelationshipKind.GUARANTOR
    for one, other in pairwise(chain):
        await relate(tx, kind, one, other)
    for earlier in chain[:-1]:
        with pytest.raises(parties.GuaranteeCircle):
            await relate(tx, kind, chain[-1], earlier)
    await relate(tx, kind, chain[0], chain[-1])


async def test_family_is_seen_from_either_side(tx: WriteSession) -> None:
    one, other = await person(tx), await person(tx)
    made = await relate(tx, RelationshipKind.FAMILY, other, one)
    with pytest.raises(parties.RelationshipTaken):
        await relate(tx, RelationshipKind.FAMILY, one, other)
    assert await parties.relationships(tx, one.id) == [made]
    assert await parties.relationships(tx, other.id) == [made]


async def record(
    tx: WriteSession,
    party: parties.Party,
    number: str,
    valid_until: date | None = date(2030, 5, 31),
) -> parties.Document:
    return await parties.record_document(
        tx,
        party_id=party.id,
        type=parties.DocumentType.ID_CARD,
        number=number,
        issuing_authority="杭州市公安局西湖分局",
        valid_from=date(2020, 6, 1),
        valid_until=valid_until,
        recorded_by=STAFF,
        at=AT,
    )


async def test_a_new_version_takes_the_place_of_the_old_which_stays(tx: WriteSession) -> None:
    party = await person(tx)
    first = await record(tx, party, id_number())
    assert await record(tx, party, id_number()) == first
    second = await record(tx, party, id_number(), date(2040, 5, 31))
    assert (first.version, second.version) == (1, 2)
    kept = await parties.documents(tx, party.id)
    assert [(each.version, each.superseded_at) for each in kept] == [(2, None), (1, AT)]
    assert await parties.current_document(tx, party.id, parties.DocumentType.ID_CARD) == second


async def test_warnings_come_once_at_sixty_thirty_seven_and_one_days(tx: WriteSession) -> None:
    party = await person(tx)
    document = await record(tx, party, id_number(), TODAY + timedelta(days=70))

    async def told(day: int) -> list[int]:
        found: list[DocumentExpiring] = await parties.warn_of_expiry(
            tx, at=AT + timedelta(days=day)
        )
        return [each.days for each in found if each.document_id == document.id]

    heard = {day: days for day in range(75) if (days := await told(day))}
    assert heard == {10: [60], 40: [30], 63: [7], 69: [1], 71: [0]}


async def test_a_missed_warning_is_made_up_for_by_the_nearest_one(tx: WriteSession) -> None:
    party = await person(tx)
    document = await record(tx, party, id_number(), TODAY + timedelta(days=3))
    lasting = await record(tx, await person(tx), id_number(order="321"), None)
    told = {each.document_id: each.days for each in await parties.warn_of_expiry(tx, at=AT)}
    assert told.get(document.id) == 7
    assert lasting.id not in told


async def test_each_change_of_state_is_written_down(tx: WriteSession) -> None:
    party = await person(tx)
    for status in (Status.ACTIVE, Status.BLOCKED, Status.CLOSED):
        party = await parties.change_status(
            tx, party_id=party.id, status=status, reason="测试", changed_by=STAFF, at=AT
        )
        assert party.status is status
    with pytest.raises(parties.TransitionNotAllowed):
        await parties.change_status(
            tx, party_id=party.id, status=Status.ACTIVE, reason="测试", changed_by=STAFF, at=AT
        )
    history = await parties.status_history(tx, party.id)
    assert [(each.before, each.after) for each in history] == [
        (Status.BLOCKED, Status.CLOSED),
        (Status.ACTIVE, Status.BLOCKED),
        (Status.PROSPECT, Status.ACTIVE),
    ]
    assert (await events(tx, party)).count("parties.status_changed") == 3


async def test_a_change_without_a_reason_is_refused(tx: WriteSession) -> None:
    party = await person(tx)
    with pytest.raises(parties.ReasonMalformed):
        await parties.change_status(
            tx, party_id=party.id, status=Status.ACTIVE, reason=" ", changed_by=STAFF, at=AT
        )


async def test_the_first_level_makes_a_customer(tx: WriteSession) -> None:
    party = await person(tx)
    for _ in range(2):
        party = await parties.set_level(
            tx, party_id=party.id, level=Level.STANDARD, reason="柜面", changed_by=STAFF, at=AT
        )
    assert (party.level, party.status) == (Level.STANDARD, Status.ACTIVE)
    (change,) = await parties.level_history(tx, party.id)
    assert (change.before, change.after, change.changed_by) == (0, 2, STAFF)


async def test_a_rating_says_when_to_look_again(tx: WriteSession) -> None:
    party = await person(tx)
    assert await parties.risk_of(tx, party.id) is None
    rating = await parties.rate(
        tx, party_id=party.id, risk=Risk.HIGH, reason="涉赌涉诈高风险地区", rated_by=STAFF, at=AT
    )
    assert rating.review_on == TODAY + timedelta(days=180)
    assert await parties.risk_of(tx, party.id) == rating
    with pytest.raises(parties.FactMalformed):
        await parties.rate(
            tx,
            party_id=party.id,
            risk=Risk.HIGH,
            reason="再看",
            review_on=TODAY + timedelta(days=181),
            rated_by=STAFF,
            at=AT,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE parties_status_change SET reason = 'x'",
        "DELETE FROM parties_status_change",
        "UPDATE parties_level_change SET after = 3",
        "DELETE FROM parties_risk_rating",
        "DELETE FROM parties_evidence",
        "TRUNCATE parties_evidence",
        "DELETE FROM parties_party",
        "DELETE FROM parties_document",
    ],
)
async def test_the_application_cannot_rewrite_history(tx: WriteSession, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused:
        await tx.execute(text(statement))
    assert "permission denied" in str(refused.value)
