"""Reasons that come from how the data was obtained, not from what it says."""

from typing import Final

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text
from tongbao.products.lending.domain.application import Reason

CONSENT_WITHDRAWN: Final = Reason(
    "lending.consent_withdrawn",
    Text(
        zh="数据授权已撤回或失效，申请已关闭，未使用任何数据",
        en="The consent was withdrawn or has ended; the application is closed and no data was used",
    ),
)
CONSENT_EXPIRED: Final = Reason(
    "lending.consent_expired",
    Text(
        zh="数据授权已到期，申请已关闭，未使用任何数据；重新授权后可再次申请",
        en="The consent has expired; the application is closed and no data was used. You may apply "
        "again on a new consent",
    ),
)
CONSENT_REPLACED: Final = Reason(
    "lending.consent_replaced",
    Text(
        zh="取数期间授权已更新，将按新授权重新取数",
        en="The consent was renewed meanwhile; the data will be fetched again on the new one",
    ),
)
SOURCE_UNAVAILABLE: Final = Reason(
    "lending.source_unavailable",
    Text(
        zh="税务数据源持续无法连接，本次申请无法评估；恢复后可重新申请",
        en="The tax office could not be reached for too long, so the application cannot be "
        "assessed; please apply again later",
    ),
)
NO_MODEL: Final = Reason(
    "lending.no_model",
    Text(
        zh="没有适用的评分模型，转人工处理",
        en="No rating model fits the data; a person will look at the application",
    ),
)


def waiting_for(error: TongbaoError) -> Reason:
    """Return why an application waits, and that nobody need do anything."""
    return Reason(
        "lending.waiting_for_source",
        Text(
            zh=f"{error.say('zh')}；我们会自动重试，您无需操作",
            en=f"{error.say('en')}; we try again by ourselves, there is nothing you need to do",
        ),
    )


def untrustworthy(error: TongbaoError) -> Reason:
    """Return why a person must look at data that cannot be true."""
    return _of("lending.source_untrustworthy", error)


def access_refused(error: TongbaoError) -> Reason:
    """Return why a person must look at an access the source denies."""
    return _of("lending.source_refused", error)


def taxpayer_unknown(error: TongbaoError) -> Reason:
    """Return why a firm unknown to the tax office gets no loan on its invoices."""
    return _of("lending.taxpayer_unknown", error)


def unusable(error: TongbaoError) -> Reason:
    """Return why a person must look at data that the rating cannot read."""
    return _of("lending.data_unusable", error)


def by_person(note: str) -> Reason:
    """Return a person's own words as the reason."""
    return Reason("lending.decided_by_person", Text(zh=note, en=note))


def _of(code: str, error: TongbaoError) -> Reason:
    return Reason(code, Text(zh=error.say("zh"), en=error.say("en")))
