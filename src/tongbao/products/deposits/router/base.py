"""What the routers share."""

from typing import Annotated, Final

from fastapi import Depends, Header

from tongbao.infra.auth import require
from tongbao.infra.web import IDEMPOTENCY_KEY_REQUIRED
from tongbao.products.deposits import service

PREFIX: Final = "/api/v1/deposits"
TAGS: Final = ["deposits"]
READ_ANY: Final = "deposits:read_any"

MAY_MANAGE: Final = [Depends(require(service.MANAGE))]
MOVES_MONEY: Final = [*MAY_MANAGE, IDEMPOTENCY_KEY_REQUIRED]

StepUpHeader = Annotated[
    str | None,
    Header(alias="Step-Up-Token", max_length=512, description="Of the confirmed action; good once"),
]
