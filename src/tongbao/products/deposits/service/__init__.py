"""Verbs of deposits: offer, open, pay in, announce, withdraw, and the steps of an end of day."""

from tongbao.products.deposits.domain.agreements import INSTRUCTION_WORDS
from tongbao.products.deposits.domain.deposits import Deposit, DepositId, DepositState, NoticeState
from tongbao.products.deposits.domain.errors import UnknownDeposit
from tongbao.products.deposits.domain.products import (
    CATALOGUE,
    Instruction,
    Kind,
    Product,
    Terms,
    product,
)
from tongbao.products.deposits.domain.settling import Settlement
from tongbao.products.deposits.domain.views import (
    Calculation,
    Certificate,
    Offered,
    Payout,
    Standing,
)
from tongbao.products.deposits.service.accruing import accrue
from tongbao.products.deposits.service.instalments import collect, pay_instalment
from tongbao.products.deposits.service.instructing import instruct
from tongbao.products.deposits.service.maturing import mature
from tongbao.products.deposits.service.notices import cancel_notice, give_notice
from tongbao.products.deposits.service.offering import calculate, catalogue
from tongbao.products.deposits.service.opening import (
    MANAGE,
    NewDeposit,
    open_deposit,
    preview_agreement,
)
from tongbao.products.deposits.service.rates import check_rate, rate_on, set_rate
from tongbao.products.deposits.service.reading import (
    certificate,
    get,
    list_deposits,
    standing,
)
from tongbao.products.deposits.service.running import over_account
from tongbao.products.deposits.service.withdrawing import quote, withdraw

__all__ = [
    "CATALOGUE",
    "INSTRUCTION_WORDS",
    "MANAGE",
    "Calculation",
    "Certificate",
    "Deposit",
    "DepositId",
    "DepositState",
    "Instruction",
    "Kind",
    "NewDeposit",
    "NoticeState",
    "Offered",
    "Payout",
    "Product",
    "Settlement",
    "Standing",
    "Terms",
    "UnknownDeposit",
    "accrue",
    "calculate",
    "cancel_notice",
    "catalogue",
    "certificate",
    "check_rate",
    "collect",
    "get",
    "give_notice",
    "instruct",
    "list_deposits",
    "mature",
    "open_deposit",
    "over_account",
    "pay_instalment",
    "preview_agreement",
    "product",
    "quote",
    "rate_on",
    "set_rate",
    "standing",
    "withdraw",
]
