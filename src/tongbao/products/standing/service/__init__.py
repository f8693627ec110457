"""Verbs of standing orders: order, pause, resume, cancel, read, and pay what falls due."""

from tongbao.products.standing.domain.orders import (
    DateOutcome,
    Occurrence,
    OrderState,
    StandingOrder,
    UnknownOrder,
)
from tongbao.products.standing.domain.schedule import (
    HolidayRule,
    Schedule,
    ScheduleUnit,
    ScheduleWrong,
)
from tongbao.products.standing.service.ordering import (
    ORDER,
    WantedOrder,
    ask,
    cancel,
    make,
    pause,
    resume,
)
from tongbao.products.standing.service.reading import (
    get,
    list_occurrences,
    list_orders,
    over_account,
)
from tongbao.products.standing.service.rows import INITIATE
from tongbao.products.standing.service.running import TASK, pay_days

__all__ = [
    "INITIATE",
    "ORDER",
    "TASK",
    "DateOutcome",
    "HolidayRule",
    "Occurrence",
    "OrderState",
    "Schedule",
    "ScheduleUnit",
    "ScheduleWrong",
    "StandingOrder",
    "UnknownOrder",
    "WantedOrder",
    "ask",
    "cancel",
    "get",
    "list_occurrences",
    "list_orders",
    "make",
    "over_account",
    "pause",
    "pay_days",
    "resume",
]
