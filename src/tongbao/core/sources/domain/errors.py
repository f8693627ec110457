"""What may go wrong on the way to an outside source and back."""

from enum import StrEnum
from typing import ClassVar, Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Language, Text

VAT_INVOICES: Final = "tax.vat_invoices"

SOURCE_NAMES: Final[dict[str, Text]] = {
    VAT_INVOICES: Text(zh="税务局的发票数据", en="the tax office's invoices"),
}


class Finding(StrEnum):
    """What was wrong with an answer that cannot be trusted."""

    MALFORMED = "malformed"
    OTHER_TAXPAYER = "other_taxpayer"
    PERIOD_CHANGED = "period_changed"
    TOTALS_CHANGED = "totals_changed"
    TOTALS_DIFFER = "totals_differ"
    PAGE_REPEATED = "page_repeated"
    INVOICE_REPEATED = "invoice_repeated"
    DATE_OUTSIDE_PERIOD = "date_outside_period"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_BYTES = "too_many_bytes"
    UNEXPECTED_STATUS = "unexpected_status"
    BEYOND_CONSENT = "beyond_consent"


FINDING_TEXTS: Final[dict[Finding, Text]] = {
    Finding.MALFORMED: Text(
        zh="数据格式不符合约定（{where}）", en="the data is not in the agreed form ({where})"
    ),
    Finding.OTHER_TAXPAYER: Text(
        zh="返回的是另一纳税人的数据", en="the data belongs to another taxpayer"
    ),
    Finding.PERIOD_CHANGED: Text(
        zh="各页的数据期间不一致", en="the pages do not agree on the period"
    ),
    Finding.TOTALS_CHANGED: Text(
        zh="各页的控制合计不一致", en="the pages do not agree on the control totals"
    ),
    Finding.TOTALS_DIFFER: Text(
        zh="明细的{what}为 {found}，与控制合计 {expected} 不符",
        en="the invoices add up to {found} in {what}, the control total says {expected}",
    ),
    Finding.PAGE_REPEATED: Text(zh="同一页被重复返回", en="the same page was sent twice"),
    Finding.INVOICE_REPEATED: Text(
        zh="发票 {invoice} 出现两次", en="invoice {invoice} appears twice"
    ),
    Finding.DATE_OUTSIDE_PERIOD: Text(
        zh="存在不在数据期间内的发票日期（{where}）",
        en="an invoice is dated outside the period ({where})",
    ),
    Finding.TOO_MANY_ROWS: Text(
        zh="明细超过上限 {maximum} 行", en="more than {maximum} rows were sent"
    ),
    Finding.TOO_MANY_PAGES: Text(
        zh="页数超过上限 {maximum}", en="more than {maximum} pages were sent"
    ),
    Finding.TOO_MANY_BYTES: Text(
        zh="数据量超过上限 {maximum} 字节", en="more than {maximum} bytes were sent"
    ),
    Finding.BEYOND_CONSENT: Text(
        zh="返回的数据期间超出授权的 {maximum} 个月",
        en="the period goes beyond the {maximum} months consented to",
    ),
    Finding.UNEXPECTED_STATUS: Text(
        zh="返回了约定之外的状态码 {status}", en="an unexpected status {status} was answered"
    ),
}


class SourceError(TongbaoError):
    """Base of what a source may do to us; `name` is the source in words."""

    def __init__(self, *, source: str = VAT_INVOICES, **facts: object) -> None:
        super().__init__(source=source, name=SOURCE_NAMES[source], **facts)


class SourceUnavailable(SourceError):
    """The source cannot be reached or reports an error of its own: try again later.

    `cause` is for whoever runs the platform, so no text repeats it.
    """

    code = "sources.unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="数据源暂时不可用", en="The data source is not available")
    detail = Text(
        zh="暂时无法取得{name}",
        en="At the moment {name} cannot be obtained",
    )


class SourceSlow(SourceError):
    """The source did not answer in time: try again later."""

    code = "sources.slow"
    kind = Kind.UNAVAILABLE
    title = Text(zh="数据源响应超时", en="The data source is too slow")
    detail = Text(
        zh="未能在 {seconds} 秒内取得{name}",
        en="It was not possible to obtain {name} within {seconds} seconds",
    )


class SourceUntrustworthy(SourceError):
    """The source answered, but what it said cannot be true. `finding` names what was wrong."""

    code = "sources.untrustworthy"
    kind = Kind.REFUSED
    title = Text(zh="数据源返回的数据不可信", en="The data source's answer cannot be trusted")

    introduction: ClassVar[Text] = Text(
        zh="{name}不可信：", en="What was sent as {name} cannot be trusted: "
    )

    def __init__(self, *, finding: Finding, source: str = VAT_INVOICES, **facts: object) -> None:
        self.finding = finding
        super().__init__(source=source, finding=finding.value, **facts)

    def say(self, language: Language) -> str:
        """Return what was wrong in words."""
        return self.introduction.say(language, **self.facts) + FINDING_TEXTS[self.finding].say(
            language, **self.facts
        )


class SourceAccessRefused(SourceError):
    """The source knows us but refuses this access, for instance because it denies the consent."""

    code = "sources.access_refused"
    kind = Kind.REFUSED
    title = Text(zh="数据源拒绝提供数据", en="The data source refused access")
    detail = Text(
        zh="对方不认可本次授权，拒绝提供{name}",
        en="The consent is not accepted on the other side, so {name} cannot be obtained",
    )


class TaxpayerUnknown(SourceError):
    """The source has no taxpayer under this registration number."""

    code = "sources.taxpayer_unknown"
    kind = Kind.REFUSED
    title = Text(zh="数据源中无此纳税人", en="The data source does not know the taxpayer")
    detail = Text(
        zh="{name}中没有统一社会信用代码为 {registration_number} 的纳税人",
        en="No taxpayer with the registration number {registration_number} is known to {name}",
    )


class NotATaxpayer(TongbaoError):
    """Only an organisation with a registration number has invoices to fetch."""

    code = "sources.not_a_taxpayer"
    kind = Kind.REFUSED
    title = Text(zh="该客户没有统一社会信用代码", en="The party has no registration number")


class ConsentChanged(TongbaoError):
    """The consent that the data was fetched under has been replaced meanwhile: fetch again."""

    code = "sources.consent_changed"
    kind = Kind.CONFLICT
    title = Text(zh="取数期间授权已变更", en="The consent changed while data was fetched")


class FetchUnknown(TongbaoError):
    """No such fetch, or none the caller may see."""

    code = "sources.fetch_unknown"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有这次取数记录", en="No such fetch")


class DataExpired(TongbaoError):
    """What was fetched is deleted: its time was over, or its consent was withdrawn."""

    code = "sources.data_expired"
    kind = Kind.REFUSED
    title = Text(zh="已取数据已到期删除", en="The fetched data has expired")
    detail = Text(
        zh="按授权承诺的保存期限，数据已于 {deleted_at} 删除；取数记录与摘要仍在。",
        en="It was deleted at {deleted_at} as its consent promises; its record and digest stay.",
    )


class PayloadDamaged(TongbaoError):
    """The stored payload no longer has the digest it was stored with."""

    code = "sources.payload_damaged"
    kind = Kind.UNAVAILABLE
    title = Text(zh="已存数据校验失败", en="The stored data fails its digest")
