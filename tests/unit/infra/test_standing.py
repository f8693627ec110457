"""Actors that are remembered: as many as there is room for, and who can be asked about."""

from dataclasses import replace

from tongbao.infra.auth import Actor
from tongbao.infra.standing import KNOWN_MAX, Bearers
from tongbao.kernel.ids import new_id


def an_actor(standing: bytes | None = b"as it was") -> Actor:
    return Actor(id=new_id(), kind="service", name="bench", standing=standing)


def test_the_oldest_are_forgotten() -> None:
    bearers = Bearers()
    actors = {number.to_bytes(4): an_actor() for number in range(KNOWN_MAX + 5)}
    for token, actor in actors.items():
        bearers.note(token, actor)
    recalled = [bearers.recall(token) for token in actors]
    assert recalled == [None] * 5 + [*actors.values()][5:]


def test_the_last_look_up_counts_until_it_is_forgotten() -> None:
    bearers = Bearers()
    before = an_actor()
    now = replace(before, standing=b"as it is")
    bearers.note(b"token", before)
    bearers.note(b"token", now)
    assert bearers.recall(b"token") is now
    bearers.forget(b"token")
    bearers.forget(b"token")
    assert bearers.recall(b"token") is None


def test_who_cannot_be_asked_about_is_not_remembered() -> None:
    bearers = Bearers()
    bearers.note(b"token", an_actor(standing=None))
    assert bearers.recall(b"token") is None
