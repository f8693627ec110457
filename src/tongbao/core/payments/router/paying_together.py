"""Transfers that come at the same time, paid in one batch: one transaction, one commit for all.

What a turn pays or rejects is what the route itself would answer, to the byte, with its answer kept
under its key and its entry in the audit trail. Whatever is not plain (a second person, a step-up, a
key that is not new, a turn that failed) the route does alone; where a turn's commit may have
happened, the key sees to it that nothing is done twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import is_not
from typing import Final

import structlog
from fastapi import FastAPI, status
from pydantic import ValidationError

from tongbao.core.payments import service
from tongbao.core.payments.schemas import NewTransfer, PaymentOut, json_of_settled
from tongbao.infra import audit, idempotency
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.standing import Condition, Lapsed, StillStand, all_stand, answer_others
from tongbao.infra.turns import Turns
from tongbao.infra.web import Answer, Asked, caller_of, language_of, problem_response
from tongbao.infra.web.keeping import Keeping, Kept, keeping
from tongbao.infra.web.trail import entry_of_answer
from tongbao.kernel.ids import uuid_text
from tongbao.kernel.records import quickly_made

PREFIX: Final = "/api/v1/payments"
PER_TURN_MAX: Final = 200
WAITING_MAX: Final = 2_000
PATIENCE_SECONDS: Final = 0.006
"""Less than parsing the requests of a worker's share of a crowd takes."""

logger = structlog.get_logger(__name__)


@quickly_made
@dataclass(frozen=True, slots=True)
class _Question:
    """A transfer of a request with a key."""

    asked: Asked
    order: service.NewTransfer
    actor: Actor
    by: audit.Caller


Questions = Sequence[_Question]


async def pay_together(asked: Asked) -> Answer | None:
    """Pay the transfer of a request with others; None leaves it to the route."""
    if "step-up-token" in asked.request.headers:
        return None
    try:
        body = NewTransfer.model_validate(asked.document)
    except ValidationError:
        return None
    order = service.NewTransfer(
        debtor_account_id=body.debtor_account_id,
        creditor_account_number=body.creditor_account_number,
        creditor_name=body.creditor_name,
        amount=body.amount,
        remittance=body.remittance,
        end_to_end_id=body.end_to_end_id,
    )
    question = _Question(asked, order, asked.request.state.actor, caller_of(asked.request))
    return await _turns(asked.request.app).ask(question)


def _turns(app: FastAPI) -> Turns[_Question, Answer | None]:
    if not hasattr(app.state, "payment_turns"):
        database: Database = app.state.database
        still_stand: StillStand = app.state.still_stand

        async def turn(questions: Questions) -> Sequence[Answer | Lapsed | None]:
            return await _pay(database, questions, still_stand)

        app.state.payment_turns = Turns(
            turn,
            size_max=PER_TURN_MAX,
            waiting_max=WAITING_MAX,
            patience_seconds=PATIENCE_SECONDS,
        )
    turns: Turns[_Question, Answer | None] = app.state.payment_turns
    return turns


async def _pay(
    database: Database, questions: Questions, still_stand: StillStand
) -> Sequence[Answer | Lapsed | None]:
    """Pay a turn; what cannot be answered in it, each route does alone.

    When a claim of the turn has lapsed, all who made one are to be looked up, and nothing is done
    for them.
    """
    at = max(question.asked.at for question in questions)
    claims = [question.asked.claim for question in questions]
    provided = all_stand(claims, at, still_stand=still_stand)
    try:
        async with database.write() as tx:
            return await _answers(tx, questions, at, provided)
    except Lapsed as lapsed:
        return await answer_others(
            questions, claims, lapsed, lambda others: _pay(database, others, still_stand)
        )
    except Exception as error:
        logger.warning("payment_turn_failed", payments=len(questions), exc_info=error)
        return [None] * len(questions)


async def _answers(
    tx: WriteSession, questions: Questions, at: datetime, provided: Condition
) -> Sequence[Answer | None]:
    scopes = [_once(question)[0] for question in questions]
    new = await idempotency.begin_many(tx, scopes, provided=provided)
    ours = [place for place, is_new in enumerate(new) if is_new]
    answers: list[Answer | None] = [None] * len(questions)
    if not ours:
        return answers
    paid = _Paid([questions[place] for place in ours], at)
    outcomes = await service.execute(
        tx,
        [question.order for question in paid.questions],
        initiated_by=[question.actor for question in paid.questions],
        at=at,
        foresee=paid.foresee,
    )
    for place, answer in zip(ours, await paid.keep(tx, outcomes), strict=True):
        answers[place] = answer
    return answers


class _Paid:
    """Answers those who paid, and keeps what they are answered.

    All that can be is made before anything is locked, as if nothing came up; if something does, it
    is made again from what did. So those who wait for the same accounts wait less.
    """

    def __init__(self, questions: Questions, at: datetime) -> None:
        self.questions = questions
        self._at = at
        self._outcomes: Sequence[service.Outcome] = ()
        self._answers: Sequence[Answer | None] = ()
        self._keeping: Keeping | None = None

    async def foresee(self, orders: Sequence[service.Transfer]) -> None:
        """Make answers for what is to become of the orders, if it is all of them."""
        if len(orders) == len(self.questions):
            self._answer(orders)

    async def keep(
        self, tx: WriteSession, outcomes: Sequence[service.Outcome]
    ) -> Sequence[Answer | None]:
        """Return the answers to what became of the orders, kept; None for what is no order."""
        if len(outcomes) != len(self._outcomes) or any(map(is_not, outcomes, self._outcomes)):
            self._answer(outcomes)
        if self._keeping is not None:
            await tx.fetch(self._keeping.statement, self._keeping.arguments)
        return self._answers

    def _answer(self, outcomes: Sequence[service.Outcome]) -> None:
        answers: list[Answer | None] = []
        kept: list[Kept] = []
        for question, transfer in zip(self.questions, outcomes, strict=True):
            if not isinstance(transfer, service.Transfer):
                answers.append(None)
                continue
            payment_id = uuid_text(transfer.id)
            location = f"{PREFIX}/{payment_id}"
            answers.append(answer := _answer(question, transfer, location))
            refusal = transfer.refusal
            entry = entry_of_answer(
                question.asked.request,
                code=None if refusal is None else refusal.code,
                made=("payments", payment_id),
            )
            row = transfer.id if refusal is None else None
            kept.append(Kept(*_once(question), _stored(answer), entry, question.by, row))
        self._outcomes, self._answers = outcomes, answers
        self._keeping = (
            keeping(kept, tag="payments", noun="payments", at=self._at) if kept else None
        )


def _once(question: _Question) -> tuple[idempotency.Scope, bytes]:
    once = question.asked.once
    assert once is not None, "the route insists on a key"
    return once.scope, once.request_hash


def _answer(question: _Question, transfer: service.Transfer, location: str) -> Answer:
    scope = question.asked.request.scope
    made_at = (b"location", location.encode())
    if transfer.refusal is not None:
        assert transfer.reason is not None
        transfer.refusal.facts.update(
            payment_id=str(transfer.id), iso_reason_code=transfer.reason.iso_code
        )
        problem = problem_response(scope, transfer.refusal)
        headers = [
            (name, value) for name, value in problem.raw_headers if name != b"content-length"
        ]
        return Answer(problem.status_code, [*headers, made_at], bytes(problem.body))
    language = language_of(scope)
    return Answer(
        status.HTTP_201_CREATED,
        [
            (b"content-type", b"application/json"),
            (b"content-language", language.encode()),
            made_at,
        ],
        PaymentOut.of(transfer, language).model_dump_json().encode()
        if transfer.fee_minor
        else json_of_settled(transfer),
    )


def _stored(answer: Answer) -> idempotency.Answer:
    headers = dict(answer.headers)

    def told(name: bytes) -> str | None:
        return headers[name].decode("latin-1") if name in headers else None

    return idempotency.Answer(
        status=answer.status,
        body=answer.body,
        content_type=told(b"content-type"),
        content_language=told(b"content-language"),
        location=told(b"location"),
    )
