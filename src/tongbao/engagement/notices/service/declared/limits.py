"""Limits."""

from typing import Final

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.service.declaring import tell
from tongbao.kernel.text import Text
from tongbao.risk.limits.events import LimitRaised

RAISED: Final = notice(
    "limits.raised",
    category=Category.SECURITY,
    critical=True,
    places={},
    title=Text(zh="限额已临时提高", en="A limit was raised for a time"),
    body=Text(
        zh="您的一项限额已临时提高，到时自动恢复。如非本人操作，请立即登录调低限额并修改密码。",
        en="One of your limits was raised for a time and falls back by itself. If this was not "
        "you, log in at once, lower it and change your password.",
    ),
    sms=Text(
        zh="您的一项限额已临时提高。非本人操作请立即登录调低并修改密码。",
        en="One of your limits was raised for a time. Not you? Log in and lower it now.",
    ),
    link="/limits",
)

tell(LimitRaised, RAISED, lambda _event: {})
