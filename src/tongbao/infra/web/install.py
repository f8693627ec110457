"""Putting the edge together on an application."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI

from tongbao.infra.address import Network
from tongbao.infra.web.edge import Gate, surround
from tongbao.infra.web.health import Probe, health_routes
from tongbao.infra.web.misplaced import add_misplaced_handler
from tongbao.infra.web.problems import Problem, add_problem_handlers
from tongbao.infra.web.reference import reference_routes
from tongbao.kernel.text import Language

_SCHEMA = "#/components/schemas/{model}"


def _describe_problems(app: FastAPI) -> None:
    """Put the schema that every route's problem responses point to into the OpenAPI document."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            schema = Problem.model_json_schema(ref_template=_SCHEMA)
            parts = schema.pop("$defs", {})
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.update({**parts, "Problem": schema})
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def install(
    app: FastAPI,
    *,
    language_default: Language = "zh",
    probes: Mapping[str, Probe] | None = None,
    larger_bodies: Mapping[str, int] | None = None,
    trusted_proxies: Sequence[Network] = (),
    gate: Gate | None = None,
) -> None:
    """Give `app` the edge: limits, request ids, logs, metrics, problems, health, API reference.

    The app must have been made with `docs_url=None, redoc_url=None`. The composition root also
    sets `app.state.database` (`infra.db.Database`) and `app.state.authenticate`
    (`infra.auth.Authenticate`) before the first request, `app.state.authenticate_many` if routes
    marked `together` shall be answered together, and `app.state.note_misplaced`
    (`infra.web.misplaced`) if some actors may call from some networks only. `probes` are further
    checks of `/health/ready`, each raising when the API should get no requests. `larger_bodies` are
    the addresses, by whole path, that may be sent more than the usual 1 MiB. `trusted_proxies` are
    those whose `X-Forwarded-For` is believed. `gate` decides who is let in.
    """
    assert app.docs_url is None, "FastAPI's own API reference loads scripts from the internet"
    assert app.redoc_url is None, "FastAPI's own API reference loads scripts from the internet"
    app.state.language_default = language_default
    app.router.redirect_slashes = False  # it would answer with an address made of the Host header
    add_problem_handlers(app)
    add_misplaced_handler(app)
    surround(app, gate=gate, larger_bodies=larger_bodies, trusted_proxies=trusted_proxies)
    app.include_router(health_routes(probes or {}))
    app.include_router(reference_routes())
    _describe_problems(app)
