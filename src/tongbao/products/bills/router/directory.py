"""The directory of billers, and where each is paid: set by two people."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response, status

from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, ReadTx, RequestLanguage, WriteTx, router
from tongbao.kernel.text import Text
from tongbao.products.bills import service
from tongbao.products.bills.router.base import MAY_SEE_ALL, PREFIX, TAGS
from tongbao.products.bills.schemas.bills import (
    BillerAccount,
    BillerCode,
    BillerOut,
    BillersOut,
    DirectoryOut,
)

PROPOSE: Final = "bills:propose_account"
APPROVE: Final = "bills:approve_account"


class ProposedAccount(BillerAccount):
    """Where a biller is to be paid, and which."""

    biller: BillerCode


SET_ACCOUNT: Final = Action(
    name="bills.set_account",
    title=Text(zh="设定收费单位的收款账户", en="The account a biller is paid on"),
    payload=ProposedAccount,
    propose=PROPOSE,
    approve=APPROVE,
)

api = router(prefix=PREFIX, tags=TAGS)


@api.get("/billers", summary="Who sends bills")
async def list_billers(
    tx: ReadTx,
    _actor: CurrentActor,
    language: RequestLanguage,
    category: Annotated[service.BillCategory | None, Query(description="What for")] = None,
    region: Annotated[
        str | None, Query(pattern=r"^[0-9]{6}$", description="GB/T 2260, with what it lies in")
    ] = None,
) -> BillersOut:
    """Return billers with the rules for their customers' numbers."""
    found = await service.list_billers(tx, category=category, region=region)
    return BillersOut(items=[BillerOut.of(each, language) for each in found])


@api.get("/directory", dependencies=MAY_SEE_ALL, summary="All billers, for staff")
async def read_directory(tx: ReadTx, language: RequestLanguage) -> DirectoryOut:
    """Return every biller there ever was, with where it is paid and when it was refreshed."""
    return DirectoryOut.of(await service.every_biller(tx), language)


@api.put(
    "/billers/{biller}/account",
    dependencies=[Depends(require(PROPOSE))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose where a biller is paid",
)
async def propose_account(
    biller: BillerCode,
    body: BillerAccount,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose the account a biller is paid on; it holds once somebody else approves it.

    Problems: `bills.unknown_biller`, `bills.account_not_fit`.
    """
    await service.check_account(tx, code=biller, account_number=body.account_number)
    wanted = ProposedAccount(biller=biller, **body.model_dump())
    return await hold(
        SET_ACCOUNT, wanted, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@SET_ACCOUNT.executes
async def _set_account(
    tx: WriteSession, payload: ProposedAccount, by: Approved, at: datetime
) -> str:
    await service.engage(
        tx,
        code=payload.biller,
        account_number=payload.account_number,
        engaged_by=by.maker.id,
        at=at,
    )
    return f"{PREFIX}/directory"
