"""API shapes of payments."""

from tongbao.core.payments.schemas.cards import (
    CardOut,
    CardsOut,
    CardVerification,
    NewCard,
    NewCardWithdrawal,
    NewRefund,
    NewTopUp,
    NewWalletTopUp,
    WalletsOut,
)
from tongbao.core.payments.schemas.limits import (
    HeadroomRule,
    IntendedHeadroom,
    OwnLimit,
    OwnLimitIn,
    OwnLimits,
    RaiseIn,
)
from tongbao.core.payments.schemas.orders import (
    NewCreditTransferIn,
    NewResolution,
    PaymentHistoryOut,
)
from tongbao.core.payments.schemas.paying import (
    HeadroomOut,
    NewTransfer,
    PaymentOut,
    PaymentsOut,
    StatusWord,
    json_of_settled,
)

__all__ = [
    "CardOut",
    "CardVerification",
    "CardsOut",
    "HeadroomOut",
    "HeadroomRule",
    "IntendedHeadroom",
    "NewCard",
    "NewCardWithdrawal",
    "NewCreditTransferIn",
    "NewRefund",
    "NewResolution",
    "NewTopUp",
    "NewTransfer",
    "NewWalletTopUp",
    "OwnLimit",
    "OwnLimitIn",
    "OwnLimits",
    "PaymentHistoryOut",
    "PaymentOut",
    "PaymentsOut",
    "RaiseIn",
    "StatusWord",
    "WalletsOut",
    "json_of_settled",
]
