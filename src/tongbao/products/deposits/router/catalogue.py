"""What is on offer, what it would pay, and the rates that staff post with four eyes."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response, status

from tongbao.core.parties.service import PartyKind
from tongbao.infra.auth import PUBLIC, CurrentActor, require
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, ReadTx, RequestLanguage, WriteTx, router
from tongbao.kernel.clock import business_date
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText, CurrencyCode
from tongbao.kernel.text import Text
from tongbao.products.deposits import service
from tongbao.products.deposits.router.base import PREFIX, TAGS
from tongbao.products.deposits.schemas.catalogue import (
    DepositCalculationOut,
    DepositCatalogueOut,
    DepositProductOut,
    NewDepositRate,
)

api = router(prefix=PREFIX, tags=TAGS)

RATE: Final = Action(
    name="deposits.rate",
    title=Text(zh="存款利率", en="Rate of a deposit product"),
    payload=NewDepositRate,
    propose="deposits:propose_rates",
    approve="deposits:approve_rates",
)


@api.get("/products", summary="Products and their rates", dependencies=[PUBLIC])
async def list_products(tx: ReadTx, at: Instant, language: RequestLanguage) -> DepositCatalogueOut:
    """Return every product with its terms and the rates posted for today."""
    on = business_date(at)
    return DepositCatalogueOut(
        on=on,
        items=[DepositProductOut.of(each, language) for each in await service.catalogue(tx, on=on)],
    )


@api.get("/calculation", summary="What a deposit would pay", dependencies=[PUBLIC])
async def calculate(
    product: Annotated[str, Query(max_length=40, examples=["time_1y"])],
    amount: Annotated[AmountText, Query(description="Of a plan, that of each month")],
    tx: ReadTx,
    at: Instant,
    currency: Annotated[CurrencyCode, Query()] = "CNY",
    until: Annotated[
        IsoDate | None, Query(description="The day of withdrawal; of a notice deposit only")
    ] = None,
    holder: Annotated[PartyKind | None, Query(description="Whose minimum holds")] = None,
) -> DepositCalculationOut:
    """Return maturity, interest and total of a deposit opened today, exactly as it would be paid.

    Problems: `deposits.unknown_product`, `deposits.not_offered`, `deposits.not_for_this_holder`,
    `deposits.amount_out_of_range`, `deposits.until_needed`.
    """
    calculation = await service.calculate(
        tx,
        code=product,
        amount=Money.parse(amount, currency),
        until=until,
        holder=holder,
        at=at,
    )
    return DepositCalculationOut.of(calculation)


@api.post(
    "/rates",
    dependencies=[Depends(require(RATE.propose))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a rate",
)
async def propose_rate(
    body: NewDepositRate, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose the rate of a product from a day on; it is posted when somebody else approves.

    Deposits that are open keep theirs. Problems: `deposits.unknown_product`,
    `deposits.not_offered`, `deposits.rate_out_of_range`, `deposits.rate_not_in_order`.
    """
    await service.check_rate(
        tx,
        product=service.product(body.product),
        currency=body.currency,
        annual_rate=body.annual_rate,
        valid_from=body.valid_from,
        at=at,
    )
    return await hold(RATE, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at)


@RATE.executes
async def _set(tx: WriteSession, payload: NewDepositRate, by: Approved, at: datetime) -> str:
    """Post it; what is not in order by now is refused."""
    await service.set_rate(
        tx,
        product=service.product(payload.product),
        currency=payload.currency,
        annual_rate=payload.annual_rate,
        valid_from=payload.valid_from,
        set_by=by.maker.id,
        at=at,
    )
    return f"{PREFIX}/products"
