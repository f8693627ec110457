"""What a session's secret is worth, and when it is renewed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.conftest import AT
from tongbao.core.identity.domain.devices import (
    clean_address,
    clean_fingerprint,
    clean_user_agent,
    device_name,
    network_of,
)
from tongbao.core.identity.domain.sessions import (
    GRACE,
    IDLE_MAX,
    LIFETIME,
    ROTATION,
    SEEN_EVERY,
    Shown,
    Standing,
)

SECOND = timedelta(seconds=1)
NEW = Shown(
    issued_at=AT,
    used_at=AT,
    replaced_at=None,
    rotated_at=AT,
    last_seen_at=AT,
    expires_at=AT + LIFETIME,
    ended=False,
)


def test_a_new_secret_is_good_and_asks_for_nothing() -> None:
    assert NEW.standing(AT) is Standing.GOOD
    assert not NEW.is_upkeep_due(AT)


@pytest.mark.parametrize(
    ("shown", "at"),
    [
        (replace(NEW, ended=True), AT),
        (NEW, AT + IDLE_MAX),
        (replace(NEW, last_seen_at=AT + LIFETIME - SECOND), AT + LIFETIME),
    ],
)
def test_an_ended_an_idle_and_an_old_session_are_over(shown: Shown, at: object) -> None:
    assert shown.standing(at) is Standing.OVER  # type: ignore[arg-type]


def test_just_before_it_is_idle_or_old_it_is_good() -> None:
    assert NEW.standing(AT + IDLE_MAX - SECOND) is Standing.GOOD
    busy = replace(NEW, last_seen_at=AT + LIFETIME - SECOND)
    assert busy.standing(AT + LIFETIME - SECOND) is Standing.GOOD


def test_a_replaced_secret_is_good_for_a_moment_and_then_gives_its_holder_away() -> None:
    replaced = replace(NEW, replaced_at=AT)
    assert replaced.standing(AT + GRACE) is Standing.GOOD
    assert replaced.standing(AT + GRACE + SECOND) is Standing.REUSED


def test_of_a_session_that_is_over_nothing_gives_anybody_away() -> None:
    assert replace(NEW, replaced_at=AT, ended=True).standing(AT + timedelta(1)) is Standing.OVER


def test_a_secret_is_renewed_when_it_is_old() -> None:
    assert not NEW.is_rotation_due(AT + ROTATION - SECOND)
    assert NEW.is_rotation_due(AT + ROTATION)
    assert not replace(NEW, replaced_at=AT).is_rotation_due(AT + ROTATION)


def test_a_successor_that_got_lost_is_followed_by_another_after_a_moment() -> None:
    sent = replace(NEW, rotated_at=AT + ROTATION)
    assert not sent.is_rotation_due(AT + ROTATION + GRACE - SECOND)
    assert sent.is_rotation_due(AT + ROTATION + GRACE)


def test_what_is_seen_is_written_once_a_minute() -> None:
    assert not NEW.is_upkeep_due(AT + SEEN_EVERY - SECOND)
    assert NEW.is_upkeep_due(AT + SEEN_EVERY)
    assert replace(NEW, used_at=None).is_upkeep_due(AT)


SOME_TIME = st.timedeltas(min_value=timedelta(0), max_value=LIFETIME * 2)


@given(replaced=st.none() | SOME_TIME, seen=SOME_TIME, later=SOME_TIME, ended=st.booleans())
def test_a_secret_never_becomes_better(
    *, replaced: timedelta | None, seen: timedelta, later: timedelta, ended: bool
) -> None:
    shown = replace(
        NEW,
        last_seen_at=AT + seen,
        replaced_at=None if replaced is None else AT + replaced,
        ended=ended,
    )
    before, after = shown.standing(AT + seen), shown.standing(AT + seen + later)
    assert after is not Standing.GOOD or before is Standing.GOOD


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", "unknown"),
        ("testclient", "unknown"),
        ("1.2.3.4\r\nX-Evil: 1", "unknown"),
    ],
)
def test_an_address_has_one_spelling(text: str, meant: str) -> None:
    assert clean_address(text) == meant


def test_whoever_holds_an_ipv6_address_holds_sixty_four_bits() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("192.0.2.7") == "192.0.2.7"


def test_what_a_browser_says_of_itself_cannot_write_log_lines() -> None:
    assert clean_user_agent("Mozilla\r\n2026 admin logged in\x1b[2J") == (
        "Mozilla??2026 admin logged in?[2J"
    )
    assert len(clean_user_agent("x" * 10_000)) == 300


def test_a_fingerprint_is_a_sha256() -> None:
    assert clean_fingerprint("a" * 64) == "a" * 64
    assert all(
        clean_fingerprint(text) is None for text in (None, "", "A" * 64, "a" * 65, "ａ" * 64)
    )


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU) Version/18 Safari/604.1", "Safari · iPhone"),
        ("curl/8.5", "curl/8.5"),
        ("", "?"),
    ],
)
def test_a_device_is_called_what_a_person_would_call_it(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
