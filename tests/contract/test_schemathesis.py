"""Every operation of the API under generated requests, good and bad, from different callers.

No answer may be a server error or break the description: status, media type, headers and shape are
the documented ones, what the description forbids is refused, and nothing is done without a token.

Not asked for: `positive_data_acceptance`. The description cannot say what a check digit, a cursor,
a digest or a balance allows, so a request that fits it may still be refused.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.generation.case import Case
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.hooks import HookContext
from schemathesis.python import asgi

from tests.support.bank import Bank, Caller, Customer, settings
from tests.support.findings import Findings
from tests.support.logs import own_logs
from tongbao.app.doors import May
from tongbao.app.main import create_app
from tongbao.app.permissions import addresses, reach
from tongbao.core.identity.service import MemberRole, Role

DEEP = os.environ.get("TONGBAO_HYPOTHESIS") == "deep"
EXAMPLES = 200 if DEEP else 5
SECONDS_MAX = 60  # the machine's load is no property of the code
WAYS_TO_BREAK = 1
WAYS_TO_KEEP = 3
SHOWN_MAX = 20

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@schemathesis.serializer("application/pdf")
def as_it_is(_context: object, value: object) -> bytes:
    """Send what was made up for a document without a change: hardly ever a PDF."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def of_customers(app: FastAPI) -> set[str]:
    """Return the operations that the holder of a party may call, named as schemathesis does."""
    return {
        f"{each.method.upper()} {each.path}"
        for each in addresses(app)
        if each.door is not None
        and reach(each.door, MemberRole.HOLDER) not in {May.NOTHING, May.ALL}
    }


def few_ways() -> Callable[[HookContext, Case[Any]], bool]:
    """Let through a few of the ways in which schemathesis breaks, or keeps, one rule of one field.

    It sends a number, a list, an object and more where a text belongs: the same rule, thousands of
    times over.
    """
    seen: Counter[tuple[object, ...]] = Counter()

    def filter_case(_context: HookContext, case: Case[Any]) -> bool:
        meta = case._meta  # `meta` would judge the case anew, before it is complete
        if meta is None or not isinstance(meta.phase.data, CoveragePhaseData):
            return True
        data, mode = meta.phase.data, meta.generation.mode
        place = (case.operation.label, data.parameter_location, data.parameter, data.location)
        key = (*place, data.scenario, mode)
        seen[key] += 1
        return seen[key] <= (WAYS_TO_BREAK if mode.is_negative else WAYS_TO_KEEP)

    return filter_case


def put_through(bank: Bank, caller: Caller, *, customers: bool, **config: Any) -> Findings:
    """Run every phase there is against the application in this process.

    Each operation is tried by one caller: by a customer where customers may call it, else by staff;
    and each rule of each of its fields is broken in one way. With `TONGBAO_HYPOTHESIS=deep`
    everybody tries everything in every way.
    """
    with own_logs():
        app = create_app(settings(bank.urls))
    described = schemathesis.openapi.from_asgi(
        "/openapi.json",
        app,
        config=SchemathesisConfig.from_dict(
            {
                "headers": caller.headers,
                "request-timeout": SECONDS_MAX,
                "generation": {"max-examples": EXAMPLES, "deterministic": not DEEP},
                "checks": {"positive_data_acceptance": {"enabled": False}},
                **config,
            }
        ),
    )
    # Whoever logs out has no token for what follows.
    schema = described.exclude(operation_id="identity_log_out")
    if not DEEP:
        theirs = of_customers(app)
        # `include` would let through whatever the configuration names.
        schema = schema.exclude(lambda ctx: (ctx.operation.label in theirs) is not customers)
        schema.hook("filter_case")(few_ways())
    findings = Findings()
    for event in from_schema(schema).execute():
        findings.take(event)
    return findings


@pytest.fixture(autouse=True)
def _applications() -> Iterator[None]:
    """Stop what was started in schemathesis's own loop."""
    yield
    asgi.shutdown_lifespans()


def assert_clean(findings: Findings) -> None:
    assert findings.failed == [], "\n\n".join(findings.failed[:SHOWN_MAX])
    assert findings.passed > 1_000
    assert len(findings.phases) >= 4, findings.phases


@pytest.fixture(scope="module")
async def operations(bank: Bank) -> Caller:
    return await bank.staff(Role.STAFF_OPERATIONS)


@dataclass(frozen=True)
class Things:
    """A firm with one of everything, so that requests are about what exists."""

    firm: Customer
    parameters: dict[str, str]
    of_the_ledger: dict[str, str]

    @property
    def config(self) -> dict[str, Any]:
        ledger = {"include-tag": "ledger", "parameters": self.of_the_ledger}
        return {"parameters": self.parameters, "operations": [ledger]}


@pytest.fixture(scope="module")
async def things(bank: Bank, operations: Caller) -> Things:
    firm, supplier = await bank.customer(), await bank.customer()
    account, to_account = await firm.open_account(), await supplier.open_account()
    consent = await firm.consent()
    application = await firm.post("/lending/applications", {"account_id": account["id"]})
    path = f"/lending/applications/{application['id']}"
    await bank.work()
    drawn = {"amount": "300000.00", "currency": "CNY"}
    agreement = await firm.get(f"{path}/agreement", amount=drawn["amount"], language="zh")
    loan = await firm.post(
        f"{path}/acceptance", {"amount": drawn, "text_digest": agreement["text_digest"]}
    )
    payment = await firm.pay(
        {
            "debtor_account_id": account["id"],
            "creditor_account_number": to_account["number"],
            "creditor_name": supplier.firm.name,
            "amount": {"amount": "1.00", "currency": "CNY"},
        },
    )
    counted = await operations.post("/ledger/accounts", {"asset": "CNY/2", "category": "liability"})
    return Things(
        firm,
        {
            "party_id": firm.party_id,
            "account_id": account["id"],
            "consent_id": consent["id"],
            "request_id": (await firm.ask_consent())["id"],
            "application_id": application["id"],
            "decision_id": (await firm.get(path))["decision"]["id"],
            "agreement_id": loan["agreement_id"],
            "loan_id": loan["id"],
            "payment_id": payment["id"],
        },
        {"account_id": counted["id"], "transaction_id": loan["transaction_id"]},
    )


def test_a_customer_about_what_is_theirs(bank: Bank, things: Things) -> None:
    findings = put_through(bank, things.firm, customers=True, **things.config)
    assert_clean(findings)
    assert {
        "GET /api/v1/accounts/{account_id}/balance",
        "GET /api/v1/accounts/{account_id}/entries",
        "GET /api/v1/agreements/consents/{consent_id}/history",
        "POST /api/v1/agreements/consents/{consent_id}/withdrawal",
        "GET /api/v1/lending/applications/{application_id}",
        "GET /api/v1/lending/loans/{loan_id}",
        "GET /api/v1/parties/{party_id}",
        "GET /api/v1/payments/{payment_id}",
    } <= findings.succeeded


def test_staff_about_what_is_there(bank: Bank, operations: Caller, things: Things) -> None:
    findings = put_through(bank, operations, customers=False, **things.config)
    assert_clean(findings)
    assert {
        "GET /api/v1/ledger/accounts/{account_id}",
        "PUT /api/v1/ledger/accounts/{account_id}/status",
        "GET /api/v1/ledger/transactions/{transaction_id}",
        "GET /api/v1/lending/decisions/{decision_id}/replay",
        "POST /api/v1/parties",
    } <= findings.succeeded
