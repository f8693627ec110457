"""Who pays at the wallets what customers here have begun: some do, some refuse, some never come."""

import asyncio
from random import Random

import httpx2

from tests.chaos.town import WALLETS, Town

DECISIONS = {"payment": 60, "refusal": 15, "": 25}  # of those who do nothing the time runs out
LOOK_SECONDS = 0.3


async def be_at_the_wallets(town: Town, dice: Random) -> None:
    """Decide once about each trade that waits, for as long as anybody pays."""
    seen: set[str] = set()
    async with httpx2.AsyncClient(trust_env=False, base_url=town.sandbox) as http:
        while True:
            for wallet in WALLETS:
                for reference in sorted(await waiting(http, wallet) - seen):
                    seen.add(reference)
                    (decision,) = dice.choices([*DECISIONS], [*DECISIONS.values()])
                    if decision:
                        await decide(http, wallet, reference, decision)
            await asyncio.sleep(LOOK_SECONDS)


async def everybody_pays(town: Town) -> None:
    """Pay at once whatever waits."""
    async with httpx2.AsyncClient(trust_env=False, base_url=town.sandbox) as http:
        for wallet in WALLETS:
            for reference in await waiting(http, wallet):
                await decide(http, wallet, reference, "payment")


async def somebody_pays_too_late(town: Town) -> None:
    """Let each wallet take money for a trade that it had closed, as no wallet should."""
    async with httpx2.AsyncClient(trust_env=False, base_url=town.sandbox) as http:
        for wallet in WALLETS:
            for reference in sorted(await standing(http, wallet, "closed"))[:1]:
                town.late.add(reference)
                await decide(http, wallet, reference, "payment?after_closing=true")


async def waiting(http: httpx2.AsyncClient, wallet: str) -> set[str]:
    return await standing(http, wallet, "waiting")


async def standing(http: httpx2.AsyncClient, wallet: str, status: str) -> set[str]:
    """Return the references of what stands so at a wallet."""
    truth = (await http.get(f"/sandbox/channels/{wallet}/payments")).raise_for_status().json()
    return {each["reference"] for each in truth["payments"] if each["status"] == status}


async def decide(http: httpx2.AsyncClient, wallet: str, reference: str, decision: str) -> None:
    path = f"/sandbox/channels/{wallet}/trades/{reference}/{decision}"
    (await http.post(path)).raise_for_status()
