"""The outside world as one ASGI application: offices, gateways, providers, each with faults."""

from fastapi import FastAPI
from fastapi_swagger import patch_fastapi

from tongbao_sandbox import (
    billers,
    control,
    firms,
    identity_services,
    key_management,
    messages,
    people,
    places,
    problems,
    service_faults,
    tax_office,
)
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.channels import bank, card, trades, wallet_a, wallet_b
from tongbao_sandbox.channels import control as channel_control
from tongbao_sandbox.channels.desk import Desks
from tongbao_sandbox.faults import Faults
from tongbao_sandbox.identity_provider import routes as identity_provider
from tongbao_sandbox.identity_provider.state import Provider

TOKEN_DEFAULT = "sandbox-tax-office"  # noqa: S105  (a sandbox: the token is public)
MESSAGES_TOKEN_DEFAULT = "sandbox-messages"  # noqa: S105  (the same)


def create_app(
    *,
    book: FirmBook | None = None,
    token: str = TOKEN_DEFAULT,
    messages_token: str = MESSAGES_TOKEN_DEFAULT,
    identity_token: str = identity_services.TOKEN_DEFAULT,
    billers_secret: str = billers.SECRET_DEFAULT,
) -> FastAPI:
    """Return the sandbox serving the firms of `book` (made-up firms if none is given)."""
    app = FastAPI(
        title="Tongbao sandbox",
        summary="The outside world for demo and tests / 供演示与测试的外部系统",
        version="1",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.book = book if book is not None else firms.load()
    app.state.token = token
    app.state.identity_token = identity_token
    app.state.people = people.load()
    app.state.faults = Faults()
    app.state.inbox = messages.Inbox(token=messages_token)
    app.include_router(control.router)
    app.include_router(tax_office.router)
    app.include_router(messages.router)
    app.include_router(places.router)
    app.state.identity_provider = Provider()
    app.include_router(identity_provider.router)
    app.state.service_faults = service_faults.ServiceFaults()
    app.include_router(service_faults.router)
    app.include_router(identity_services.listing)
    app.include_router(identity_services.router)
    app.include_router(key_management.router)
    app.state.billers = billers.Ledger()
    app.state.billers_secret = billers_secret
    app.include_router(billers.control)
    app.include_router(billers.router)
    app.state.channels = Desks()
    for part in (
        channel_control.router,
        card.router,
        wallet_a.router,
        wallet_b.v3,
        wallet_b.router,
        trades.router,
        bank.v1,
        bank.router,
    ):
        app.include_router(part)
    problems.add_handlers(app)
    problems.describe_all(app)
    patch_fastapi(app)
    return app
