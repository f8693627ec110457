"""What a check of identity may find wrong, in words, and what the customer can do next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongbao.kernel.text import Text


class Outcome(StrEnum):
    """What becomes of a case."""

    APPROVE = "approve"
    STAFF = "staff"
    REFUSE = "refuse"


class Finding(StrEnum):
    """One thing that is not as it should be."""

    DOCUMENT_EXPIRED = "document_expired"
    CARD_TERM_STRANGE = "card_term_strange"
    FACTS_CONTRADICT_NUMBER = "facts_contradict_number"
    NAME_DIFFERS = "name_differs"
    TOO_YOUNG = "too_young"
    MINOR = "minor"
    BUREAU_MISMATCH = "bureau_mismatch"
    BUREAU_UNKNOWN = "bureau_unknown"
    PICTURE_UNREAD = "picture_unread"
    PICTURE_DIFFERS = "picture_differs"
    FACE_DIFFERS = "face_differs"
    FACE_UNSURE = "face_unsure"
    FACE_NOT_ALIVE = "face_not_alive"
    REGISTRY_UNKNOWN = "registry_unknown"
    REGISTRY_DIFFERS = "registry_differs"
    REGISTRY_NOT_OPERATING = "registry_not_operating"
    REGISTRY_ABNORMAL = "registry_abnormal"
    LICENCE_NUMBER_DIFFERS = "licence_number_differs"
    FORM_CONTRADICTS_NUMBER = "form_contradicts_number"
    SCOPE_NEEDS_LICENCE = "scope_needs_licence"
    REPRESENTATIVE_NOT_IDENTIFIED = "representative_not_identified"
    OWNERS_NOT_IDENTIFIED = "owners_not_identified"
    SERVICE_UNAVAILABLE = "service_unavailable"
    ANSWER_UNTRUSTWORTHY = "answer_untrustworthy"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    HIGH_RISK = "high_risk"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a finding means: for the case, and in words for the customer."""

    outcome: Outcome
    reason: Text
    next_step: Text


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with what it is about: a field, a service, a document."""

    finding: Finding
    about: str = ""


_WE_LOOK: Final = Text(
    zh="工作人员将在 1 个工作日内核实，无需您操作", en="Our staff look at it within a business day"
)
_CORRECT: Final = Text(
    zh="请核对资料，更正后重新提交", en="Check what you entered, correct it and apply again"
)
_BRANCH: Final = Text(
    zh="请携带有效证件到网点办理", en="Please come to a branch with a valid document"
)


def _staff(zh: str, en: str, next_step: Text = _WE_LOOK) -> Rule:
    return Rule(Outcome.STAFF, Text(zh=zh, en=en), next_step)


def _refuse(zh: str, en: str, next_step: Text) -> Rule:
    return Rule(Outcome.REFUSE, Text(zh=zh, en=en), next_step)


_RENEW: Final = Text(
    zh="请换领新证件后重新提交", en="Renew the document and apply again with the new one"
)
_PICTURE: Final = Text(
    zh="可在光线充足处重新拍摄后再次申请，或等待工作人员核实",
    en="Apply again with a sharper picture in good light, or wait for our staff",
)

RULES: Final[Mapping[Finding, Rule]] = {
    Finding.DOCUMENT_EXPIRED: _refuse("证件已过期", "The document has expired", _RENEW),
    Finding.CARD_TERM_STRANGE: _staff(
        "身份证有效期与签发时年龄不符", "The card's term does not fit the age at its issue"
    ),
    Finding.FACTS_CONTRADICT_NUMBER: _refuse(
        "填写的资料与身份证号码不一致", "What was entered contradicts the identity number", _CORRECT
    ),
    Finding.NAME_DIFFERS: _staff(
        "证件姓名或名称与登记的不一致", "The name on the document is not the registered one"
    ),
    Finding.TOO_YOUNG: _refuse("未满 16 周岁", "Younger than sixteen", _BRANCH),
    Finding.MINOR: _staff("16 至 17 周岁，须人工审核", "Sixteen or seventeen: our staff decide"),
    Finding.BUREAU_MISMATCH: _refuse(
        "姓名与身份证号码不匹配", "Name and identity number do not belong together", _CORRECT
    ),
    Finding.BUREAU_UNKNOWN: _staff(
        "身份信息库中查无此人", "The identity bureau does not know this number"
    ),
    Finding.PICTURE_UNREAD: _staff(
        "证件照片须由人工辨认", "The picture could not be read by machine", _PICTURE
    ),
    Finding.PICTURE_DIFFERS: _staff(
        "证件照片与填写的资料不一致", "The picture says something else than what was entered"
    ),
    Finding.FACE_DIFFERS: _refuse(
        "人脸与证件照片不符", "The face is not the one of the document", _BRANCH
    ),
    Finding.FACE_UNSURE: _staff("人脸比对结果不确定", "It is not sure that the faces are one"),
    Finding.FACE_NOT_ALIVE: _refuse(
        "活体检测未通过",
        "No living face was seen",
        Text(zh="请本人在光线充足处重新拍摄", en="Take the picture again yourself, in good light"),
    ),
    Finding.REGISTRY_UNKNOWN: _refuse(
        "登记机关查无此主体", "The business registry knows no such organisation", _CORRECT
    ),
    Finding.REGISTRY_DIFFERS: _staff(
        "与登记机关的资料不一致", "The business registry says something else"
    ),
    Finding.REGISTRY_NOT_OPERATING: _refuse(
        "该主体已被吊销或注销", "The organisation has been struck off", _BRANCH
    ),
    Finding.REGISTRY_ABNORMAL: _staff(
        "该主体被列入经营异常名录", "The registry lists the organisation as abnormal"
    ),
    Finding.LICENCE_NUMBER_DIFFERS: _refuse(
        "营业执照号码与登记的不一致", "The licence has another number than registered", _CORRECT
    ),
    Finding.FORM_CONTRADICTS_NUMBER: _staff(
        "主体类型与统一社会信用代码不符", "The legal form does not fit the registration number"
    ),
    Finding.SCOPE_NEEDS_LICENCE: _staff(
        "经营范围含须许可的金融等业务", "The scope names business that needs a special licence"
    ),
    Finding.REPRESENTATIVE_NOT_IDENTIFIED: _staff(
        "法定代表人尚未完成身份核实",
        "The legal representative has not been identified",
        Text(zh="请法定代表人先完成个人认证", en="The representative applies first, as a person"),
    ),
    Finding.OWNERS_NOT_IDENTIFIED: _staff(
        "受益所有人未申报或未完成身份核实",
        "Beneficial owners are not declared or not identified",
        Text(zh="请申报受益所有人并完成其认证", en="Declare the owners and have them identified"),
    ),
    Finding.SERVICE_UNAVAILABLE: _staff(
        "核查服务长时间无应答", "A service did not answer for a long time"
    ),
    Finding.ANSWER_UNTRUSTWORTHY: _staff(
        "核查服务应答异常", "A service gave an answer that cannot be trusted"
    ),
    Finding.POSSIBLE_DUPLICATE: _staff(
        "可能与另一客户重复", "Perhaps a customer already, under another entry"
    ),
    Finding.HIGH_RISK: _staff("客户风险等级较高，须人工审核", "A closer look is asked for"),
}


def verdict(found: Iterable[Found]) -> Outcome:
    """Return what becomes of a case: nothing wrong approves, the worst finding decides."""
    outcomes = {RULES[each.finding].outcome for each in found}
    for worst in (Outcome.REFUSE, Outcome.STAFF):
        if worst in outcomes:
            return worst
    return Outcome.APPROVE
