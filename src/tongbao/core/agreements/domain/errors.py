"""Why a consent cannot be given, found or relied on."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UnknownConsentText(TongbaoError):
    """We ask no consent for this purpose and source, or have no text of this version."""

    code = "agreements.unknown_consent_text"
    kind = Kind.INVALID
    title = Text(zh="没有这样的授权书", en="There is no such consent text")
    detail = Text(
        zh="没有用途为 {purpose}、数据来源为 {source}、接收方为 {recipient} 的授权书",
        en="There is no consent text for purpose {purpose}, source {source} and "
        "recipient {recipient}",
    )


class ConsentTextOutdated(TongbaoError):
    """The words confirmed are not the ones in use any more."""

    code = "agreements.consent_text_outdated"
    kind = Kind.CONFLICT
    title = Text(zh="授权书已更新", en="The consent text has changed")
    detail = Text(
        zh="授权书现行版本为 {current_version}，请阅读新版后再确认",
        en="The consent text in use is version {current_version}; please read it and confirm again",
    )


class ConsentTextMismatch(TongbaoError):
    """The digest sent back is not that of the text: something else was shown."""

    code = "agreements.consent_text_mismatch"
    kind = Kind.REFUSED
    title = Text(zh="授权书内容不一致", en="The consent text differs")
    detail = Text(
        zh="确认的授权书内容与 {version} 版不一致，授权未生效",
        en="What was confirmed is not the text of version {version}; no consent was recorded",
    )


class ConsentNotConfirmed(TongbaoError):
    """The second confirmation is missing."""

    code = "agreements.consent_not_confirmed"
    kind = Kind.REFUSED
    title = Text(zh="尚未确认授权", en="The consent was not confirmed")
    detail = Text(
        zh="请在阅读授权书后再次确认（confirmed 为 true）",
        en="Please confirm once more after reading the text (confirmed is true)",
    )


class ConsentMissing(TongbaoError):
    """There is no consent in force for this."""

    code = "agreements.consent_missing"
    kind = Kind.REFUSED
    title = Text(zh="缺少有效授权", en="No consent in force")
    detail = Text(
        zh="客户没有为用途 {purpose} 给出从 {source} 获取数据的有效授权",
        en="The party has given no consent in force to fetch {source} for purpose {purpose}",
    )


class UnknownConsent(TongbaoError):
    """There is no such consent, or none the caller may see."""

    code = "agreements.unknown_consent"
    kind = Kind.NOT_FOUND
    title = Text(zh="授权不存在", en="Unknown consent")
    detail = Text(zh="没有编号为 {consent_id} 的授权", en="There is no consent {consent_id}")


class ConsentReplaced(TongbaoError):
    """A newer consent took this one's place; that is the one to withdraw."""

    code = "agreements.consent_replaced"
    kind = Kind.CONFLICT
    title = Text(zh="授权已被新授权取代", en="The consent was replaced by a newer one")


class UnknownConsentRequest(TongbaoError):
    """There is no such request, or none the caller may confirm."""

    code = "agreements.unknown_consent_request"
    kind = Kind.NOT_FOUND
    title = Text(zh="授权请求不存在", en="Unknown consent request")


class ConsentRequestOfAnother(TongbaoError):
    """Who asked confirms; another user of the same party asks for themself."""

    code = "agreements.consent_request_of_another"
    kind = Kind.REFUSED
    title = Text(zh="授权请求由他人发起", en="Another user made the request")
    detail = Text(
        zh="请由发起人确认，或自行重新发起", en="Whoever asked confirms; or ask for yourself"
    )


class ConsentRequestUsed(TongbaoError):
    """A request was confirmed before; the consent is there."""

    code = "agreements.consent_request_used"
    kind = Kind.CONFLICT
    title = Text(zh="授权请求已被确认过", en="The request was confirmed before")
    detail = Text(
        zh="每个授权请求只能确认一次，请查看已有授权",
        en="A request is confirmed once; see the consents",
    )


class ConsentRequestExpired(TongbaoError):
    """The time for the second confirmation is over."""

    code = "agreements.consent_request_expired"
    kind = Kind.REFUSED
    title = Text(zh="授权请求已超时", en="The request has expired")
    detail = Text(
        zh="请求须在 {minutes} 分钟内确认，请重新发起，授权未生效",
        en="A request is confirmed within {minutes} minutes; please ask again, nothing was given",
    )


class ConsentStatementMismatch(TongbaoError):
    """The digest sent back is not that of the request: something else was shown."""

    code = "agreements.consent_statement_mismatch"
    kind = Kind.REFUSED
    title = Text(zh="确认的内容与授权请求不一致", en="What was confirmed is not what was requested")
    detail = Text(
        zh="回传的摘要与授权请求的内容不符，授权未生效",
        en="The digest sent back is not that of the request's statement; no consent was recorded",
    )


class UnknownReceipt(TongbaoError):
    """The record has no receipt: it is older than receipts."""

    code = "agreements.unknown_receipt"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有授权回执", en="There is no receipt")
    detail = Text(zh="该记录形成于启用授权回执之前", en="The record is older than receipts are")
