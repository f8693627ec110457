"""What is run without measuring coverage, which makes Python two to four times slower.

Each of these puts one question to every address, or many cases to rules that unit tests reach
once: it finds faults, not lines. The floor is held by the rest.
"""

from typing import Final

import pytest

UNMEASURED: Final = (
    "tests/chaos/",
    "tests/contract/test_hostile_ledger",
    "tests/contract/test_openapi.py",
    "tests/contract/test_oversized.py",
    "tests/contract/test_permission_matrix.py",
    "tests/contract/test_planted_values.py",
    "tests/contract/test_schemathesis.py",
    "tests/properties/",
    "tests/recovery/",
)


def spare(items: list[pytest.Item]) -> None:
    """Mark what is not measured."""
    for item in items:
        if item.nodeid.startswith(UNMEASURED):
            item.add_marker(pytest.mark.no_cover)
