"""Whom a party pays: the book, names that fit, confirmed payees, and paying with one click."""

from tongbao.core.payments.service.payees.book import (
    change_payee,
    confirm_saved,
    list_payees,
    payee,
    remove_payee,
    save_payee,
)
from tongbao.core.payments.service.payees.confirming import (
    asks_nothing,
    check_cooling_off,
    confirm_payee,
    confirmed_at,
    require_step_up,
    require_step_ups,
)
from tongbao.core.payments.service.payees.names import check_name

__all__ = [
    "asks_nothing",
    "change_payee",
    "check_cooling_off",
    "check_name",
    "confirm_payee",
    "confirm_saved",
    "confirmed_at",
    "list_payees",
    "payee",
    "remove_payee",
    "require_step_up",
    "require_step_ups",
    "save_payee",
]
