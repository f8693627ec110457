"""Tags under the installation's secret, and under the one before it."""

from collections.abc import Iterator

import pytest

from tongbao.infra import keys

OLD, NEW, NEWEST = "o" * 40, "n" * 40, "m" * 40


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    before = list(keys._secrets)
    yield
    keys._secrets[:] = before


def test_a_tag_belongs_to_its_purpose_its_parts_and_its_secret() -> None:
    keys.use(OLD)
    tag = keys.tag("a", b"x", b"y")
    assert tag == keys.tag("a", b"x", b"y")
    assert len({tag, keys.tag("b", b"x", b"y"), keys.tag("a", b"xy", b"")}) == 3
    keys.use(NEW)
    assert keys.tag("a", b"x", b"y") != tag


def test_what_the_older_secret_tagged_is_good_while_it_is_named() -> None:
    keys.use(OLD)
    tag = keys.tag("a", b"x")
    keys.use(NEW, older=OLD)
    assert keys.is_tag(tag, "a", b"x")
    assert not keys.is_tag(tag, "a", b"y")
    assert not keys.is_tag(tag, "b", b"x")
    assert not keys.is_tag(b"", "a", b"x")
    assert keys.tags("a", b"x") == [keys.tag("a", b"x"), tag]
    assert keys.tag("a", b"x") != tag  # what is made from now on
    keys.use(NEWEST, older=NEW)
    assert not keys.is_tag(tag, "a", b"x")


def test_without_a_secret_nothing_is_tagged() -> None:
    keys._secrets.clear()
    with pytest.raises(AssertionError):
        keys.tag("a")
