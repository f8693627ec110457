"""A partner, from registration to a signed webhook: all over HTTP, with worker and outbox."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.support.bank import Bank, Caller, Customer, done, problem
from tests.support.partners import GRANT, TOKEN, by_assertion, claims, new_key, public, sign
from tests.support.receiver import Receiver, receiving
from tongbao.app import wiring
from tongbao.app.wiring import CONSUMERS
from tongbao.core.identity.service import Role
from tongbao.infra.outbox import Relay
from tongbao.infra.webhooks.configuration import configuration, configure
from tongbao.infra.webhooks.reaching import Outbound
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

SCOPES = ["payments:initiate", "payments:settle_alone", "webhooks:manage"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _to_this_machine(bank: Bank) -> None:
    """Let webhooks reach the receiver of the test, as TONGBAO_WEBHOOKS_TO_LOOPBACK would."""
    wiring.load_jobs()
    wiring.connect_webhooks(bank.app.state.settings)
    here = Outbound(to_loopback=True)
    configure(replace(configuration(), outbound=here))


async def partner_of(bank: Bank, firm: Customer) -> Caller:
    """Register a firm's own system with a public key, and get it a token."""
    key = new_key("EC")
    operations = await bank.staff(Role.STAFF_OPERATIONS)
    registered = await operations.post(
        "/identity/clients",
        {"name": "ERP", "party_id": firm.party_id, "scopes": SCOPES, "keys": [public(key)]},
    )
    client_id = registered["client"]["id"]
    metadata = done(await bank.http.get("/.well-known/oauth-authorization-server"))
    assertion = sign(key, claims(client_id, metadata["token_endpoint"], now()))
    token = done(await bank.http.post(TOKEN, data=GRANT | by_assertion(assertion)))
    return Caller(bank.http, {"Authorization": f"Bearer {token['access_token']}"})


async def work(bank: Bank) -> None:
    await Relay(bank.database, CONSUMERS).drain()
    await bank.work()


def order(debtor: dict[str, Any], creditor: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "debtor_account_id": debtor["id"],
        "creditor_account_number": creditor["number"],
        "creditor_name": name,
        "amount": {"amount": "12.50", "currency": "CNY"},
    }


async def pay(caller: Caller, wanted: dict[str, Any]) -> Any:
    return await caller.ask("POST", "/payments", key=str(new_id()), json=wanted)


async def lent(bank: Bank, firm: Customer, account: dict[str, Any]) -> None:
    """Put money into an account the way a firm gets some: by a loan."""
    await firm.consent()
    application = await firm.post("/lending/applications", {"account_id": account["id"]})
    await bank.work()
    path = f"/lending/applications/{application['id']}"
    amount = {"amount": "300000.00", "currency": "CNY"}
    agreement = await firm.get(f"{path}/agreement", amount=amount["amount"], language="zh")
    await firm.post(
        f"{path}/acceptance", {"amount": amount, "text_digest": agreement["text_digest"]}
    )


async def test_from_registration_to_a_signed_webhook(bank: Bank, receiver: Receiver) -> None:
    firm, supplier, stranger = [await bank.customer() for _ in range(3)]
    account, to_account = await firm.open_account(), await supplier.open_account()
    await lent(bank, firm, account)
    partner, watcher = await partner_of(bank, firm), await partner_of(bank, stranger)

    # Whom a firm pays for the first time, a person of the firm confirms; no system can.
    wanted_payment = order(account, to_account, supplier.firm.name)
    unknown = await pay(partner, wanted_payment)
    assert problem(unknown) == (403, "identity.step_up_required")
    await firm.pay(wanted_payment)
    await work(bank)

    # What it is for, and whose it is.
    types = await partner.get("/webhooks/event-types")
    assert "payments.payment_settled" in {each["type"] for each in types["items"]}
    wanted = {
        "url": receiver.url,
        "types": ["payments.payment_settled", "payments.payment_rejected"],
    }
    made = await partner.post("/webhooks/endpoints", wanted)
    await watcher.post("/webhooks/endpoints", wanted)
    path = f"/webhooks/endpoints/{made['endpoint']['id']}"
    assert problem(await watcher.ask("GET", path)) == (404, "webhooks.unknown_endpoint")
    assert problem(await firm.ask("GET", path)) == (403, "auth.forbidden")

    # The partner pays on the firm's behalf, and may not on anybody else's.
    paid = done(await pay(partner, wanted_payment))
    foreign = await pay(watcher, wanted_payment)
    assert foreign.status_code == 404
    await work(bank)

    # One signed message, to the partner alone.
    (came,) = receiver.received
    message = Webhook(made["secret"]).verify(came.body, came.headers)
    assert message["type"] == "payments.payment_settled"
    assert message["data"]["payment_id"] == paid["id"]
    assert message["data"]["amount"] == {"amount": "12.50", "currency": "CNY"}
    assert message["id"] == came.headers["webhook-id"]

    # The log says so; a replay and a ping arrive.
    (delivery,) = (await partner.get(f"{path}/deliveries"))["items"]
    assert delivery["status"] == "delivered"
    detail = await partner.get(f"/webhooks/deliveries/{delivery['id']}")
    assert json.loads(detail["body"]) == message
    assert [each["status_code"] for each in detail["attempts"]] == [204]
    await partner.post(f"/webhooks/deliveries/{delivery['id']}/replays")
    await partner.post(f"{path}/pings")
    await work(bank)
    again, ping = sorted(receiver.received[1:], key=lambda each: b"ping" in each.body)
    assert again.headers["webhook-id"] == came.headers["webhook-id"]
    assert json.loads(ping.body)["type"] == "webhooks.ping"

    # A disabled client is told nothing more.
    operations = await bank.staff()
    owner = made["endpoint"]["owner_id"]
    done(
        await operations.ask(
            "PUT", f"/identity/clients/{owner}", json={"status": "disabled", "scopes": SCOPES}
        )
    )
    assert problem(await partner.ask("GET", path)) == (401, "auth.unauthenticated")
    await firm.pay(wanted_payment)
    await work(bank)
    assert len(receiver.received) == 3


async def test_an_endpoint_inside_is_refused(bank: Bank) -> None:
    partner = await partner_of(bank, await bank.customer())
    configure(replace(configuration(), outbound=Outbound()))
    for url in (
        "http://127.0.0.1:8000/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://user@erp.example.com/",
    ):
        answer = await partner.ask(
            "POST", "/webhooks/endpoints", json={"url": url, "types": ["payments.payment_settled"]}
        )
        assert problem(answer) == (422, "webhooks.url_unsuitable"), url


def test_what_is_published_carries_no_secrets() -> None:
    words = {"secret", "password", "token", "code_hash", "phone", "email", "id_number", "name"}
    for consumer in CONSUMERS:
        for event in consumer.handles:
            assert not words & event.model_fields.keys(), event.type
