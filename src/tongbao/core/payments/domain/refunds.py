"""What goes back to whoever paid."""

from typing import Final

from tongbao.core.payments.domain.nouns import Kind, PaymentOrder, Status
from tongbao.kernel.errors import Kind as ErrorKind
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

REFUNDABLE: Final = frozenset({Kind.BOOK_TRANSFER, Kind.TOP_UP})


class NotRefundable(TongbaoError):
    """Only what is settled goes back, and only what its receiver can send the way it came."""

    code = "payments.not_refundable"
    kind = ErrorKind.CONFLICT
    title = Text(zh="此付款不能退款", en="The payment cannot be refunded")
    detail = Text(
        zh="仅已入账的行内转账和充值可以退款", en="Settled transfers here and top-ups are refunded"
    )


class RefundTooLarge(TongbaoError):
    """More than is left of the original."""

    code = "payments.refund_too_large"
    kind = ErrorKind.REFUSED
    title = Text(zh="退款超过原付款余额", en="More than is left of the payment")
    detail = Text(zh="原付款可退 {left}", en="{left} of the payment can be refunded")


def left_of(original: PaymentOrder) -> Money:
    """Return what can still be refunded of an order; raises `NotRefundable`."""
    if original.kind not in REFUNDABLE or original.status is not Status.SETTLED:
        raise NotRefundable
    return Money(original.amount.minor - original.refunded_minor, original.amount.currency)
