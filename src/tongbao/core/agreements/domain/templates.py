"""The words of agreements, with places for what differs from one to the next.

A published version is never edited (a test holds its digest): a change of words is a new
`Template` after the old one; the last of its name is the one in use.
"""

# A clause is one line, as in the signed text.
# ruff: noqa: E501

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from string import Formatter
from types import MappingProxyType
from typing import Final

from tongbao.core.agreements.domain import deposit_texts
from tongbao.core.agreements.domain.agreements import ParametersMismatch, UnknownTemplate
from tongbao.kernel.text import Language, Text

LOAN_AGREEMENT: Final = "loan_agreement"
TIME_DEPOSIT_AGREEMENT: Final = "time_deposit_agreement"
INSTALMENT_SAVINGS_AGREEMENT: Final = "instalment_savings_agreement"
NOTICE_DEPOSIT_AGREEMENT: Final = "notice_deposit_agreement"
PARAMETER_LENGTH_MAX: Final = 200

# A line feed or an invisible character in a value could forge a clause or hide one.
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Kind(StrEnum):
    """What may stand in a place; each is one line of visible text."""

    TEXT = "text"
    AMOUNT = "amount"
    CURRENCY = "currency"
    INTEGER = "integer"
    PERCENT = "percent"
    DATE = "date"
    ACCOUNT = "account"


_FORMS: Final[Mapping[Kind, re.Pattern[str]]] = MappingProxyType(
    {
        Kind.AMOUNT: re.compile(r"[0-9]{1,16}(\.[0-9]{1,4})?", re.ASCII),
        Kind.CURRENCY: re.compile(r"[A-Z]{3}", re.ASCII),
        Kind.INTEGER: re.compile(r"[0-9]{1,9}", re.ASCII),
        Kind.PERCENT: re.compile(r"[0-9]{1,3}(\.[0-9]{1,10})?", re.ASCII),
        Kind.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII),
        Kind.ACCOUNT: re.compile(r"[0-9A-Z]{6,34}", re.ASCII),
    }
)


def _places(body: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(body) if name is not None)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text ready to be signed, and its SHA-256 (UTF-8) in 64 hexadecimal digits."""

    template: str
    template_version: str
    language: Language
    parameters: Mapping[str, str]
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Template:
    """One version of an agreement's words; both languages have the same places."""

    name: str
    version: str
    body: Text
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert _places(self.body.zh) == _places(self.body.en), "both languages have the same places"
        assert self.kinds.keys() <= self.parameters, "kinds are of places"

    def kind(self, name: str) -> Kind:
        """Return what may stand in a place."""
        return self.kinds.get(name, Kind.TEXT)

    @property
    def parameters(self) -> frozenset[str]:
        """Return the names of the places to be filled."""
        return _places(self.body.en)

    def render(self, *, parameters: Mapping[str, str], language: Language) -> Rendered:
        """Fill the places. Raises `ParametersMismatch` unless each gets a value of its kind."""
        missing = self.parameters - parameters.keys()
        unknown = parameters.keys() - self.parameters
        malformed = {
            name for name, value in parameters.items() if not _fits(value, self.kind(name))
        }
        if missing or unknown or malformed:
            raise ParametersMismatch(
                missing=sorted(missing), unknown=sorted(unknown), malformed=sorted(malformed)
            )
        text = unicodedata.normalize("NFC", self.body.say(language, **parameters))
        return Rendered(
            template=self.name,
            template_version=self.version,
            language=language,
            parameters=dict(parameters),
            text=text,
            digest=hashlib.sha256(text.encode()).hexdigest(),
        )


_LOAN_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "currency": Kind.CURRENCY,
        "principal": Kind.AMOUNT,
        "term_months": Kind.INTEGER,
        "disbursed_on": Kind.DATE,
        "matures_on": Kind.DATE,
        "annual_rate_percent": Kind.PERCENT,
        "account_number": Kind.ACCOUNT,
    }
)

_DEPOSIT_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "currency": Kind.CURRENCY,
        "amount": Kind.AMOUNT,
        "annual_rate_percent": Kind.PERCENT,
        "starts_on": Kind.DATE,
        "account_number": Kind.ACCOUNT,
    }
)
_TERM_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {**_DEPOSIT_KINDS, "months": Kind.INTEGER, "matures_on": Kind.DATE}
)

TEMPLATES: Final[tuple[Template, ...]] = (
    Template(
        name=LOAN_AGREEMENT,
        version="2025-11",
        body=Text(
            zh="""\
小微企业贷款合同

贷款人：{lender_name}
借款人：{borrower_name}，统一社会信用代码 {borrower_registration_number}

第一条 借款金额。{currency} {principal}。
第二条 借款期限。{term_months} 个月，自 {disbursed_on} 起至 {matures_on} 止。
第三条 利率。年化利率（单利）{annual_rate_percent}%，固定不变，按日计息，日利率为年利率除以 360。除利息外，贷款人不收取任何费用。
第四条 放款。贷款人于 {disbursed_on} 将借款划入借款人在贷款人处开立的账户 {account_number}。
第五条 用途。借款仅用于借款人的日常生产经营，不得用于购买房产、证券、股权投资或转借他人。
第六条 还款。还款方式为{repayment_method}。还款日遇非营业日的，顺延至下一个营业日。借款人授权贷款人于还款日从第四条所列账户扣收应还款项。
第七条 提前还款。借款人可以随时提前归还全部或部分借款，利息计至还款当日，贷款人不收取违约金。
第八条 逾期。逾期本金自逾期之日起按第三条利率的 1.5 倍计收罚息，直至清偿。贷款人应在逾期后及时通知借款人。
第九条 借款人的承诺。借款人提供的信息真实、完整；经营、住所、法定代表人或财务状况发生重大变化的，应在十日内通知贷款人。
第十条 数据。贷款人仅依据借款人的授权查询和使用其数据；授权可以依授权书随时撤回。
第十一条 贷款的提前到期。借款人违反第五条或第九条，或者逾期超过九十日的，贷款人可以书面通知借款人，宣布借款立即到期。
第十二条 争议。双方先行协商；协商不成的，可以向监管部门投诉，或者向借款人住所地人民法院起诉。本合同适用中华人民共和国法律。
第十三条 签署。本合同以电子方式签署，自借款人确认之时起生效。中文文本与英文文本不一致的，以中文文本为准。""",
            en="""\
Loan agreement for a small business

Lender: {lender_name}
Borrower: {borrower_name}, unified social credit code {borrower_registration_number}

1. Amount. {currency} {principal}.
2. Term. {term_months} months, from {disbursed_on} to {matures_on}.
3. Interest. {annual_rate_percent} % a year (simple interest), fixed, accrued daily at the yearly rate divided by 360. Apart from interest the lender charges nothing.
4. Disbursement. On {disbursed_on} the lender pays the amount into the account {account_number} that the borrower holds with the lender.
5. Purpose. The loan serves the borrower's daily business only. It must not be used to buy property, securities or shares, or be lent on.
6. Repayment. The method of repayment is: {repayment_method}. A due date that is no business day moves to the next business day. The borrower authorises the lender to debit what is due from the account named in 4.
7. Early repayment. The borrower may repay all or part at any time, with interest to the day of repayment and without a charge.
8. Late payment. Overdue principal bears penalty interest at 1.5 times the rate of 3 from the day it is overdue until it is paid. The lender informs the borrower promptly of anything overdue.
9. The borrower's undertakings. What the borrower has told the lender is true and complete. The borrower tells the lender within ten days of material changes in its business, its seat, its legal representative or its finances.
10. Data. The lender fetches and uses the borrower's data only on the borrower's consent, which can be withdrawn at any time as the consent says.
11. Acceleration. If the borrower breaches 5 or 9, or is more than ninety days late, the lender may declare the loan due at once by written notice.
12. Disputes. The parties first negotiate; failing that, either may complain to the supervisory authority or sue at the people's court of the borrower's seat. The law of the People's Republic of China applies.
13. Signature. This agreement is signed electronically and takes effect when the borrower confirms it. If the Chinese and the English text differ, the Chinese text prevails.""",
        ),
    ),
    Template(
        name=LOAN_AGREEMENT,
        version="2026-11",
        body=Text(
            zh="""\
小微企业贷款合同

贷款人：{lender_name}
借款人：{borrower_name}，统一社会信用代码 {borrower_registration_number}

第一条 借款金额。{currency} {principal}（{principal_capitals}）。
第二条 借款期限。{term_months} 个月，自 {disbursed_on} 起至 {matures_on} 止。
第三条 利率。年化利率（单利）{annual_rate_percent}%，固定不变，按日计息，日利率为年利率除以 360。除利息外，贷款人不收取任何费用。
第四条 放款。贷款人于 {disbursed_on} 将借款划入借款人在贷款人处开立的账户 {account_number}。
第五条 用途。借款仅用于借款人的日常生产经营，不得用于购买房产、证券、股权投资或转借他人。
第六条 还款。还款方式为{repayment_method}。还款日遇非营业日的，顺延至下一个营业日。借款人授权贷款人于还款日从第四条所列账户扣收应还款项。
第七条 提前还款。借款人可以随时提前归还全部或部分借款，利息计至还款当日，贷款人不收取违约金。
第八条 逾期。逾期本金自逾期之日起按第三条利率的 1.5 倍计收罚息，直至清偿。贷款人应在逾期后及时通知借款人。
第九条 借款人的承诺。借款人提供的信息真实、完整；经营、住所、法定代表人或财务状况发生重大变化的，应在十日内通知贷款人。
第十条 数据。贷款人仅依据借款人的授权查询和使用其数据；授权可以依授权书随时撤回，撤回不影响已发放的借款。
第十一条 贷款的提前到期。借款人违反第五条或第九条，或者逾期超过九十日的，贷款人可以书面通知借款人，宣布借款立即到期。
第十二条 争议。双方先行协商；协商不成的，可以向监管部门投诉，或者向借款人住所地人民法院起诉。本合同适用中华人民共和国法律。
第十三条 签署。本合同以电子方式签署，自借款人确认之时起生效；贷款人随后加盖电子印章，供双方及第三方验证。中文文本与英文文本不一致的，以中文文本为准。""",
            en="""\
Loan agreement for a small business

Lender: {lender_name}
Borrower: {borrower_name}, unified social credit code {borrower_registration_number}

1. Amount. {currency} {principal}; in Chinese capitals {principal_capitals}.
2. Term. {term_months} months, from {disbursed_on} to {matures_on}.
3. Interest. {annual_rate_percent} % a year (simple interest), fixed, accrued daily at the yearly rate divided by 360. Apart from interest the lender charges nothing.
4. Disbursement. On {disbursed_on} the lender pays the amount into the account {account_number} that the borrower holds with the lender.
5. Purpose. The loan serves the borrower's daily business only. It must not be used to buy property, securities or shares, or be lent on.
6. Repayment. The method of repayment is: {repayment_method}. A due date that is no business day moves to the next business day. The borrower authorises the lender to debit what is due from the account named in 4.
7. Early repayment. The borrower may repay all or part at any time, with interest to the day of repayment and without a charge.
8. Late payment. Overdue principal bears penalty interest at 1.5 times the rate of 3 from the day it is overdue until it is paid. The lender informs the borrower promptly of anything overdue.
9. The borrower's undertakings. What the borrower has told the lender is true and complete. The borrower tells the lender within ten days of material changes in its business, its seat, its legal representative or its finances.
10. Data. The lender fetches and uses the borrower's data only on the borrower's consent, which can be withdrawn at any time as the consent says; a withdrawal leaves a loan already paid out as it is.
11. Acceleration. If the borrower breaches 5 or 9, or is more than ninety days late, the lender may declare the loan due at once by written notice.
12. Disputes. The parties first negotiate; failing that, either may complain to the supervisory authority or sue at the people's court of the borrower's seat. The law of the People's Republic of China applies.
13. Signature. This agreement is signed electronically and takes effect when the borrower confirms it; the lender then adds its electronic seal, by which both parties and others can verify it. If the Chinese and the English text differ, the Chinese text prevails.""",
        ),
        kinds=_LOAN_KINDS,
    ),
    Template(TIME_DEPOSIT_AGREEMENT, "2026-11", deposit_texts.TIME_DEPOSIT, _TERM_KINDS),
    Template(
        INSTALMENT_SAVINGS_AGREEMENT, "2026-11", deposit_texts.INSTALMENT_SAVINGS, _TERM_KINDS
    ),
    Template(
        NOTICE_DEPOSIT_AGREEMENT,
        "2026-11",
        deposit_texts.NOTICE_DEPOSIT,
        {**_DEPOSIT_KINDS, "notice_days": Kind.INTEGER, "minimum": Kind.AMOUNT},
    ),
)


def template_in_use(name: str) -> Template:
    """Return the last version of a template. Raises `UnknownTemplate`."""
    for template in reversed(TEMPLATES):
        if template.name == name:
            return template
    raise UnknownTemplate(template=name)


def _fits(value: str, kind: Kind) -> bool:
    """Tell whether a value may stand in a place of this kind."""
    if not _acceptable(value):
        return False
    form = _FORMS.get(kind)
    if form is not None and form.fullmatch(value) is None:
        return False
    if kind is Kind.DATE:
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
    return True


def _acceptable(value: str) -> bool:
    """Tell whether a value is one line of visible text of acceptable length."""
    return 1 <= len(value.strip()) <= len(value) <= PARAMETER_LENGTH_MAX and not any(
        unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in value
    )
