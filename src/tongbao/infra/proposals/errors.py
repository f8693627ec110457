"""Why a proposal cannot be made, seen or decided."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UnknownProposal(TongbaoError):
    """No such proposal, or none the caller may see."""

    code = "proposals.unknown_proposal"
    kind = Kind.NOT_FOUND
    title = Text(zh="待复核事项不存在", en="Unknown proposal")


class AlreadyDecided(TongbaoError):
    """It was executed, refused, withdrawn or has expired: a proposal is decided once."""

    code = "proposals.already_decided"
    kind = Kind.CONFLICT
    title = Text(zh="事项已有结果", en="The proposal is decided already")
    detail = Text(zh="该事项的状态为 {state}", en="The proposal is {state}")


class OwnProposal(TongbaoError):
    """Its maker, by whatever log-in, does not decide it."""

    code = "proposals.own_proposal"
    kind = Kind.FORBIDDEN
    title = Text(zh="不得复核自己提交的事项", en="Nobody approves their own proposal")


class NotTheMaker(TongbaoError):
    """Only its maker withdraws a proposal."""

    code = "proposals.not_the_maker"
    kind = Kind.FORBIDDEN
    title = Text(zh="仅提交人可以撤回", en="Only the maker withdraws a proposal")


class DigestMismatch(TongbaoError):
    """What the approver saw is not what the proposal says."""

    code = "proposals.digest_mismatch"
    kind = Kind.CONFLICT
    title = Text(zh="内容与所示不符", en="This is not what you were shown")
    detail = Text(
        zh="摘要与事项内容不一致，请重新查看后再复核",
        en="The digest is not that of the proposal; look at it again before you approve",
    )


class MakerMayNoLonger(TongbaoError):
    """Since it was proposed, the maker was blocked, left, or lost the permission."""

    code = "proposals.maker_may_no_longer"
    kind = Kind.CONFLICT
    title = Text(zh="提交人已无权限", en="The maker may no longer do this")
    detail = Text(
        zh="提交人已无权限 {permission}，该事项只能拒绝",
        en="The maker no longer has the permission {permission}; the proposal can only be refused",
    )


class ReasonMissing(TongbaoError):
    """A refusal, and some proposals, say why."""

    code = "proposals.reason_missing"
    title = Text(zh="请说明理由", en="Please give a reason")
