"""`/api/v1/identity/registrations`: becoming a customer, by phone or e-mail."""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.core.identity.router.proving import (
    database_of,
    device_facts,
    give_cookies,
    leave_old_session,
)
from tongbao.core.identity.schemas.logging_in import NewSessionOut
from tongbao.core.identity.schemas.registering import (
    CodeSentOut,
    Confirmation,
    ReachableAt,
    Registration,
    TicketOut,
)
from tongbao.infra import browser
from tongbao.infra.auth import PUBLIC
from tongbao.infra.passwords import hash_password
from tongbao.infra.web import Instant, RequestLanguage, WriteTx, problem_response, router
from tongbao.kernel.errors import TongbaoError

api: APIRouter = router(prefix="/api/v1/identity", tags=["identity"])


@api.post(
    "/registrations",
    summary="Begin to register",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=CodeSentOut,
    dependencies=[PUBLIC],
)
async def begin_registration(
    body: ReachableAt, tx: WriteTx, at: Instant, request: Request, language: RequestLanguage
) -> CodeSentOut | Response:
    """Have a code sent to a phone or an e-mail address.

    The answer is the same for a contact that has an account: its owner is told so in the message.

    Problems: `identity.contact_malformed`, `notify.too_many_messages`, `identity.log_in_paused`.
    """
    browser.check_same_origin(request)
    contact = clean_contact(body.contact)
    paused = await service.count_request(tx, device=device_facts(request), at=at)
    if paused is not None:
        return problem_response(request.scope, paused)
    return CodeSentOut(
        id=await service.begin_registration(tx, contact=contact, language=language, at=at)
    )


@api.post(
    "/registrations/{registration_id}/confirmation",
    summary="Confirm the contact",
    response_model=TicketOut,
    dependencies=[PUBLIC],
)
async def confirm_registration(
    body: Confirmation, tx: WriteTx, at: Instant, request: Request, registration_id: UUID
) -> TicketOut | Response:
    """Exchange the code for a ticket that is good for fifteen minutes.

    Problems: `identity.code_wrong`, `identity.contact_malformed`.
    """
    browser.check_same_origin(request)
    ticket = await service.confirm_registration(
        tx,
        registration_id=registration_id,
        contact=clean_contact(body.contact),
        code=body.code,
        at=at,
    )
    if isinstance(ticket, TongbaoError):
        return problem_response(request.scope, ticket)  # returned: the try counts
    return TicketOut(ticket=ticket)


@api.post(
    "/registrations/completion",
    summary="Register",
    status_code=status.HTTP_201_CREATED,
    dependencies=[PUBLIC],
)
async def complete_registration(
    body: Registration,
    at: Instant,
    request: Request,
    response: Response,
    language: RequestLanguage,
) -> NewSessionOut:
    """Become a customer with a name and a password; a session begins.

    Problems: `identity.ticket_over`, `identity.password_too_weak`, `identity.password_common`,
    `parties.name_malformed`.
    """
    browser.check_same_origin(request)
    applicant = service.check_registration(
        ticket=body.ticket, name=body.name, password=body.password, at=at
    )
    password_hash = await hash_password(applicant.password)  # no connection is held meanwhile
    async with database_of(request).write() as tx:
        _, session = await service.complete_registration(
            tx,
            applicant=applicant,
            password_hash=password_hash,
            language=language,
            device=device_facts(request, fingerprint=body.fingerprint),
            at=at,
        )
        await leave_old_session(tx, request, at=at)
    give_cookies(request, response, session, at=at)
    return NewSessionOut.of(session)
