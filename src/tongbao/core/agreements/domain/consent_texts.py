"""The words a party agrees to before its data is fetched.

A published version is never edited: its digest is in consents already given (and in a test). A
change of words is a new `ConsentText` after the old one; the last of its kind is the one in use.
"""

# A clause is one line, as in the signed text.
# ruff: noqa: E501

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Final

from tongbao.core.agreements.domain.consents import Retention, Scope, canonical
from tongbao.core.agreements.domain.errors import (
    ConsentTextMismatch,
    ConsentTextOutdated,
    UnknownConsentText,
)
from tongbao.kernel.text import Text

CREDIT_ASSESSMENT: Final = "credit_assessment"
TAX_VAT_INVOICES: Final = "tax.vat_invoices"
TONGBAO: Final = "tongbao"

# The words a program's terms are shown by.
NAMES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        CREDIT_ASSESSMENT: Text(zh="信用评估", en="credit assessment"),
        TAX_VAT_INVOICES: Text(zh="税务机关的增值税发票", en="VAT invoices of the tax authority"),
        TONGBAO: Text(zh="通宝银行", en="Tongbao Bank"),
        "invoice.number": Text(zh="发票号码", en="number of the invoice"),
        "invoice.issued_on": Text(zh="开票日期", en="date of issue"),
        "invoice.direction": Text(zh="销项或进项", en="sale or purchase"),
        "invoice.counterparty": Text(zh="交易对方代码", en="code of the counterparty"),
        "invoice.amount": Text(zh="金额", en="amount"),
        "invoice.tax": Text(zh="税额", en="tax"),
        "invoice.void": Text(zh="作废或红字冲销", en="voided or reversed"),
    }
)

INVOICES: Final = Scope(
    data=(
        "invoice.number",
        "invoice.issued_on",
        "invoice.direction",
        "invoice.counterparty",
        "invoice.amount",
        "invoice.tax",
        "invoice.void",
    ),
    months_max=48,
)
SIX_MONTHS: Final = Retention(days=183, days_after_contract=1_826)


@dataclass(frozen=True)
class ConsentText:
    """One version of the words for a purpose, a source and a recipient.

    `scope`, `retention` and `valid_for` say the same as the words, for programs; from form 2 on
    they are part of the digest.
    """

    purpose: str
    source: str
    version: str
    valid_for: timedelta
    title: Text
    body: Text
    recipient: str = TONGBAO
    scope: Scope = INVOICES
    retention: Retention = SIX_MONTHS
    form: int = 2

    @property
    def canonical(self) -> str:
        """Return what the digest is taken of: parts in Unicode form NFC, a line feed between.

        In order: purpose, source, version, title and body in Chinese, title and body in English;
        in form 2 then recipient, scope, retention and days of validity as canonical JSON.
        """
        parts = [
            self.purpose,
            self.source,
            self.version,
            self.title.zh,
            self.body.zh,
            self.title.en,
            self.body.en,
        ]
        if self.form > 1:
            parts.append(canonical(self.terms()))
        return unicodedata.normalize("NFC", "\n".join(parts))

    def terms(self) -> dict[str, object]:
        """Return what the words say, for programs."""
        return {
            "recipient": self.recipient,
            "scope": {"data": list(self.scope.data), "months_max": self.scope.months_max},
            "retention": {
                "days": self.retention.days,
                "days_after_contract": self.retention.days_after_contract,
            },
            "valid_days": self.valid_for.days,
        }

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical text (UTF-8) in 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


CONSENT_TEXTS: Final[tuple[ConsentText, ...]] = (
    ConsentText(
        purpose=CREDIT_ASSESSMENT,
        source=TAX_VAT_INVOICES,
        version="2025-11",
        form=1,
        valid_for=timedelta(days=365),
        title=Text(
            zh="增值税发票数据查询授权书",
            en="Consent to fetch VAT invoice data",
        ),
        body=Text(
            zh="""\
一、我们获取什么。经您授权，我们通过税务机关的数据接口查询贵企业的增值税发票记录：每张发票的号码、开票日期、销项或进项、交易对方的代码、金额、税额，以及是否作废或红字冲销。我们不获取货物明细、个人信息，也不获取其他企业的数据。
二、我们为什么获取。仅用于评估贵企业的信用：判断能否向贵企业发放贷款，以及额度和利率；贷款发放后，用于贷后管理，直至贷款结清。我们不将这些数据用于营销，也不出售或提供给第三方；法律要求提供的除外。评估由计算机程序作出，您可以要求说明理由，也可以要求人工复核。
三、保存多久。贷款申请被拒绝或放弃的，发票数据保存六个月后删除；发放贷款的，保存至贷款结清后五年，此后删除。授权记录本身作为合规凭证至少保存五年。
四、授权期限。自您确认之日起三百六十五天，期满后不再查询。您可以提前撤回。
五、如何撤回。您可以随时在“我的授权”页面、通过接口或联系客服撤回，不收取费用，也无须说明理由。撤回立即生效：我们自此不再查询新的数据。撤回前依授权进行的查询和已作出的决定仍然有效；已获取的数据按第三条保存和删除。
六、不授权会怎样。授权完全自愿。不授权不影响您使用账户、转账等其他服务；但我们缺少评估依据，将无法受理以发票数据为依据的贷款申请。
七、您的权利。您可以查阅、复制、更正我们保存的数据，可以要求解释评估结果，也可以向我们或监管部门投诉。
八、确认。您确认有权代表贵企业作出本授权，并已阅读和理解以上内容。""",
            en="""\
1. What we fetch. With your consent we query your company's value-added tax invoice records through the tax authority's data interface: for each invoice its number, date of issue, whether it is a sale or a purchase, the counterparty's code, the amount, the tax, and whether it was voided or reversed by a red-letter invoice. We fetch no lines of goods, no personal data, and no data of other companies.
2. Why we fetch it. Only to assess your company's credit: whether we can lend to it, how much and at what rate; and, once a loan is paid out, to monitor that loan until it is repaid. We do not use the data for marketing and neither sell it nor pass it on, except where the law obliges us. The assessment is made by a computer program; you may ask for its reasons and for a review by a person.
3. How long we keep it. If the application is refused or given up, the invoice data is kept for six months and then deleted; if a loan is paid out, it is kept until five years after the loan is repaid and then deleted. The record of this consent itself is kept as evidence for at least five years.
4. How long the consent lasts. 365 days from your confirmation; after that we do not query any more. You may withdraw it earlier.
5. How to withdraw. At any time, on the page "My consents", through the interface or by contacting customer service, free of charge and without giving a reason. A withdrawal takes effect at once: from then on we fetch no new data. Queries made on the consent before and decisions already taken remain valid; data already fetched is kept and deleted as under 3.
6. If you do not consent. Consent is entirely voluntary. Without it you can use your account, transfers and all other services as before; but we lack the basis for an assessment and cannot accept a loan application that rests on invoice data.
7. Your rights. You may see, copy and correct the data we keep, ask for an explanation of the assessment, and complain to us or to the supervisory authority.
8. Confirmation. You confirm that you are entitled to give this consent on behalf of the company and that you have read and understood the above.""",
        ),
    ),
    ConsentText(
        purpose=CREDIT_ASSESSMENT,
        source=TAX_VAT_INVOICES,
        version="2026-11",
        valid_for=timedelta(days=365),
        title=Text(
            zh="增值税发票数据查询授权书",
            en="Consent to fetch VAT invoice data",
        ),
        body=Text(
            zh="""\
一、我们获取什么。经您授权，我们通过税务机关的数据接口查询贵企业的增值税发票记录：每张发票的号码、开票日期、销项或进项、交易对方的代码、金额、税额，以及是否作废或红字冲销。我们不获取货物明细、个人信息，也不获取其他企业的数据。
二、从什么时候起。我们获取的记录，自税务机关现有数据的最后一日起最多回溯四十八个月；更早的数据不获取、不保存。
三、我们为什么获取。仅用于评估贵企业的信用：判断能否向贵企业发放贷款，以及额度和利率。我们不将这些数据用于营销。评估由计算机程序作出，您可以要求说明理由，也可以要求人工复核。
四、谁得到这些数据。只有通宝银行。我们不出售，也不提供给第三方；法律要求提供的除外。
五、保存多久。发票数据自获取之日起保存一百八十三天后删除；据此发放贷款的，保存至贷款结清后五年，此后删除。授权记录本身作为合规凭证至少保存五年。
六、授权期限。自您确认之日起三百六十五天，期满后不再查询。您可以提前撤回。
七、如何撤回。您可以随时在“我的授权”页面、通过接口或联系客服撤回，不收取费用，也无须说明理由。撤回立即生效：不再查询新的数据，已排定的查询取消，正在进行的查询在一页之内停止，已到的内容丢弃。撤回前依授权作出的决定仍然有效，但等待数据的申请将停止，尚未使用的额度由人工复核；已获取的数据按第五条保存和删除。
八、不授权会怎样。授权完全自愿。不授权不影响您使用账户、转账等其他服务；但我们缺少评估依据，将无法受理以发票数据为依据的贷款申请。
九、您的权利。您可以查阅、复制、更正我们保存的数据，可以要求解释评估结果，也可以向我们或监管部门投诉。每次授权和撤回，您都会得到一份带有我们签名的回执。
十、确认。您确认有权代表贵企业作出本授权，并已阅读和理解以上内容。""",
            en="""\
1. What we fetch. With your consent we query your company's value-added tax invoice records through the tax authority's data interface: for each invoice its number, date of issue, whether it is a sale or a purchase, the counterparty's code, the amount, the tax, and whether it was voided or reversed by a red-letter invoice. We fetch no lines of goods, no personal data, and no data of other companies.
2. From when. At most the forty-eight months before the last day for which the tax authority has data; nothing older is fetched or kept.
3. Why we fetch it. Only to assess your company's credit: whether we can lend to it, how much and at what rate. We do not use the data for marketing. The assessment is made by a computer program; you may ask for its reasons and for a review by a person.
4. Who receives it. Tongbao Bank alone. We neither sell the data nor pass it on, except where the law obliges us.
5. How long we keep it. Invoice data is deleted 183 days after it was fetched; if a loan is paid out on it, five years after that loan is repaid. The record of this consent itself is kept as evidence for at least five years.
6. How long the consent lasts. 365 days from your confirmation; after that we do not query any more. You may withdraw it earlier.
7. How to withdraw. At any time, on the page "My consents", through the interface or by contacting customer service, free of charge and without giving a reason. A withdrawal takes effect at once: no new data is fetched, planned queries are cancelled, one under way stops within a page and what came is dropped. Decisions taken before remain valid, but an application that waits for data is stopped and a limit not yet used is reviewed by a person; data already fetched is kept and deleted as under 5.
8. If you do not consent. Consent is entirely voluntary. Without it you can use your account, transfers and all other services as before; but we lack the basis for an assessment and cannot accept a loan application that rests on invoice data.
9. Your rights. You may see, copy and correct the data we keep, ask for an explanation of the assessment, and complain to us or to the supervisory authority. For every consent and every withdrawal you receive a receipt that bears our signature.
10. Confirmation. You confirm that you are entitled to give this consent on behalf of the company and that you have read and understood the above.""",
        ),
    ),
    ConsentText(
        purpose=CREDIT_ASSESSMENT,
        source=TAX_VAT_INVOICES,
        version="2026-11-22",
        valid_for=timedelta(days=365),
        title=Text(
            zh="增值税发票数据查询授权书",
            en="Consent to fetch VAT invoice data",
        ),
        body=Text(
            zh="""\
一、我们获取什么。经您授权，我们通过税务机关的数据接口查询贵企业的增值税发票记录：每张发票的号码、开票日期、销项或进项、交易对方的代码、金额、税额，以及是否作废或红字冲销。我们不获取货物明细、个人信息，也不获取其他企业的数据。
二、从什么时候起。我们获取的记录，自税务机关现有数据的最后一日起最多回溯四十八个月；更早的数据不获取、不保存。
三、我们为什么获取。仅用于评估贵企业的信用：判断能否向贵企业发放贷款，以及额度和利率。我们不将这些数据用于营销。评估由计算机程序作出，您可以要求说明理由，也可以要求人工复核。
四、谁得到这些数据。只有通宝银行。我们不出售，也不提供给第三方；法律要求提供的除外。
五、保存多久。发票数据自获取之日起保存一百八十三天后删除；据此发放贷款的，保存至贷款结清后五年，此后删除。授权记录本身作为合规凭证至少保存五年。
六、授权期限。自您确认之日起三百六十五天，期满后不再查询。您可以提前撤回。
七、如何撤回。您可以随时在“我的授权”页面、通过接口或联系客服撤回，不收取费用，也无须说明理由。撤回立即生效：不再查询新的数据，已排定的查询取消，正在进行的查询在一页之内停止，已到的内容丢弃。撤回前依授权作出的决定仍然有效，但等待数据的申请将停止，尚未使用的额度由人工复核；已获取的数据中，没有申请、额度或未结清的借款仍在使用的，立即删除；其余按第五条保存和删除。
八、不授权会怎样。授权完全自愿。不授权不影响您使用账户、转账等其他服务；但我们缺少评估依据，将无法受理以发票数据为依据的贷款申请。
九、您的权利。您可以查阅、复制、更正我们保存的数据，可以要求解释评估结果，也可以向我们或监管部门投诉。每次授权和撤回，您都会得到一份带有我们签名的回执。
十、确认。您确认有权代表贵企业作出本授权，并已阅读和理解以上内容。""",
            en="""\
1. What we fetch. With your consent we query your company's value-added tax invoice records through the tax authority's data interface: for each invoice its number, date of issue, whether it is a sale or a purchase, the counterparty's code, the amount, the tax, and whether it was voided or reversed by a red-letter invoice. We fetch no lines of goods, no personal data, and no data of other companies.
2. From when. At most the forty-eight months before the last day for which the tax authority has data; nothing older is fetched or kept.
3. Why we fetch it. Only to assess your company's credit: whether we can lend to it, how much and at what rate. We do not use the data for marketing. The assessment is made by a computer program; you may ask for its reasons and for a review by a person.
4. Who receives it. Tongbao Bank alone. We neither sell the data nor pass it on, except where the law obliges us.
5. How long we keep it. Invoice data is deleted 183 days after it was fetched; if a loan is paid out on it, five years after that loan is repaid. The record of this consent itself is kept as evidence for at least five years.
6. How long the consent lasts. 365 days from your confirmation; after that we do not query any more. You may withdraw it earlier.
7. How to withdraw. At any time, on the page "My consents", through the interface or by contacting customer service, free of charge and without giving a reason. A withdrawal takes effect at once: no new data is fetched, planned queries are cancelled, one under way stops within a page and what came is dropped. Decisions taken before remain valid, but an application that waits for data is stopped and a limit not yet used is reviewed by a person; of the data already fetched, what no application, limit or running loan uses is deleted at once, and the rest is kept and deleted as under 5.
8. If you do not consent. Consent is entirely voluntary. Without it you can use your account, transfers and all other services as before; but we lack the basis for an assessment and cannot accept a loan application that rests on invoice data.
9. Your rights. You may see, copy and correct the data we keep, ask for an explanation of the assessment, and complain to us or to the supervisory authority. For every consent and every withdrawal you receive a receipt that bears our signature.
10. Confirmation. You confirm that you are entitled to give this consent on behalf of the company and that you have read and understood the above.""",
        ),
    ),
)


def texts_in_use() -> tuple[ConsentText, ...]:
    """Return the last version of each text."""
    last = {(text.purpose, text.source, text.recipient): text for text in CONSENT_TEXTS}
    return tuple(last.values())


def text_in_use(*, purpose: str, source: str, recipient: str = TONGBAO) -> ConsentText:
    """Return the words to be shown for purpose, source, recipient. Raises `UnknownConsentText`."""
    for text in texts_in_use():
        if (text.purpose, text.source, text.recipient) == (purpose, source, recipient):
            return text
    raise UnknownConsentText(purpose=purpose, source=source, recipient=recipient)


def text_of(digest: str) -> ConsentText:
    """Return the words that have a digest; those of every consent ever given stay in the code."""
    (found,) = (text for text in CONSENT_TEXTS if text.digest == digest)
    return found


def confirmed_text(
    *, purpose: str, source: str, recipient: str, version: str, digest: str
) -> ConsentText:
    """Return the text in use if it is the one that was read.

    Raises `UnknownConsentText`, `ConsentTextOutdated` (another version), `ConsentTextMismatch`
    (this version, other words).
    """
    text = text_in_use(purpose=purpose, source=source, recipient=recipient)
    if version != text.version:
        raise ConsentTextOutdated(current_version=text.version)
    if digest != text.digest:
        raise ConsentTextMismatch(version=text.version)
    return text
