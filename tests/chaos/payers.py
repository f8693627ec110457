"""What customers do: they pay, pay in, take out, give back, and ask for what they paid."""

import asyncio
from contextlib import suppress
from random import Random

import httpx2
import psycopg

from tests.chaos.town import WALLETS, Citizen, Town, transfer, wallet_top_up

TAKEN_BACK_SHARE = 0.15


async def pay(town: Town, http: httpx2.AsyncClient, dice: Random, kind: str) -> None:
    """Have somebody pay something somewhere."""
    citizen = dice.choice(town.citizens)
    amount = {"amount": f"{dice.randint(1, 300)}.{dice.randint(0, 99):02}", "currency": "CNY"}
    own = str(citizen.account_id)
    path, body = "/payments/credit-transfers", transfer(citizen, amount)
    if kind == "refund" and not citizen.topped_up:
        kind = "top_up"
    if kind == "top_up":
        path = "/payments/top-ups"
        body = {"card_id": str(citizen.card_id), "creditor_account_id": own, "amount": amount}
    elif kind == "wallet":
        path = "/payments/wallet-top-ups"
        body = wallet_top_up(citizen, dice.choice((*WALLETS, None)), amount)
    elif kind == "withdrawal":
        path = "/payments/withdrawals"
        body = {"card_id": str(citizen.card_id), "debtor_account_id": own, "amount": amount}
    elif kind == "refund":
        topped_up, whole = dice.choice(citizen.topped_up)
        path = f"/payments/{topped_up}/refunds"
        body = {"amount": dice.choice((whole, {"amount": "1.00", "currency": "CNY"}))}
    answer = await town.ask(http, citizen, path, body)
    assert answer.status_code in {201, 409, 422}, answer.text
    if answer.status_code == 201:
        town.acknowledged.append(answer.json()["id"])
        if kind in {"top_up", "wallet"}:
            citizen.topped_up.append((answer.json()["id"], amount))
        if kind == "wallet" and dice.random() < TAKEN_BACK_SHARE:
            await asyncio.sleep(4 * dice.random())
            path = f"/payments/{answer.json()['id']}/cancellation"
            answer = await town.ask(http, citizen, path, {})
            assert answer.status_code in {200, 409}, answer.text


async def ask_back(town: Town, http: httpx2.AsyncClient, dice: Random) -> None:
    """Have somebody ask for a payment to another bank back, if one is settled."""
    settled = await asyncio.to_thread(_settled, town)
    if not settled:
        await pay(town, http, dice, "transfer")
        return
    citizen, payment_id = dice.choice(settled)
    answer = await town.ask(http, citizen, f"/payments/{payment_id}/recalls", {"reason": "DUPL"})
    assert answer.status_code in {201, 409}, answer.text


def _settled(town: Town) -> list[tuple[Citizen, str]]:
    """Return payments to other banks that arrived, with who paid; none while nobody can tell."""
    by_account = {each.account_id: each for each in town.citizens}
    with suppress(psycopg.OperationalError):
        return [
            (by_account[account_id], str(id_))
            for id_, account_id, reference in town.rows(
                "SELECT o.id, o.debtor_account_id, a.reference FROM payments_order o"
                " JOIN payments_attempt a ON a.order_id = o.id AND a.outcome = 'done'"
                " WHERE o.kind = 'credit_transfer' AND o.status = 'settled' ORDER BY o.id"
            )
            if reference not in town.calm
        ]
    return []
