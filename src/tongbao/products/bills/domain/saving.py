"""Numbers at billers that a party remembers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

SAVED_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class SavedBill:
    """A number that is remembered; `shown` are its last digits."""

    id: UUID
    party_id: UUID
    biller: str
    shown: str
    nickname: str | None
    saved_at: datetime


class UnknownSavedBill(TongbaoError):
    """No such remembered number, or none the caller may use."""

    code = "bills.unknown_saved"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此常用户号", en="Unknown saved number")


class AlreadySaved(TongbaoError):
    """The party remembers this number already."""

    code = "bills.already_saved"
    kind = Kind.CONFLICT
    title = Text(zh="此户号已保存", en="The number is saved already")


class TooManySaved(TongbaoError):
    """A party remembers a bounded number of numbers."""

    code = "bills.too_many_saved"
    kind = Kind.CONFLICT
    title = Text(zh="常用户号过多", en="Too many saved numbers")
    detail = Text(zh="至多保存 {saved_max} 个户号", en="At most {saved_max} may be saved")


class SavedInUse(TongbaoError):
    """A mandate pays the bills of this number."""

    code = "bills.saved_in_use"
    kind = Kind.CONFLICT
    title = Text(zh="此户号有签约代扣", en="A mandate pays the bills of this number")
    detail = Text(zh="请先终止签约代扣", en="End the mandate first")
