"""One table of reasons for all channels, and what is to be done next.

Each channel has codes of its own; a gateway says which of ours one of them is. What is to be done
about it may be said otherwise by staff, for one channel's code or for a reason everywhere. Whether
a payment was certainly not executed is never theirs to say: that is part of the protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongbao.kernel.text import Text


class NextAction(StrEnum):
    """What is to be done about an instruction that was not done, or of which nothing is known."""

    GIVE_UP = "give_up"  # it will not be done, here or elsewhere
    CHANGE_DATA = "change_data"  # with other data it may be done
    OTHER_CHANNEL = "other_channel"  # another channel may do it
    RETRY_LATER = "retry_later"
    INQUIRE = "inquire"  # ask until known
    PERSON = "person"  # somebody has to look at it


@dataclass(frozen=True, slots=True)
class ChannelReason:
    """Why: our code, that of ISO 20022 (ExternalStatusReason1Code), what next, and words.

    `channel_code` is what the channel itself said; `blames_channel` tells trouble of the channel
    from what is wrong with the payment.
    """

    code: str
    iso_code: str
    action: NextAction
    title: Text
    channel_code: str | None = None
    blames_channel: bool = False


class Reason(StrEnum):
    """Our codes."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    UNKNOWN_ACCOUNT = "unknown_account"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_BLOCKED = "account_blocked"
    NAME_MISMATCH = "name_mismatch"
    OVER_LIMIT = "over_limit"
    CODE_EXPIRED = "code_expired"
    NOT_PAID = "not_paid"
    PAYER_DECLINED = "payer_declined"
    REFUND_TOO_LARGE = "refund_too_large"
    UNKNOWN_ORIGINAL = "unknown_original"
    PAYEE_DECLINED = "payee_declined"
    PAYEE_SILENT = "payee_silent"
    PAYEE_WITHOUT_FUNDS = "payee_without_funds"
    ALREADY_RETURNED = "already_returned"
    REFUSED = "refused"
    NEVER_RECEIVED = "never_received"
    REFERENCE_REUSED = "reference_reused"
    MALFORMED = "malformed"
    CONTRACT_REFUSED = "contract_refused"
    NOT_OFFERED = "not_offered"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    BROKEN_ANSWER = "broken_answer"
    AMOUNT_DIFFERS = "amount_differs"
    OTHER = "other"


def _reason(
    code: Reason, iso: str, action: NextAction, zh: str, en: str, *, channel: bool = False
) -> tuple[str, ChannelReason]:
    return code.value, ChannelReason(code, iso, action, Text(zh=zh, en=en), None, channel)


REASONS: Final[Mapping[str, ChannelReason]] = dict(
    (
        _reason(
            Reason.INSUFFICIENT_FUNDS, "AM04", NextAction.CHANGE_DATA,
            "对方余额不足", "The payer has not enough money",
        ),
        _reason(
            Reason.UNKNOWN_ACCOUNT, "AC01", NextAction.CHANGE_DATA,
            "账号不存在或不正确", "There is no such account",
        ),
        _reason(
            Reason.ACCOUNT_CLOSED, "AC04", NextAction.CHANGE_DATA,
            "账户已销户", "The account is closed",
        ),
        _reason(
            Reason.ACCOUNT_BLOCKED, "AC06", NextAction.GIVE_UP,
            "账户或卡片受限", "The account or card is blocked",
        ),
        _reason(
            Reason.NAME_MISMATCH, "BE01", NextAction.CHANGE_DATA,
            "户名与账号不符", "The name is not that of the account",
        ),
        _reason(
            Reason.OVER_LIMIT, "AM02", NextAction.OTHER_CHANNEL,
            "超出通道限额", "More than the channel allows",
        ),
        _reason(
            Reason.CODE_EXPIRED, "NARR", NextAction.CHANGE_DATA,
            "付款码已失效", "The code shown is no longer good",
        ),
        _reason(
            Reason.NOT_PAID, "NARR", NextAction.GIVE_UP,
            "对方未付款，订单已关闭", "Nobody paid it, and it is closed",
        ),
        _reason(
            Reason.PAYER_DECLINED, "MS02", NextAction.GIVE_UP,
            "付款人拒绝付款", "The payer did not agree to pay",
        ),
        _reason(
            Reason.REFUND_TOO_LARGE, "AM09", NextAction.GIVE_UP,
            "退款超过原金额", "More than is left of the original",
        ),
        _reason(
            Reason.UNKNOWN_ORIGINAL, "NOOR", NextAction.PERSON,
            "通道查无原交易", "The channel knows no such original",
        ),
        _reason(
            Reason.PAYEE_DECLINED, "CUST", NextAction.GIVE_UP,
            "收款人不同意退回", "The payee does not agree to send it back",
        ),
        _reason(
            Reason.PAYEE_SILENT, "NOAS", NextAction.GIVE_UP,
            "收款人未答复", "The payee has not answered",
        ),
        _reason(
            Reason.PAYEE_WITHOUT_FUNDS, "AM04", NextAction.GIVE_UP,
            "收款账户余额不足，无法退回", "The payee's account has not enough to send back",
        ),
        _reason(
            Reason.ALREADY_RETURNED, "ARDT", NextAction.GIVE_UP,
            "款项已退回", "It was sent back already",
        ),
        _reason(
            Reason.REFUSED, "NARR", NextAction.PERSON,
            "通道拒绝，原因未列明", "The channel refuses it and gives no reason we know",
        ),
        _reason(
            Reason.NEVER_RECEIVED, "NOOR", NextAction.OTHER_CHANNEL,
            "通道从未收到", "The channel never received it",
        ),
        _reason(
            Reason.REFERENCE_REUSED, "AM05", NextAction.PERSON,
            "通道已有同一参考号的另一笔", "The channel has another payment of this reference",
        ),
        _reason(
            Reason.MALFORMED, "FF01", NextAction.PERSON,
            "通道认为报文有误", "The channel finds the message wrong", channel=True,
        ),
        _reason(
            Reason.CONTRACT_REFUSED, "AG01", NextAction.OTHER_CHANNEL,
            "通道拒绝我方签名或商户号", "The channel refuses our signature or contract",
            channel=True,
        ),
        _reason(
            Reason.NOT_OFFERED, "AG01", NextAction.OTHER_CHANNEL,
            "通道不支持此业务", "The channel does not do this",
        ),
        _reason(
            Reason.UNREACHABLE, "AB07", NextAction.OTHER_CHANNEL,
            "无法连接通道，未送达", "The channel could not be reached; nothing was sent",
            channel=True,
        ),
        _reason(
            Reason.TIMED_OUT, "AB06", NextAction.INQUIRE,
            "通道未及时应答，结果未知", "No answer in time: the outcome is not known", channel=True,
        ),
        _reason(
            Reason.BROKEN_ANSWER, "AB10", NextAction.INQUIRE,
            "通道应答无法采信，结果未知",
            "An answer that cannot be trusted: the outcome is not known",
            channel=True,
        ),
        _reason(
            Reason.AMOUNT_DIFFERS, "AM09", NextAction.PERSON,
            "通道所述金额与指令不符", "The channel speaks of another amount", channel=True,
        ),
        _reason(
            Reason.OTHER, "NARR", NextAction.INQUIRE,
            "通道给出未知代码，结果未知", "A code that nobody here knows: the outcome is not known",
            channel=True,
        ),
    )
)  # fmt: skip
"""What holds where staff have said nothing else."""


def reason(code: Reason, *, channel_code: str | None = None) -> ChannelReason:
    """Return one of ours as a channel said it."""
    known = REASONS[code]
    return ChannelReason(
        known.code, known.iso_code, known.action, known.title, channel_code, known.blames_channel
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonEntry:
    """What staff have set: what a channel's code means, or what to do about a reason of ours.

    Without a channel it is about the reason wherever it comes from.
    """

    reason: str
    iso_code: str
    action: NextAction
    title: Text
    channel: str = ""
    channel_code: str = ""

    @property
    def key(self) -> str:
        """Return what the entry is found by."""
        return f"{self.channel}/{self.channel_code}" if self.channel else self.reason

    def applied(self, said: ChannelReason) -> ChannelReason:
        """Return the reason as staff have set it; whose trouble it is stays."""
        return ChannelReason(
            self.reason, self.iso_code, self.action, self.title, said.channel_code,
            said.blames_channel,
        )  # fmt: skip
