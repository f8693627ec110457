"""A firm sets two of three, a maker pays, two approvers sign, and the file proves it offline."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from typer.testing import CliRunner

from tests.support.approvals import join
from tests.support.bank import PASSWORD, Bank, Caller, Customer, done, problem
from tests.support.money import pay_in
from tongbao.app.cli import cli
from tongbao.core.approvals.service.configuration import configuration
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import MemberRole
from tongbao.infra.passwords import hash_password
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

CNY = "CNY"


def b64(data: bytes) -> str:
    return b64encode(data).decode()


@dataclass
class Company:
    """A firm with money, its people, and somebody to pay."""

    bank: Bank
    holder: Customer
    account: dict[str, Any]
    order: dict[str, Any]
    password_hash: str
    people: dict[str, Caller] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def policy_path(self) -> str:
        return f"/approvals/organisations/{self.holder.party_id}/policy"

    async def join(self, who: str, role: MemberRole) -> None:
        """Let somebody act for the firm who is logged in with the password of all."""
        async with self.bank.database.write() as tx:
            person = await join(
                tx, UUID(self.holder.party_id), role, password_hash=self.password_hash
            )
            issued = await identity.issue_token(
                tx, user_id=person.actor.id, factors=frozenset({"password"}), at=now()
            )
        self.people[who] = Caller(self.bank.http, {"Authorization": f"Bearer {issued.token}"})
        self.ids[who] = str(person.actor.id)

    async def balance(self) -> str:
        found = await self.holder.get(f"/accounts/{self.account['id']}/balance")
        return str(found["available"]["amount"])

    def two_of_three(self) -> dict[str, Any]:
        named = [self.ids[who] for who in ("anna", "bing", "chen")]
        return {
            "bands": [
                {"currency": CNY, "up_to": "100.00"},
                {"currency": CNY, "up_to": None, "stages": [{"required": 2, "members": named}]},
            ],
            "changes": {"stages": [{"required": 2, "members": named}]},
        }

    async def pay(self, key: str) -> Any:
        return await self.people["maker"].ask("POST", "/payments", json=self.order, key=key)


@dataclass
class Signer:
    """An approver with an Ed25519 key of their own."""

    caller: Caller
    user_id: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    key_id: str = ""

    async def register(self) -> None:
        public = b64(self.key.public_key().public_bytes_raw())
        statement = f"tongbao.approval-key.1 {self.user_id} {public}"
        body = {
            "name": "签名机",
            "public_key": public,
            "signature": b64(self.key.sign(statement.encode())),
        }
        added = done(await self.caller.stepped_up("POST", "/approvals/keys", json=body))
        self.key_id = added["id"]

    async def sign(self, approval: dict[str, Any]) -> Any:
        signature = b64(self.key.sign(approval["document"].encode()))
        body = {"kind": "ed25519", "key_id": self.key_id, "signature": signature}
        path = f"/approvals/{approval['id']}/signatures"
        return await self.caller.ask("POST", path, json=body, key=str(new_id()))


async def wrong_answers_sign_nothing(who: Caller, approval_id: str) -> None:
    """A passkey of another site, page or document, or whose user was not verified."""
    path = f"/approvals/{approval_id}"
    options = (await who.get(f"{path}/passkey-options"))["options"]
    for wrong in (
        {"origin": "https://evil.example"},
        {"challenge": b64(bytes(32))},
        {"rp_id": "evil.example"},
        {"flags": 0x01},
        {"cross_origin": True},
    ):
        body = {"kind": "passkey", "credential": who.device.get(options, **wrong)}
        refused = await who.ask("POST", f"{path}/signatures", json=body)
        assert problem(refused) == (422, "approvals.signature_refused"), wrong


async def sign_by_passkey(who: Caller, approval: dict[str, Any]) -> Any:
    path = f"/approvals/{approval['id']}"
    asked = await who.get(f"{path}/passkey-options")
    body = {"kind": "passkey", "credential": who.device.get(asked["options"])}
    return await who.ask("POST", f"{path}/signatures", json=body, key=str(new_id()))


@pytest.fixture
async def company(bank: Bank) -> Company:
    holder, supplier = await bank.customer(), await bank.customer()
    account, payee = await holder.open_account(), await supplier.open_account()
    await pay_in(bank.database, account["id"], "1000.00")
    order = {
        "debtor_account_id": account["id"],
        "creditor_account_number": payee["number"],
        "creditor_name": supplier.firm.name,
        "amount": {"amount": "300.00", "currency": CNY},
        "remittance": "11月货款",
    }
    made = Company(bank, holder, account, order, await hash_password(PASSWORD))
    await made.join("maker", MemberRole.MAKER)
    for who in ("anna", "bing", "chen"):
        await made.join(who, MemberRole.CHECKER)
    set_ = await holder.stepped_up("PUT", made.policy_path, json=made.two_of_three())
    assert done(set_)["version"] == 1
    return made


async def test_two_of_three_sign_a_payment_and_the_file_proves_it(
    company: Company, tmp_path: Path
) -> None:
    key = str(new_id())
    held = await company.pay(key)
    assert held.status_code == 202, held.text
    assert done(await company.pay(key)) == held.json()  # answered again, opened once
    approval = await company.people["maker"].get(f"/approvals/{held.json()['approval_id']}")
    assert held.headers["location"] == f"/api/v1/approvals/{approval['id']}"
    assert (approval["state"], approval["lacking"], approval["waits_for_me"]) == (
        "open",
        [2],
        False,
    )
    said = json.loads(approval["document"])
    assert (said["amount"], said["currency"]) == ("300.00", CNY)
    assert said["payee"]["account_number"] == company.order["creditor_account_number"]

    anna, bing = company.people["anna"], company.people["bing"]
    signer = Signer(anna, company.ids["anna"])
    await signer.register()
    listed = await anna.get("/approvals", party_id=company.holder.party_id, state="open")
    assert [each["waits_for_me"] for each in listed["items"]] == [True]
    one = done(await signer.sign(approval))
    assert (one["state"], one["lacking"]) == ("open", [1])
    assert await company.balance() == "1000.00"
    assert problem(await signer.sign(approval)) == (409, "approvals.already_signed")

    await bing._add_passkey()
    await wrong_answers_sign_nothing(bing, approval["id"])
    two = done(await sign_by_passkey(bing, approval))
    assert two["state"] == "executed"
    assert await company.balance() == "700.00"
    paid = done(await company.bank.http.get(two["location"], headers=company.holder.headers))
    assert (paid["status"], paid["amount"]["amount"]) == ("settled", "300.00")

    chen = Signer(company.people["chen"], company.ids["chen"])
    await chen.register()
    assert problem(await chen.sign(approval)) == (409, "approvals.already_decided")
    assert await company.balance() == "700.00"

    stranger = await company.bank.customer()
    hidden = await stranger.ask("GET", f"/approvals/{approval['id']}")
    assert problem(hidden) == (404, "approvals.unknown_approval")
    exported = await anna.ask("GET", f"/approvals/{approval['id']}/export")
    assert exported.status_code == 200
    file, bank_key, known = (tmp_path / name for name in ("a.json", "bank.pem", "known.pem"))
    file.write_bytes(exported.content)
    bank_key.write_text(configuration().seal_key.public.pem)
    spki = [b64decode(each["key"]["public_key"]) for each in exported.json()["signatures"]]
    known.write_bytes(b"".join(map(pem, spki)))
    command = ["payments", "verify-signatures", str(file), "--key", str(bank_key)]
    proven = CliRunner().invoke(cli, [*command, "--approvers", str(known)])
    assert proven.exit_code == 0, proven.output
    assert "ed25519" in proven.output
    assert "passkey" in proven.output
    file.write_text(exported.text.replace('"300.00"', '"900.00"'))
    altered = CliRunner().invoke(cli, [*command, "--json"])
    assert altered.exit_code == 1
    flaws = {each["flaw"] for each in json.loads(altered.output)["findings"]}
    assert flaws >= {"document_altered", "signature_invalid", "not_this_document", "seal_invalid"}


def pem(spki: bytes) -> bytes:
    key = load_der_public_key(spki)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


async def test_the_policy_changes_under_itself(company: Company) -> None:
    looser = company.two_of_three()
    looser["bands"][1]["stages"][0]["required"] = 1
    opened = await company.holder.ask("PUT", company.policy_path, json=looser)
    assert opened.status_code == 202, opened.text
    change = opened.json()
    assert change["instruction"] == "approvals.change_policy"
    assert (await company.holder.get(company.policy_path))["version"] == 1
    states = []
    for who in ("anna", "bing"):
        await company.people[who]._add_passkey()
        states.append(done(await sign_by_passkey(company.people[who], change))["state"])
    assert states == ["open", "executed"]
    now_in_use = await company.holder.get(company.policy_path)
    assert (now_in_use["version"], now_in_use["approval_id"]) == (2, change["id"])
    assert now_in_use["policy"]["bands"][1]["stages"][0]["required"] == 1
    ended = await company.holder.ask("DELETE", company.policy_path)
    assert ended.status_code == 202
    for who in ("bing", "chen"):
        caller = company.people[who]
        if who == "chen":
            await caller._add_passkey()
        done(await sign_by_passkey(caller, ended.json()))
    gone = await company.holder.ask("GET", company.policy_path)
    assert problem(gone) == (404, "approvals.no_policy")
    versions = (await company.holder.get(f"{company.policy_path}/versions"))["items"]
    assert [(each["version"], each["policy"] is None) for each in versions] == [
        (3, True),
        (2, False),
        (1, False),
    ]
