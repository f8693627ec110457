"""The embedded server's settings: durable, and as large as the machine allows."""

from pathlib import Path

import pytest

from tongbao.infra.postgres.configuration import configuration
from tongbao.infra.postgres.memory import memory_mib


@pytest.mark.parametrize(
    ("memory", "buffers"), [(256, "128MB"), (2_000, "500MB"), (4_096, "1024MB"), (65_536, "1024MB")]
)
def test_the_cache_is_a_quarter_of_the_memory_within_bounds(memory: int, buffers: str) -> None:
    assert f"shared_buffers = '{buffers}'\n" in configuration(fsync=True, memory_mib=memory)


def test_commits_are_durable_unless_a_test_says_otherwise() -> None:
    durable = configuration(fsync=True, memory_mib=1_000)
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert f"{name} = 'on'\n" in durable
    careless = configuration(fsync=False, memory_mib=1_000)
    assert "fsync = 'off'\n" in careless
    assert "full_page_writes = 'off'\n" in careless


def test_a_container_has_what_it_is_allowed_and_not_what_the_machine_has(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    machine_mib = memory_mib([])
    limit.write_text(f"{machine_mib * 2**20 // 2}\n", encoding="ascii")
    assert memory_mib([limit]) == machine_mib // 2


def test_no_limit_is_the_machines_memory(tmp_path: Path) -> None:
    without, huge = tmp_path / "memory.max", tmp_path / "memory.limit_in_bytes"
    without.write_text("max\n", encoding="ascii")
    huge.write_text("9223372036854771712\n", encoding="ascii")
    assert memory_mib([without, huge, tmp_path / "missing"]) == memory_mib([]) > 0
