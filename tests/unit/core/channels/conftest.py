"""Channels that no message leaves: routes, health and settings need none."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support.channel_gateways import Quiet
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import configuration

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday noon in Shanghai


@pytest.fixture
def gateways() -> Iterator[dict[str, Quiet]]:
    """Four gateways with the features of the real ones, under names of this test alone."""
    before = configuration.current()
    made = {name: Quiet.like(name) for name in ("card", "wallet-a", "wallet-b", "bank")}
    channels.configure(channels.Configuration(gateways=made, clock=lambda: AT))
    yield made
    channels.configure(before)
