"""Refusals."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UnknownNotice(TongbaoError):
    """There is no such notice in the caller's inbox."""

    code = "notices.unknown_notice"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有这条通知", en="Unknown notice")


class PreferencesUnsuitable(TongbaoError):
    """Quiet hours without a length, or in a time zone that there is none of."""

    code = "notices.preferences_unsuitable"
    kind = Kind.INVALID
    title = Text(zh="通知设置不符合要求", en="The preferences are not acceptable")
    detail = Text(
        zh="免打扰时段的起止须不同，时区须为 IANA 名称，例如 Asia/Shanghai",
        en="Quiet hours begin and end at different times, in a time zone of the IANA database "
        "such as Asia/Shanghai",
    )


class BadEventId(TongbaoError):
    """The id to resume a stream after is not one that a stream gives out."""

    code = "notices.bad_event_id"
    kind = Kind.INVALID
    title = Text(zh="事件编号无效", en="Bad event id")
    detail = Text(
        zh="Last-Event-ID 须为此前收到的事件编号，原样送回",
        en="Last-Event-ID is the id of an event received before, sent back unchanged",
    )


class UsersOnly(TongbaoError):
    """A partner's system has no inbox; it is told by webhooks."""

    code = "notices.users_only"
    kind = Kind.FORBIDDEN
    title = Text(zh="仅限用户本人", en="For users only")
    detail = Text(
        zh="合作方系统没有收件箱，请使用 Webhook",
        en="A partner's system has no inbox; please use webhooks",
    )


class TooManyStreams(TongbaoError):
    """The caller has as many streams open as one may."""

    code = "notices.too_many_streams"
    kind = Kind.LIMITED
    title = Text(zh="打开的页面过多", en="Too many streams")
    detail = Text(
        zh="同时至多 {streams_max} 个实时连接，请关闭其他页面",
        en="At most {streams_max} streams at a time; please close other pages",
    )


class StreamsFull(TongbaoError):
    """This process has as many streams open as it bears."""

    code = "notices.streams_full"
    kind = Kind.UNAVAILABLE
    title = Text(zh="实时连接已满", en="No room for another stream")
    detail = Text(
        zh="实时连接暂时已满，请稍后再试；页面数据可照常刷新",
        en="There is no room for another stream now; please try again, pages work without it",
    )
