"""What may be wrong with an endpoint or a delivery, in words."""

from tongbao.infra.webhooks.nouns import ENDPOINTS_MAX, REPLAY_MAX, SECRETS_MAX
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UrlUnsuitable(TongbaoError):
    """The address is not one that webhooks are sent to."""

    code = "webhooks.url_unsuitable"
    kind = Kind.INVALID
    title = Text(zh="回调地址不符合要求", en="The address is not acceptable")
    detail = Text(
        zh="须为 https 网址，主机为公网域名（非 IP 地址），端口 443 或 1024 以上，不含用户信息、"
        "片段与非 ASCII 字符（国际化域名请写作 xn--…）",
        en="An https URL whose host is a public name, not an address; port 443 or above 1023; "
        "no user information, no fragment, ASCII only (an international name as xn--…)",
    )


class UnknownEventType(TongbaoError):
    """There is no such event to be told of, or not for this client."""

    code = "webhooks.unknown_event_type"
    kind = Kind.INVALID
    title = Text(zh="事件类型不存在", en="There is no such event type")
    detail = Text(zh="没有事件类型 {type}", en="There is no event type {type}")

    def __init__(self, *, event_type: str) -> None:
        super().__init__(type=event_type)


class ClientsOnly(TongbaoError):
    """Endpoints belong to partner clients."""

    code = "webhooks.clients_only"
    kind = Kind.REFUSED
    title = Text(zh="回调端点仅属于合作方客户端", en="Endpoints belong to partner clients only")


class TooManyEndpoints(TongbaoError):
    """The client has as many endpoints as it may."""

    code = "webhooks.too_many_endpoints"
    kind = Kind.CONFLICT
    title = Text(zh="回调端点数量已达上限", en="The client has as many endpoints as it may")
    detail = Text(zh="最多 {maximum} 个", en="At most {maximum}")

    def __init__(self) -> None:
        super().__init__(maximum=ENDPOINTS_MAX)


class TooManySecrets(TongbaoError):
    """The endpoint has as many secrets as it may."""

    code = "webhooks.too_many_secrets"
    kind = Kind.CONFLICT
    title = Text(zh="签名密钥数量已达上限", en="The endpoint has as many secrets as it may")
    detail = Text(
        zh="最多 {maximum} 个同时有效；旧密钥到期后再试",
        en="At most {maximum} at a time; try again when the old one has ended",
    )

    def __init__(self) -> None:
        super().__init__(maximum=SECRETS_MAX)


class UnknownEndpoint(TongbaoError):
    """There is no such endpoint, or it is somebody else's."""

    code = "webhooks.unknown_endpoint"
    kind = Kind.NOT_FOUND
    title = Text(zh="回调端点不存在", en="There is no such endpoint")


class UnknownDelivery(TongbaoError):
    """There is no such delivery, or it is somebody else's."""

    code = "webhooks.unknown_delivery"
    kind = Kind.NOT_FOUND
    title = Text(zh="投递记录不存在", en="There is no such delivery")


class EndpointNotActive(TongbaoError):
    """Nothing is sent to an endpoint that is not active."""

    code = "webhooks.endpoint_not_active"
    kind = Kind.CONFLICT
    title = Text(zh="回调端点未启用", en="The endpoint is not active")


class PeriodUnsuitable(TongbaoError):
    """The period to send again ends before it begins, or holds too much."""

    code = "webhooks.period_unsuitable"
    kind = Kind.INVALID
    title = Text(zh="重发时段不符合要求", en="The period is not acceptable")
    detail = Text(
        zh="起始须早于结束，且时段内至多 {maximum} 条记录；请缩短时段",
        en="It begins before it ends and holds at most {maximum} deliveries; take a shorter one",
    )

    def __init__(self) -> None:
        super().__init__(maximum=REPLAY_MAX)
