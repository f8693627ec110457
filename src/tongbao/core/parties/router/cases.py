"""`/api/v1/kyc`: applying for a level, handing in evidence, staff's work on cases and pairs."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Response, status

from tongbao.core.parties import service
from tongbao.core.parties.domain.cases import Case, UnknownCase, missing
from tongbao.core.parties.domain.levels import Level, needs_for
from tongbao.core.parties.router.access import READ_ANY, VERIFY, check_applies, check_sees, may_see
from tongbao.core.parties.schemas.cases import (
    CaseOut,
    CaseSummary,
    DuplicateOut,
    EvidenceOut,
    IdCardShape,
    LicenceShape,
    NewCase,
    NewDecision,
    NewVerdict,
    ReadingOut,
    ReadingsOut,
)
from tongbao.infra import files
from tongbao.infra.auth import Actor, CurrentActor, require
from tongbao.infra.db import ReadSession
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page
from tongbao.kernel.text import Language

api = router(prefix="/api/v1/kyc", tags=["kyc"])

PICTURES_PATH = "/api/v1/kyc/pictures"
PICTURES_BYTES_MAX = files.BYTES_MAX
VERIFIES = Depends(require(VERIFY))
PictureKind = Literal["id_card_front", "id_card_back", "face", "licence_picture"]


@api.post(
    "/cases",
    summary="Apply for a level",
    status_code=status.HTTP_201_CREATED,
)
async def open_case(
    body: NewCase,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    response: Response,
) -> CaseOut:
    """Open a case; the answer says what to hand in. Needs the permission `parties:apply`.

    Problems: `parties.unknown_party`, `parties.level_not_above`, `parties.case_open`,
    `parties.transition_not_allowed`.
    """
    unknown = service.UnknownParty(party_id=body.party_id)
    check_applies(actor, body.party_id, unknown=unknown)
    case = await service.open_case(
        tx, party_id=body.party_id, level=Level(body.level), opened_by=actor.id, at=at
    )
    response.headers["Location"] = f"{api.prefix}/cases/{case.id}"
    return await _shown(tx, case, actor, language)


@api.get("/cases", summary="Cases, the latest opened first")
async def list_cases(
    tx: ReadTx,
    actor: CurrentActor,
    party_id: UUID | None = None,
    state: service.State | None = None,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[CaseSummary]:
    """Return the cases the caller may see: of their own parties, or all with the permission.

    Problems: `parties.unknown_party`, `page.bad_cursor`. The permission is `parties:read_any`.
    """
    among = actor.reach(READ_ANY)
    if party_id is not None:
        check_sees(actor, party_id)
        among = frozenset({party_id})
    page = await service.cases(tx, among=among, state=state, after=after, limit=limit)
    names = await service.names(tx, {case.party_id for case in page.items})
    items = [CaseSummary.of(case, party_name=names[case.party_id]) for case in page.items]
    return Page[CaseSummary](items=items, next=page.next)


@api.get("/cases/{case_id}", summary="One case")
async def get_case(
    case_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage
) -> CaseOut:
    """Return a case: its state, what is missing, what was found and what to do next.

    Problems: `parties.unknown_case`.
    """
    case = await service.get_case(tx, case_id)
    if not may_see(actor, case.party_id):
        raise UnknownCase
    return await _shown(tx, case, actor, language)


@api.put("/cases/{case_id}/id-card", summary="Hand in an identity card")
async def put_id_card(
    case_id: UUID,
    body: IdCardShape,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> CaseOut:
    """Hand in the facts of a person's identity card. Needs the permission `parties:apply`.

    Problems: `parties.unknown_case`, `parties.case_state_wrong`, `parties.evidence_not_for_kind`,
    `parties.document_number_malformed`, `parties.document_dates_wrong`, `parties.name_malformed`,
    `parties.evidence_field_malformed`.
    """
    await _worked(tx, case_id, actor)
    await service.submit_id_card(tx, case_id=case_id, card=body.card(), recorded_by=actor.id, at=at)
    return await _shown(tx, await service.get_case(tx, case_id), actor, language)


@api.put(
    "/cases/{case_id}/business-licence",
    summary="Hand in a business licence",
)
async def put_licence(
    case_id: UUID,
    body: LicenceShape,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> CaseOut:
    """Hand in the facts of an organisation's licence. Needs the permission `parties:apply`.

    Problems: `parties.unknown_case`, `parties.case_state_wrong`, `parties.evidence_not_for_kind`,
    `parties.registration_number_malformed`, `parties.document_dates_wrong`,
    `parties.name_malformed`, `parties.evidence_field_malformed`.
    """
    await _worked(tx, case_id, actor)
    await service.submit_licence(
        tx, case_id=case_id, licence=body.licence(), recorded_by=actor.id, at=at
    )
    return await _shown(tx, await service.get_case(tx, case_id), actor, language)


@api.post(
    "/pictures",
    summary="Hand in a picture of a document or a face",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=files.UPLOAD,
)
async def add_picture(
    case_id: Annotated[UUID, Query()],
    kind: Annotated[PictureKind, Query()],
    body: files.Upload,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    name: Annotated[str, Query(max_length=300, description="Shown again, never a path")] = "",
) -> EvidenceOut:
    """Hand in a picture; the body is the file itself, JPEG, PNG, WebP or PDF, up to 8 MiB.

    Its content decides what it is. What is kept is drawn anew, without where it was taken. Needs
    the permission `parties:apply`. Problems: `parties.unknown_case`, `parties.case_state_wrong`,
    `parties.evidence_not_for_kind`, `parties.too_many`, `files.empty`, `files.too_large`,
    `files.wrong_type`, `files.unreadable`, `files.unsafe`, `files.too_many_pixels`,
    `files.picture_too_small`, `files.too_many_pages`.
    """
    await _worked(tx, case_id, actor)
    made = await service.submit_picture(
        tx,
        case_id=case_id,
        kind=service.EvidenceKind(kind),
        picture=await files.make_clean(body),
        name=name,
        recorded_by=actor.id,
        at=at,
    )
    return EvidenceOut.of(made, with_facts=actor.may(VERIFY))


@api.get("/cases/{case_id}/readings", summary="What was read of one's pictures")
async def get_readings(case_id: UUID, tx: ReadTx, actor: CurrentActor) -> ReadingsOut:
    """Return what a machine read, for whoever handed the pictures in, to correct it.

    Nothing of pictures of somebody else's, and nothing once the check has begun. Needs the
    permission `parties:apply`. Problems: `parties.unknown_case`.
    """
    await _worked(tx, case_id, actor)
    found = await service.readings(tx, await service.get_case(tx, case_id), reader=actor.id)
    return ReadingsOut(
        id_card=ReadingOut.of(found.get(service.EvidenceKind.ID_CARD_READING)),
        business_licence=ReadingOut.of(found.get(service.EvidenceKind.LICENCE_READING)),
    )


@api.post("/cases/{case_id}/check", summary="Ask for the check")
async def ask_for_check(
    case_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> CaseOut:
    """Say that everything is handed in; the check begins at once. Needs `parties:apply`.

    Problems: `parties.unknown_case`, `parties.case_state_wrong`, `parties.case_incomplete`.
    """
    await _worked(tx, case_id, actor)
    case = await service.ask_for_check(tx, case_id=case_id, asked_by=actor.id, at=at)
    return await _shown(tx, case, actor, language)


@api.post("/cases/{case_id}/decision", summary="Decide a case", dependencies=[VERIFIES])
async def decide(
    case_id: UUID,
    body: NewDecision,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> CaseOut:
    """Approve or refuse what a machine would not decide. Needs the permission `parties:verify`.

    Not by whoever opened the case or handed in its evidence. Problems: `parties.unknown_case`,
    `parties.case_state_wrong`, `parties.same_person`, `parties.reason_malformed`.
    """
    case = await service.decide(
        tx,
        case_id=case_id,
        approve=body.approve,
        reason=body.reason,
        decided_by=actor.id,
        at=at,
    )
    return await _shown(tx, case, actor, language)


@api.get("/duplicates", summary="Parties that may be one", dependencies=[VERIFIES])
async def list_duplicates(
    tx: ReadTx,
    verdict: service.Verdict | None = None,
    party_id: UUID | None = None,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[DuplicateOut]:
    """Return pairs, the latest found first. Needs the permission `parties:verify`.

    Problems: `page.bad_cursor`.
    """
    page = await service.duplicates(
        tx, verdict=verdict, party_id=party_id, after=after, limit=limit
    )
    return Page[DuplicateOut](items=[DuplicateOut.of(pair) for pair in page.items], next=page.next)


@api.post(
    "/duplicates/{duplicate_id}/verdict",
    summary="Say whether two parties are one",
    dependencies=[VERIFIES],
)
async def work_duplicate(
    duplicate_id: UUID, body: NewVerdict, tx: WriteTx, actor: CurrentActor, at: Instant
) -> DuplicateOut:
    """Say whether a pair is one party; nothing is merged. Needs the permission `parties:verify`.

    Problems: `parties.unknown_duplicate`, `parties.duplicate_already_worked`,
    `parties.reason_malformed`.
    """
    pair = await service.work_duplicate(
        tx,
        duplicate_id=duplicate_id,
        verdict=service.Verdict(body.verdict),
        reason=body.reason,
        worked_by=actor.id,
        at=at,
    )
    return DuplicateOut.of(pair)


async def _worked(tx: ReadSession, case_id: UUID, actor: Actor) -> None:
    """Raise `UnknownCase` unless the actor may hand in something for the case."""
    case = await service.get_case(tx, case_id)
    check_applies(actor, case.party_id, unknown=UnknownCase())


async def _shown(tx: ReadSession, case: Case, actor: Actor, language: Language) -> CaseOut:
    party = await service.get(tx, case.party_id)
    given = await service.evidence(tx, case.id)
    return CaseOut.of(
        case,
        missing=missing(needs_for(party.kind, case.level), given),
        evidence=[EvidenceOut.of(each, with_facts=actor.may(VERIFY)) for each in given],
        language=language,
    )
