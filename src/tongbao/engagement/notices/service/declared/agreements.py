"""Consents and agreements."""

from typing import Final

from tongbao.core.agreements.events import (
    AgreementSigned,
    ConsentExpired,
    ConsentGranted,
    ConsentWithdrawn,
)
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import DAY, ID
from tongbao.engagement.notices.service.declaring import MANAGERS, tell
from tongbao.kernel.clock import business_date
from tongbao.kernel.text import Text

_LINK: Final = "/consents/{consent_id}"

GRANTED: Final = notice(
    "agreements.consent_granted",
    category=Category.AGREEMENTS,
    places={"consent_id": ID, "until": DAY},
    title=Text(zh="数据授权已生效", en="A consent is in force"),
    body=Text(
        zh="一项数据授权已生效，至 {until} 止。您可随时一键撤回，立即生效。",
        en="A consent to fetch data is in force until {until}. You can withdraw it any time, with "
        "effect at once.",
    ),
    sms=Text(
        zh="一项数据授权已生效，至{until}止，可随时撤回。",
        en="A consent is in force until {until}; withdraw it any time.",
    ),
    link=_LINK,
)
WITHDRAWN: Final = notice(
    "agreements.consent_withdrawn",
    category=Category.AGREEMENTS,
    places={"consent_id": ID},
    title=Text(zh="数据授权已撤回", en="A consent was withdrawn"),
    body=Text(
        zh="一项数据授权已撤回，从现在起不再据此采集任何数据。",
        en="A consent was withdrawn. Nothing more is fetched on it from now on.",
    ),
    sms=Text(zh="一项数据授权已撤回。", en="A consent was withdrawn."),
    link=_LINK,
)
EXPIRED: Final = notice(
    "agreements.consent_expired",
    category=Category.AGREEMENTS,
    places={"consent_id": ID},
    title=Text(zh="数据授权已到期", en="A consent has ended"),
    body=Text(
        zh="一项数据授权已到期，不再据此采集数据。如需继续，请登录重新授权。",
        en="A consent has come to its end and nothing more is fetched on it. To go on, log in and "
        "consent again.",
    ),
    sms=Text(zh="一项数据授权已到期，如需继续请登录重新授权。", en="A consent has ended."),
    link=_LINK,
)
SIGNED: Final = notice(
    "agreements.signed",
    category=Category.AGREEMENTS,
    places={"agreement_id": ID},
    title=Text(zh="合约已签署", en="An agreement was signed"),
    body=Text(
        zh="一份合约已签署并加盖电子印章，可随时登录查看和下载。",
        en="An agreement was signed and sealed. Log in to read and download it any time.",
    ),
    sms=Text(zh="一份合约已签署，可登录查看。", en="An agreement was signed; log in to read it."),
    link="/agreements/{agreement_id}",
)

tell(
    ConsentGranted,
    GRANTED,
    lambda event: {"consent_id": event.consent_id, "until": business_date(event.expires_at)},
    roles=MANAGERS,
)
tell(ConsentWithdrawn, WITHDRAWN, lambda event: {"consent_id": event.consent_id}, roles=MANAGERS)
tell(ConsentExpired, EXPIRED, lambda event: {"consent_id": event.consent_id}, roles=MANAGERS)
tell(AgreementSigned, SIGNED, lambda event: {"agreement_id": event.agreement_id}, roles=MANAGERS)
