"""`/api/v1/identity/companies`: a person opens their firm."""

from fastapi import Response, status

from tongbao.core.identity import service
from tongbao.core.identity.schemas.members import MemberOut
from tongbao.core.identity.schemas.opening import NewCompany, NewCompanyOut
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import Instant, WriteTx, router

api = router(prefix="/api/v1/identity", tags=["identity"])


@api.post("/companies", status_code=status.HTTP_201_CREATED, summary="Open one's firm")
async def open_company(
    body: NewCompany, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> NewCompanyOut:
    """Register a firm as its legal representative, whose identity has been verified.

    The firm can do nothing before its own case is approved (`/kyc/cases`), in which the business
    registry must name the caller.

    Problems: `identity.not_identified`, `identity.too_many_unproven`, `parties.name_malformed`,
    `parties.registration_number_malformed`, `parties.registration_number_taken`.
    """
    firm, membership = await service.open_company(
        tx,
        user_id=actor.id,
        name=body.name,
        registration_number=body.registration_number,
        share_basis_points=body.share_basis_points,
        at=at,
    )
    response.headers["Location"] = f"/api/v1/parties/{firm.id}"
    return NewCompanyOut(
        party_id=firm.id,
        name=firm.name,
        registration_number=firm.registration_number or "",
        membership=MemberOut.of(membership),
    )
