"""Who a customer is: documents that end, checks that came to an end."""

from collections.abc import Sequence
from typing import Final

from tongbao.core.parties.events import CaseStateChanged, DocumentExpiring, LevelChanged
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import COUNT, DAY
from tongbao.engagement.notices.service.declaring import MANAGERS, Shown, Telling, tell, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.text import Text

_LINK: Final = "/profile/verification"

EXPIRING: Final = notice(
    "parties.document_expiring",
    category=Category.ACCOUNTS,
    places={"days": COUNT, "until": DAY},
    title=Text(zh="证件将于 {until} 到期", en="A document ends on {until}"),
    body=Text(
        zh="您留存的证件还有 {days} 天到期。请在此之前登录更新，以免影响账户使用。",
        en="A document you have shown us ends in {days} days. Please renew it before then, so that "
        "your accounts are not affected.",
    ),
    sms=Text(
        zh="您的证件将于{until}到期，请登录更新。",
        en="A document of yours ends on {until}; log in to renew it.",
    ),
    link=_LINK,
)
EXPIRED: Final = notice(
    "parties.document_expired",
    category=Category.ACCOUNTS,
    critical=True,
    places={"until": DAY},
    title=Text(zh="证件已到期", en="A document has ended"),
    body=Text(
        zh="您留存的证件已于 {until} 到期，部分业务可能受限。请尽快登录更新。",
        en="A document you have shown us ended on {until}, and some services may be limited. "
        "Please log in and renew it soon.",
    ),
    sms=Text(
        zh="您的证件已于{until}到期，部分业务可能受限，请登录更新。",
        en="A document of yours ended on {until}; log in to renew it.",
    ),
    link=_LINK,
)
RAISED: Final = notice(
    "parties.level_raised",
    category=Category.SERVICE,
    places={},
    title=Text(zh="身份认证已完成", en="You are verified"),
    body=Text(
        zh="您的身份认证等级已提高，限额和可用业务随之增加。",
        en="You are verified at a higher level; limits and services grow with it.",
    ),
    sms=Text(zh="您的身份认证等级已提高。", en="You are verified at a higher level."),
    link=_LINK,
)
LOWERED: Final = notice(
    "parties.level_lowered",
    category=Category.ACCOUNTS,
    critical=True,
    places={},
    title=Text(zh="需要重新认证身份", en="Please verify who you are again"),
    body=Text(
        zh="您的身份认证等级已降低，部分业务和限额受到影响。请登录重新认证。",
        en="You are verified at a lower level now, which affects limits and services. Please log "
        "in and verify who you are again.",
    ),
    sms=Text(
        zh="您的身份认证等级已降低，请登录重新认证。",
        en="You are verified at a lower level now; please log in to verify again.",
    ),
    link=_LINK,
)

tell(
    DocumentExpiring,
    EXPIRING,
    lambda event: {"days": event.days, "until": event.valid_until},
    roles=MANAGERS,
    when=lambda event: event.days > 0,
)
tell(
    DocumentExpiring,
    EXPIRED,
    lambda event: {"until": event.valid_until},
    roles=MANAGERS,
    when=lambda event: event.days <= 0,
)
tell(LevelChanged, RAISED, lambda _event: {}, when=lambda event: event.after > event.before)
tell(LevelChanged, LOWERED, lambda _event: {}, when=lambda event: event.after < event.before)


@tells(CaseStateChanged)
async def _case(_known: Known, event: CaseStateChanged) -> Sequence[Telling]:
    data = {"id": str(event.case_id), "status": event.after}
    return [Shown(party_id=event.party_id, kind="case", data=data)]
