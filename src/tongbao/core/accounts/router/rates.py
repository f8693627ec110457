"""`/api/v1/rates`: what demand deposits earn; everybody may read it, two people change it."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response, status

from tongbao.core.accounts import service
from tongbao.core.accounts.domain.products import Product
from tongbao.core.accounts.schemas.rates import NewRates, RatesOut
from tongbao.infra.auth import PUBLIC, CurrentActor, require
from tongbao.infra.db import WriteSession, undone
from tongbao.infra.proposals import Action, Approved, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, ReadTx, WriteTx, router
from tongbao.kernel.money_schema import CurrencyCode
from tongbao.kernel.text import Text

api = router(prefix="/api/v1/rates", tags=["rates"])

RATES: Final = Action(
    name="accounts.rates",
    title=Text(zh="活期存款利率", en="Rates of demand deposits"),
    payload=NewRates,
    propose="accounts:set_rates",
    approve="accounts:approve_rates",
)


@api.get("", summary="The rate table", dependencies=[PUBLIC])
async def list_rates(
    tx: ReadTx,
    product: Annotated[Product | None, Query(description="Only of this product")] = None,
    currency: Annotated[
        CurrencyCode | None, Query(description="Only in this currency", examples=["CNY"])
    ] = None,
) -> list[RatesOut]:
    """Return what demand deposits earn by product, currency and date, past and announced.

    A version holds from its day until the next one's. Problems: `money.unknown_currency`.
    """
    versions = await service.rate_versions(tx, product=product, currency=currency)
    return [RatesOut.of(each) for each in versions]


@api.post(
    "",
    summary="Propose rates",
    dependencies=[Depends(require(RATES.propose))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
)
async def propose_rates(
    body: NewRates, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose what a product is to earn from a day on; it holds when somebody else approves.

    Problems: `accounts.rate_not_ahead`, `accounts.tiers_refused`, `money.unknown_currency`. Needs
    the permission `accounts:set_rates`; `accounts:approve_rates` approves.
    """
    async with undone(tx):
        await _set(tx, body, actor.id, at)
    return await hold(RATES, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at)


@RATES.executes
async def _approved(tx: WriteSession, payload: NewRates, by: Approved, at: datetime) -> str:
    await _set(tx, payload, by.maker.id, at)
    return api.prefix


async def _set(tx: WriteSession, rates: NewRates, set_by: UUID, at: datetime) -> None:
    await service.set_rate(
        tx,
        product=rates.product,
        currency=rates.currency,
        tiers=rates.to_tiers(),
        valid_from=rates.valid_from,
        set_by=set_by,
        at=at,
        day_count=rates.day_count,
    )
