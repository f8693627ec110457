"""`/api/v1/notices/service-desk`: where a person answers."""

from fastapi import Request

from tongbao.engagement.notices.schemas import ServiceDeskOut
from tongbao.infra.auth import PUBLIC
from tongbao.infra.web import router

api = router(prefix="/api/v1/notices", tags=["notices"])


@api.get("/service-desk", summary="Where a person answers", dependencies=[PUBLIC])
async def read_service_desk(request: Request) -> ServiceDeskOut:
    """Return the number customers call, also for complaints; open to everybody."""
    return ServiceDeskOut(phone=request.app.state.settings.service_phone)
