"""Checking a case: asking the services, judging, and deciding by machine or by staff."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tongbao.core.parties.domain.cases import (
    Case,
    CaseStateWrong,
    Evidence,
    EvidenceKind,
    SamePerson,
    State,
)
from tongbao.core.parties.domain.documents import DocumentType
from tongbao.core.parties.domain.findings import Found, Outcome, verdict
from tongbao.core.parties.domain.judging import Answers, Reading, judge
from tongbao.core.parties.domain.levels import Level, needs_for
from tongbao.core.parties.domain.lifecycle import Risk
from tongbao.core.parties.domain.parties import clean_reason
from tongbao.core.parties.domain.persons import OrganisationFacts, PersonFacts
from tongbao.core.parties.service import facts, matching
from tongbao.core.parties.service.cases import CHECK_JOB, move, record
from tongbao.core.parties.service.documents import record_document
from tongbao.core.parties.service.lifecycle import rate, risk_of, set_level
from tongbao.core.parties.service.material import (
    Heard,
    Material,
    Outside,
    ask,
    card_of,
    gather,
    known_risk,
    licence_of,
    related,
)
from tongbao.core.parties.service.reading_cases import evidence, get_case, locked_case
from tongbao.core.parties.service.registering import get
from tongbao.infra import jobs
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.clock import business_date

WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
"""Pauses before a service that did not answer is asked again; after the last, staff look."""

# Who did what happened by itself: facts need somebody who recorded them.
BY_RULE: Final = UUID(int=0)


async def check(
    database: Database, outside: Outside, *, case_id: UUID, clock: Callable[[], datetime]
) -> Case:
    """Check a case whose evidence is complete; harmless to repeat.

    Three steps: read the evidence; ask the services, with no transaction open; judge. A service
    that does not answer makes the case wait for a job of its own. Raises `UnknownCase`.
    """
    async with database.write() as tx:
        case = await locked_case(tx, case_id)
        if case.state is State.WAITING:
            await move(tx, case, State.CHECKING, reason="again", by=None, at=clock())
        elif case.state is not State.CHECKING:
            return case
        party = await get(tx, case.party_id)
        material = await gather(tx, await evidence(tx, case_id))
    needs = needs_for(party.kind, case.level)
    heard = await ask(outside, material, needs)
    async with database.write() as tx:
        case = await locked_case(tx, case_id)
        if case.state is State.CHECKING:
            await _conclude(tx, case, material, heard, at=clock())
        return await get_case(tx, case_id)


async def decide(
    tx: WriteSession, *, case_id: UUID, approve: bool, reason: str, decided_by: UUID, at: datetime
) -> Case:
    """Decide a case that a machine would not; by another than whoever opened or fed it.

    Raises `UnknownCase`, `CaseStateWrong`, `SamePerson`, `ReasonMalformed`.
    """
    words = clean_reason(reason)
    case = await locked_case(tx, case_id)
    if case.state is not State.NEEDS_STAFF:
        raise CaseStateWrong(state=case.state.value)
    given = await evidence(tx, case_id)
    if decided_by in {case.opened_by, *(each.recorded_by for each in given)}:
        raise SamePerson
    state = State.APPROVED if approve else State.REFUSED
    await _finish(tx, case, state, reason=words, by=decided_by, found=case.findings, at=at)
    return await get_case(tx, case_id)


async def _conclude(
    tx: WriteSession, case: Case, material: Material, heard: Heard, *, at: datetime
) -> None:
    for kind, answer in heard.facts.items():
        await record(tx, case, kind, dict(answer), recorded_by=None, at=at)
    if heard.unavailable and case.attempts < len(WAITS):
        await _wait(tx, case, at=at)
        return
    found = await _judged(tx, case, material, heard, at=at)
    outcome = verdict(found)
    if outcome is Outcome.STAFF:
        await move(
            tx,
            case,
            State.NEEDS_STAFF,
            reason="judged",
            by=None,
            at=at,
            findings=_stored(found),
        )
        return
    state = State.APPROVED if outcome is Outcome.APPROVE else State.REFUSED
    await _finish(tx, case, state, reason="judged", by=None, found=tuple(found), at=at)


async def _wait(tx: WriteSession, case: Case, *, at: datetime) -> None:
    pause = WAITS[case.attempts]
    await move(
        tx,
        case,
        State.WAITING,
        reason="no answer",
        by=None,
        at=at,
        attempts=case.attempts + 1,
    )
    await jobs.defer(
        tx,
        CHECK_JOB,
        {"case_id": str(case.id)},
        at=at + pause,
        lock=f"{CHECK_JOB}:{case.id}",
    )


async def _judged(
    tx: ReadSession, case: Case, material: Material, heard: Heard, *, at: datetime
) -> list[Found]:
    party = await get(tx, case.party_id)
    needs = needs_for(party.kind, case.level)
    risk = await known_risk(tx, party.id)
    answers = Answers(
        card=material.card,
        licence=material.licence,
        bureau=heard.bureau,
        faces=heard.faces,
        entry=heard.entry,
        entry_asked=heard.entry_asked,
        card_reading=None if heard.card_reading is None else Reading(heard.card_reading),
        licence_reading=None if heard.licence_reading is None else Reading(heard.licence_reading),
        related=await related(tx, party.id, needs),
        unavailable=frozenset(heard.unavailable),
        untrustworthy=frozenset(heard.untrustworthy),
        duplicates=await matching.open_pairs(tx, party.id),
        risk=None if risk is None else Risk(risk),
    )
    return judge(party, needs, answers, on=business_date(at))


async def _finish(
    tx: WriteSession,
    case: Case,
    state: State,
    *,
    reason: str,
    by: UUID | None,
    found: tuple[Found, ...],
    at: datetime,
) -> None:
    if state is State.APPROVED:
        await _give(tx, case, reason=reason, by=by, at=at)
    await move(
        tx,
        case,
        state,
        reason=reason,
        by=by,
        at=at,
        findings=_stored(found),
        decided_by=by,
        decided_at=at,
        decision_reason=reason,
    )


async def _give(
    tx: WriteSession, case: Case, *, reason: str, by: UUID | None, at: datetime
) -> None:
    """Give the level, and take over as the party's own what the evidence says."""
    newest: dict[EvidenceKind, Evidence] = {each.kind: each for each in await evidence(tx, case.id)}
    if EvidenceKind.ID_CARD in newest:
        await _take_card(tx, case, newest[EvidenceKind.ID_CARD], at=at)
    if EvidenceKind.BUSINESS_LICENCE in newest:
        await _take_licence(tx, case, newest[EvidenceKind.BUSINESS_LICENCE], at=at)
    party = await get(tx, case.party_id)
    await set_level(
        tx,
        party_id=party.id,
        level=Level(max(party.level, case.level)),
        reason=reason,
        changed_by=by,
        case_id=case.id,
        at=at,
    )
    rating = await risk_of(tx, party.id)
    await rate(
        tx,
        party_id=party.id,
        risk=rating.risk if rating else Risk.MEDIUM,
        reason=rating.reason if rating else "首次评级 / first rating",
        rated_by=by,
        at=at,
    )


async def _take_card(tx: WriteSession, case: Case, given: Evidence, *, at: datetime) -> None:
    card = card_of(given.facts)
    await record_document(
        tx,
        party_id=case.party_id,
        type=DocumentType.ID_CARD,
        number=card.number,
        issuing_authority=card.issuing_authority,
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        recorded_by=given.recorded_by or BY_RULE,
        at=at,
    )
    known = await facts.person(tx, case.party_id)
    await facts.record_person(
        tx,
        party_id=case.party_id,
        facts=PersonFacts(
            pinyin=known.pinyin if known else None,
            born_on=card.born_on,
            nationality="CN",
            sex=card.sex,
            occupation=known.occupation if known else None,
        ),
        recorded_by=given.recorded_by or BY_RULE,
        at=at,
    )


async def _take_licence(tx: WriteSession, case: Case, given: Evidence, *, at: datetime) -> None:
    licence = licence_of(given.facts)
    await record_document(
        tx,
        party_id=case.party_id,
        type=DocumentType.BUSINESS_LICENCE,
        number=licence.registration_number,
        valid_from=licence.founded_on,
        valid_until=licence.valid_until,
        recorded_by=given.recorded_by or BY_RULE,
        at=at,
    )
    known = await facts.organisation(tx, case.party_id)
    await facts.record_organisation(
        tx,
        party_id=case.party_id,
        facts=OrganisationFacts(
            form=licence.form,
            legal_form=licence.legal_form,
            registered_capital=licence.registered_capital,
            founded_on=licence.founded_on,
            business_scope=licence.business_scope,
            industry=known.industry if known else None,
        ),
        recorded_by=given.recorded_by or BY_RULE,
        at=at,
    )


def _stored(found: list[Found] | tuple[Found, ...]) -> list[dict[str, str]]:
    return [{"finding": each.finding.value, "about": each.about} for each in found]
