"""Every event that is declared tells somebody, and only those who are to know."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count, product
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

import pytest
from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.events import AccountFellAsleep
from tongbao.core.agreements.events import ConsentGranted
from tongbao.core.approvals.events import InstructionDecided, InstructionOpened, PolicyChanged
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import MemberRole, Role, UserKind
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.core.identity.events import MemberJoined, SecurityNoted, UserBlocked
from tongbao.core.ledger.events import TransactionsPosted
from tongbao.core.parties import service as parties
from tongbao.core.parties.events import CaseStateChanged
from tongbao.core.payments.events import (
    PaymentRejected,
    PaymentSettled,
    PaymentUnknown,
    RecallDecided,
)
from tongbao.core.payments.service import TRANSFER
from tongbao.core.privacy.events import Erased
from tongbao.engagement.notices.models import FeedRow, MessageRow, NoticeRow
from tongbao.engagement.notices.service import feed, list_notices
from tongbao.engagement.notices.service.declaring import declared
from tongbao.engagement.notices.service.telling import handle
from tongbao.infra.db import WriteSession
from tongbao.infra.outbox import Occurrence
from tongbao.infra.proposals.events import ProposalMade
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Language
from tongbao.products.bulk.events import FileExecuted, FileRejected
from tongbao.products.lending.events import ApplicationSubmitted, LoanDisbursed
from tongbao.products.standing.events import OrderStopped

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Shanghai
PASSWORD = "correct horse battery"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
COMPANY = (MemberRole.VIEWER, MemberRole.MAKER, MemberRole.CHECKER, MemberRole.ADMINISTRATOR)
# What is for open pages only, and what makes people forget.
NOBODY_TOLD = {TransactionsPosted, CaseStateChanged, ApplicationSubmitted, Erased}
_numbers = count(1)
_seqs = count(1)


@dataclass
class Company:
    """A party with a user in each role, and an account."""

    tx: WriteSession
    party_id: UUID
    account: accounts.DepositAccount
    users: dict[MemberRole, UUID] = field(default_factory=dict)

    @property
    def roles(self) -> dict[UUID, MemberRole]:
        return {user_id: role for role, user_id in self.users.items()}

    async def told(self, event: Event) -> dict[MemberRole, list[str]]:
        """Tell of an event; return who got which notices."""
        seq = next(_seqs)
        self.tx.info.clear()  # as a transaction of its own would
        await handle(self.tx, Occurrence(seq, event, AT), AT)
        rows = await self.tx.execute(
            select(NoticeRow.user_id, NoticeRow.code).where(NoticeRow.event_seq == seq)
        )
        found: dict[MemberRole, list[str]] = {}
        for row in rows:
            if row.user_id in self.roles:
                found.setdefault(self.roles[row.user_id], []).append(row.code)
        return found


async def _user(tx: WriteSession) -> UUID:
    person = await parties.register_person(tx, name="成员", at=AT)
    made = await identity.create_user(
        tx,
        login=f"told-{next(_numbers)}-{new_id().hex[-6:]}",
        password=PASSWORD,
        name="测试用户",
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[person.id],
        at=AT,
    )
    return made.id


async def _company(tx: WriteSession, *, roles: tuple[MemberRole, ...] = COMPANY) -> Company:
    party = await parties.register_person(tx, name="测试客户", at=AT)
    account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=AT)
    made = Company(tx, party.id, account)
    for role in roles:
        made.users[role] = await _user(tx)
        await identity.add_member(
            tx,
            user_id=made.users[role],
            party_id=party.id,
            role=role,
            bands={},
            added_by=made.users[role],
            at=AT,
        )
    return made


@pytest.fixture
async def company(tx: WriteSession) -> Company:
    return await _company(tx)


def _values(name: str, annotation: Any, company: Company, user_id: UUID) -> list[Any]:
    """Return what a field of an event may be."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    known: dict[str, list[Any]] = {
        "party_id": [company.party_id],
        "account_id": [company.account.id],
        "debtor_account_id": [company.account.id],
        "creditor_account_id": [company.account.id],
        "user_id": [user_id],
        "after": [0, 9] if annotation is int else ["approved"],
        "days": [7, 0],
        "action": [TRANSFER.name],
        "instruction": [TRANSFER.name],
        "maker_id": [user_id],
        "kind": ["new_device", "something_newer"],
        "status": ["open", "something_newer"],
        "role": ["maker", "something_newer"],
    }
    if name in known:
        return known[name]
    plain: dict[Any, Any] = {
        UUID: new_id(),
        datetime: AT + timedelta(days=1),
        date: date(2026, 12, 1),
        int: 3,
        bool: True,
        str: "something",
        Money: Money(123_450, "CNY"),
        Rate: Rate.percent("4.35"),
    }
    kinds = (annotation, *get_args(annotation))  # itself, or one of a union
    return [next((plain[each] for each in kinds if each in plain), ())]


def _events(kind: type[Event], company: Company, user_id: UUID) -> Iterator[Event]:
    """Yield an event of each combination of the words it has."""
    fields = {
        name: _values(name, each.annotation, company, user_id)
        for name, each in kind.model_fields.items()
    }
    for values in product(*fields.values()):
        yield kind.model_construct(**dict(zip(fields, values, strict=True)))


async def test_every_event_that_is_declared_tells_somebody(company: Company) -> None:
    silent = set()
    for kind in declared():
        told = 0
        for event in _events(kind, company, company.users[MemberRole.VIEWER]):
            told += len(await company.told(event))
        if not told:
            silent.add(kind)
    assert silent == NOBODY_TOLD, "an event that tells nobody is no use"
    for user_id in company.users.values():
        for language in LANGUAGES:
            page = await list_notices(company.tx, user_id=user_id, language=language)
            assert page.items
            assert all("{" not in each.title + each.body for each in page.items)


def consent(company: Company) -> Event:
    return ConsentGranted(
        consent_id=new_id(),
        party_id=company.party_id,
        purpose="p",
        source="s",
        recipient="r",
        text_version="1",
        expires_at=AT + timedelta(days=30),
    )


async def test_members_are_told_by_their_roles(company: Company) -> None:
    other = await _company(company.tx)
    settled = PaymentSettled(
        payment_id=new_id(),
        debtor_account_id=company.account.id,
        creditor_account_id=other.account.id,
        amount=Money(100, "CNY"),
        transaction_id=new_id(),
    )
    assert await company.told(settled) == {role: ["payments.sent"] for role in COMPANY}
    rejected = PaymentRejected(
        payment_id=new_id(),
        debtor_account_id=company.account.id,
        amount=Money(100, "CNY"),
        reason_code="payments.same_account",
    )
    assert set(await company.told(rejected)) == {MemberRole.MAKER, MemberRole.CHECKER}
    assert set(await company.told(consent(company))) == {MemberRole.ADMINISTRATOR}
    asleep = AccountFellAsleep(
        account_id=company.account.id, party_id=company.party_id, last_moved_on=date(2023, 1, 1)
    )
    assert set(await company.told(asleep)) == set(COMPANY)


async def test_what_became_of_files_standing_orders_refunds_and_recalls_is_told(
    company: Company,
) -> None:
    of = {"party_id": company.party_id, "amount": Money(100, "CNY"), "order_id": new_id()}
    paying = {"payment_id": new_id(), "kind": "credit_transfer", "amount": Money(100, "CNY"),
              "debtor_account_id": company.account.id, "creditor_account_id": None}  # fmt: skip
    sent = {**paying, "channel": "bank", "reference": "r"}
    recalled = {**paying, "recall_id": new_id(), "reason_code": "CUST"}
    refund = {**paying, "kind": "refund", "transaction_id": new_id()}
    file = {"file_id": new_id(), "party_id": company.party_id}
    done = {**file, "settled": 2, "settled_total": Money(200, "CNY")}
    for event, code in (
        (FileExecuted.model_validate({**done, "rejected": 0}), "bulk.executed"),
        (FileExecuted.model_validate({**done, "rejected": 1}), "bulk.executed_in_part"),
        (FileRejected.model_validate({**file, "reason_code": "x"}), "bulk.rejected"),
        (OrderStopped.model_validate({**of, "state": "paused", "why": "x"}), "standing.paused"),
        (OrderStopped.model_validate({**of, "state": "ended", "why": "x"}), "standing.over"),
        (PaymentUnknown.model_validate(sent), "payments.unknown"),
        (RecallDecided.model_validate({**recalled, "accepted": True}), "payments.recall_accepted"),
        (RecallDecided.model_validate({**recalled, "accepted": False}), "payments.recall_refused"),
    ):
        assert await company.told(event) == {
            role: [code] for role in (MemberRole.MAKER, MemberRole.CHECKER)
        }
    settled = PaymentSettled.model_validate(refund)
    assert await company.told(settled) == {role: ["payments.refund_sent"] for role in COMPANY}
    back = {**refund, "debtor_account_id": None, "creditor_account_id": company.account.id}
    settled = PaymentSettled.model_validate(back)
    assert await company.told(settled) == {role: ["payments.refunded"] for role in COMPANY}


async def test_what_waits_is_told_to_who_may_approve_it_but_not_to_its_maker(
    company: Company,
) -> None:
    made = ProposalMade(
        proposal_id=new_id(),
        action=TRANSFER.name,
        party_id=company.party_id,
        maker_id=company.users[MemberRole.MAKER],
    )
    assert set(await company.told(made)) == {MemberRole.CHECKER}
    own = made.model_copy(update={"maker_id": company.users[MemberRole.CHECKER]})
    assert await company.told(own) == {}
    of_the_bank = made.model_copy(update={"party_id": None})
    assert await company.told(of_the_bank) == {}


async def test_what_waits_for_signatures_is_told_to_approvers_and_its_end_to_its_maker(
    company: Company,
) -> None:
    of = {"approval_id": new_id(), "party_id": company.party_id, "instruction": TRANSFER.name}
    maker = company.users[MemberRole.MAKER]
    opened = InstructionOpened.model_validate({**of, "maker_id": maker})
    assert await company.told(opened) == {MemberRole.CHECKER: ["approvals.to_sign"]}
    for state, told in (("executed", True), ("refused", True), ("withdrawn", False)):
        decided = InstructionDecided.model_validate(
            {**of, "maker_id": maker, "state": state, "decided_by": new_id()}
        )
        expected = {MemberRole.MAKER: ["approvals.decided"]} if told else {}
        assert await company.told(decided) == expected
    changed = PolicyChanged(
        party_id=company.party_id, policy_version=2, ended=False, changed_by=maker
    )
    assert set(await company.told(changed)) == set(COMPANY)


async def test_a_transfer_between_own_accounts_is_told_once(company: Company) -> None:
    second = await accounts.open_account(
        company.tx, party_id=company.party_id, currency="CNY", at=AT
    )
    moved = PaymentSettled(
        payment_id=new_id(),
        debtor_account_id=company.account.id,
        creditor_account_id=second.id,
        amount=Money(100, "CNY"),
        transaction_id=new_id(),
    )
    assert await company.told(moved) == {role: ["payments.sent"] for role in COMPANY}


async def test_who_has_gone_or_is_blocked_hears_nothing(company: Company) -> None:
    await identity.block_user(
        company.tx,
        user_id=company.users[MemberRole.MAKER],
        reason="测试",
        blocked_by=company.users[MemberRole.CHECKER],
        at=AT,
    )
    asleep = AccountFellAsleep(
        account_id=company.account.id, party_id=company.party_id, last_moved_on=date(2023, 1, 1)
    )
    assert set(await company.told(asleep)) == set(COMPANY) - {MemberRole.MAKER}
    blocked = UserBlocked(
        user_id=company.users[MemberRole.MAKER], by=new_id(), reason="not to be told"
    )
    assert await company.told(blocked) == {MemberRole.MAKER: ["security.user_blocked"]}
    ends = AT + timedelta(hours=1)
    await identity.add_member(  # who is one already changes
        company.tx,
        user_id=company.users[MemberRole.VIEWER],
        party_id=company.party_id,
        role=MemberRole.VIEWER,
        bands={},
        ends_at=ends,
        added_by=company.users[MemberRole.CHECKER],
        at=AT,
    )
    seq = next(_seqs)
    company.tx.info.clear()
    await handle(company.tx, Occurrence(seq, asleep, ends), ends)
    told = await company.tx.scalars(select(NoticeRow.user_id).where(NoticeRow.event_seq == seq))
    assert company.users[MemberRole.VIEWER] not in set(told)


async def test_a_member_who_joins_is_told_and_so_are_those_who_manage(company: Company) -> None:
    newcomer = await _user(company.tx)
    company.users[MemberRole.HOLDER] = newcomer
    joined = MemberJoined(
        membership_id=new_id(),
        user_id=newcomer,
        party_id=company.party_id,
        by=company.users[MemberRole.ADMINISTRATOR],
        role="maker",
    )
    assert await company.told(joined) == {
        MemberRole.HOLDER: ["security.membership_changed"],
        MemberRole.ADMINISTRATOR: ["security.members_changed"],
    }


async def test_what_identity_writes_itself_is_not_written_twice(company: Company) -> None:
    user_id = company.users[MemberRole.MAKER]
    assert await identity.add_contact(
        company.tx,
        user_id=user_id,
        contact=clean_contact(f"{user_id.hex}@example.com"),
        language="en",
        at=AT,
    )
    await company.told(SecurityNoted(user_id=user_id, kind="passkey_added"))
    sent = select(MessageRow).where(MessageRow.user_id == user_id)
    assert (await company.tx.scalars(sent)).all() == []
    await company.told(consent(company))  # not for makers
    assert (await company.tx.scalars(sent)).all() == []
    await company.told(
        AccountFellAsleep(
            account_id=company.account.id, party_id=company.party_id, last_moved_on=date(2023, 1, 1)
        )
    )
    (message,) = await company.tx.scalars(sent)
    assert (message.channel, message.critical) == ("email", True)


async def test_an_erased_party_is_forgotten(company: Company) -> None:
    user_id = company.users[MemberRole.MAKER]
    await feed.watch(company.tx, user_id=user_id, at=AT)
    await company.told(
        LoanDisbursed(
            loan_id=new_id(),
            application_id=new_id(),
            party_id=company.party_id,
            account_id=company.account.id,
            principal=Money(100, "CNY"),
            annual_rate=Rate.percent("4.35"),
            transaction_id=new_id(),
        )
    )
    kept = select(NoticeRow.id).where(NoticeRow.party_id == company.party_id)
    shown = select(FeedRow.kind).where(FeedRow.user_id == user_id).order_by(FeedRow.seq)
    assert len((await company.tx.scalars(kept)).all()) == len(COMPANY)
    assert (await company.tx.scalars(shown)).all() == ["application", "notice"]
    await company.told(Erased(party_id=company.party_id))
    assert (await company.tx.scalars(kept)).all() == []
    assert (await company.tx.scalars(shown)).all() == []
