"""What can be wrong with a request before any module sees it.

These carry an exact HTTP status, which a `Kind` is too coarse for.
"""

from typing import ClassVar

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class RequestError(TongbaoError):
    """A fault of the request as a message; `status` is the HTTP status it gets."""

    code = "request.malformed"
    kind = Kind.INVALID
    status: ClassVar[int] = 400


class MalformedText(RequestError):
    """Bytes that are no text, or characters that no stored text may hold."""

    code = "request.malformed_text"
    title = Text(zh="请求含有无效字符", en="The request holds invalid characters")
    detail = Text(
        zh="{part} 含有空字符（NUL）、孤立的代理码位，或不是有效的 UTF-8。",
        en="{part} holds a NUL character, a lone surrogate or bytes that are not UTF-8.",
    )

    def __init__(self, *, part: str) -> None:
        super().__init__(part=part)


class MalformedJson(RequestError):
    """The body is not JSON as RFC 8259 has it."""

    code = "request.malformed_json"
    title = Text(zh="请求体不是有效的 JSON", en="The body is not valid JSON")
    detail = Text(
        zh="第 {line} 行第 {column} 列：无法解析。",
        en="Line {line}, column {column}: cannot be parsed.",
    )

    def __init__(self, *, line: int, column: int) -> None:
        super().__init__(line=line, column=column)


class DuplicateMember(RequestError):
    """One object has the same member twice; which one was meant is anybody's guess."""

    code = "request.duplicate_member"
    title = Text(zh="JSON 成员重复", en="A JSON member appears twice")
    detail = Text(
        zh="同一对象中成员 {member} 出现了不止一次。",
        en="The member {member} appears more than once in one object.",
    )

    def __init__(self, *, member: str) -> None:
        super().__init__(member=member)


class NumberOutOfRange(RequestError):
    """A number no column can hold, or none at all (NaN, Infinity)."""

    code = "request.number_out_of_range"
    title = Text(zh="JSON 数字超出范围", en="A JSON number is out of range")
    detail = Text(
        zh="整数须在 64 位范围内；不接受 NaN、Infinity 及溢出的小数。",
        en="Integers must fit 64 bits; NaN, Infinity and overflowing decimals are not accepted.",
    )


class TooDeep(RequestError):
    """Arrays and objects nested beyond any honest use."""

    code = "request.too_deep"
    title = Text(zh="JSON 嵌套过深", en="The JSON is nested too deeply")
    detail = Text(zh="嵌套最多 {levels_max} 层。", en="At most {levels_max} levels are accepted.")

    def __init__(self, *, levels_max: int) -> None:
        super().__init__(levels_max=levels_max)


class WrongContentType(RequestError):
    """The body is of a media type this address does not take."""

    code = "request.unsupported_media_type"
    status = 415
    title = Text(zh="不支持的内容类型", en="Unsupported media type")
    detail = Text(
        zh="Content-Type 须为 {accepted}。",
        en="The Content-Type must be {accepted}.",
    )

    def __init__(self, *, accepted: str) -> None:
        super().__init__(accepted=accepted)


class BodyTooLarge(RequestError):
    """More bytes than any request needs."""

    code = "request.too_large"
    kind = Kind.TOO_LARGE
    status = 413
    title = Text(zh="请求体过大", en="The body is too large")
    detail = Text(zh="最多 {bytes_max} 字节。", en="At most {bytes_max} bytes are accepted.")

    def __init__(self, *, bytes_max: int) -> None:
        super().__init__(bytes_max=bytes_max)


class BodyTooSlow(RequestError):
    """The body did not arrive in time."""

    code = "request.timeout"
    status = 408
    title = Text(zh="请求体接收超时", en="The body did not arrive in time")
    detail = Text(
        zh="须在 {seconds_max} 秒内发送完毕。",
        en="It must be sent within {seconds_max} seconds.",
    )

    def __init__(self, *, seconds_max: int) -> None:
        super().__init__(seconds_max=seconds_max)


class IdempotencyKeyMissing(RequestError):
    """A request that moves money must say how to recognise its repetition."""

    code = "idempotency.key_required"
    title = Text(zh="缺少 Idempotency-Key", en="The Idempotency-Key is missing")
    detail = Text(
        zh="此请求必须带有 Idempotency-Key 请求头（建议用 UUID）。",
        en="This request needs an Idempotency-Key header (a UUID serves well).",
    )


class IdempotencyKeyMalformed(RequestError):
    """The key is empty, too long, sent twice, or not printable ASCII."""

    code = "idempotency.key_malformed"
    title = Text(zh="Idempotency-Key 无效", en="The Idempotency-Key is malformed")
    detail = Text(
        zh="Idempotency-Key 须为一个 1 至 255 位的可打印 ASCII 字符串。",
        en="The Idempotency-Key must be one string of 1 to 255 printable ASCII characters.",
    )


class Busy(TongbaoError):
    """Somebody else held what this request needed; nothing was done."""

    code = "database.busy"
    kind = Kind.UNAVAILABLE
    title = Text(zh="系统繁忙", en="The system is busy")
    detail = Text(
        zh="请求未执行，请用同一 Idempotency-Key 重试。",
        en="Nothing was done; try again with the same Idempotency-Key.",
    )


class DatabaseUnavailable(TongbaoError):
    """The database did not answer, so nobody knows whether a commit under way arrived."""

    code = "database.unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="数据库暂不可用", en="The database is not available")
    detail = Text(
        zh="请用同一 Idempotency-Key 重试；已完成的请求不会执行第二次。",
        en="Try again with the same Idempotency-Key; what was done is not done twice.",
    )
