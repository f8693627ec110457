"""Where a person answers, told to everybody."""

import httpx2
import pytest
from fastapi import FastAPI

from tongbao.engagement.notices.router.desk import api
from tongbao.infra.settings import Settings

NUMBER = "95 000"


@pytest.mark.parametrize(
    ("settings", "phone"),
    [
        (Settings(demo=False), None),
        (Settings(demo=True), "400-000-0000"),
        (Settings(demo=True, service_phone=NUMBER), NUMBER),
    ],
)
async def test_anybody_is_told_the_number(settings: Settings, phone: str | None) -> None:
    app = FastAPI()
    app.state.settings = settings
    app.include_router(api)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://bank") as client:
        answer = await client.get("/api/v1/notices/service-desk")
    assert answer.json() == {"phone": phone}


@pytest.mark.parametrize("phone", ["javascript:alert(1)", "<b>1</b>", "+", ""])
def test_a_number_is_a_number(phone: str) -> None:
    with pytest.raises(ValueError, match="service_phone"):
        Settings(service_phone=phone)
