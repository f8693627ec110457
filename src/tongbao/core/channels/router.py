"""`/api/v1/channels`: what channels can do and how they do; and where they send their messages.

Nobody changes terms, rules or reasons alone: one department proposes, another approves.
"""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Path, Query, Request, Response, status
from fastapi.responses import PlainTextResponse

from tongbao.core.channels import service
from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.core.channels.domain.reasons import REASONS
from tongbao.core.channels.domain.routing import CHANNEL_PATTERN, RULE_PATTERN
from tongbao.core.channels.schemas import (
    ChannelReasonShape,
    ChannelReasonsOut,
    ChannelTermsOf,
    EndedRoutingRule,
    KindAsked,
    NewChannelReason,
    NewChannelTerms,
    NewRoutingRule,
    PaymentChannelOut,
    PaymentChannelsOut,
    PaymentRouteOut,
    ReasonWordsShape,
    RoutingRuleEnd,
    RoutingRuleShape,
    RoutingRulesOut,
)
from tongbao.infra.auth import PUBLIC, CurrentActor, require
from tongbao.infra.db import WriteSession, undone
from tongbao.infra.proposals import Action, Approved, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, ReadTx, RequestLanguage, WriteTx, router
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText, CurrencyCode
from tongbao.kernel.text import Text

PREFIX: Final = "/api/v1/channels"
PROPOSE: Final = "channels:propose"
APPROVE: Final = "channels:approve"

SET_TERMS: Final = Action(
    name="channels.set_terms",
    title=Text(zh="设定通道费率、限额与时间", en="Terms of a payment channel"),
    payload=ChannelTermsOf,
    propose=PROPOSE,
    approve=APPROVE,
)
SET_RULE: Final = Action(
    name="channels.set_rule",
    title=Text(zh="设定通道路由规则", en="A rule of routing"),
    payload=NewRoutingRule,
    propose=PROPOSE,
    approve=APPROVE,
)
END_RULE: Final = Action(
    name="channels.end_rule",
    title=Text(zh="停用通道路由规则", en="The end of a rule of routing"),
    payload=EndedRoutingRule,
    propose=PROPOSE,
    approve=APPROVE,
)
SET_REASON: Final = Action(
    name="channels.set_reason",
    title=Text(zh="设定通道原因码处理", en="What a channel's code means"),
    payload=NewChannelReason,
    propose=PROPOSE,
    approve=APPROVE,
)

MAY_READ: Final = [Depends(require("channels:read"))]
MAY_PROPOSE: Final = [Depends(require(PROPOSE))]

api = router(prefix=PREFIX, tags=["channels"])

Channel = Annotated[str, Path(pattern=CHANNEL_PATTERN, examples=["bank"])]
Code = Annotated[str, Path(pattern=RULE_PATTERN, examples=["large_by_bank"])]


@api.get("", dependencies=MAY_READ, summary="Payment channels")
async def list_channels(tx: ReadTx, at: Instant, language: RequestLanguage) -> PaymentChannelsOut:
    """Return the channels: what they do, on which terms, and how they did in ten minutes."""
    told, how = await service.terms_set(tx, at=at), await service.conditions(tx, at=at)
    return PaymentChannelsOut(
        items=[
            PaymentChannelOut.of(
                channel,
                features,
                {
                    operation: told.get((channel, operation), terms)
                    for operation, terms in features.terms.items()
                },
                how[channel],
                language,
            )
            for channel, features in service.features().items()
        ]
    )


@api.get("/route", dependencies=MAY_READ, summary="Where a payment would go")
async def preview_route(
    tx: ReadTx,
    at: Instant,
    language: RequestLanguage,
    operation: Annotated[Operation, Query(examples=["pay_out"])],
    amount: Annotated[AmountText, Query(examples=["100.00"])],
    currency: Annotated[CurrencyCode, Query(examples=["CNY"])] = "CNY",
    counterparty_kind: Annotated[
        KindAsked, Query(examples=["card"], description="`none`: whoever scans a code")
    ] = "none",
) -> PaymentRouteOut:
    """Return the channels in the order they would be tried now, and why the others would not.

    Problems: `money.unknown_currency`, `money.amount_too_precise`.
    """
    kind = None if counterparty_kind == "none" else CounterpartyKind(counterparty_kind)
    found = await service.preview(
        tx, operation=operation, amount=Money.parse(amount, currency), counterparty_kind=kind, at=at
    )
    return PaymentRouteOut.of(found, language)


@api.get("/rules", dependencies=MAY_READ, summary="Rules of routing")
async def list_rules(tx: ReadTx, at: Instant) -> RoutingRulesOut:
    """Return the rules that hold now, in their order."""
    return RoutingRulesOut(
        items=[RoutingRuleShape.of(rule) for rule in await service.rules(tx, at=at)]
    )


@api.post(
    "/rules",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a rule, or its next version",
)
async def propose_rule(
    body: NewRoutingRule, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose a rule of routing; it holds from the moment that somebody else approves it.

    Problems: `channels.setting_wrong`, `money.amount_too_precise`.
    """
    async with undone(tx):
        await service.set_rule(tx, body.rule.to_domain(), set_by=actor.id, at=at)
    return await hold(
        SET_RULE, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.post(
    "/rules/{rule}/end",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose the end of a rule",
)
async def propose_end(
    rule: Code,
    body: RoutingRuleEnd,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose that a rule hold no longer.

    Problems: `channels.unknown_rule`.
    """
    async with undone(tx):
        await service.end_rule(tx, rule, at=at)
    ended = EndedRoutingRule(code=rule, reason=body.reason)
    return await hold(
        END_RULE, ended, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.get("/reasons", dependencies=MAY_READ, summary="Reasons, and what to do about them")
async def list_reasons(tx: ReadTx, at: Instant) -> ChannelReasonsOut:
    """Return what staff have set, then what the platform brings."""
    entries = await service.reasons(tx, at=at)
    told = [
        ChannelReasonShape(
            channel=each.channel or None,
            channel_code=each.channel_code or None,
            reason=each.reason,
            iso_code=each.iso_code,
            action=each.action,
            title=ReasonWordsShape(zh=each.title.zh, en=each.title.en),
        )
        for each in entries
    ]
    set_everywhere = {each.reason for each in entries if not each.channel}
    own = [
        ChannelReasonShape(
            reason=code,
            iso_code=each.iso_code,
            action=each.action,
            title=ReasonWordsShape(zh=each.title.zh, en=each.title.en),
            is_set=False,
        )
        for code, each in REASONS.items()
        if code not in set_everywhere
    ]
    return ChannelReasonsOut(items=told + own)


@api.put(
    "/reasons",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose what a code means",
)
async def propose_reason(
    body: NewChannelReason, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose what a channel's code means, or what to do about a reason wherever it comes from.

    Whether a payment was executed is never set here: that is the protocol's matter.

    Problems: `channels.setting_wrong`, `channels.unknown_channel`.
    """
    async with undone(tx):
        await service.set_reason(tx, body.entry.to_domain(), set_by=actor.id, at=at)
    return await hold(
        SET_REASON, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.put(
    "/{channel}/terms/{operation}",
    dependencies=MAY_PROPOSE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose terms of a channel",
)
async def propose_terms(
    channel: Channel,
    operation: Annotated[Operation, Path(examples=["pay_out"])],
    body: NewChannelTerms,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose cost, limits and hours of one operation; `is_offered` false switches it off.

    Problems: `channels.unknown_channel`, `channels.setting_wrong`.
    """
    new = ChannelTermsOf(channel=channel, operation=operation, terms=body.terms, reason=body.reason)
    async with undone(tx):
        await _set_terms(tx, new, actor, at)
    return await hold(
        SET_TERMS, new, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.post(
    "/{channel}/callbacks",
    dependencies=[PUBLIC],
    response_class=PlainTextResponse,
    summary="A message of a channel",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "As the channel's protocol has it; it is checked byte for byte",
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "examples": ["out_trade_no=R1&sign=..."]}
                }
            },
        }
    },
)
async def receive_callback(
    channel: Channel, tx: WriteTx, at: Instant, request: Request
) -> Response:
    """Take in what a channel tells of a payment, once; answered as the channel wants it.

    Whoever sends it proves by its signature that they are the channel. A message is a hint: the
    payment is inquired after before any money moves.

    Problems: `channels.unknown_channel`, `channels.callback_refused`,
    `channels.callback_unreadable`.
    """
    told = await service.receive(
        tx,
        channel,
        headers=dict(request.headers.items()),
        body=await request.body(),
        at=at,
    )
    return Response(told.body, told.status, media_type=told.media_type)


@SET_TERMS.executes
async def _terms(tx: WriteSession, payload: ChannelTermsOf, by: Approved, at: datetime) -> str:
    await _set_terms(tx, payload, by.maker, at)
    return PREFIX


@SET_RULE.executes
async def _rule(tx: WriteSession, payload: NewRoutingRule, by: Approved, at: datetime) -> str:
    await service.set_rule(tx, payload.rule.to_domain(), set_by=by.maker.id, at=at)
    return f"{PREFIX}/rules"


@END_RULE.executes
async def _end(tx: WriteSession, payload: EndedRoutingRule, _by: Approved, at: datetime) -> str:
    await service.end_rule(tx, payload.code, at=at)
    return f"{PREFIX}/rules"


@SET_REASON.executes
async def _reason(tx: WriteSession, payload: NewChannelReason, by: Approved, at: datetime) -> str:
    await service.set_reason(tx, payload.entry.to_domain(), set_by=by.maker.id, at=at)
    return f"{PREFIX}/reasons"


async def _set_terms(tx: WriteSession, new: ChannelTermsOf, by: CurrentActor, at: datetime) -> None:
    currency = service.features_of(new.channel).currency
    terms = new.terms.to_domain(currency)
    await service.set_terms(
        tx, channel=new.channel, operation=new.operation, terms=terms, set_by=by.id, at=at
    )
