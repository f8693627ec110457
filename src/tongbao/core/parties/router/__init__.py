"""`/api/v1/parties` and `/api/v1/kyc`."""

from tongbao.core.parties.router import lifecycle, profiles, reaching
from tongbao.core.parties.router.cases import PICTURES_BYTES_MAX, PICTURES_PATH
from tongbao.core.parties.router.cases import api as cases
from tongbao.core.parties.router.parties import api

for part in (profiles, reaching, lifecycle):
    api.include_router(part.api)

__all__ = ["PICTURES_BYTES_MAX", "PICTURES_PATH", "api", "cases"]
