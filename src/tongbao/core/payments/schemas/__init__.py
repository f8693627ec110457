"""API shapes of payments."""

from tongbao.core.payments.schemas.limits import (
    HeadroomRule,
    IntendedHeadroom,
    OwnLimit,
    OwnLimitIn,
    OwnLimits,
    RaiseIn,
)
from tongbao.core.payments.schemas.paying import HeadroomOut, NewTransfer, PaymentOut, PaymentsOut
from tongbao.core.payments.schemas.signing import SignaturesWanted

__all__ = [
    "HeadroomOut",
    "HeadroomRule",
    "IntendedHeadroom",
    "NewTransfer",
    "OwnLimit",
    "OwnLimitIn",
    "OwnLimits",
    "PaymentOut",
    "PaymentsOut",
    "RaiseIn",
    "SignaturesWanted",
]
