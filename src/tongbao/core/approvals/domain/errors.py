"""Why something about approvals is refused."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UnknownApproval(TongbaoError):
    """No such instruction, or none the caller may see."""

    code = "approvals.unknown_approval"
    kind = Kind.NOT_FOUND
    title = Text(zh="待会签指令不存在", en="Unknown instruction")


class UnknownOrganisation(TongbaoError):
    """No such organisation, or none the caller acts for."""

    code = "approvals.unknown_organisation"
    kind = Kind.NOT_FOUND
    title = Text(zh="企业不存在", en="Unknown organisation")


class NotAnOrganisation(TongbaoError):
    """A natural person signs alone."""

    code = "approvals.not_an_organisation"
    kind = Kind.REFUSED
    title = Text(zh="自然人不设会签规则", en="A natural person has no approval policy")


class NoPolicy(TongbaoError):
    """The organisation has no policy."""

    code = "approvals.no_policy"
    kind = Kind.NOT_FOUND
    title = Text(zh="未设会签规则", en="There is no approval policy")


class NoRule(TongbaoError):
    """The policy says nothing of a currency, so nothing is paid in it."""

    code = "approvals.no_rule"
    kind = Kind.REFUSED
    title = Text(zh="会签规则未涵盖此币种", en="The policy does not speak of this currency")
    detail = Text(
        zh="会签规则没有币种 {currency} 的规定，请先变更规则",
        en="The approval policy has no bands in {currency}; change the policy first",
    )


class PolicyUnsound(TongbaoError):
    """A policy that has gaps, contradicts itself, or asks for more than there is."""

    code = "approvals.policy_unsound"
    title = Text(zh="会签规则不完整或自相矛盾", en="The policy has gaps or contradicts itself")
    detail = Text(
        zh="原因：{why}（{currency}）。每个币种的金额档须由低到高、最后一档不设上限；"
        "每一环节须指明角色或人员之一，且所需签名不多于所列人员；规则的变更须有人签名",
        en="Because: {why} ({currency}). The bands of a currency go up and the last has no bound; "
        "a stage names roles or members, one of the two, and wants no more than it names; "
        "changing the policy takes a signature",
    )


class NotEnoughPeople(TongbaoError):
    """The organisation has too few people who could sign what the policy asks."""

    code = "approvals.not_enough_people"
    kind = Kind.REFUSED
    title = Text(zh="可签名人员不足", en="Too few people could sign")
    detail = Text(
        zh="{where}：现有人员无法满足所需签名，请先增加人员或放宽规则",
        en="{where}: the people there are could not give the signatures asked for; "
        "add people or ask for less",
    )


class PolicyIsSet(TongbaoError):
    """There is a policy already; it is changed under itself."""

    code = "approvals.policy_is_set"
    kind = Kind.CONFLICT
    title = Text(zh="会签规则已设定", en="There is a policy already")


class PolicyChanged(TongbaoError):
    """The policy under which this waited holds no more."""

    code = "approvals.policy_changed"
    kind = Kind.CONFLICT
    title = Text(zh="会签规则已变更", en="The policy has changed since")
    detail = Text(
        zh="此指令按旧规则提交，只能拒绝或撤回；请重新提交",
        en="This was opened under a policy that holds no more; it can only be refused or "
        "withdrawn. Please open it anew",
    )


class AlreadyDecided(TongbaoError):
    """An instruction is executed, refused, withdrawn or expires, once."""

    code = "approvals.already_decided"
    kind = Kind.CONFLICT
    title = Text(zh="指令已有结果", en="The instruction is decided already")
    detail = Text(zh="该指令的状态为 {state}", en="The instruction is {state}")


class OwnInstruction(TongbaoError):
    """Its maker, by whatever log-in, does not sign it."""

    code = "approvals.own_instruction"
    kind = Kind.FORBIDDEN
    title = Text(zh="不得会签自己提交的指令", en="Nobody signs their own instruction")


class NotTheMaker(TongbaoError):
    """Only its maker withdraws an instruction."""

    code = "approvals.not_the_maker"
    kind = Kind.FORBIDDEN
    title = Text(zh="仅提交人可以撤回", en="Only the maker withdraws an instruction")


class AlreadySigned(TongbaoError):
    """The person has signed, by this or another log-in."""

    code = "approvals.already_signed"
    kind = Kind.CONFLICT
    title = Text(zh="您已签名", en="You have signed this already")


class NotAmongSigners(TongbaoError):
    """The policy does not ask for this person's signature, or not now."""

    code = "approvals.not_among_signers"
    kind = Kind.FORBIDDEN
    title = Text(zh="目前不需要您的签名", en="Your signature is not asked for now")
    detail = Text(
        zh="会签规则不要求您签名，或须等待前一环节完成，或所需签名已足",
        en="The policy does not ask for your signature, or an earlier stage comes first, or "
        "there are enough of your kind",
    )


class SignatureRefused(TongbaoError):
    """The signature is not one over this instruction by a key of the signer's."""

    code = "approvals.signature_refused"
    kind = Kind.REFUSED
    title = Text(zh="签名无效", en="The signature is not valid")
    detail = Text(
        zh="签名须由您登记的密钥或通行密钥对此指令作出",
        en="It must be made over exactly this instruction by a key of yours that is registered",
    )


class MakerMayNoLonger(TongbaoError):
    """Since it was opened, the maker was blocked, left, or lost the permission."""

    code = "approvals.maker_may_no_longer"
    kind = Kind.CONFLICT
    title = Text(zh="提交人已无权限", en="The maker may no longer do this")
    detail = Text(
        zh="提交人已无权限 {permission}，该指令只能拒绝",
        en="The maker no longer has the permission {permission}; it can only be refused",
    )


class BadDeadline(TongbaoError):
    """A deadline that is over, or too far off."""

    code = "approvals.bad_deadline"
    title = Text(zh="期限不符合要求", en="The deadline is not acceptable")
    detail = Text(
        zh="期限须晚于现在，且不超过 {days_max} 天", en="It lies ahead, within {days_max} days"
    )


class ReasonMissing(TongbaoError):
    """A refusal says why."""

    code = "approvals.reason_missing"
    title = Text(zh="请说明理由", en="Please give a reason")


class UnknownKey(TongbaoError):
    """No such key, or not one of the caller's."""

    code = "approvals.unknown_key"
    kind = Kind.NOT_FOUND
    title = Text(zh="签名密钥不存在", en="Unknown signing key")


class KeyUnsuitable(TongbaoError):
    """No Ed25519 public key, one that is registered already, or its holder did not show it."""

    code = "approvals.key_unsuitable"
    kind = Kind.REFUSED
    title = Text(zh="签名密钥不符合要求", en="The signing key cannot be registered")
    detail = Text(
        zh="须为尚未登记的 Ed25519 公钥，并附以其私钥对 {statement} 作出的签名",
        en="It must be an Ed25519 public key nobody has registered, with a signature by its "
        "private half over {statement}",
    )


class TooManyKeys(TongbaoError):
    """A user has at most so many keys."""

    code = "approvals.too_many_keys"
    kind = Kind.REFUSED
    title = Text(zh="签名密钥数量已达上限", en="Too many signing keys")
    detail = Text(zh="最多 {maximum} 个", en="At most {maximum}")
