"""Opening cases, handing in evidence, and asking for the check."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.parties.domain.cases import (
    COLLECTING,
    PICTURES,
    PICTURES_MAX,
    Case,
    CaseId,
    CaseIncomplete,
    CaseOpen,
    CaseStateWrong,
    Cause,
    Evidence,
    EvidenceFieldMalformed,
    EvidenceId,
    EvidenceKind,
    EvidenceNotForKind,
    IdCard,
    LevelNotAbove,
    Licence,
    State,
    check_transition,
    missing,
)
from tongbao.core.parties.domain.contacts import TooMany
from tongbao.core.parties.domain.documents import (
    IDENTIFYING,
    DocumentType,
    check_dates,
    clean_number,
)
from tongbao.core.parties.domain.levels import Level, PartyKind, needs_for
from tongbao.core.parties.domain.lifecycle import Status, TransitionNotAllowed
from tongbao.core.parties.domain.parties import Party, clean_name
from tongbao.core.parties.domain.words import clean_words
from tongbao.core.parties.events import CaseStateChanged
from tongbao.core.parties.models import CaseRow, CaseStepRow, EvidenceRow
from tongbao.core.parties.models.cases import IS_OPEN
from tongbao.core.parties.service.documents import current_document
from tongbao.core.parties.service.reading_cases import (
    EVIDENCE_MAX,
    FACTS,
    case_of,
    evidence,
    get_case,
    locked_case,
)
from tongbao.core.parties.service.registering import get, locked
from tongbao.infra import crypto, files, jobs, outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

CHECK_JOB = "parties.check_case"
READ_JOB = "parties.read_pictures"
WORDS_LENGTH_MAX = 200
SCOPE_LENGTH_MAX = 4_000

_OF_PERSON = {EvidenceKind.ID_CARD_FRONT, EvidenceKind.ID_CARD_BACK, EvidenceKind.FACE}


async def open_case(
    tx: WriteSession,
    *,
    party_id: UUID,
    level: Level,
    opened_by: UUID | None,
    at: datetime,
    cause: Cause = Cause.APPLICATION,
) -> Case:
    """Open a case for a level; `opened_by` is None for what happens by itself.

    A customer whose identity document has ended, or soon does, may apply for the level they have.
    Raises `UnknownParty`, `TransitionNotAllowed` for a closed party, `LevelNotAbove` (an
    application only), `CaseOpen`.
    """
    party = await locked(tx, party_id)
    if party.status is Status.CLOSED:
        raise TransitionNotAllowed(before=party.status.value, after=Status.ACTIVE.value)
    if cause is Cause.APPLICATION and level is party.level and await _renewable(tx, party, at=at):
        cause = Cause.EXPIRY
    if level is Level.NONE or (cause is Cause.APPLICATION and level <= party.level):
        raise LevelNotAbove(level=int(party.level))
    case_id = CaseId(new_id())
    stored = await tx.scalar(
        insert(CaseRow)
        .values(
            id=case_id,
            party_id=party_id,
            level=int(level),
            state=State.OPENED.value,
            cause=cause.value,
            findings=[],
            opened_by=opened_by,
            opened_at=at,
        )
        .on_conflict_do_nothing(index_elements=["party_id"], index_where=IS_OPEN)
        .returning(CaseRow.id)
    )
    if stored is None:
        other = await tx.scalar(
            select(CaseRow.id).where(
                CaseRow.party_id == party_id, CaseRow.state.not_in(["approved", "refused"])
            )
        )
        raise CaseOpen(case_id=other)
    case = await get_case(tx, case_id)
    await _note(tx, case, before=None, reason=cause.value, by=opened_by, at=at)
    return case


async def submit_id_card(
    tx: WriteSession, *, case_id: UUID, card: IdCard, recorded_by: UUID, at: datetime
) -> Evidence:
    """Hand in the facts of an identity card; again in place of those before.

    Raises `UnknownCase`, `CaseStateWrong`, `EvidenceNotForKind`, `DocumentNumberMalformed`,
    `DocumentDatesWrong`, `NameMalformed`, `EvidenceFieldMalformed`.
    """
    case = await _collecting(tx, case_id, PartyKind.PERSON)
    facts = asdict(card) | {
        "name": clean_name(card.name),
        "number": clean_number(DocumentType.ID_CARD, card.number),
        "issuing_authority": _words("issuing_authority", card.issuing_authority),
    }
    for name in ("ethnicity", "address"):
        if facts[name] is not None:
            facts[name] = _words(name, facts[name])
    check_dates(valid_from=card.valid_from, valid_until=card.valid_until, on=business_date(at))
    return await record(
        tx, case, EvidenceKind.ID_CARD, _plain(facts), recorded_by=recorded_by, at=at
    )


async def submit_licence(
    tx: WriteSession, *, case_id: UUID, licence: Licence, recorded_by: UUID, at: datetime
) -> Evidence:
    """Hand in the facts of a business licence; again in place of those before.

    Raises `UnknownCase`, `CaseStateWrong`, `EvidenceNotForKind`, `RegistrationNumberMalformed`,
    `DocumentDatesWrong`, `NameMalformed`, `EvidenceFieldMalformed`.
    """
    case = await _collecting(tx, case_id, PartyKind.ORGANISATION)
    facts = asdict(licence) | {
        "name": clean_name(licence.name),
        "registration_number": clean_number(
            DocumentType.BUSINESS_LICENCE, licence.registration_number
        ),
        "legal_form": _words("legal_form", licence.legal_form),
        "legal_representative": clean_name(licence.legal_representative),
        "business_scope": _words("business_scope", licence.business_scope, SCOPE_LENGTH_MAX),
        "registered_capital": licence.registered_capital,
    }
    check_dates(
        valid_from=licence.founded_on, valid_until=licence.valid_until, on=business_date(at)
    )
    return await record(
        tx, case, EvidenceKind.BUSINESS_LICENCE, _plain(facts), recorded_by=recorded_by, at=at
    )


async def submit_picture(
    tx: WriteSession,
    *,
    case_id: UUID,
    kind: EvidenceKind,
    picture: files.Clean,
    name: str,
    recorded_by: UUID,
    at: datetime,
) -> Evidence:
    """Hand in a picture of a document or a face; again in place of the one before.

    Raises `UnknownCase`, `CaseStateWrong`, `EvidenceNotForKind`, `TooMany`, and
    `files.WrongFileType` for a face that is no picture.
    """
    assert kind in PICTURES, f"{kind} is no picture"
    wanted = PartyKind.PERSON if kind in _OF_PERSON else PartyKind.ORGANISATION
    case = await _collecting(tx, case_id, wanted)
    if picture.media_type is not files.MediaType.JPEG and kind is EvidenceKind.FACE:
        raise files.WrongFileType
    given = await evidence(tx, case.id)
    if sum(each.kind in PICTURES for each in given) >= PICTURES_MAX:
        raise TooMany(maximum=PICTURES_MAX)
    stored = await files.store(
        tx,
        picture,
        owner_id=case.party_id,
        purpose=f"parties.{kind.value}",
        name=name,
        by=recorded_by,
        at=at,
    )
    facts = {"media_type": picture.media_type.value, "sha256": picture.sha256.hex()}
    if kind is not EvidenceKind.FACE:
        await jobs.defer(tx, READ_JOB, {"case_id": str(case.id)}, lock=f"{READ_JOB}:{case.id}")
    return await record(tx, case, kind, facts, file_id=stored.id, recorded_by=recorded_by, at=at)


async def ask_for_check(tx: WriteSession, *, case_id: UUID, asked_by: UUID, at: datetime) -> Case:
    """Say that everything is handed in: the check begins, by a job on this transaction.

    Raises `UnknownCase`, `CaseStateWrong`, `CaseIncomplete` naming what is missing.
    """
    case = await locked_case(tx, case_id)
    check_transition(case.state, State.CHECKING)
    party = await get(tx, case.party_id)
    lacking = missing(needs_for(party.kind, case.level), await evidence(tx, case.id))
    if lacking:
        raise CaseIncomplete(missing=", ".join(lacking))
    await move(tx, case, State.CHECKING, reason="asked", by=asked_by, at=at)
    await jobs.defer(tx, CHECK_JOB, {"case_id": str(case.id)}, lock=f"{CHECK_JOB}:{case.id}")
    return await get_case(tx, case_id)


async def record(
    tx: WriteSession,
    case: Case,
    kind: EvidenceKind,
    facts: dict[str, Any],
    *,
    recorded_by: UUID | None,
    at: datetime,
    file_id: UUID | None = None,
) -> Evidence:
    """Add a piece of evidence to a case; the first moves it on."""
    count = await tx.scalar(
        select(func.count()).select_from(EvidenceRow).where(EvidenceRow.case_id == case.id)
    )
    if (count or 0) >= EVIDENCE_MAX:
        raise TooMany(maximum=EVIDENCE_MAX)
    made = Evidence(EvidenceId(new_id()), kind, facts, file_id, recorded_by, at)
    box = await crypto.box(tx, owner=case.party_id)
    await tx.execute(
        insert(EvidenceRow).values(
            id=made.id,
            case_id=case.id,
            party_id=case.party_id,
            kind=kind.value,
            facts_sealed=box.seal(json.dumps(facts), field=FACTS, row=made.id),
            file_id=file_id,
            recorded_by=recorded_by,
            recorded_at=at,
        )
    )
    if case.state is State.OPENED:
        await move(tx, case, State.EVIDENCE, reason=kind.value, by=recorded_by, at=at)
    return made


async def move(
    tx: WriteSession,
    case: Case,
    state: State,
    *,
    reason: str,
    by: UUID | None,
    at: datetime,
    **columns: object,
) -> None:
    """Bring a locked case into another state; a row and an event tell of it."""
    check_transition(case.state, state)
    row = await tx.get(CaseRow, case.id)
    assert row is not None, "the case is locked, so it is there"
    row.state = state.value
    for name, value in columns.items():
        setattr(row, name, value)
    await tx.flush()
    await _note(tx, case_of(row), before=case.state, reason=reason, by=by, at=at)


async def _renewable(tx: WriteSession, party: Party, *, at: datetime) -> bool:
    document = await current_document(tx, party.id, IDENTIFYING[party.kind])
    return document is not None and document.renewable(business_date(at))


async def _note(
    tx: WriteSession,
    case: Case,
    *,
    before: State | None,
    reason: str,
    by: UUID | None,
    at: datetime,
) -> None:
    tx.add(
        CaseStepRow(
            id=new_id(),
            case_id=case.id,
            before=before and before.value,
            after=case.state.value,
            reason=reason,
            taken_by=by,
            taken_at=at,
        )
    )
    await tx.flush()
    changed = CaseStateChanged(
        party_id=case.party_id,
        case_id=case.id,
        before=before and before.value,
        after=case.state.value,
    )
    await outbox.append(tx, [changed], at=at)


async def _collecting(tx: WriteSession, case_id: UUID, kind: PartyKind) -> Case:
    case = await locked_case(tx, case_id)
    if case.state not in COLLECTING:
        raise CaseStateWrong(state=case.state.value)
    if (await get(tx, case.party_id)).kind is not kind:
        raise EvidenceNotForKind
    return case


def _words(field: str, text: str, length_max: int = WORDS_LENGTH_MAX) -> str:
    words = clean_words(text, length_max=length_max)
    if words is None:
        raise EvidenceFieldMalformed(field=field)
    return words


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as they are stored: dates in ISO form, money as amount and currency."""
    stored: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, date):
            stored[name] = value.isoformat()
        elif isinstance(value, Money):
            stored[name] = {"amount": value.text, "currency": value.currency}
        else:
            stored[name] = value
    return stored
