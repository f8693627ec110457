"""`/api/v1/identity`: logging in and out, and who one is."""

from tongbao.core.identity.router.tokens import api

__all__ = ["api"]
