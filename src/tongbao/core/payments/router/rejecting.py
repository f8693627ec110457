"""How an order just given is answered: 201, or the problem it was rejected for."""

from fastapi import Request, Response

from tongbao.core.payments import service
from tongbao.core.payments.schemas import PaymentOut
from tongbao.infra.web import problem_response
from tongbao.kernel.text import Language

PREFIX = "/api/v1/payments"


def answer(
    order: service.Transfer,
    *,
    request: Request,
    response: Response,
    language: Language,
    to_pay: service.ToPay | None = None,
) -> PaymentOut | Response:
    """Return the order, or a problem for a rejected one, which is kept all the same."""
    location = f"{PREFIX}/{order.id}"
    if order.refusal is not None:
        assert order.reason is not None
        order.refusal.facts.update(payment_id=str(order.id), iso_reason_code=order.reason.iso_code)
        problem = problem_response(request.scope, order.refusal)
        problem.headers["Location"] = location
        return problem
    response.headers["Location"] = location
    return PaymentOut.of(order, language, to_pay)
