"""Writing down what is known of a person or an organisation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from tongbao.core.parties.domain.levels import PartyKind
from tongbao.core.parties.domain.parties import Party
from tongbao.core.parties.domain.persons import (
    OrganisationFacts,
    OrganisationForm,
    PersonFacts,
    Sex,
    WrongPartyKind,
    clean_organisation,
    clean_person,
)
from tongbao.core.parties.events import FactsRecorded
from tongbao.core.parties.models import OrganisationRow, PersonRow
from tongbao.core.parties.service import matching
from tongbao.core.parties.service.registering import locked
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money


async def record_person(
    tx: WriteSession, *, party_id: UUID, facts: PersonFacts, recorded_by: UUID, at: datetime
) -> PersonFacts:
    """Write down the facts of a person in place of those before; pinyin is made if not given.

    Raises `UnknownParty`, `WrongPartyKind`, `FactMalformed`.
    """
    party = await _of_kind(tx, party_id, PartyKind.PERSON)
    clean = clean_person(facts, name=party.name, on=business_date(at))
    values = {
        "pinyin": clean.pinyin,
        "born_on": clean.born_on,
        "nationality": clean.nationality,
        "sex": clean.sex and clean.sex.value,
        "occupation": clean.occupation,
    }
    await tx.execute(
        insert(PersonRow)
        .values(party_id=party_id, **values)
        .on_conflict_do_update(index_elements=["party_id"], set_=values)
    )
    await outbox.append(tx, [FactsRecorded(party_id=party_id, recorded_by=recorded_by)], at=at)
    await matching.look(tx, party_id=party_id, at=at)
    return clean


async def record_organisation(
    tx: WriteSession, *, party_id: UUID, facts: OrganisationFacts, recorded_by: UUID, at: datetime
) -> OrganisationFacts:
    """Write down the facts of an organisation in place of those before.

    Raises `UnknownParty`, `WrongPartyKind`, `FactMalformed`.
    """
    await _of_kind(tx, party_id, PartyKind.ORGANISATION)
    clean = clean_organisation(facts, on=business_date(at))
    capital = clean.registered_capital
    values = {
        "form": clean.form.value,
        "legal_form": clean.legal_form,
        "capital_minor": capital and capital.minor,
        "capital_currency": capital and capital.currency,
        "founded_on": clean.founded_on,
        "business_scope": clean.business_scope,
        "industry": clean.industry,
    }
    await tx.execute(
        insert(OrganisationRow)
        .values(party_id=party_id, **values)
        .on_conflict_do_update(index_elements=["party_id"], set_=values)
    )
    await outbox.append(tx, [FactsRecorded(party_id=party_id, recorded_by=recorded_by)], at=at)
    return clean


async def person(tx: ReadSession, party_id: UUID) -> PersonFacts | None:
    """Return the facts of a person, if anybody wrote them down."""
    row = await tx.get(PersonRow, party_id, populate_existing=True)
    if row is None:
        return None
    return PersonFacts(
        pinyin=row.pinyin,
        born_on=row.born_on,
        nationality=row.nationality,
        sex=None if row.sex is None else Sex(row.sex),
        occupation=row.occupation,
    )


async def organisation(tx: ReadSession, party_id: UUID) -> OrganisationFacts | None:
    """Return the facts of an organisation, if anybody wrote them down."""
    row = await tx.get(OrganisationRow, party_id, populate_existing=True)
    if row is None:
        return None
    return OrganisationFacts(
        form=OrganisationForm(row.form),
        legal_form=row.legal_form,
        registered_capital=(
            None
            if row.capital_minor is None or row.capital_currency is None
            else Money(row.capital_minor, row.capital_currency)
        ),
        founded_on=row.founded_on,
        business_scope=row.business_scope,
        industry=row.industry,
    )


async def _of_kind(tx: WriteSession, party_id: UUID, kind: PartyKind) -> Party:
    party = await locked(tx, party_id)
    if party.kind is not kind:
        raise WrongPartyKind(expected=kind.value)
    return party
