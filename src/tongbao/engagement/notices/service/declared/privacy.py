"""What was done with somebody's data."""

from collections.abc import Sequence
from typing import Final

from tongbao.core.privacy.events import Erased, Exported
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.service import inbox
from tongbao.engagement.notices.service.declaring import MANAGERS, Telling, tell, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.text import Text

EXPORTED: Final = notice(
    "privacy.exported",
    category=Category.SECURITY,
    critical=True,
    places={},
    title=Text(zh="个人数据已导出", en="Your data was exported"),
    body=Text(
        zh="留存的全部数据已被导出一份。如非本人操作，请立即修改密码并结束其他会话。",
        en="A copy of all data kept about you was exported. If this was not you, change your "
        "password and end your other sessions now.",
    ),
    sms=Text(
        zh="您的全部数据已被导出。非本人操作请立即修改密码。",
        en="All your data was exported. Not you? Change your password now.",
    ),
    link="/security",
)

tell(Exported, EXPORTED, lambda _event: {}, roles=MANAGERS)


@tells(Erased)
async def _erased(known: Known, event: Erased) -> Sequence[Telling]:
    """Tell nobody, and forget what was told about the party."""
    await inbox.forget_party(known.tx, party_id=event.party_id)
    return []
