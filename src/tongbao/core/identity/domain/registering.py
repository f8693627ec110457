"""Registering: what stands between a confirmed contact and an account."""

from datetime import timedelta
from typing import Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

TICKET_LIFETIME: Final = timedelta(minutes=15)


class TicketOver(TongbaoError):
    """The ticket is not ours, is too old, or its contact has become somebody's."""

    code = "identity.ticket_over"
    kind = Kind.REFUSED
    title = Text(zh="凭证已失效", en="The ticket is no longer valid")
    detail = Text(zh="请重新验证联系方式。", en="Please confirm your contact again.")
