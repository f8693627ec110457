"""The web application, and the plain pages beside it: the platform's state, confirmations."""

from fastapi import FastAPI

from tongbao.app.site.built import Built, Pages
from tongbao.app.site.page import routes

__all__ = ["Built", "serve"]


def serve(app: FastAPI, built: Built | None) -> None:
    """Have `app` serve the plain pages, and the web application wherever nothing else is.

    Call it after all other routes are there. `built` is None where nobody has built it.
    """
    app.include_router(routes(built))
    if built is not None:
        app.router.routes.append(Pages(built))
