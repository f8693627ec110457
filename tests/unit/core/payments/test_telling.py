"""What is told of a settled transfer is written by hand, and is what event and shape would say."""

from datetime import UTC
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.payments.domain import PaymentId, Status, Transfer
from tongbao.core.payments.events import PaymentSettled
from tongbao.core.payments.schemas import PaymentOut, json_of_settled
from tongbao.core.payments.service.storing import event_of, told_as_settled
from tongbao.infra import outbox
from tongbao.kernel.currencies import CURRENCIES
from tongbao.kernel.money import MINOR_MAX, Money


@st.composite
def settled(draw: st.DrawFn) -> Transfer:
    """Return a settled transfer between two accounts here."""
    payment_id = PaymentId(draw(st.uuids()))
    return Transfer(
        id=payment_id,
        status=Status.SETTLED,
        reason=None,
        debtor_account_id=draw(st.uuids()),
        debtor_account_number="9900020000000000019",
        debtor_name=draw(st.text(min_size=1)),
        creditor_account_id=draw(st.uuids()),
        creditor_account_number="9900020000000000027",
        creditor_name=draw(st.text(min_size=1)),
        amount=Money(draw(st.integers(1, MINOR_MAX)), draw(st.sampled_from(sorted(CURRENCIES)))),
        end_to_end_id=draw(st.just(payment_id.hex) | st.text(min_size=1)),
        remittance=draw(st.none() | st.text(min_size=1)),
        transaction_id=payment_id,
        initiated_by=UUID(int=1),
        initiated_at=draw(st.datetimes(timezones=st.just(UTC))),
    )


@given(order=settled())
def test_it_says_what_the_event_says(order: Transfer) -> None:
    told = told_as_settled(order)
    assert told == outbox.written(event_of(order)).payload
    assert PaymentSettled.model_validate_json(told) == event_of(order)


@given(order=settled())
def test_it_is_answered_what_the_shape_says(order: Transfer) -> None:
    assert json_of_settled(order) == PaymentOut.of(order, "zh").model_dump_json().encode()
