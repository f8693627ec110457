"""The API's description: complete, stable, and the same as the committed one."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.bank import Bank
from tests.support.logs import own_logs
from tongbao.app import contract
from tongbao.app.main import create_app
from tongbao.core.identity.service import Role
from tongbao.infra.guards import assert_all_routes_guarded
from tongbao.infra.settings import Settings
from tongbao.kernel.ids import new_id

PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
Document = dict[str, Any]
# What is answered with a file.
FILES = {
    "accounts_export_entries": {"text/csv"},
    "bulk_report": {"application/xml"},
    "agreements_get_document": {"application/pdf"},
    "agreements_print_receipt": {"application/pdf"},
    "approvals_export": {"application/json"},
    "audit_export_entries": {"application/jsonl", "text/csv"},
    "channels_receive_callback": {"text/plain"},
    "notices_follow": {"text/event-stream"},
    "payments_download_receipt": {"application/pdf"},
    "privacy_export": {"application/zip"},
    "statements_download_camt053": {"application/xml"},
    "statements_download_csv": {"text/csv"},
    "statements_get_file": {"application/pdf"},
    "privacy_reveal_picture": {"image/jpeg", "application/pdf"},
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    facts: Document

    @property
    def id(self) -> str:
        return str(self.facts["operationId"])


@pytest.fixture(scope="module")
def document() -> Document:
    unused = Settings(environment="development", database_url="postgresql://unused")
    with own_logs():
        app = create_app(unused)
    assert_all_routes_guarded(app)
    return app.openapi()


@pytest.fixture(scope="module")
def operations(document: Document) -> list[Operation]:
    found = [
        Operation(method, path, facts)
        for path, methods in document["paths"].items()
        for method, facts in methods.items()
    ]
    assert len(found) > 30
    return found


def resolved(document: Document, schema: Document) -> Document:
    """Return what a schema refers to."""
    if "$ref" not in schema:
        return schema
    found: Document = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def examples(document: Document, schema: Document) -> Iterator[list[object]]:
    """Yield the examples of a schema, or of each of its variants."""
    schema = resolved(document, schema)
    if "oneOf" in schema:
        for each in schema["oneOf"]:
            yield from examples(document, each)
    else:
        yield schema.get("examples", [])


@pytest.mark.parametrize(
    "name",
    ["openapi.json", "events.json", "permissions.md", "privacy-register.md", "channel-features.md"],
)
def test_the_committed_contract_is_the_one_of_the_code(name: str) -> None:
    with own_logs():
        now = contract.documents()[name]
    committed = (contract.DOCS / name).read_text("utf-8")
    if now != committed:  # an assertion would show five thousand lines
        pytest.fail(f"docs/{name} is out of date: run `tongbao openapi`")


def test_operation_ids_name_module_and_function_and_nothing_else(
    operations: list[Operation],
) -> None:
    twice = [name for name, n in Counter(each.id for each in operations).items() if n > 1]
    assert twice == []
    for each in operations:
        (tag,) = each.facts["tags"]
        assert each.id.startswith(f"{tag}_")
        assert "api_v1" not in each.id, "the address may change, the name may not"


def test_schemas_have_names_and_no_addresses_of_python_modules(document: Document) -> None:
    named = document["components"]["schemas"]
    assert [name for name in named if "__" in name or "-" in name] == []


def test_every_operation_is_explained(operations: list[Operation]) -> None:
    for each in operations:
        assert each.facts["summary"], each.id
        assert each.facts["description"], each.id
        assert not each.facts["summary"].endswith("."), each.id


def test_every_operation_says_how_it_can_fail(operations: list[Operation]) -> None:
    for each in operations:
        answers = each.facts["responses"]
        for status in ("400", "401", "403", "404", "409", "422", "default"):
            content = dict(answers[status]["content"])
            if each.facts["tags"] == ["oauth"] and status in {"400", "401"}:
                # Clients of any make expect RFC 6749's own form there.
                assert "error" in content.pop("application/json")["schema"]["properties"], each.id
            assert content == {"application/problem+json": PROBLEM}, each.id
        assert any(status.startswith(("2", "3")) for status in answers), each.id
        for status in (status for status in answers if status.startswith("2")):
            content = answers[status].get("content")
            if each.id in FILES:
                assert set(content) == FILES[each.id]
                continue
            assert status == "204" or content["application/json"]["schema"], each.id


def test_every_body_is_shown_by_example(document: Document, operations: list[Operation]) -> None:
    for each in operations:
        for media in each.facts.get("requestBody", {}).get("content", {}).values():
            assert all(examples(document, media["schema"])), each.id


def test_only_what_is_public_needs_no_token(operations: list[Operation]) -> None:
    public = {each.id for each in operations if not each.facts.get("security")}
    assert public == {
        "agreements_list_certificates",
        "agreements_list_consent_texts",
        "lending_read_product",
        "agreements_list_receipt_keys",
        "channels_receive_callback",  # a channel proves itself by its signature
        "collecting_read_page",
        "deposits_calculate",
        "deposits_list_products",
        "identity_authorize",
        "identity_callback",
        "identity_list_providers",
        "identity_begin_passkey_log_in",
        "identity_log_in",
        "identity_log_in_by_passkey",
        "oauth_token",  # a client proves itself in the form or by HTTP Basic
        "oauth_introspect",
        "oauth_revoke",
        "statements_confirm",
        "statements_confirm_file",
        "identity_answer_factor",
        "identity_ask_factor",
        "identity_begin_recovery",
        "identity_begin_registration",
        "identity_begin_reset",
        "identity_begin_session",
        "identity_cancel_by_code",
        "identity_complete_recovery",
        "identity_complete_registration",
        "identity_confirm_registration",
        "identity_confirm_reset",
        "identity_request_recovery",
        "identity_reset_password",
        "rates_list_rates",
        "payments_confirm_receipt",
        "payments_list_fees",
        "notices_read_service_desk",
        "ledger_list_checkpoint_keys",
        "audit_list_audit_checkpoint_keys",
        "payments_confirm_receipt_file",
    }


def test_who_moves_money_must_send_a_key(operations: list[Operation]) -> None:
    insisting = {
        each.id
        for each in operations
        for parameter in each.facts.get("parameters", [])
        if parameter["name"] == "Idempotency-Key" and parameter["required"]
    }
    assert insisting == {
        "collecting_charge",
        "collecting_pay_code",
        "collecting_pay_link",
        "collecting_pay_request",
        "bills_make_mandate",
        "bills_pay",
        "bulk_execute",
        "deposits_open_deposit",
        "deposits_pay_instalment",
        "deposits_withdraw",
        "lending_accept",
        "lending_apply",
        "lending_repay",
        "payments_pay_payee",
        "payments_refund_payment",
        "payments_send_credit_transfer",
        "payments_top_up",
        "payments_top_up_from_wallet",
        "payments_transfer",
        "payments_withdraw",
        "standing_make_order",
    }


async def test_every_example_of_a_body_is_well_formed(
    bank: Bank, document: Document, operations: list[Operation]
) -> None:
    callers = [
        *[
            await bank.staff(role)
            for role in (
                Role.STAFF_OPERATIONS,
                Role.STAFF_RISK,
                Role.STAFF_ADMINISTRATOR,
                Role.STAFF_COMPLIANCE,
                Role.STAFF_PRODUCT,
            )
        ],
        await bank.service(),
        await bank.customer(),
    ]
    sent = 0
    for each in operations:
        content = each.facts.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        path = re.sub(r"{[a-z_]+_id}", str(new_id()), each.path.removeprefix("/api/v1"))
        path = path.replace("{provider}", "sandbox").replace("{period}", "day")
        path = path.replace("{operation}", "pay_out")
        path = path.replace("{currency}", "USD").replace("{", "").replace("}", "")
        for shown in examples(document, content["application/json"]["schema"]):
            for body in shown:
                answers = [
                    await one.ask(each.method.upper(), path, json=body, key=str(new_id()))
                    for one in callers
                ]
                codes = [answer.json()["code"] if answer.is_error else "" for answer in answers]
                assert set(codes) != {"auth.forbidden"}, each.id
                for code, answer in zip(codes, answers, strict=True):
                    assert not code.startswith("request."), answer.text
                sent += 1
    assert sent >= 12


async def test_the_running_application_serves_it(bank: Bank, document: Document) -> None:
    served = await bank.http.get("/openapi.json")
    assert served.json() == document
