"""Limits: what makes more possible is critical, what makes less possible is not."""

from typing import Final

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import MOMENT
from tongbao.engagement.notices.service.declaring import tell
from tongbao.kernel.text import Text
from tongbao.risk.limits.events import LimitLowered, LimitRaised, LimitRestored

_LINK: Final = "/limits"

RAISED: Final = notice(
    "limits.raised",
    category=Category.SECURITY,
    critical=True,
    places={"until": MOMENT},
    title=Text(zh="限额已临时提高", en="A limit was raised for a time"),
    body=Text(
        zh="您的一项限额已临时提高，{until} 自动恢复。如非本人操作，请立即登录调低限额并修改密码。",
        en="One of your limits was raised until {until} and falls back by itself. If this was not "
        "you, log in at once, lower it and change your password.",
    ),
    sms=Text(
        zh="您的一项限额已提高至{until}止。非本人操作请立即登录调低并修改密码。",
        en="One of your limits was raised until {until}. Not you? Log in and lower it now.",
    ),
    link=_LINK,
)
LOWERED: Final = notice(
    "limits.lowered",
    category=Category.SECURITY,
    places={},
    title=Text(zh="限额已调低", en="A limit was lowered"),
    body=Text(
        zh="您的一项限额已按您的设置调低，立即生效。",
        en="One of your limits was lowered as you set it, with effect at once.",
    ),
    sms=Text(zh="您的一项限额已调低。", en="One of your limits was lowered."),
    link=_LINK,
)
RESTORED: Final = notice(
    "limits.restored",
    category=Category.SECURITY,
    critical=True,
    places={},
    title=Text(zh="自设限额已取消", en="A limit of your own was taken back"),
    body=Text(
        zh="您的一项自设限额已取消，恢复为本行限额。如非本人操作，请立即登录重新设置并修改密码。",
        en="A limit you had set yourself was taken back, and the bank's holds again. If this was "
        "not you, log in at once, set it again and change your password.",
    ),
    sms=Text(
        zh="您的一项自设限额已取消。非本人操作请立即登录并修改密码。",
        en="A limit of your own was taken back. Not you? Log in and change your password.",
    ),
    link=_LINK,
)

tell(LimitRaised, RAISED, lambda event: {"until": event.until})
tell(LimitLowered, LOWERED, lambda _event: {})
tell(LimitRestored, RESTORED, lambda _event: {})
