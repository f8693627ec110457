"""Tables of deposit accounts, their numbers and what restrains them."""

from tongbao.core.accounts.models.accounts import (
    NUMBER_SERIAL,
    AccountRow,
    NumberRow,
    StatusChangeRow,
)
from tongbao.core.accounts.models.restraints import RestraintRow, RestraintStepRow

__all__ = [
    "NUMBER_SERIAL",
    "AccountRow",
    "NumberRow",
    "RestraintRow",
    "RestraintStepRow",
    "StatusChangeRow",
]
