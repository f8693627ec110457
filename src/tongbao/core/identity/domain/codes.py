"""One-time codes: six digits, five minutes, five tries."""

import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

CODE_DIGITS: Final = 6
CODE_LIFETIME: Final = timedelta(minutes=5)
CODE_TRIES_MAX: Final = 5


class Purpose(StrEnum):
    """What a code is for; it is good for nothing else."""

    LOG_IN = "log_in"
    REGISTER = "register"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    VERIFY_CONTACT = "verify_contact"
    RECOVER_FACTORS = "recover_factors"


class CodeWrong(TongbaoError):
    """The one answer to a code that is wrong, too old, used, tried too often or never sent."""

    code = "identity.code_wrong"
    kind = Kind.REFUSED
    title = Text(zh="验证码无效", en="The code is not valid")
    detail = Text(
        zh="验证码错误或已失效；每个验证码 {minutes} 分钟内有效，最多尝试 {tries_max} 次",
        en="The code is wrong or no longer valid; a code is good for {minutes} minutes "
        "and {tries_max} tries",
    )

    def __init__(self) -> None:
        super().__init__(minutes=CODE_LIFETIME // timedelta(minutes=1), tries_max=CODE_TRIES_MAX)


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
