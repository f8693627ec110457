"""`/api/v1/identity/companies` and `/invitations`: company users.

A company the caller does not act for is answered exactly like one that does not exist.
"""

from datetime import datetime
from uuid import UUID

from fastapi import Depends, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain import MemberRole, UnknownCompany
from tongbao.core.identity.domain.memberships import check_bands, limits_change
from tongbao.core.identity.router.step_up import StepUpHeader
from tongbao.core.identity.schemas.members import (
    AppointmentIn,
    CompanyOut,
    DualControlIn,
    InvitationIn,
    InvitationOut,
    InvitationsOut,
    MemberOut,
    TermsIn,
)
from tongbao.core.parties import service as parties
from tongbao.infra.auth import Actor, CurrentActor, require
from tongbao.infra.proposals import HELD, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, PageAfter, PageLimit, ReadTx, WriteTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT

api = router(prefix="/api/v1/identity", tags=["identity"])

MANAGE = "identity:manage_members"
MAY_MANAGE = [Depends(require(MANAGE))]
READ_ANY = "identity:read_users"


@api.get("/companies/{party_id}", summary="A company's users")
async def read_company(party_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant) -> CompanyOut:
    """Return who acts for a company, to its own users and to staff with `identity:read_users`.

    Problems: `identity.unknown_company`.
    """
    if party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise UnknownCompany
    return CompanyOut(
        party_id=party_id,
        dual_control=await service.dual_control(tx, party_id=party_id),
        members=[
            MemberOut.of(member) for member in await service.members(tx, party_id=party_id, at=at)
        ],
    )


@api.post(
    "/companies/{party_id}/invitations",
    dependencies=MAY_MANAGE,
    status_code=status.HTTP_201_CREATED,
    response_model=InvitationOut,
    responses=HELD,
    summary="Invite a company user",
)
async def invite(
    party_id: UUID,
    body: InvitationIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    step_up_token: StepUpHeader = None,
) -> InvitationOut | Response:
    """Invite a log-in name; whether anybody has it is not told.

    Under dual control nothing happens yet: 202 with the proposal for another administrator. Bands
    set by one person alone are confirmed once more: `identity.step_up_required`.
    """
    actor.check(MANAGE, party_id=party_id, unknown=UnknownCompany())
    new = service.NewMember(
        party_id=party_id,
        login=body.login,
        role=MemberRole(body.role),
        bands=body.to_bands(),
        day_bands=body.to_day_bands(),
        ends_at=body.ends_at,
    )
    if await service.dual_control(tx, party_id=party_id):
        return await hold(
            service.INVITE_MEMBER,
            new,
            request=request,
            tx=tx,
            maker=actor,
            party_id=party_id,
            at=at,
        )
    await _confirmed(tx, new, whom=new.login, token=step_up_token, actor=actor, at=at)
    company = await parties.get(tx, party_id)
    return InvitationOut.of(
        await service.invite(
            tx,
            party_id=party_id,
            login=new.login,
            role=new.role,
            bands=new.bands,
            day_bands=new.day_bands,
            ends_at=new.ends_at,
            invited_by=actor.id,
            at=at,
        ),
        company=company.name,
    )


@api.get(
    "/companies/{party_id}/invitations",
    dependencies=MAY_MANAGE,
    summary="A company's open invitations",
)
async def list_company_invitations(
    party_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> InvitationsOut:
    """Return whom a company has invited and who has not answered yet, the latest first.

    Problems: `identity.unknown_company`, `page.bad_cursor`.
    """
    actor.check(MANAGE, party_id=party_id, unknown=UnknownCompany())
    page = await service.invitations_of(tx, party_id=party_id, after=after, limit=limit, at=at)
    company = await parties.get(tx, party_id)
    return InvitationsOut(
        items=[InvitationOut.of(each, company=company.name) for each in page.items],
        next=page.next,
    )


@api.delete(
    "/companies/{party_id}/invitations/{invitation_id}",
    dependencies=MAY_MANAGE,
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Take an invitation back",
)
async def withdraw_invitation(
    party_id: UUID, invitation_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> None:
    """Offer a membership no longer, at once: under dual control, too, for it gives nobody a right.

    Problems: `identity.unknown_company`, `identity.unknown_invitation`.
    """
    actor.check(MANAGE, party_id=party_id, unknown=UnknownCompany())
    await service.withdraw_invitation(
        tx, invitation_id=invitation_id, party_id=party_id, withdrawn_by=actor.id, at=at
    )


@api.put(
    "/companies/{party_id}/members/{membership_id}",
    dependencies=MAY_MANAGE,
    response_model=MemberOut,
    responses=HELD,
    summary="Change a company user's role, bands or end",
)
async def change_member(
    party_id: UUID,
    membership_id: UUID,
    body: TermsIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    step_up_token: StepUpHeader = None,
) -> MemberOut | Response:
    """Change as what somebody acts for the company; 202 under dual control.

    Bands set by one person alone are confirmed once more. Problems: `identity.unknown_member`,
    `identity.last_administrator`, `identity.step_up_required`.
    """
    actor.check(MANAGE, party_id=party_id, unknown=UnknownCompany())
    new = service.NewTerms(
        party_id=party_id,
        membership_id=membership_id,
        role=MemberRole(body.role),
        bands=body.to_bands(),
        day_bands=body.to_day_bands(),
        ends_at=body.ends_at,
    )
    if await service.dual_control(tx, party_id=party_id):
        return await hold(
            service.CHANGE_MEMBER,
            new,
            request=request,
            tx=tx,
            maker=actor,
            party_id=party_id,
            at=at,
        )
    await _confirmed(tx, new, whom=str(membership_id), token=step_up_token, actor=actor, at=at)
    return MemberOut.of(
        await service.change_member(
            tx,
            membership_id=membership_id,
            party_id=party_id,
            role=new.role,
            bands=new.bands,
            day_bands=new.day_bands,
            ends_at=new.ends_at,
            changed_by=actor.id,
            at=at,
        )
    )


async def _confirmed(
    tx: WriteTx,
    new: service.NewMember | service.NewTerms,
    *,
    whom: str,
    token: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Have whoever gives bands alone confirm exactly these; without any there is nothing to."""
    check_bands(new.bands, new.day_bands)
    if not new.bands:
        return
    action = limits_change(
        party_id=new.party_id, whom=whom, bands=new.bands, day_bands=new.day_bands
    )
    await service.spend_step_up(tx, token=token, action=action, actor=actor, at=at)


@api.delete(
    "/companies/{party_id}/members/{membership_id}",
    dependencies=MAY_MANAGE,
    status_code=status.HTTP_204_NO_CONTENT,
    response_model=None,
    responses=HELD,
    summary="Remove a company user",
)
async def remove_member(
    party_id: UUID,
    membership_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response | None:
    """End a membership at once; 202 under dual control.

    Problems: `identity.unknown_member`, `identity.last_administrator`.
    """
    actor.check(MANAGE, party_id=party_id, unknown=UnknownCompany())
    if await service.dual_control(tx, party_id=party_id):
        return await hold(
            service.REMOVE_MEMBER,
            service.Removal(party_id=party_id, membership_id=membership_id),
            request=request,
            tx=tx,
            maker=actor,
            party_id=party_id,
            at=at,
        )
    await service.remove_member(
        tx, membership_id=membership_id, party_id=party_id, removed_by=actor.id, at=at
    )
    return None


@api.put(
    "/companies/{party_id}/dual-control",
    dependencies=MAY_MANAGE,
    response_model=CompanyOut,
    responses=HELD,
    summary="Demand a second person, or no longer",
)
async def set_dual_control(
    party_id: UUID,
    body: DualControlIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> CompanyOut | Response:
    """Demand two people for payments and users from now on; ending it takes two itself (202).

    Problems: `identity.last_administrator`: two administrators are needed.
    """
    actor.check(MANAGE, party_id=party_id, unknown=UnknownCompany())
    if not body.dual_control and await service.dual_control(tx, party_id=party_id):
        return await hold(
            service.END_DUAL_CONTROL,
            service.NoDualControl(party_id=party_id),
            request=request,
            tx=tx,
            maker=actor,
            party_id=party_id,
            at=at,
        )
    await service.set_dual_control(
        tx, party_id=party_id, dual_control=body.dual_control, changed_by=actor.id, at=at
    )
    return await read_company(party_id, tx, actor, at)


@api.post(
    "/companies/{party_id}/administrators",
    dependencies=[Depends(require("identity:appoint_any"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a company's administrator",
)
async def appoint(
    party_id: UUID,
    body: AppointmentIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose whom to invite as administrator of a company; another department approves."""
    return await hold(
        service.APPOINT_ADMINISTRATOR,
        service.NewAdministrator(party_id=party_id, login=body.login),
        request=request,
        tx=tx,
        maker=actor,
        reason=body.reason,
        at=at,
    )


@api.get("/invitations", summary="Invitations to me")
async def list_invitations(tx: ReadTx, actor: CurrentActor, at: Instant) -> list[InvitationOut]:
    """Return the open invitations to the caller's log-in name."""
    found = await service.invitations_for(tx, user_id=actor.id, at=at)
    names = await parties.names(tx, {each.party_id for each in found})
    return [InvitationOut.of(each, company=names[each.party_id]) for each in found]


@api.post(
    "/invitations/{invitation_id}/acceptance",
    status_code=status.HTTP_201_CREATED,
    summary="Accept an invitation",
)
async def accept_invitation(
    invitation_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> MemberOut:
    """Join the company. Problems: `identity.unknown_invitation`."""
    return MemberOut.of(
        await service.accept_invitation(tx, invitation_id=invitation_id, user_id=actor.id, at=at)
    )
