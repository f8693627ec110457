"""Time-based one-time codes (TOTP, RFC 6238)."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

ISSUER: Final = "通宝 Tongbao"
STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TotpSetUp:
    """A secret to be put into an authenticator app; shown once."""

    secret: str
    uri: str


class TotpExists(TongbaoError):
    """An authenticator app is set up already."""

    code = "identity.totp_exists"
    kind = Kind.CONFLICT
    title = Text(zh="已绑定动态口令", en="An authenticator app is set up already")
    detail = Text(zh="请先解绑再重新绑定。", en="Remove it before you set up another.")


class TotpMissing(TongbaoError):
    """No authenticator app is set up."""

    code = "identity.totp_missing"
    kind = Kind.NOT_FOUND
    title = Text(zh="未绑定动态口令", en="No authenticator app is set up")


class TotpCodeWrong(TongbaoError):
    """The code is not the one of this moment, or was used before."""

    code = "identity.totp_code_wrong"
    kind = Kind.REFUSED
    title = Text(zh="动态口令错误", en="The code is wrong")
    detail = Text(
        zh="请核对手机时间是否准确，并输入最新的六位口令。",
        en="Check that the phone's clock is right and enter the newest six digits.",
    )


def new_secret() -> str:
    """Return a fresh secret of 160 bits in base 32 (RFC 4226, 4)."""
    return pyotp.random_base32(32)


def provisioning_uri(secret: str, *, login: str) -> str:
    """Return the `otpauth://` address that authenticator apps read from a QR code."""
    return pyotp.TOTP(secret, issuer=ISSUER, name=login).provisioning_uri()


def matching_step(secret: str, code: str, *, at: datetime, after_step: int | None) -> int | None:
    """Return the time step that `code` belongs to; None if it is not one that may be used now.

    Steps up to `after_step`, the last one used, are not looked at: no code is good twice, and
    none that is older than one that was used. The clocks may differ by `DRIFT_STEPS`.
    """
    if _CODE.fullmatch(code) is None:
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = totp.timecode(at)
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        same = hmac.compare_digest(totp.generate_otp(step), code)
        if same and found is None and (after_step is None or step > after_step):
            found = step
    return found
