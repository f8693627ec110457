"""What customers do: they pay, pay in, take out, and give back."""

from random import Random

import httpx2

from tests.chaos.town import Town, transfer


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
        if kind == "top_up":
            citizen.topped_up.append((answer.json()["id"], amount))
