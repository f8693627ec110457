"""Tables of deposit accounts, their numbers and what restrains them."""

from tongbao.core.accounts.models.accounts import (
    NUMBER_SERIAL,
    AccountRow,
    NumberRow,
    StatusChangeRow,
)
from tongbao.core.accounts.models.interest import (
    InterestProgressRow,
    InterestRow,
    InterestTotalRow,
    RateRow,
)
from tongbao.core.accounts.models.restraints import RestraintRow, RestraintStepRow

__all__ = [
    "NUMBER_SERIAL",
    "AccountRow",
    "InterestProgressRow",
    "InterestRow",
    "InterestTotalRow",
    "NumberRow",
    "RateRow",
    "RestraintRow",
    "RestraintStepRow",
    "StatusChangeRow",
]
