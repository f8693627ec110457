"""A firm whose payments are signed by its approvers."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from tests.support.makers import PAYEE, cny, organisation
from tongbao.core.accounts import service as accounts
from tongbao.core.approvals import service as approvals
from tongbao.core.approvals.models import KeyRow
from tongbao.core.approvals.service import Approval, Policy
from tongbao.core.identity import service as identity
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service import MemberRole
from tongbao.core.ledger import service as ledger
from tongbao.core.payments import service as payments
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals import Approved, ToSign
from tongbao.infra.signing import SigningKey
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)  # noon in China
SECOND = timedelta(seconds=1)
SEAL_KEY = SigningKey.new()


@dataclass
class Person:
    """Somebody who acts for the firm, with a key to sign with."""

    actor: Actor
    key: Ed25519PrivateKey
    key_id: UUID

    def over(self, document: str) -> approvals.ByKey:
        return approvals.ByKey(self.key_id, self.key.sign(document.encode()))

    async def sign(
        self, tx: WriteSession, approval: Approval, *, at: datetime = AT + SECOND
    ) -> Approval:
        """Sign; the signature must be accepted."""
        signed = await approvals.sign(
            tx,
            approval_id=approval.id,
            signer=self.actor,
            by=self.over(approval.document),
            at=at,
        )
        assert isinstance(signed, Approval)
        return signed


@dataclass
class Firm:
    """A firm with money, people by name, and somebody to pay."""

    account: accounts.DepositAccount
    payee: accounts.DepositAccount
    people: dict[str, Person]

    @property
    def party_id(self) -> UUID:
        return self.account.party_id

    def order(self, amount: str = "20000.00", **facts: object) -> payments.ProposedTransfer:
        return payments.ProposedTransfer.model_validate(
            {
                "debtor_account_id": self.account.id,
                "creditor_account_number": self.payee.number,
                "creditor_name": PAYEE,
                "amount": cny(amount),
                **facts,
            }
        )

    async def opened(
        self, tx: WriteSession, amount: str = "20000.00", *, at: datetime = AT
    ) -> Approval:
        """Have the maker pay, which the policy puts to the approvers."""
        maker = self.people["maker"].actor
        waiting = await payments.ask_transfer(tx, self.order(amount), initiated_by=maker, at=at)
        return await opened_by(tx, waiting)

    async def balance(self, tx: ReadSession) -> Money:
        found = (await accounts.balance(tx, self.account.id)).available
        assert found is not None
        return found


async def opened_by(tx: ReadSession, waiting: payments.Waiting | None) -> Approval:
    """Return the instruction that somebody's wish was made into."""
    assert isinstance(waiting, ToSign), waiting
    return await approvals.get(tx, waiting.id, reader=None)


def policy(
    *stages: dict[str, Any],
    sequential: bool = False,
    changes: Sequence[dict[str, Any]] = ({"required": 2, "roles": ["checker"]},),
) -> Policy:
    """Return a policy: nobody's signature up to 1,000 yuan, these stages above."""
    return Policy.model_validate(
        {
            "bands": [
                {"currency": "CNY", "up_to": "1000.00"},
                {
                    "currency": "CNY",
                    "up_to": None,
                    "stages": list(stages),
                    "sequential": sequential,
                },
            ],
            "changes": {"stages": list(changes)},
        }
    )


async def set_policy(tx: WriteSession, firm: Firm, chosen: Policy, *, at: datetime = AT) -> None:
    """Give a firm its first policy as two administrators under dual control would."""
    (execute,) = approvals.FIRST._executors
    first = approvals.FirstPolicy(party_id=firm.party_id, policy=chosen)
    maker = firm.people["administrator"].actor
    by = Approved(proposal_id=new_id(), maker=maker, approver=maker, digest="")
    await execute(tx, first, by, at)


async def join(
    tx: WriteSession,
    party_id: UUID,
    role: MemberRole,
    *,
    person_id: UUID | None = None,
    password_hash: str | None = None,
) -> Person:
    """Let somebody new act for a firm, with a key that is registered."""
    user_id = new_id()
    await tx.execute(
        insert(UserRow).values(
            id=user_id,
            login=f"approver-{user_id.hex[-12:]}",
            name="李娜",
            kind="customer",
            roles=["customer"],
            password_hash=password_hash or "-",  # which no password has
            person_id=person_id,
            created_at=AT,
        )
    )
    await identity.add_member(
        tx, user_id=user_id, party_id=party_id, role=role, bands={}, added_by=user_id, at=AT
    )
    actor = await identity.find_actor(tx, user_id, AT)
    assert actor is not None
    key, key_id = Ed25519PrivateKey.generate(), new_id()
    await tx.execute(
        insert(KeyRow).values(
            id=key_id,
            user_id=user_id,
            public_key=key.public_key().public_bytes_raw(),
            name="签名机",
            created_at=AT,
        )
    )
    return Person(replace(actor, session_id=new_id()), key, key_id)


async def new_firm(
    tx: WriteSession, chosen: Policy | None = None, *, money: str = "100000.00"
) -> Firm:
    """Make a firm with a maker, three checkers and an administrator, and its policy."""
    debtor, creditor = await organisation(tx, "付款公司"), await organisation(tx, PAYEE)
    account = await accounts.open_account(tx, party_id=debtor, currency="CNY", at=AT)
    payee = await accounts.open_account(tx, party_id=creditor, currency="CNY", at=AT)
    cash = await ledger.internal_account(
        tx,
        code="test.approvals.cash",
        asset="CNY",
        category=ledger.Category.ASSET,
        name="现金",
        at=AT,
    )
    posting = ledger.NewPosting(debit=cash.id, credit=account.ledger_account_id, amount=cny(money))
    deposit = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()), type="test.deposit", postings=(posting,)
    )
    (result,) = await ledger.post(tx, [deposit], at=AT)
    result.raise_for_refusal()
    people = {
        name: await join(tx, debtor, role)
        for name, role in {
            "maker": MemberRole.MAKER,
            "first": MemberRole.CHECKER,
            "second": MemberRole.CHECKER,
            "third": MemberRole.CHECKER,
            "administrator": MemberRole.ADMINISTRATOR,
        }.items()
    }
    firm = Firm(account, payee, people)
    two_of_three = policy({"required": 2, "roles": ["checker"]})
    await set_policy(tx, firm, two_of_three if chosen is None else chosen)
    return firm


def b64(data: bytes) -> str:
    """Return bytes as base64 text."""
    return b64encode(data).decode()
