"""Signed agreements over HTTP."""

from uuid import UUID

from tongbao.core.agreements import service
from tongbao.core.agreements.router.base import PREFIX, READ_ANY, TAGS, After, OfParty, among
from tongbao.core.agreements.schemas.agreements import AgreementOut, AgreementSummary
from tongbao.core.agreements.service import UnknownAgreement
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import PageLimit, ReadTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

api = router(prefix=PREFIX, tags=TAGS)


@api.get("", summary="Signed agreements, the latest first")
async def list_agreements(
    tx: ReadTx,
    actor: CurrentActor,
    party_id: OfParty = None,
    after: After = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[AgreementSummary]:
    """Return the agreements the caller may see, without their words.

    Problems: `page.bad_cursor`.
    """
    page = await service.list_agreements(tx, among=among(actor, party_id), after=after, limit=limit)
    return Page[AgreementSummary](
        items=[AgreementSummary.of(each) for each in page.items], next=page.next
    )


@api.get("/{agreement_id}", summary="One signed agreement")
async def get_agreement(agreement_id: UUID, tx: ReadTx, actor: CurrentActor) -> AgreementOut:
    """Return an agreement with the exact words that were signed.

    Problems: `agreements.unknown_agreement`.
    """
    agreement = await service.get_agreement(tx, agreement_id)
    if agreement.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise UnknownAgreement(agreement_id=agreement_id)
    return AgreementOut.of(agreement)
