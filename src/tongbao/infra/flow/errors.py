"""Refusals of flow control."""

from tongbao.infra.flow.gcra import Verdict
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class TooManyRequests(TongbaoError):
    """A limit is reached; it says when to come back."""

    code = "flow.too_many_requests"
    kind = Kind.LIMITED
    title = Text(zh="请求过于频繁", en="Too many requests")
    detail = Text(
        zh="超出限额 {policy}，请在 {retry_after_seconds} 秒后重试。",
        en="The limit {policy} is reached; try again in {retry_after_seconds} seconds.",
    )

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(
            policy=verdict.policy.name, retry_after_seconds=verdict.retry_after_seconds
        )


class Overloaded(TongbaoError):
    """There is too much to do; nothing was done."""

    code = "flow.overloaded"
    kind = Kind.UNAVAILABLE
    title = Text(zh="系统繁忙", en="The system is busy")
    detail = Text(
        zh="请求未执行，请在 {retry_after_seconds} 秒后重试。",
        en="Nothing was done; try again in {retry_after_seconds} seconds.",
    )

    def __init__(self, *, retry_after_seconds: int = 1) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)


class LimitsUnknown(TongbaoError):
    """What others have counted is not known, and this kind of request does not pass without."""

    code = "flow.limits_unknown"
    kind = Kind.UNAVAILABLE
    title = Text(zh="暂时无法核对请求频率", en="The limits cannot be checked right now")
