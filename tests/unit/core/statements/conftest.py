import pytest

from tests.support.statements import CONFIGURATION
from tongbao.core.statements import service as statements


@pytest.fixture(autouse=True)
def _sealed() -> None:
    """For each test: another one may have made a whole application, which brings its own."""
    statements.configure(CONFIGURATION)
