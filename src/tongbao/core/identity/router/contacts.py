"""`/api/v1/identity/contacts`: the phone number and e-mail address one logs in by."""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain.contact_changes import Change
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.core.identity.router.proving import device_facts
from tongbao.core.identity.router.step_up import StepUpHeader
from tongbao.core.identity.schemas.contacts import (
    ContactCode,
    LogInContactOut,
    LogInContactsOut,
    NewLogInContact,
)
from tongbao.core.identity.schemas.registering import CodeSentOut
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import (
    Instant,
    ReadTx,
    RequestLanguage,
    WriteTx,
    problem_response,
    router,
)
from tongbao.kernel.errors import TongbaoError

api: APIRouter = router(prefix="/api/v1/identity/contacts", tags=["identity"])


@api.get("", summary="One's contacts")
async def list_contacts(tx: ReadTx, actor: CurrentActor) -> LogInContactsOut:
    """Return the caller's verified contacts, masked."""
    found = await service.contacts_of(tx, user_id=actor.id)
    return LogInContactsOut(items=[LogInContactOut.of(each) for each in found])


@api.post(
    "",
    summary="Begin to add or replace a contact",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=CodeSentOut,
)
async def begin_contact_change(
    body: NewLogInContact,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    language: RequestLanguage,
    step_up_token: StepUpHeader = None,
) -> CodeSentOut | Response:
    """Have a code sent to the new contact; asked again, with a new token, it is sent again.

    The answer is the same for a contact of another user: they are told in the message.

    Problems: `identity.contact_malformed`, `identity.contact_exists`, `identity.unknown_contact`
    (nothing to replace), `identity.step_up_required`, `identity.log_in_paused`,
    `notify.too_many_messages`.
    """
    begun = await service.begin_contact_change(
        tx,
        actor=actor,
        contact=clean_contact(body.contact),
        what=Change(body.what),
        step_up_token=step_up_token,
        device=device_facts(request),
        language=language,
        at=at,
    )
    if isinstance(begun, TongbaoError):
        return problem_response(request.scope, begun)
    return CodeSentOut(id=begun)


@api.post(
    "/{change_id}/confirmation", summary="Confirm the new contact", response_model=LogInContactOut
)
async def confirm_contact_change(
    change_id: UUID,
    body: ContactCode,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    language: RequestLanguage,
) -> LogInContactOut | Response:
    """Take the contact into use with the code; the one it replaces is told by message.

    It takes the session that began the change, and no other change of contacts in between.

    Problems: `identity.code_wrong`, also when somebody else has confirmed the contact meanwhile.
    """
    changed = await service.confirm_contact_change(
        tx, actor=actor, change_id=change_id, code=body.code, language=language, at=at
    )
    if isinstance(changed, TongbaoError):
        return problem_response(request.scope, changed)  # returned: the try counts
    return LogInContactOut.of(changed)


@api.delete("/{contact_id}", summary="Remove a contact", status_code=status.HTTP_204_NO_CONTENT)
async def remove_contact(
    contact_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    step_up_token: StepUpHeader = None,
) -> None:
    """Remove a contact, which is told so; the only one cannot be removed.

    Problems: `identity.unknown_contact`, `identity.last_contact`, `identity.step_up_required`.
    """
    await service.remove_contact(
        tx, actor=actor, contact_id=contact_id, step_up_token=step_up_token, at=at
    )
