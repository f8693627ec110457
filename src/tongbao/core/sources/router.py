"""`/api/v1/sources`: what was fetched from outside, on which consent."""

from uuid import UUID

from tongbao.core.agreements import service as agreements
from tongbao.core.sources import service
from tongbao.core.sources.schemas import FetchOut
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import PageAfter, PageLimit, ReadTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

READ_ANY = "agreements:read_any"

api = router(prefix="/api/v1/sources", tags=["sources"])


@api.get("/consents/{consent_id}/fetches", summary="What was fetched on a consent")
async def list_fetches(
    consent_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[FetchOut]:
    """Return each access to data on an own consent, the latest first: when, what, kept until when.

    Problems: `agreements.unknown_consent`, `page.bad_cursor`.
    """
    consent = await agreements.get_consent(tx, consent_id)
    if consent.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise agreements.UnknownConsent(consent_id=consent_id)
    page = await service.fetches_on(tx, consent.id, after=after, limit=limit)
    return Page[FetchOut](items=[FetchOut.of(each) for each in page.items], next=page.next)
