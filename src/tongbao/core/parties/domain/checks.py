"""What outside services answer about persons and organisations, and when they cannot be asked."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

ALIKE_MIN: Final = 80
"""From this similarity on (0 to 100) a face is the card's; between the two staff look."""
UNLIKE_MAX: Final = 60
ALIVE_MIN: Final = 70


class Service(StrEnum):
    """Whom we ask."""

    BUSINESS_REGISTRY = "business_registry"
    IDENTITY_BUREAU = "identity_bureau"
    FACE = "face"


class BureauResult(StrEnum):
    """Whether a number belongs to a name."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"


class Standing(StrEnum):
    """What the register says of an organisation's existence (登记状态)."""

    IN_OPERATION = "in_operation"  # 存续
    ABNORMAL = "abnormal"  # 经营异常
    REVOKED = "revoked"  # 吊销
    CANCELLED = "cancelled"  # 注销


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """What the register says of an organisation; `valid_until` None is long-term."""

    registration_number: str
    name: str
    legal_form: str
    legal_representative: str
    registered_capital: Money | None
    founded_on: date
    valid_until: date | None
    status: Standing
    business_scope: str


@dataclass(frozen=True, slots=True)
class FaceAnswer:
    """How alike two faces are and how surely one is alive, each 0 to 100."""

    similarity: int
    liveness: int


class CheckUnavailable(TongbaoError):
    """A service did not answer, or not in time; asked again later."""

    code = "parties.check_unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="核查服务暂不可用", en="The check is not available")
    detail = Text(zh="{service} 暂时没有应答，稍后自动重试", en="{service} did not answer; retried")

    def __init__(self, *, service: Service, cause: str) -> None:
        super().__init__(service=service.value)
        self.service = service
        self.cause = cause


class CheckUntrustworthy(TongbaoError):
    """A service answered what cannot be its answer to this question."""

    code = "parties.check_untrustworthy"
    kind = Kind.UNAVAILABLE
    title = Text(zh="核查服务应答异常", en="The check's answer cannot be trusted")
    detail = Text(zh="{service} 的应答无法采信", en="The answer of {service} cannot be trusted")

    def __init__(self, *, service: Service, cause: str) -> None:
        super().__init__(service=service.value)
        self.service = service
        self.cause = cause
