"""Consents and agreements: their shapes, their refusals, and when a consent is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tongbao.core.parties.service import PartyId
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Language, Text

ConsentId = NewType("ConsentId", UUID)
AgreementId = NewType("AgreementId", UUID)


class ConsentStatus(StrEnum):
    """A consent is granted once and ends once: by the party, or by a newer consent."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Consent:
    """A party allows us to fetch its data from one source for one purpose.

    It is in force during [granted_at, expires_at) while its status is granted. `text_digest` is
    the SHA-256 of the words that were shown. Users are named by their ids.
    """

    id: ConsentId
    party_id: PartyId
    purpose: str
    source: str
    text_version: str
    text_digest: str
    status: ConsentStatus
    granted_at: datetime
    granted_by: UUID
    expires_at: datetime
    ended_at: datetime | None
    ended_by: UUID | None

    def in_force(self, at: datetime) -> bool:
        """Tell whether data may be fetched on this consent at the instant `at`."""
        return self.status is ConsentStatus.GRANTED and self.granted_at <= at < self.expires_at


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One line of a consent's history, never changed and never removed."""

    consent_id: ConsentId
    status: ConsentStatus
    text_version: str
    text_digest: str
    recorded_by: UUID
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract as signed: the very words, their SHA-256, who signed and when."""

    id: AgreementId
    party_id: PartyId
    template: str
    template_version: str
    language: Language
    parameters: Mapping[str, str]
    text: str
    text_digest: str
    signed_by: UUID
    signed_at: datetime


class UnknownConsentText(TongbaoError):
    """We ask no consent for this purpose and source, or have no text of this version."""

    code = "agreements.unknown_consent_text"
    kind = Kind.INVALID
    title = Text(zh="没有这样的授权书", en="There is no such consent text")
    detail = Text(
        zh="没有用途为 {purpose}、数据来源为 {source} 的授权书",
        en="There is no consent text for purpose {purpose} and source {source}",
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


class UnknownTemplate(TongbaoError):
    """There is no template of this name."""

    code = "agreements.unknown_template"
    kind = Kind.INVALID
    title = Text(zh="合同模板不存在", en="Unknown agreement template")
    detail = Text(zh="没有名为 {template} 的合同模板", en="There is no template {template}")


class ParametersMismatch(TongbaoError):
    """The template's places and the values given do not fit each other."""

    code = "agreements.parameters_mismatch"
    kind = Kind.INVALID
    title = Text(zh="合同参数不符", en="The parameters do not fit the template")
    detail = Text(
        zh="缺少 {missing}，多出 {unknown}，内容不合要求 {malformed}",
        en="Missing: {missing}; unknown: {unknown}; not acceptable: {malformed}",
    )


class AgreementTextMismatch(TongbaoError):
    """The text to be signed is not the one that was shown."""

    code = "agreements.agreement_text_mismatch"
    kind = Kind.REFUSED
    title = Text(zh="合同内容不一致", en="The agreement's text differs")
    detail = Text(
        zh="所确认的合同内容与将要签署的不一致，合同未签署",
        en="What was confirmed is not the text to be signed; nothing was signed",
    )


class UnknownAgreement(TongbaoError):
    """There is no such agreement, or none the caller may see."""

    code = "agreements.unknown_agreement"
    kind = Kind.NOT_FOUND
    title = Text(zh="合同不存在", en="Unknown agreement")
    detail = Text(zh="没有编号为 {agreement_id} 的合同", en="There is no agreement {agreement_id}")
