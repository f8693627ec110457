"""The texts, their digests, and when a consent is in force."""

import hashlib
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from tongbao.core.agreements.domain.agreements import ParametersMismatch, UnknownTemplate
from tongbao.core.agreements.domain.consent_texts import (
    CONSENT_TEXTS,
    CREDIT_ASSESSMENT,
    TAX_VAT_INVOICES,
    confirmed_text,
    text_in_use,
    texts_in_use,
)
from tongbao.core.agreements.domain.consents import Consent, ConsentId, ConsentStatus, canonical
from tongbao.core.agreements.domain.errors import (
    ConsentTextMismatch,
    ConsentTextOutdated,
    UnknownConsentText,
)
from tongbao.core.agreements.domain.templates import (
    LOAN_AGREEMENT,
    PARAMETER_LENGTH_MAX,
    TEMPLATES,
    Template,
    template_in_use,
)
from tongbao.core.parties.service import PartyId
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TEXT = text_in_use(purpose=CREDIT_ASSESSMENT, source=TAX_VAT_INVOICES)
PARAMETERS = {
    "lender_name": "通宝银行",
    "borrower_name": "杭州云帆贸易有限公司",
    "borrower_registration_number": "91110000600037341L",
    "currency": "CNY",
    "principal": "200000.00",
    "principal_capitals": "人民币贰拾万元整",
    "term_months": "12",
    "disbursed_on": "2025-11-21",
    "matures_on": "2026-11-21",
    "annual_rate_percent": "8.50",
    "account_number": "9900010000000000018",
    "repayment_method": "等额本息",
}

# Digests of what was published. One that changes means that words people agreed to were edited:
# undo that and add a new version instead.
PUBLISHED_CONSENT_TEXTS = {
    (
        "credit_assessment",
        "tax.vat_invoices",
        "2025-11",
    ): "a378c18e5389b9b76ceaf66d9b338e2b82d7c7ec3104a6174295d2265f08796d",
    (
        "credit_assessment",
        "tax.vat_invoices",
        "2026-11",
    ): "bd031e8b8ab5172c2e8c75b01b8fc9c96c5f357966139b87c3add8f4b3f44972",
    (
        "credit_assessment",
        "tax.vat_invoices",
        "2026-11-22",
    ): "94b6d8114da11009a04ef0fcf5e4ec6509aa1acb5e9d69fc16b54acfe500eebe",
}
PUBLISHED_TEMPLATES = {
    (
        "loan_agreement",
        "2025-11",
    ): "bf958190643e0bab910ca49d0da2e330f851f0131b77c2e25ae45d94a206c1b3",
    (
        "loan_agreement",
        "2026-11",
    ): "e5da57e576c5fd290725155aaf6cf357b501c1e2d16126546f620c4ffabe3ec8",
    (
        "time_deposit_agreement",
        "2026-11",
    ): "cef7babb82e04a3f5d52ca966e73eb915631531dc28ce56ff0d53a576f4fc03e",
    (
        "instalment_savings_agreement",
        "2026-11",
    ): "fa570a164e28bb6e3666fa4ca0994d3efa15deebecf5f9dce19dc4807a1cc04f",
    (
        "notice_deposit_agreement",
        "2026-11",
    ): "e2ec10e8f66b289a798cabffecbf2a0198daf38b64599227f079863e37510787",
}


def test_published_consent_texts_are_not_edited() -> None:
    digests = {(text.purpose, text.source, text.version): text.digest for text in CONSENT_TEXTS}
    assert digests == PUBLISHED_CONSENT_TEXTS
    assert len(digests) == len(CONSENT_TEXTS)


def test_published_templates_are_not_edited() -> None:
    digests = {
        (each.name, each.version): hashlib.sha256(
            f"{each.body.zh}\n{each.body.en}".encode()
        ).hexdigest()
        for each in TEMPLATES
    }
    assert digests == PUBLISHED_TEMPLATES
    assert len(digests) == len(TEMPLATES)


def test_the_digest_can_be_recomputed_from_what_the_api_shows() -> None:
    shown = [TEXT.purpose, TEXT.source, TEXT.version]
    shown += [TEXT.title.zh, TEXT.body.zh, TEXT.title.en, TEXT.body.en]
    shown += [canonical(TEXT.terms())]
    words = unicodedata.normalize("NFC", "\n".join(shown))
    assert TEXT.digest == hashlib.sha256(words.encode()).hexdigest()


def test_the_digest_depends_on_what_the_text_is_for() -> None:
    others = [
        replace(TEXT, purpose="other"),
        replace(TEXT, source="other"),
        replace(TEXT, version="other"),
        replace(TEXT, recipient="other"),
        replace(TEXT, scope=replace(TEXT.scope, months_max=49)),
        replace(TEXT, scope=replace(TEXT.scope, data=("invoice.amount",))),
        replace(TEXT, retention=replace(TEXT.retention, days=184)),
        replace(TEXT, valid_for=timedelta(days=366)),
    ]
    assert len({text.digest for text in [TEXT, *others]}) == 9


def test_the_digest_depends_on_every_word() -> None:
    others = [
        replace(TEXT, title=replace(TEXT.title, zh=TEXT.title.zh + "。")),
        replace(TEXT, title=replace(TEXT.title, en=TEXT.title.en + ".")),
        replace(TEXT, body=replace(TEXT.body, zh=TEXT.body.zh + "。")),
        replace(TEXT, body=replace(TEXT.body, en=TEXT.body.en + ".")),
    ]
    assert len({text.digest for text in [TEXT, *others]}) == 5


def test_both_languages_have_the_same_ten_clauses() -> None:
    assert [line[0] for line in TEXT.body.zh.splitlines()] == list("一二三四五六七八九十")
    assert [line.split(" ")[0] for line in TEXT.body.en.splitlines()] == [
        f"{n}." for n in range(1, 11)
    ]


def test_the_text_says_how_long_the_consent_really_lasts() -> None:
    assert TEXT.valid_for == timedelta(days=365)
    assert "三百六十五天" in TEXT.body.zh
    assert "365 days" in TEXT.body.en
    assert TEXT.retention.days == 183
    assert "一百八十三天" in TEXT.body.zh
    assert "183 days" in TEXT.body.en
    assert TEXT.scope.months_max == 48
    assert "四十八个月" in TEXT.body.zh
    assert "forty-eight months" in TEXT.body.en


def test_the_chinese_uses_chinese_punctuation() -> None:
    bodies = [TEXT.body.zh] + [template.body.zh for template in TEMPLATES]
    assert not any(re.search(r"[\u4e00-\u9fff][,;:()]|[,;:()][\u4e00-\u9fff]", b) for b in bodies)


def test_the_text_in_use_is_the_last_of_its_kind() -> None:
    (only,) = texts_in_use()
    assert only is TEXT
    assert only is CONSENT_TEXTS[-1]


def test_the_text_in_use_can_be_confirmed() -> None:
    confirmed = confirmed_text(
        purpose=TEXT.purpose,
        source=TEXT.source,
        recipient=TEXT.recipient,
        version=TEXT.version,
        digest=TEXT.digest,
    )
    assert confirmed is TEXT


def test_other_versions_and_other_words_cannot_be_confirmed() -> None:
    asked = {"purpose": TEXT.purpose, "source": TEXT.source, "recipient": TEXT.recipient}
    with pytest.raises(ConsentTextOutdated) as outdated:
        confirmed_text(**asked, version="2025-11", digest=CONSENT_TEXTS[0].digest)
    assert outdated.value.facts == {"current_version": TEXT.version}
    with pytest.raises(ConsentTextMismatch):
        confirmed_text(**asked, version=TEXT.version, digest="0" * 64)


@pytest.mark.parametrize(
    ("purpose", "source"),
    [("marketing", TAX_VAT_INVOICES), (CREDIT_ASSESSMENT, "tax.filings"), ("", "")],
)
def test_there_are_no_texts_for_other_purposes_and_sources(purpose: str, source: str) -> None:
    with pytest.raises(UnknownConsentText):
        text_in_use(purpose=purpose, source=source)


def a_consent(status: ConsentStatus = ConsentStatus.GRANTED) -> Consent:
    ended = status is not ConsentStatus.GRANTED
    return Consent(
        id=ConsentId(new_id()),
        party_id=PartyId(new_id()),
        purpose=TEXT.purpose,
        source=TEXT.source,
        recipient=TEXT.recipient,
        scope=TEXT.scope,
        retention=TEXT.retention,
        text_version=TEXT.version,
        text_digest=TEXT.digest,
        status=status,
        granted_at=AT,
        granted_by=new_id(),
        expires_at=AT + TEXT.valid_for,
        ended_at=AT if ended else None,
        ended_by=new_id() if ended else None,
    )


def test_a_consent_is_in_force_from_grant_until_expiry() -> None:
    consent = a_consent()
    assert not consent.in_force(AT - SECOND)
    assert consent.in_force(AT)
    assert consent.in_force(consent.expires_at - SECOND)
    assert not consent.in_force(consent.expires_at)


def test_past_its_time_a_consent_is_expired_noted_or_not() -> None:
    consent = a_consent()
    assert consent.status_at(consent.expires_at - SECOND) is ConsentStatus.GRANTED
    assert consent.status_at(consent.expires_at) is ConsentStatus.EXPIRED
    withdrawn = a_consent(ConsentStatus.WITHDRAWN)
    assert withdrawn.status_at(withdrawn.expires_at) is ConsentStatus.WITHDRAWN


@pytest.mark.parametrize(
    "status", [ConsentStatus.WITHDRAWN, ConsentStatus.REPLACED, ConsentStatus.EXPIRED]
)
def test_an_ended_consent_is_not_in_force(status: ConsentStatus) -> None:
    assert not a_consent(status).in_force(AT)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rendered_agreement_holds_every_parameter(language: Literal["zh", "en"]) -> None:
    rendered = template_in_use(LOAN_AGREEMENT).render(parameters=PARAMETERS, language=language)
    assert all(value in rendered.text for value in PARAMETERS.values())
    assert "{" not in rendered.text
    assert rendered.digest == hashlib.sha256(rendered.text.encode()).hexdigest()
    assert rendered.parameters == PARAMETERS


def test_the_loan_agreement_asks_for_these_parameters() -> None:
    assert template_in_use(LOAN_AGREEMENT).parameters == set(PARAMETERS)


def test_both_languages_of_the_loan_agreement_have_thirteen_clauses() -> None:
    body = template_in_use(LOAN_AGREEMENT).body
    assert len(re.findall(r"^第[一二三四五六七八九十]+条 ", body.zh, re.MULTILINE)) == 13
    assert len(re.findall(r"^\d+\. ", body.en, re.MULTILINE)) == 13


def test_a_value_is_never_taken_for_a_place() -> None:
    tricky = PARAMETERS | {"borrower_name": "{principal} {0} {lender_name.__class__}"}
    rendered = template_in_use(LOAN_AGREEMENT).render(parameters=tricky, language="zh")
    assert "{principal} {0} {lender_name.__class__}" in rendered.text


def test_missing_and_unknown_parameters_are_named() -> None:
    given = {name: value for name, value in PARAMETERS.items() if name != "principal"}
    with pytest.raises(ParametersMismatch) as refused:
        template_in_use(LOAN_AGREEMENT).render(parameters=given | {"fee": "0"}, language="zh")
    assert refused.value.facts == {"missing": ["principal"], "unknown": ["fee"], "malformed": []}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "x" * (PARAMETER_LENGTH_MAX + 1),
        "云帆\n第十四条 无息",
        "a\u202eb",
        "a\x00b",
        "\ud800",
    ],
)
def test_a_value_cannot_forge_or_hide_a_clause(value: str) -> None:
    with pytest.raises(ParametersMismatch) as refused:
        template_in_use(LOAN_AGREEMENT).render(
            parameters=PARAMETERS | {"borrower_name": value}, language="en"
        )
    assert refused.value.facts["malformed"] == ["borrower_name"]


def test_there_is_no_other_template() -> None:
    with pytest.raises(UnknownTemplate):
        template_in_use("gift_agreement")


def test_a_template_has_the_same_places_in_both_languages() -> None:
    with pytest.raises(AssertionError):
        Template(name="t", version="1", body=Text(zh="{甲}", en="{b}"))
