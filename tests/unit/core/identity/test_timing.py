"""Nobody learns from the clock whether a login exists.

Both kinds of attempts are interleaved, so that the machine's mood is the same for both, and
compared by rank: a few slow ones decide nothing. That the statements and hashes are the same is
tested beside this; here is what is left, as a guesser would see it.
"""

import statistics
import time
from itertools import count

import httpx2
from fastapi import FastAPI
from scipy.stats import mannwhitneyu

from tests.unit.core.identity.people import a_phone, a_user, an_address, with_contact
from tongbao.infra.db import Database

SAMPLES = 60
# A hash that is left out, or a wait for the disk, is far beyond both; the machine's noise is not.
CHANCE_MIN = 1e-4
RATIO_MAX = 1.3
_numbers = count()


async def taken_ms(app: FastAPI, path: str, body: dict[str, str]) -> float:
    """Return how long one request takes, from an address of its own."""
    transport = httpx2.ASGITransport(app=app, client=(an_address(), 5_000))
    async with httpx2.AsyncClient(transport=transport, base_url="https://test") as client:
        began = time.perf_counter()
        await client.post(path, json=body)
        return (time.perf_counter() - began) * 1000


def assert_alike(known: list[float], unknown: list[float]) -> None:
    chance = mannwhitneyu(known, unknown).pvalue
    one, other = statistics.median(known), statistics.median(unknown)
    ratio = max(one, other) / min(one, other)
    assert chance > CHANCE_MIN or ratio < RATIO_MAX, (chance, one, other)


async def test_a_known_and_an_unknown_login_take_equally_long(
    app: FastAPI, database: Database
) -> None:
    known: list[float] = []
    unknown: list[float] = []
    path = "/api/v1/identity/sessions"
    logins: list[str] = []
    async with database.write() as tx:
        for _ in range(SAMPLES // 4):  # four refusals each: none of them begins a pause
            user = await a_user(tx)
            await with_contact(tx, user)
            logins.append(user.login)
    for n in range(SAMPLES):
        body = {"login": logins[n % len(logins)], "password": "not the password"}
        known.append(await taken_ms(app, path, body))
        nobody = {"login": f"nobody-{next(_numbers):06}", "password": "not the password"}
        unknown.append(await taken_ms(app, path, nobody))
    assert_alike(known, unknown)


async def test_a_contact_with_and_without_an_account_take_equally_long(
    app: FastAPI, database: Database
) -> None:
    taken: list[float] = []
    free: list[float] = []
    async with database.write() as tx:
        contacts = [await with_contact(tx, await a_user(tx)) for _ in range(SAMPLES // 2)]
    path = "/api/v1/identity/registrations"
    for contact in contacts:
        taken.append(await taken_ms(app, path, {"contact": contact.address}))
        free.append(await taken_ms(app, path, {"contact": a_phone().address}))
    assert_alike(taken, free)
