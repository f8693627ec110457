"""What waits for signatures, what became of it, and who must sign from now on."""

from collections.abc import Mapping, Sequence
from typing import Final

from tongbao.core.approvals.events import InstructionDecided, InstructionOpened, PolicyChanged
from tongbao.core.approvals.service import registered_instructions
from tongbao.core.identity import service as identity
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import ID, PHRASE
from tongbao.engagement.notices.service.declaring import Telling, Told, tell, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.text import Text

TO_SIGN: Final = notice(
    "approvals.to_sign",
    category=Category.SERVICE,
    places={"what": PHRASE, "approval_id": ID},
    title=Text(zh="待会签：{what}", en="Waiting for signatures: {what}"),
    body=Text(
        zh="有一项“{what}”等待会签。请登录核对内容后签名或拒绝。",
        en="“{what}” waits for signatures. Log in, check what it says, and sign or refuse.",
    ),
    sms=Text(
        zh="有一项“{what}”等待会签，请登录处理。",
        en="“{what}” waits for signatures; please log in.",
    ),
    link="/instructions/{approval_id}",
)
DECIDED: Final = notice(
    "approvals.decided",
    category=Category.SERVICE,
    places={"what": PHRASE, "how": PHRASE, "approval_id": ID},
    title=Text(zh="会签结果：{what}{how}", en="{what} {how}"),
    body=Text(
        zh="提交会签的“{what}”{how}。请登录查看签名与结果。",
        en="“{what}”, put to the approvers, {how}. Log in to see the signatures and the outcome.",
    ),
    sms=Text(zh="提交会签的“{what}”{how}。", en="“{what}”, put to the approvers, {how}."),
    link="/instructions/{approval_id}",
)
POLICY_CHANGED: Final = notice(
    "approvals.policy_changed",
    category=Category.SECURITY,
    places={},
    title=Text(zh="会签规则已变更", en="The approval policy has changed"),
    body=Text(
        zh="贵单位的会签规则已变更，付款所需签名以新规则为准。如有疑问请立即联系本行。",
        en="Whose signatures your payments take has changed. If you did not expect this, contact "
        "us at once.",
    ),
    sms=Text(
        zh="贵单位的会签规则已变更。如有疑问请立即联系本行。",
        en="Your approval policy has changed. If you did not expect this, contact us at once.",
    ),
)
_HOW: Final[Mapping[str, Text]] = {
    "executed": Text(zh="已签齐并执行", en="was signed and done"),
    "refused": Text(zh="已被拒绝", en="was refused"),
    "expired": Text(zh="已过期", en="has expired"),
}

tell(PolicyChanged, POLICY_CHANGED, lambda _: {})


@tells(InstructionOpened)
async def _opened(_known: Known, event: InstructionOpened) -> Sequence[Telling]:
    """Tell those of the party who may sign it, but not its maker."""
    instruction = registered_instructions().get(event.instruction)
    if instruction is None:
        return []
    roles = frozenset(
        role for role, held in identity.MEMBER_PERMISSIONS.items() if instruction.signs in held
    )
    values = {"what": instruction.title, "approval_id": event.approval_id}
    return [
        Told(
            party_id=event.party_id,
            roles=roles,
            but=event.maker_id,
            notice=TO_SIGN,
            values=values,
        )
    ]


@tells(InstructionDecided)
async def _decided(_known: Known, event: InstructionDecided) -> Sequence[Telling]:
    """Tell its maker, who knows already what they withdrew."""
    instruction = registered_instructions().get(event.instruction)
    if instruction is None or event.state not in _HOW:
        return []
    values = {
        "what": instruction.title,
        "how": _HOW[event.state],
        "approval_id": event.approval_id,
    }
    return [Told(user_id=event.maker_id, notice=DECIDED, values=values)]
