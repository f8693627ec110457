"""Every address of the API x every role x what is theirs and what is not, with real data.

Requests are made of the OpenAPI document: its examples, with ids of things that exist in place of
those in paths, queries and bodies. Nothing a request writes is kept, so each finds everything as it
was. A new address, path parameter or required query without an entry fails.
"""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import insert

from tests.support.bank import Bank, Caller, Customer, done
from tests.support.bills import new_biller
from tests.support.channel_gateways import Quiet
from tests.support.deposits import post_rates
from tongbao.app.doors import May
from tongbao.app.permissions import Address, addresses, reach
from tongbao.core.accounts import service as accounts
from tongbao.core.approvals.models import KeyRow as SigningKeyRow
from tongbao.core.approvals.models import PolicyRow
from tongbao.core.channels import service as channels
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import CATALOGUE, MemberRole, Role
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.core.identity.domain.devices import DeviceFacts
from tongbao.core.identity.models import PasskeyRow, StepUpRow
from tongbao.core.ledger import service as books
from tongbao.core.parties import service as parties
from tongbao.core.parties.domain.cases import Cause
from tongbao.core.parties.models import DuplicateRow, EvidenceRow
from tongbao.core.payments.models import CardRow, RecallRow
from tongbao.core.reconciliation.models import BreakRow
from tongbao.engagement.notices.models import NoticeRow
from tongbao.engagement.notices.service.declared.privacy import EXPORTED
from tongbao.infra import crypto, files
from tongbao.infra.audit import planted as audit_trail
from tongbao.infra.audit.models import AlertRow
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.signing import SigningKey
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_MAX
from tongbao.products.bills import service as bills
from tongbao.products.bills.models import (
    BillPaymentRow,
    BillPaymentTransitionRow,
    BillRow,
    MandateChangeRow,
    MandateRow,
    QueryRow,
)
from tongbao.products.collecting.models import CollectionRow, PayCodeRow
from tongbao.products.lending import service as lending
from tongbao.products.standing.models import OrderRow

pytestmark = pytest.mark.slow

STEP_UP: Final = "identity.step_up_required"
REFUSED: Final = frozenset({401, 403, 404})
Ids = Mapping[str, str]
JSON = Any

STAFF_ROLES: Final = tuple(role for role in Role if role not in {Role.CUSTOMER, Role.SERVICE})
COMPANY_ROLES: Final = tuple(role for role in MemberRole if role is not MemberRole.HOLDER)

# Things of the ledger have the same names as things of customers.
LEDGER_NAMES: Final = {"account_id": "ledger_account_id"}
# So have the sizes of its tree and of that over the audit trail.
AUDIT_NAMES: Final = {"from": "audit_from", "to": "audit_to"}
# So have contacts one logs in by and those of a party.
IDENTITY_NAMES: Final = {"contact_id": "log_in_contact_id"}
# So have documents of identity and those we issue.
BULK_NAMES: Final = {"file_id": "payment_file_id"}
STATEMENT_NAMES: Final = {"document_id": "statement_document_id"}
# So have requests for a consent and requests to pay.
COLLECTING_NAMES: Final = {"request_id": "request_to_pay_id"}
# What names no thing of a customer's.
WORDS: Final = {
    "biller": "hz-power",
    "channel": "bank",
    "code": "person_3_day",
    "currency": "USD",
    "period": "day",
    "tally": "outgoing",
    "change_id": "0197c0de-0000-7000-8000-000000000009",
    "factor": "otp_sms",
    "kind": "licence_picture",
    "notice_id": "0197c0de-0000-7000-8000-000000000009",
    "operation": "pay_out",
    "provider": "no-such-provider",
    "registration_id": "0197c0de-0000-7000-8000-000000000009",
    "reset_id": "0197c0de-0000-7000-8000-000000000009",
    "rule": "every_payment",
    "state": "no-such-state",
}
# What is made by an address, in this order: its name, that address, where its id is in the answer.
MADE_BY: Final = (
    ("contact_id", "parties_add_contact", ("id",)),
    ("address_id", "parties_add_address", ("id",)),
    ("relationship_id", "parties_relate", ("id",)),
    ("client_id", "identity_register_client", ("client", "id")),
    ("secret_id", "identity_add_secret", ("id",)),
    ("kid", "identity_add_key", ("kid",)),
    ("endpoint_id", "webhooks_create_endpoint", ("endpoint", "id")),
    ("delivery_id", "webhooks_ping", ("id",)),
    ("statement_document_id", "statements_order_document", ("id",)),
    ("receipt_id", "payments_order_receipt", ("id",)),
)
# Queries that must be given, and what is in a body under another name.
QUERIES: Final = {
    "amount": "300000.00",
    "first": "2025-10-01",
    "format": "csv",
    "last": "2025-10-31",
    "product": "time_1y",
}
VALUES: Final = {"provider": "sandbox", "state": "of-no-flow"}
SAME_AS: Final = {
    "creditor_account_id": "account_id",
    "debtor_account_id": "account_id",
    "from_party_id": "related_party_id",
}
# What changes the caller's own log-in would end it for the requests that follow.
ENDS_THE_LOG_IN: Final = frozenset({"identity_log_out", "identity_log_out_elsewhere"})


class Forgetful(Database):
    """A database in which requests leave nothing behind."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        async with WriteSession(self.engine, expire_on_commit=False) as session:
            await session.begin()
            yield session
            await session.rollback()


@dataclass
class World:
    """A firm with one of everything, another one that is foreign to it, and all who ask."""

    own: dict[str, str]
    foreign: dict[str, str]
    members: Mapping[MemberRole, Caller]
    staff: Mapping[Role, Caller]
    anybody: Caller

    def callers(self) -> list[tuple[Role | MemberRole, Caller]]:
        return [*self.members.items(), *self.staff.items()]


class Members:
    """A firm's users by role."""

    def __init__(self, bank: Bank, firm: Customer) -> None:
        self.bank, self.firm = bank, firm

    async def join(self, role: MemberRole) -> Caller:
        operations = await self.bank.staff()
        person = await operations.post("/parties", {"kind": "person", "name": "成员"})
        caller = Caller(
            self.bank.http,
            await self.bank._log_in(
                identity.UserKind.CUSTOMER, Role.CUSTOMER, [UUID(person["id"])]
            ),
        )
        me = await caller.get("/identity/me")
        async with self.bank.database.write() as tx:
            await identity.add_member(
                tx,
                user_id=UUID(me["id"]),
                party_id=UUID(self.firm.party_id),
                role=role,
                bands={},
                added_by=UUID(me["id"]),
                at=now(),
            )
        return caller


async def kyc_of(tx: WriteSession, party_id: UUID, other_id: UUID) -> dict[str, str]:
    """Make a case of a firm with evidence, a document, and a pair that it may be one of."""
    case = await parties.open_case(
        tx,
        party_id=party_id,
        level=parties.Level.FULL,
        opened_by=None,
        cause=Cause.REVIEW,
        at=now(),
    )
    picture = await files.store(
        tx,
        files.Clean(files.MediaType.JPEG, b"picture", 1, 1),
        owner_id=party_id,
        purpose="parties.kyc",
        name="licence.jpg",
        by=party_id,
        at=now(),
    )
    first, second = sorted((party_id, other_id))
    duplicate = new_id()
    await tx.execute(
        insert(DuplicateRow).values(
            id=duplicate,
            party_id=first,
            other_id=second,
            score=90,
            grounds=["name"],
            verdict="open",
            found_at=now(),
        )
    )
    document = await parties.record_document(
        tx,
        party_id=party_id,
        type=parties.DocumentType.OTHER,
        number="MATRIX-0001",
        valid_from=date(2020, 1, 1),
        valid_until=None,
        recorded_by=party_id,
        at=now(),
    )
    evidence, box = new_id(), await crypto.box(tx, owner=party_id)
    await tx.execute(
        insert(EvidenceRow).values(
            id=evidence,
            case_id=case.id,
            party_id=party_id,
            kind="staff_note",
            facts_sealed=box.seal("{}", field="parties_evidence.facts_sealed", row=evidence),
            recorded_at=now(),
        )
    )
    return {
        "case_id": str(case.id),
        "document_id": str(document.id),
        "duplicate_id": str(duplicate),
        "evidence_id": str(evidence),
        "file_id": str(picture.id),
    }


async def card_of(tx: WriteSession, party_id: UUID) -> UUID:
    """Link a verified card for a firm, as if its small amount had been told."""
    card_id, number = new_id(), "6222020200012345670"
    box = await crypto.box(tx, owner=party_id)
    await tx.execute(
        insert(CardRow).values(
            id=card_id,
            party_id=party_id,
            number_sealed=box.seal(number, field="payments_card.number_sealed", row=card_id),
            number_blind=crypto.blind(number, field="payments_card.number_blind"),
            shown="622202*********5670",
            holder_name="-",
            status="verified",
            tries_left=3,
            linked_by=new_id(),
            linked_at=now(),
            verified_at=now(),
        )
    )
    return card_id


async def things_of(bank: Bank, firm: Customer, maker: Caller, payee: Ids) -> dict[str, str]:
    """Make one of everything for a firm; return the ids by the names paths call them."""
    account = await firm.open_account()
    consent = await firm.consent()
    application = await firm.post("/lending/applications", {"account_id": account["id"]})
    path = f"/lending/applications/{application['id']}"
    await bank.work()
    drawn = {"amount": "300000.00", "currency": "CNY"}
    words = await firm.get(f"{path}/agreement", amount=drawn["amount"], language="zh")
    loan = await firm.post(
        f"{path}/acceptance", {"amount": drawn, "text_digest": words["text_digest"]}
    )
    deposit = await deposit_of(bank, firm, account["id"])
    request = await firm.ask_consent()
    async with bank.database.write() as tx:
        await lending.consent_ended(
            tx, consent_id=UUID(consent["id"]), why=lending.CONSENT_WITHDRAWN, at=now()
        )
        reviews = await lending.list_reviews(tx, limit=PAGE_LIMIT_MAX)
    (review,) = [each for each in reviews.items if str(each.application_id) == application["id"]]
    order = {
        "debtor_account_id": account["id"],
        "creditor_account_number": payee["number"],
        "creditor_name": payee["name"],
        "amount": {"amount": "1.00", "currency": "CNY"},
    }
    beside = await firm.open_account()
    within = {"creditor_account_number": beside["number"], "creditor_name": firm.firm.name}
    payment = await firm.pay(order | within)
    proposal = await maker.post("/payments", order)
    collected = await collecting_of(bank, firm, account["id"], payment, payee)
    saved = await firm.post(
        "/payments/payees",
        {
            "party_id": firm.party_id,
            "name": payee["name"],
            "account_number": payee["number"],
        },
    )
    company = await firm.get(f"/identity/companies/{firm.party_id}")
    approval = await approval_of(bank, firm)
    member = next(each for each in company["members"] if each["role"] == "viewer")
    invitation = await firm.post(
        f"/identity/companies/{firm.party_id}/invitations",
        {"login": f"somebody-{new_id().hex[-8:]}", "role": "viewer"},
    )
    async with bank.database.write() as tx:
        session = await identity.begin_session(
            tx,
            user_id=UUID(member["user_id"]),
            factors=frozenset({"password"}),
            device=DeviceFacts(
                cookie=None, fingerprint=None, address="192.0.2.1", user_agent="test"
            ),
            at=now(),
        )
        card_id = await card_of(tx, UUID(firm.party_id))
        strange_user = UUID(member["user_id"])
        passkey, challenge, signing_key = new_id(), new_id(), new_id()
        await tx.execute(
            insert(SigningKeyRow).values(
                id=signing_key,
                user_id=strange_user,
                public_key=signing_key.bytes * 2,
                name="-",
                created_at=now(),
            )
        )
        await tx.execute(
            insert(PasskeyRow).values(
                id=passkey,
                user_id=strange_user,
                credential_id=passkey.bytes,
                public_key=b"-",
                sign_count=0,
                transports=[],
                aaguid=passkey,
                backed_up=False,
                name="-",
                created_at=now(),
            )
        )
        await tx.execute(
            insert(StepUpRow).values(
                id=challenge,
                user_id=strange_user,
                kind="identity.add_passkey",
                facts_sealed=b"-",
                digest=bytes(32),
                proof="payment_password",
                challenge=bytes(32),
                created_at=now(),
                expires_at=now() + timedelta(minutes=3),
            )
        )
        standing = new_id()
        tx.add(
            OrderRow(
                id=standing,
                party_id=UUID(firm.party_id),
                debtor_account_id=UUID(account["id"]),
                creditor_account_number=payee["number"],
                creditor_name=payee["name"],
                amount_minor=100,
                currency="CNY",
                first_on=date(2199, 1, 31),
                unit="month",
                every=1,
                holidays="as_is",
                retries=3,
                state="active",
                next_number=0,
                next_on=date(2199, 1, 31),
                made_by=strange_user,
                made_at=now(),
            )
        )
        notice = new_id()
        await tx.execute(
            insert(NoticeRow).values(
                id=notice,
                user_id=strange_user,
                event_seq=0,
                code=EXPORTED.code,
                version=EXPORTED.version,
                category=EXPORTED.category.value,
                critical=True,
                facts={},
                happened_at=now(),
                created_at=now(),
            )
        )
        assert await identity.add_contact(
            tx,
            user_id=strange_user,
            contact=clean_contact(f"{strange_user.hex}@example.com"),
            language="zh",
            at=now(),
        )
        (contact,) = await identity.contacts_of(tx, user_id=strange_user)
        (device,) = await identity.list_devices(tx, user_id=UUID(member["user_id"]))
        checked = await kyc_of(tx, UUID(firm.party_id), UUID(payee["party_id"]))
        wanted = accounts.ProposedRestraint(
            account_id=account["id"],
            stop=accounts.Stop.AMOUNT,
            authority=accounts.Authority.BANK,
            ordered_by="",
            document_number="1",
            reason="测试",
            amount=Money(1, "CNY"),
        )
        restraint = await accounts.restrain(
            tx, wanted, placed_by=strange_user, approved_by=None, at=now()
        )
        recall = new_id()
        await tx.execute(
            insert(RecallRow).values(
                id=recall,
                payment_id=UUID(payment["id"]),
                status="sent",
                reason="DUPL",
                channel="sandbox-bank",
                reference=recall.hex,
                requested_by=strange_user,
                requested_at=now(),
            )
        )
    checked |= collected
    return checked | {
        "account_id": account["id"],
        "agreement_id": loan["agreement_id"],
        "approval_id": approval["id"],
        "application_id": application["id"],
        "challenge_id": str(challenge),
        "consent_id": consent["id"],
        "decision_id": (await firm.get(path))["decision"]["id"],
        "deposit_id": deposit["id"],
        "device_id": str(device.id),
        "invitation_id": invitation["id"],
        "key_id": str(signing_key),
        "loan_id": loan["id"],
        "log_in_contact_id": str(contact.id),
        "membership_id": member["id"],
        "party_id": firm.party_id,
        "notice_id": str(notice),
        "order_id": str(standing),
        **await bills_of(bank, firm, account["id"], payment["id"]),
        "passkey_id": str(passkey),
        "payment_file_id": (await handed_in(firm, account["id"], payee))["id"],
        "payee_id": saved["id"],
        "payment_id": payment["id"],
        "card_id": str(card_id),
        "proposal_id": proposal["id"],
        "recall_id": str(recall),
        "request_id": request["id"],
        "restraint_id": str(restraint.id),
        "review_id": str(review.id),
        "session_id": str(session.session_id),
        "transaction_id": loan["transaction_id"],
        "user_id": member["user_id"],
        "proposal_digest": proposal["digest"],
        "creditor_account_number": payee["number"],
        "creditor_name": payee["name"],
    }


async def bills_of(bank: Bank, firm: Customer, account_id: str, payment_id: str) -> dict[str, str]:
    """Have a firm ask for a bill and pay it, with money that was paid to somebody else."""
    party_id, asked, bill, paid = UUID(firm.party_id), new_id(), new_id(), new_id()
    money = {"amount_minor": 100, "currency": "CNY", "period": "2025-10", "reference": bill.hex}
    mine = {"party_id": party_id, "biller": WORDS["biller"]}
    async with bank.database.write() as tx:
        await bills.take_over(tx, [new_biller(code=WORDS["biller"])], at=now())
        box = await crypto.box(tx, owner=party_id)
        sealed = box.seal("3301000018", field="bills_query.number_sealed", row=asked)
        answered = {"asked_by": new_id(), "asked_at": now(), "answered_at": now()}
        shown = {"number_sealed": sealed, "shown": "*******018", "state": "answered"}
        await tx.execute(insert(QueryRow).values(id=asked, **mine, **shown, **answered))
        told = {"query_id": asked, "due_on": business_date(now()), "told_at": now()}
        await tx.execute(insert(BillRow).values(id=bill, **mine, **money, **told))
        await tx.execute(
            insert(BillPaymentRow).values(
                id=paid,
                bill_id=bill,
                shown="*******018",
                debtor_account_id=UUID(account_id),
                payment_id=UUID(payment_id),
                state="paid",
                arrows=1,
                due_at=now() + timedelta(days=1),
                made_by=new_id(),
                made_at=now(),
                **mine,
                **money,
            )
        )
        await tx.execute(
            insert(BillPaymentTransitionRow).values(
                bill_payment_id=paid, number=1, after="paid", taken_at=now(), why="money_moved"
            )
        )
    saved = await firm.post(
        "/bills/saved",
        {"party_id": firm.party_id, "biller": mine["biller"], "customer_number": "3301000018"},
    )
    mandate = new_id()
    async with bank.database.write() as tx:
        await tx.execute(
            insert(MandateRow).values(
                id=mandate,
                party_id=party_id,
                saved_id=UUID(saved["id"]),
                debtor_account_id=UUID(account_id),
                maximum_minor=100,
                currency="CNY",
                state="active",
                arrows=1,
                next_look_on=business_date(now()) + timedelta(days=1),
                made_by=new_id(),
                made_at=now(),
            )
        )
        await tx.execute(
            insert(MandateChangeRow).values(
                mandate_id=mandate, number=1, after="active", taken_at=now(), why="customer"
            )
        )
    things = {"saved_id": saved["id"], "mandate_id": str(mandate)}
    return things | {"query_id": str(asked), "bill_id": str(bill), "bill_payment_id": str(paid)}


async def approval_of(bank: Bank, firm: Customer) -> JSON:
    """Give a firm a policy that asks nothing of its payments, and have it ended by signatures."""
    policy = {
        "bands": [{"currency": "CNY", "up_to": None}],
        "changes": {"stages": [{"required": 1, "roles": ["checker", "administrator"]}]},
    }
    async with bank.database.write() as tx:
        await tx.execute(
            insert(PolicyRow).values(
                party_id=UUID(firm.party_id),
                version=1,
                policy=json.dumps(policy),
                digest=bytes(32),
                set_by=UUID(firm.party_id),
                set_at=now(),
            )
        )
    return done(await firm.ask("DELETE", f"/approvals/organisations/{firm.party_id}/policy"))


async def deposit_of(bank: Bank, firm: Customer, account_id: str) -> JSON:
    """Open a deposit at a rate posted today."""
    async with bank.database.write() as tx:
        await post_rates(tx, since=business_date(now()))
    wanted = {"product": "time_1y", "account_id": account_id}
    words = await firm.get("/deposits/agreement", amount="10000.00", **wanted)
    return await firm.post(
        "/deposits",
        {
            **wanted,
            "amount": {"amount": "10000.00", "currency": "CNY"},
            "language": words["language"],
            "text_digest": words["text_digest"],
        },
    )


async def routed(bank: Bank) -> None:
    """Configure the channels that examples name, and set a rule of routing."""
    gateways = {name: Quiet.like(name) for name in ("bank", "card")}
    channels.configure(channels.Configuration(gateways=gateways, clock=now))
    async with bank.database.write() as tx:
        rule = channels.Rule(code=WORDS["rule"], position=1)
        await channels.set_rule(tx, rule, set_by=new_id(), at=now())


async def collecting_of(
    bank: Bank, firm: Customer, account_id: str, payment: JSON, payee: Ids
) -> dict[str, str]:
    """Open a till, make a link that the payment paid, ask somebody to pay, show a code."""
    till = await firm.post(
        "/collecting/tills",
        {
            "account_id": account_id,
            "name": "小铺",
            "latin_name": "SHOP",
            "latin_city": "HANGZHOU",
            "category_code": "5411",
        },
    )
    expires_at = (now() + timedelta(days=1)).isoformat(timespec="seconds")
    asked = {"account_id": account_id, "title": "测试", "amount": payment["amount"]}
    link = await firm.post("/collecting/links", asked | {"expires_at": expires_at})
    request = await firm.post(
        "/collecting/requests",
        asked
        | {
            "expires_at": expires_at,
            "debtor_account_number": payee["number"],
            "debtor_name": payee["name"],
        },
    )
    pay_code = new_id()
    async with bank.database.write() as tx:
        await tx.execute(
            insert(CollectionRow).values(
                payment_id=UUID(payment["id"]),
                party_id=UUID(firm.party_id),
                payer_party_id=UUID(firm.party_id),
                means="link",
                link_id=UUID(link["id"]),
                title="测试",
                amount_minor=100,
                currency="CNY",
                collected_at=now(),
            )
        )
        await tx.execute(
            insert(PayCodeRow).values(
                id=pay_code,
                user_id=new_id(),
                party_id=UUID(firm.party_id),
                account_id=UUID(account_id),
                currency="CNY",
                per_payment_minor=100,
                enabled_at=now(),
            )
        )
    return {
        "link_id": link["id"],
        "pay_code_id": str(pay_code),
        "request_to_pay_id": request["id"],
        "till_id": till["id"],
        "token": link["token"],
    }


async def audit_of(bank: Bank) -> dict[str, str]:
    """Cover the audit trail so far and open an alert."""
    async with bank.database.write() as tx:
        covered = await audit_trail.extend_tree(tx, signer=SigningKey.new(), at=now())
        assert covered is not None
        alert = AlertRow(
            id=new_id(),
            rule="mass_reveal",
            who=str(new_id()),
            entries=20,
            first_seq=1,
            last_seq=covered.last_sequence,
            began_at=now(),
            ended_at=now(),
            quiet_until=now(),
            opened_at=now(),
        )
        tx.add(alert)
    return {
        "alert_id": str(alert.id),
        "seq": str(covered.last_sequence),
        "audit_from": str(covered.tree_size),
        "audit_to": str(covered.tree_size),
    }


async def break_of(bank: Bank) -> dict[str, str]:
    """Open a break that needs no posting."""
    case = BreakRow(
        id=new_id(),
        channel="matrix",
        pair="channel",
        currency="CNY",
        reference="MATRIX-0001",
        kind="day",
        day=date(2025, 11, 20),
        ours=1,
        theirs=1,
        difference=0,
        state="open",
        opened_at=now(),
    )
    async with bank.database.write() as tx:
        tx.add(case)
    return {"break_id": str(case.id)}


async def handed_in(firm: Caller, account_id: str, payee: Ids) -> Any:
    """Hand in a file of one payment to somebody."""
    content = f"account,name,amount\n{payee['number']},{payee['name']},1.00\n"
    query = {"account_id": account_id, "format": "csv"}
    answer = await firm.ask("POST", "/bulk/files", params=query, content=content.encode())
    return done(answer)


async def client_of(bank: Bank, operations: Caller, ids: Ids) -> Caller:
    """The firm's own program, logged in."""
    body = {"name": "ERP", "party_id": ids["party_id"], "scopes": ["webhooks:manage"]}
    made = await operations.post("/identity/clients", body)
    issued = made["secret"]["secret"] if isinstance(made["secret"], dict) else made["secret"]
    answer = await bank.http.post(
        "/api/v1/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": made["client"]["id"],
            "client_secret": issued,
        },
    )
    return Caller(bank.http, {"Authorization": f"Bearer {done(answer)['access_token']}"})


async def make_by_api(bank: Bank, world: "World", ids: dict[str, str]) -> None:
    """Make what an address makes from its own example, by somebody of the bank who may."""
    by_operation = {each.operation: each for each in addresses(bank.app)}
    program = await client_of(bank, world.staff[Role.STAFF_OPERATIONS], ids)
    for name, operation, part in MADE_BY:
        address = by_operation[operation]
        assert address.door is not None
        for role, who in world.staff.items():
            if reach(address.door, role) is May.ALL:
                asker = program if operation.startswith("webhooks_") else who
                status, code, text = await Requests(bank, address).ask(asker, ids)
                assert status in {200, 201, 202}, (operation, status, code)
                found = json.loads(text)
                for step in part:
                    found = found[step]
                ids[name] = str(found)
                break
        else:
            pytest.fail(f"nobody of the bank may {operation}")


@pytest.fixture(scope="module")
async def world(bank: Bank) -> AsyncIterator[World]:
    firm, other, supplier = [await bank.customer() for _ in range(3)]
    account = await supplier.open_account()
    payee = {
        "number": account["number"],
        "name": supplier.firm.name,
        "party_id": supplier.party_id,
    }
    operations, service = await bank.staff(), await bank.service()
    members: dict[MemberRole, Caller] = {MemberRole.HOLDER: firm}
    for role in COMPANY_ROLES:
        members[role] = await Members(bank, firm).join(role)
    strangers = Members(bank, other)
    maker = await strangers.join(MemberRole.MAKER)
    await strangers.join(MemberRole.VIEWER)
    counted = await operations.post("/ledger/accounts", {"asset": "CNY/2", "category": "liability"})
    period = {"starts_on": "2019-01-01", "ends_on": "2019-01-31"}
    await operations.post("/ledger/periods", period)
    person = await operations.post("/parties", {"kind": "person", "name": "股东"})
    ledger = {
        "related_party_id": person["id"],
        "ledger_account_id": counted["id"],
        "starts_on": period["starts_on"],
    }
    await routed(bank)
    own = await things_of(bank, firm, members[MemberRole.MAKER], payee)
    foreign = await things_of(bank, other, maker, payee)
    async with bank.database.write() as tx:
        signed = await books.extend_tree(tx, signer=SigningKey.new(), at=now())
    assert signed is not None
    ledger |= {"from": str(signed.tree_size), "to": str(signed.tree_size)}
    ledger |= await audit_of(bank)
    ledger |= await break_of(bank)
    made = World(
        own | ledger,
        foreign | ledger,
        members,
        {
            **{role: await bank.staff(role) for role in STAFF_ROLES},
            Role.SERVICE: service,
        },
        bank.anybody,
    )
    for ids in (made.own, made.foreign):
        await make_by_api(bank, made, ids)
    kept = bank.app.state.database
    bank.app.state.database = Forgetful(kept.engine, kept.lines)
    yield made
    bank.app.state.database = kept


@pytest.fixture(scope="module")
def operations(bank: Bank) -> list[Address]:
    return addresses(bank.app)


class Requests:
    """Requests to one operation about some things, as its description has them."""

    def __init__(self, bank: Bank, address: Address) -> None:
        self.document = bank.app.openapi()
        self.address = address
        self.facts = self.document["paths"][address.path][address.method]
        self.is_ledger = "ledger" in self.facts["tags"]
        self.is_audit = "audit" in self.facts["tags"]
        self.is_identity = "identity" in self.facts["tags"]
        self.is_statements = "statements" in self.facts["tags"]
        self.is_collecting = "collecting" in self.facts["tags"]
        self.is_bulk = "bulk" in self.facts["tags"]

    @property
    def names(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.address.path)

    @property
    def queries(self) -> list[str]:
        return [
            each["name"]
            for each in self.facts.get("parameters", [])
            if each["in"] == "query" and each.get("required")
        ]

    def value(self, name: str, ids: Ids) -> str:
        if name in WORDS:
            return WORDS[name]
        if self.is_ledger:
            name = LEDGER_NAMES.get(name, name)
        if self.is_audit:
            name = AUDIT_NAMES.get(name, name)
        if self.is_identity:
            name = IDENTITY_NAMES.get(name, name)
        if self.is_statements:
            name = STATEMENT_NAMES.get(name, name)
        if self.is_collecting:
            name = COLLECTING_NAMES.get(name, name)
        if self.is_bulk:
            name = BULK_NAMES.get(name, name)
        return VALUES.get(name) or ids[SAME_AS.get(name, name)]

    def names_things(self) -> bool:
        """Whether a request says whose things it is about."""
        named = {"account_id", "case_id"} & set(self.queries)
        return bool(self.names) or bool(named) or bool(self._body_names())

    async def ask(self, who: Caller, ids: Ids) -> tuple[int, str, str]:
        """Return status, problem code and text."""
        path = self.address.path.removeprefix("/api/v1")
        for name in self.names:
            path = path.replace(f"{{{name}}}", self.value(name, ids))
        query = {
            name: QUERIES[name] if name in QUERIES else self.value(name, ids)
            for name in self.queries
        }
        body = self._about(self._example(), ids)
        answer = await who.ask(
            self.address.method.upper(), path, params=query, json=body, key=str(new_id())
        )
        code = answer.json().get("code", "") if answer.is_error else ""
        # Whoever is asked to confirm once more has come through the door.
        status = 200 if code == "identity.step_up_required" else answer.status_code
        return status, code, answer.text

    def _example(self) -> JSON:
        content = self.facts.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return None
        schema = content["application/json"]["schema"]
        while "$ref" in schema or "oneOf" in schema:
            if "oneOf" in schema:
                schema = schema["oneOf"][0]
            else:
                schema = self.document["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return schema["examples"][0]

    def _body_names(self) -> set[str]:
        known = {"account_id", "party_id", "debtor_account_id"}
        example = self._example()
        return known & set(example) if isinstance(example, dict) and not self.is_ledger else set()

    def _about(self, body: JSON, ids: Ids) -> JSON:
        if not isinstance(body, dict) or self.is_ledger:
            return body
        about = dict(body)
        for name in set(about) & (set(ids) | set(SAME_AS)):
            about[name] = self.value(name, ids)
        if "breaks" in about:
            about |= {"breaks": [ids["break_id"]], "postings": []}
        if "digest" in about and "proposals" in self.facts["tags"]:
            about["digest"] = ids["proposal_digest"]
        return about


def ids_in(text: str, ids: Iterable[str]) -> list[str]:
    return [each for each in ids if each in text]


def test_every_address_says_who_may_call_it(operations: list[Address]) -> None:
    assert [each.operation for each in operations if each.door is None] == []
    assert len(operations) > 60


def test_what_a_door_asks_for_is_in_the_catalogue(operations: list[Address]) -> None:
    asked = {
        name
        for each in operations
        if each.door is not None
        for name in (each.door.permission, each.door.any_permission)
        if name is not None
    }
    assert asked <= set(CATALOGUE)


async def test_without_a_token_nothing_but_the_public_answers(
    bank: Bank, world: World, operations: list[Address]
) -> None:
    wrong = []
    for address in operations:
        assert address.door is not None
        status, code, _ = await Requests(bank, address).ask(world.anybody, world.own)
        if (code == "auth.unauthenticated") == address.door.public and status != 422:
            wrong.append((address.operation, status))
    assert wrong == []


@pytest.mark.parametrize("role", MemberRole)
async def test_people_of_a_firm_reach_what_their_role_there_allows_and_nothing_foreign(
    bank: Bank, world: World, operations: list[Address], role: MemberRole
) -> None:
    who, wrong, asked = world.members[role], [], 0
    strange = [each for name, each in world.foreign.items() if each not in world.own.values()]
    for address in operations:
        assert address.door is not None
        if address.door.public or address.operation in ENDS_THE_LOG_IN:
            continue
        requests, may = Requests(bank, address), reach(address.door, role)
        status, code, text = await requests.ask(who, world.own)
        if not fits(may, status, code) or ids_in(text, strange):
            wrong.append((address.operation, "own", may.value, status, code))
        if requests.names_things():
            status, code, text = await requests.ask(who, world.foreign)
            # Whoever lacks the permission is told so, or is told that there is nothing.
            expected = {404} if may is not May.NOTHING else {403, 404}
            if address.door.kind is May.ALL:
                expected = {403}
            if may is May.SELF and status in {401, 403, 422}:
                continue  # refused in another way, which must be that of what does not exist
            if status not in expected:
                wrong.append((address.operation, "foreign", may.value, status, code))
        asked += 1
    assert wrong == []
    assert asked > 50


def fits(may: May, status: int, code: str) -> bool:
    """Whether an answer about one's own things is what a role expects."""
    if code == STEP_UP:  # let in, and asked to confirm
        return may is not May.NOTHING
    if may is May.NOTHING:
        return status == 403
    if may in {May.SELF, May.INVOLVED}:
        return status != 401 and status < 500
    return status not in REFUSED and status < 500


@pytest.mark.parametrize("role", [*STAFF_ROLES, Role.SERVICE])
async def test_staff_and_systems_reach_what_their_role_allows(
    bank: Bank, world: World, operations: list[Address], role: Role
) -> None:
    who, wrong = world.staff[role], []
    for address in operations:
        assert address.door is not None
        if address.door.public or address.operation in ENDS_THE_LOG_IN:
            continue
        requests, may = Requests(bank, address), reach(address.door, role)
        for ids in (world.own, world.foreign):
            status, code, text = await requests.ask(who, ids)
            if may is May.NOTHING and (address.door.kind is May.OWN):
                # A list is empty and a thing unknown, where the door asks for no permission first.
                refused = status in {403, 404} or is_empty(text)
                if not refused:
                    wrong.append((address.operation, may.value, status, code))
            elif not fits(may, status, code):
                wrong.append((address.operation, may.value, status, code))
    assert wrong == []


def is_empty(text: str) -> bool:
    """Whether a page has no items, or a table no line below its head."""
    if text.startswith("\ufeff"):
        return len(text.splitlines()) == 1
    return bool(json.loads(text or "{}").get("items") == [])


async def test_what_is_foreign_looks_like_what_does_not_exist(
    bank: Bank, world: World, operations: list[Address]
) -> None:
    """The same status, code and words, but for the ids that the caller sent."""
    holder, compared = world.members[MemberRole.HOLDER], 0
    nowhere = {name: str(new_id()) if is_uuid(each) else each for name, each in world.own.items()}
    for address in operations:
        requests = Requests(bank, address)
        assert address.door is not None
        if not requests.names or address.door.public or address.operation in ENDS_THE_LOG_IN:
            continue
        answers = [
            plain((await requests.ask(holder, ids))[2], ids) for ids in (world.foreign, nowhere)
        ]
        assert answers[0] == answers[1], address.operation
        compared += 1
    assert compared > 25


def is_uuid(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text))


def plain(text: str, ids: Ids) -> str:
    for each in sorted(ids.values(), key=len, reverse=True):  # a short one may be in a longer
        text = text.replace(each, "…")
    return re.sub(r'"urn:tongbao:request:[^"]+"', "", text)


def leaves(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every object that may be sent in a body."""
    if "$ref" in schema:
        yield from leaves(document, document["components"]["schemas"][schema["$ref"][21:]])
        return
    if schema.get("properties"):
        yield schema
    for part in (
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", ()),
        *schema.get("oneOf", ()),
        *([schema["items"]] if "items" in schema else ()),
    ):
        yield from leaves(document, part)


PRIVILEGED: Final = (
    "id",
    "status",
    "state",
    "roles",
    "role",
    "permissions",
    "party_ids",
    "kind",
    "maker_id",
    "approved_by",
    "initiated_by",
    "is_admin",
    "blocked",
)


async def test_no_body_takes_a_field_that_it_does_not_declare(
    bank: Bank, world: World, operations: list[Address]
) -> None:
    """Mass assignment: unknown and privileged fields are refused, never ignored."""
    tried = 0
    for address in operations:
        requests = Requests(bank, address)
        content = requests.facts.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        schema = content["application/json"]["schema"]
        for each in leaves(requests.document, schema):
            assert each.get("additionalProperties") is not True, (address.operation, each)
        body = requests._about(requests._example(), world.own)
        caller = next(
            who
            for role, who in world.callers()
            if address.door is not None and reach(address.door, role) is not May.NOTHING
        )
        path = address.path.removeprefix("/api/v1")
        for name in requests.names:
            path = path.replace(f"{{{name}}}", requests.value(name, world.own))
        for name in (*PRIVILEGED, "no_such_field"):
            if name in body:
                continue
            answer = await caller.ask(
                address.method.upper(), path, json={**body, name: "x"}, key=str(new_id())
            )
            assert answer.status_code == 422, (address.operation, name, answer.text)
            assert answer.json()["code"] == "request.invalid", (address.operation, name)
            tried += 1
    assert tried > 100


INJECTIONS: Final = (
    "' OR '1'='1",
    "'; DROP TABLE identity_user; --",
    "%27%20OR%201=1",
    "1) UNION SELECT password_hash FROM identity_user --",
    "\\' OR 1=1 --",
    "$$; SELECT pg_sleep(5); $$",
    "a%' AND pg_sleep(5) IS NULL AND 'a' LIKE '%",
    "_%",
    "\x00",
)


async def test_no_filter_is_taken_for_sql(
    bank: Bank, world: World, operations: list[Address]
) -> None:
    """Every query parameter of every address, from somebody who may ask."""
    users = bank.rows("identity_user")
    tried = 0
    for address in operations:
        requests = Requests(bank, address)
        assert address.door is not None
        names = [
            each["name"] for each in requests.facts.get("parameters", []) if each["in"] == "query"
        ]
        if not names or address.door.public or address.method != "get":
            continue
        caller = next(
            who
            for role, who in world.callers()[::-1]
            if reach(address.door, role) is not May.NOTHING
        )
        path = address.path.removeprefix("/api/v1")
        for name in requests.names:
            path = path.replace(f"{{{name}}}", requests.value(name, world.own))
        needed = {
            name: QUERIES[name] if name in QUERIES else requests.value(name, world.own)
            for name in requests.queries
        }
        for name in names:
            for hostile in INJECTIONS:
                answer = await caller.ask("GET", path, params={**needed, name: hostile})
                assert answer.status_code in {200, 400, 404, 422}, (address.operation, name)
                if answer.status_code == 200:
                    assert is_empty(answer.text) or name in {"reference", "type"}, (
                        address.operation,
                        name,
                        hostile,
                    )
                tried += 1
    assert tried > 200
    assert bank.rows("identity_user") == users


async def test_a_member_is_not_reached_through_another_company(bank: Bank, world: World) -> None:
    """Both ids of an address are held to each other: one's own company, a foreign member."""
    holder = world.members[MemberRole.HOLDER]
    path = f"/identity/companies/{world.own['party_id']}/members/{world.foreign['membership_id']}"
    for method, body in (("PUT", {"role": "administrator"}), ("DELETE", None)):
        answer = await holder.ask(method, path, json=body)
        assert answer.status_code == 404
        assert answer.json()["code"] == "identity.unknown_member"
