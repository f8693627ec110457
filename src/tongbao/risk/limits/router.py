"""`/api/v1/limits`: the rules of limits and their reference rates, for staff.

Nobody changes them alone: one department proposes, another approves, and then they hold.
"""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Path, Request, Response, status

from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.db import WriteSession, undone
from tongbao.infra.proposals import Action, Approved, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, PageAfter, PageLimit, ReadTx, WriteTx, router
from tongbao.kernel.money_schema import CurrencyCode
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, decode_cursor
from tongbao.kernel.text import Text
from tongbao.risk.limits import service
from tongbao.risk.limits.schemas import (
    EndedRule,
    LimitRulesOut,
    NewLimitRule,
    NewReferenceRate,
    ReferenceRateOf,
    ReferenceRateOut,
    ReferenceRates,
    RuleEnd,
    RuleShape,
    RuleVersionOut,
    RuleVersionsOut,
)
from tongbao.risk.limits.service import CODE_PATTERN

PREFIX: Final = "/api/v1/limits"
PROPOSE: Final = "limits:propose"
APPROVE: Final = "limits:approve"

SET_RULE: Final = Action(
    name="limits.set_rule",
    title=Text(zh="设定限额规则", en="A rule of limits"),
    payload=NewLimitRule,
    propose=PROPOSE,
    approve=APPROVE,
)
END_RULE: Final = Action(
    name="limits.end_rule",
    title=Text(zh="停用限额规则", en="The end of a rule of limits"),
    payload=EndedRule,
    propose=PROPOSE,
    approve=APPROVE,
)
SET_RATE: Final = Action(
    name="limits.set_rate",
    title=Text(zh="设定限额参考汇率", en="A reference rate for limits"),
    payload=ReferenceRateOf,
    propose=PROPOSE,
    approve=APPROVE,
)

MAY_READ: Final = [Depends(require("limits:read_any"))]
MAY_PROPOSE: Final = [Depends(require(PROPOSE))]

api = router(prefix=PREFIX, tags=["limits"])

Code = Annotated[str, Path(pattern=CODE_PATTERN, examples=["person_3_day"])]


@api.get("/rules", dependencies=MAY_READ, summary="Rules that hold now")
async def list_rules(tx: ReadTx, at: Instant) -> LimitRulesOut:
    """Return every rule that holds now, by code."""
    return LimitRulesOut(items=[RuleShape.of(rule) for rule in await service.rules(tx, at=at)])


@api.get("/rules/{code}", dependencies=MAY_READ, summary="Versions of a rule")
async def list_versions(
    code: Code,
    tx: ReadTx,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> RuleVersionsOut:
    """Return how a rule has been, the newest version first.

    Problems: `limits.unknown_rule`.
    """
    last = None if after is None else decode_cursor(after, datetime)[0]
    page = await service.versions(tx, code, after=last, limit=limit)
    return RuleVersionsOut(items=[RuleVersionOut.of(each) for each in page.items], next=page.next)


@api.post(
    "/rules",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a rule, or its next version",
)
async def propose_rule(
    body: NewLimitRule, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose a rule; it holds from the moment that somebody else approves it.

    Problems: `limits.rule_wrong`.
    """
    await service.check_rule(tx, body.rule.to_domain(), at=at)
    return await hold(
        SET_RULE, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.post(
    "/rules/{code}/end",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose the end of a rule",
)
async def propose_end(
    code: Code, body: RuleEnd, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose that a rule hold no longer.

    Problems: `limits.unknown_rule`.
    """
    async with undone(tx):
        await service.end_rule(tx, code, at=at)
    ended = EndedRule(code=code, reason=body.reason)
    return await hold(
        END_RULE, ended, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.get("/rates", dependencies=MAY_READ, summary="Reference rates")
async def list_rates(tx: ReadTx, at: Instant) -> ReferenceRates:
    """Return the newest rate of each currency; limits alone are judged by them."""
    return ReferenceRates(
        items=[ReferenceRateOut.of(rate) for rate in await service.rates(tx, at=at)]
    )


@api.put(
    "/rates/{currency}",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a reference rate",
)
async def propose_rate(
    currency: Annotated[CurrencyCode, Path(examples=["USD"])],
    body: NewReferenceRate,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose what one unit of a currency is worth in CNY, for limits alone.

    Problems: `limits.rate_wrong`, `money.unknown_currency`.
    """
    new = ReferenceRateOf(currency=currency, **dict(body))
    async with undone(tx):
        await _set_rate(tx, new, at)
    return await hold(SET_RATE, new, request=request, tx=tx, maker=actor, reason=body.reason, at=at)


@SET_RULE.executes
async def _rule(tx: WriteSession, payload: NewLimitRule, by: Approved, at: datetime) -> str:
    rule = payload.rule.to_domain()
    await service.set_rule(tx, rule, set_by=by.maker.id, at=at)
    return f"{PREFIX}/rules/{rule.code}"


@END_RULE.executes
async def _end(tx: WriteSession, payload: EndedRule, _by: Approved, at: datetime) -> str:
    await service.end_rule(tx, payload.code, at=at)
    return f"{PREFIX}/rules/{payload.code}"


@SET_RATE.executes
async def _rate(tx: WriteSession, payload: ReferenceRateOf, _by: Approved, at: datetime) -> str:
    await _set_rate(tx, payload, at)
    return f"{PREFIX}/rates"


async def _set_rate(tx: WriteSession, new: ReferenceRateOf, at: datetime) -> None:
    await service.set_rate(tx, new.currency, new.cny_per_unit, until=new.until, at=at)
