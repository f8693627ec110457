"""`/api/v1/payments/fees`: what payments cost, before anybody confirms one; set by two people."""

from datetime import datetime
from typing import Final

from fastapi import APIRouter, Depends, Request, Response, status

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.core.payments.schemas.fees import (
    FeeQuestion,
    FeeQuoteOut,
    FeeRuleShape,
    FeesOut,
    NewFeeRule,
    NewVat,
)
from tongbao.infra.auth import PUBLIC, CurrentActor, require
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, ReadTx, RequestLanguage, WriteTx, router
from tongbao.kernel.text import Text

PREFIX: Final = "/api/v1/payments/fees"
PROPOSE: Final = "payments:propose_fees"
APPROVE: Final = "payments:approve_fees"
MAY_PROPOSE: Final = [Depends(require(PROPOSE))]

SET_FEE: Final = Action(
    name="payments.set_fee",
    title=Text(zh="设定支付手续费", en="A rule of payment fees"),
    payload=NewFeeRule,
    propose=PROPOSE,
    approve=APPROVE,
)
SET_VAT: Final = Action(
    name="payments.set_vat",
    title=Text(zh="设定手续费增值税率", en="The tax rate in payment fees"),
    payload=NewVat,
    propose=PROPOSE,
    approve=APPROVE,
)

api: APIRouter = router(prefix="/fees", tags=[])  # below the prefix and tag of the whole


@api.get("", dependencies=[PUBLIC], summary="What payments cost")
async def list_fees(tx: ReadTx, at: Instant) -> FeesOut:
    """Return the fees that hold now, for everybody to see, and the tax in them."""
    rules = await service.fee_rules(tx, at=at)
    return FeesOut(
        items=[FeeRuleShape.of(each) for each in rules], vat=await service.vat(tx, at=at)
    )


@api.post(
    "/quotes",
    dependencies=[Depends(require("payments:initiate"))],
    summary="What an intended payment costs",
)
async def quote_fee(
    body: FeeQuestion, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> FeeQuoteOut:
    """Return fee and tax of a payment and why, to be shown before it is confirmed.

    Problems: `accounts.unknown_account`, `payments.amount_not_positive`.
    """
    debtor = await accounts.get(tx, body.debtor_account_id)
    service.check_may_initiate(debtor, actor)
    service.check_amount(body.amount)
    payer = await parties.get(tx, debtor.party_id)
    asked = service.FeeAsked(body.kind, body.amount, payer.kind.value, body.channel)
    quote = await service.quote_fee(tx, asked, at=at)
    return FeeQuoteOut.of(quote, body.kind, language)


@api.put(
    "",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a rule of fees",
)
async def propose_fee(
    body: NewFeeRule, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose what some payments cost; it holds from the moment that somebody else approves it.

    Problems: `payments.fee_wrong`, `money.malformed_amount`, `money.unknown_currency`.
    """
    body.rule.to_domain()
    return await hold(SET_FEE, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at)


@api.put(
    "/vat",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose the tax rate in fees",
)
async def propose_vat(
    body: NewVat, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose a rate of value-added tax; it holds from the moment that somebody else approves it.

    Problems: `payments.fee_wrong`.
    """
    service.check_vat(body.rate)
    return await hold(SET_VAT, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at)


@SET_FEE.executes
async def _fee(tx: WriteSession, payload: NewFeeRule, by: Approved, at: datetime) -> str:
    await service.set_fee(tx, payload.rule.to_domain(), set_by=by.maker.id, at=at)
    return PREFIX


@SET_VAT.executes
async def _vat(tx: WriteSession, payload: NewVat, by: Approved, at: datetime) -> str:
    await service.set_vat(tx, payload.rate, set_by=by.maker.id, at=at)
    return PREFIX
