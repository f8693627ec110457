"""The plain page at `/`: is the platform up, where is its API, and the demo firm's account."""

from tongbao.app.site.page import routes

__all__ = ["routes"]
