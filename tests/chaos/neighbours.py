"""What other banks do: they send money to customers here, and send back what they were sent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import httpx2

from tests.chaos.town import CHANNELS, THERE, Town

WRONG_NAME = "查无此人"
WRONG_NAME_SHARE = 0.2


async def money_comes_in(town: Town, dice: Random, *, wrong_share: float = WRONG_NAME_SHARE) -> str:
    """Let another bank send money to somebody, maybe by a wrong name; return its reference."""
    citizen = dice.choice(town.citizens)
    is_wrong = dice.random() < wrong_share
    body = {
        "account": citizen.number,
        "name": WRONG_NAME if is_wrong else citizen.name,
        "amount_minor": dice.randint(1, 30_000),
    }
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{town.sandbox}/sandbox/channels/bank/incoming", json=body)
    reference: str = answer.raise_for_status().json()["transaction_id"]
    town.incoming[reference] = None if is_wrong else citizen.account_id
    return reference


async def money_comes_back(town: Town, dice: Random) -> None:
    """Let another bank send back a payment that it has, if there is one."""
    async with httpx2.AsyncClient(trust_env=False, base_url=town.sandbox) as http:
        truth = (await http.get("/sandbox/channels/bank/payments")).raise_for_status().json()
        paid = [
            each["reference"]
            for each in truth["payments"]
            if each["account"] == THERE and (each["direction"], each["status"]) == SENT
        ]
        left = [each for each in paid if each not in town.returned | town.calm]
        if left:
            reference = dice.choice(left)
            town.returned.add(reference)
            path = f"/sandbox/channels/bank/payments/{reference}/return"
            (await http.post(path, json={"reason": "AC04"})).raise_for_status()


SENT = ("payout", "settled")


@dataclass(frozen=True)
class Done:
    """A payment that a channel has carried out, and whose it is here."""

    channel: str
    reference: str
    amount: int
    order_id: UUID | None
    account_id: UUID | None
    change: int


def done_outside(town: Town) -> Iterator[Done]:
    """Return what all channels have really done, in their order."""
    attempts = {
        reference: (order_id, debtor, creditor)
        for reference, order_id, debtor, creditor in town.rows(
            "SELECT a.reference, o.id, o.debtor_account_id, o.creditor_account_id"
            " FROM payments_attempt a JOIN payments_order o ON o.id = a.order_id"
        )
    }

    def whose(seen: dict[str, Any]) -> tuple[UUID | None, UUID | None]:
        reference, taken = seen["reference"], seen["direction"] == "collect"
        if reference in town.late:  # it comes in by itself, its order is over
            return None, attempts[reference][2]
        if reference in attempts:
            order_id, debtor, creditor = attempts[reference]
            return order_id, creditor if taken else debtor
        if reference in town.incoming:
            return None, town.incoming[reference]
        return None, attempts[seen["original"]][1]  # what comes back is its payer's

    for channel in CHANNELS:
        for seen in town.truth(channel)["payments"]:
            assert seen["status"] in {"settled", "rejected", "closed"}, seen
            if seen["status"] == "settled":
                amount = seen["amount_minor"]
                change = amount if seen["direction"] == "collect" else -amount
                yield Done(channel, seen["reference"], amount, *whose(seen), change)


def changes(town: Town) -> Counter[UUID]:
    """Return by how much each customer's account has changed, as the channels say."""
    found: Counter[UUID] = Counter()
    for each in done_outside(town):
        if each.account_id is not None:
            found[each.account_id] += each.change
    return found
