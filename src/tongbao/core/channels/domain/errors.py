"""What is wrong, where channels are asked for."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UnknownChannel(TongbaoError):
    """No channel has this name."""

    code = "channels.unknown_channel"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此支付通道", en="No such payment channel")
    detail = Text(zh="没有名为“{channel}”的支付通道", en="There is no payment channel '{channel}'")


class NoChannel(TongbaoError):
    """No channel can do it now; `why` says what keeps each of them from it."""

    code = "channels.no_channel"
    kind = Kind.UNAVAILABLE
    title = Text(zh="没有可用的支付通道", en="No payment channel can do it")
    detail = Text(zh="没有可用的支付通道：{why}", en="No payment channel can do it: {why}")


class StatementMissing(TongbaoError):
    """The channel has no file of this day, or does not give it now."""

    code = "channels.statement_missing"
    kind = Kind.UNAVAILABLE
    title = Text(zh="通道对账文件尚未取得", en="The channel's file is missing")
    detail = Text(
        zh="通道 {channel} 未提供 {day} 的对账文件（{cause}）",
        en="Channel {channel} did not give its file of {day} ({cause})",
    )


class StatementBroken(TongbaoError):
    """The file cannot be read, is not the channel's, or its control totals are wrong."""

    code = "channels.statement_broken"
    kind = Kind.REFUSED
    title = Text(zh="通道对账文件不可信", en="The channel's file cannot be trusted")
    detail = Text(
        zh="通道 {channel} {day} 的对账文件有误：{cause}",
        en="The file of channel {channel} of {day} is wrong: {cause}",
    )


class CallbackRefused(TongbaoError):
    """The message is not signed by the channel, or is too old."""

    code = "channels.callback_refused"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="通道通知验签失败", en="Not a message of this channel")
    detail = Text(
        zh="通知未由通道 {channel} 正确签名或已过期",
        en="Channel {channel} did not sign it, or long ago",
    )


class CallbackUnreadable(TongbaoError):
    """The channel signed it, and yet it says nothing that could be read."""

    code = "channels.callback_unreadable"
    title = Text(zh="无法读懂通道通知", en="A message that cannot be read")
    detail = Text(
        zh="通道 {channel} 的通知无法读懂：{cause}",
        en="The message of channel {channel} cannot be read: {cause}",
    )


class UnknownCallback(TongbaoError):
    """No message was stored under this id."""

    code = "channels.unknown_callback"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此通道通知", en="No such message of a channel")


class SettingWrong(TongbaoError):
    """A rule, terms or a reason that cannot be."""

    code = "channels.setting_wrong"
    title = Text(zh="通道设置不正确", en="No such setting of channels")
    detail = Text(zh="{why} 不正确", en="{why} cannot be so")


class UnknownRoutingRule(TongbaoError):
    """No rule of routing of this code holds now."""

    code = "channels.unknown_rule"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此路由规则", en="No such rule of routing")


class ChannelsUnusable(TongbaoError):
    """The file of channels, or a key it names, cannot be used."""

    code = "channels.file_unusable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="支付通道配置不可用", en="The payment channels cannot be configured")
    detail = Text(zh="支付通道配置 {path}:{why}", en="Payment channels, {path}: {why}")
