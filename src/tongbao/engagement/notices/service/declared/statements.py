"""Statements and certificates."""

from typing import Final

from tongbao.core.statements.events import DocumentIssued
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import ID, PHRASE
from tongbao.engagement.notices.service.declaring import tell
from tongbao.kernel.text import Text

_KINDS: Final = {
    "statement": Text(zh="对账单", en="statement"),
    "balance_certificate": Text(zh="存款证明", en="certificate of balance"),
    "opening_certificate": Text(zh="开户证明", en="certificate of opening"),
}
_DOCUMENT: Final = Text(zh="文件", en="document")

ISSUED: Final = notice(
    "statements.issued",
    category=Category.SERVICE,
    places={"what": PHRASE, "document_id": ID},
    title=Text(zh="您的{what}已出具", en="Your {what} is ready"),
    body=Text(
        zh="您的{what}已加盖电子印章，可登录下载；收件方可凭验证码核验。",
        en="Your {what} is ready under our seal. Log in to download it; whoever receives it can "
        "check it by its code.",
    ),
    sms=Text(
        zh="您的{what}已出具，请登录下载。", en="Your {what} is ready; log in to download it."
    ),
    link="/documents/{document_id}",
)

tell(
    DocumentIssued,
    ISSUED,
    lambda event: {
        "what": _KINDS.get(event.kind, _DOCUMENT),
        "document_id": event.document_id,
    },
)
