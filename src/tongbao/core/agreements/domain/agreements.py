"""Agreements: contracts as signed, and why something cannot be signed or found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from tongbao.core.parties.service import PartyId
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Language, Text

AgreementId = NewType("AgreementId", UUID)


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


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a party signed: which user, in which session, what was proven, and of which words.

    `factors` is what was shown at log-in; `step_up_id` names the confirmation of this very action,
    where one was asked for.
    """

    agreement_id: AgreementId
    user_id: UUID
    session_id: UUID | None
    factors: tuple[str, ...]
    step_up_id: UUID | None
    text_digest: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """An agreement as PDF under the platform's seal."""

    agreement_id: AgreementId
    content: bytes
    sha256: str
    certificate_sha256: str
    sealed_at: datetime


class DocumentNotReady(TongbaoError):
    """The agreement is signed, and its document is about to be made."""

    code = "agreements.document_not_ready"
    kind = Kind.CONFLICT
    title = Text(zh="合同文件正在生成", en="The document is being made")
    detail = Text(
        zh="合同已签署并生效，加盖电子印章的文件将在几秒内生成",
        en="The agreement is signed and in force; its sealed document follows within seconds",
    )


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
