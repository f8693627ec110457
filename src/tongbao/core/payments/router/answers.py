"""How a payment just made is answered."""

from fastapi import Request, Response

from tongbao.core.payments.domain import Transfer
from tongbao.core.payments.schemas import PaymentOut
from tongbao.infra.web import problem_response
from tongbao.kernel.text import Language

PREFIX = "/api/v1/payments"


def paid(
    order: Transfer, *, request: Request, response: Response, language: Language
) -> PaymentOut | Response:
    """Return a payment, or the problem that rejected it; both say where it is kept."""
    location = f"{PREFIX}/{order.id}"
    if order.refusal is not None:
        assert order.reason is not None
        order.refusal.facts.update(payment_id=str(order.id), iso_reason_code=order.reason.iso_code)
        problem = problem_response(request.scope, order.refusal)
        problem.headers["Location"] = location
        return problem
    response.headers["Location"] = location
    return PaymentOut.of(order, language)
