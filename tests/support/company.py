"""A company over HTTP: its people, its policy of two of three, and how they sign."""

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from tests.support.approvals import join
from tests.support.bank import PASSWORD, Bank, Caller, Customer, done
from tests.support.money import pay_in
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


def pem(spki: bytes) -> bytes:
    key = load_der_public_key(spki)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def pem_of(signature: dict[str, Any]) -> bytes:
    """Return the key of an exported signature."""
    return pem(b64decode(signature["key"]["public_key"]))
