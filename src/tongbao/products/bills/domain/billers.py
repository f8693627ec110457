"""Billers as the directory knows them, and how a customer's number at one looks and is shown."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

NUMBER_DIGITS_MIN: Final = 4
NUMBER_DIGITS_MAX: Final = 20
_SHOWN_LAST: Final = 3


class BillCategory(StrEnum):
    """What a bill is for."""

    ELECTRICITY = "electricity"
    WATER = "water"
    GAS = "gas"
    HEATING = "heating"
    PHONE = "phone"
    TUITION = "tuition"


CATEGORY_NAMES: Final = {
    BillCategory.ELECTRICITY: Text(zh="电费", en="Electricity"),
    BillCategory.WATER: Text(zh="水费", en="Water"),
    BillCategory.GAS: Text(zh="燃气费", en="Gas"),
    BillCategory.HEATING: Text(zh="供暖费", en="Heating"),
    BillCategory.PHONE: Text(zh="话费", en="Phone"),
    BillCategory.TUITION: Text(zh="学费", en="Tuition"),
}


@dataclass(frozen=True, slots=True)
class Biller:
    """A company that sends bills; `account_id` is where it is paid, None until that is agreed.

    `region` is a code of GB/T 2260; 000000 is the whole country. One that is not `listed` any more
    takes no new queries or payments.
    """

    code: str
    category: BillCategory
    name: Text
    number_label: Text
    number_digits: int
    region: str
    region_name: Text
    listed: bool = True
    account_id: UUID | None = None
    refreshed_at: datetime | None = None

    def clean_number(self, number: str) -> str:
        """Return a customer's number without spaces and hyphens. Raises `NumberMalformed`."""
        cleaned = re.sub(r"[ -]", "", number)
        if re.fullmatch(f"[0-9]{{{self.number_digits}}}", cleaned, re.ASCII) is None:
            raise NumberMalformed(digits=self.number_digits)
        return cleaned


def shown(number: str) -> str:
    """Return a customer's number as it may be shown: its last three digits."""
    return "*" * (len(number) - _SHOWN_LAST) + number[-_SHOWN_LAST:]


class UnknownBiller(TongbaoError):
    """No such biller, or one that left the directory."""

    code = "bills.unknown_biller"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此收费单位", en="Unknown biller")


class BillerNotPayable(TongbaoError):
    """Nothing is agreed with the biller about where it is paid."""

    code = "bills.biller_not_payable"
    kind = Kind.CONFLICT
    title = Text(zh="此收费单位暂不能缴费", en="The biller cannot be paid yet")
    detail = Text(
        zh="该收费单位尚未与本行签约收款账户，可查询账单，暂不能缴费",
        en="No account is agreed with this biller; its bills can be asked for, not paid",
    )


class NumberMalformed(TongbaoError):
    """No customer of this biller has such a number."""

    code = "bills.number_malformed"
    title = Text(zh="号码格式不正确", en="Not a number of this biller's")
    detail = Text(zh="该收费单位的号码为 {digits} 位数字", en="It has {digits} digits")


class AccountNotFit(TongbaoError):
    """A biller is paid on an account of its own, in yuan, that is open."""

    code = "bills.account_not_fit"
    kind = Kind.REFUSED
    title = Text(zh="不能作为收款账户", en="Not an account to be paid on")
    detail = Text(
        zh="收款账户须为单位名下状态正常的人民币账户",
        en="It must be an open account in yuan held by an organisation",
    )
