"""Company users on a real database: terms, bands, history and events."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import (
    BANDS_MAX,
    BadBands,
    BadTerm,
    MemberRole,
    NotACompany,
    Role,
    UnknownMember,
    UserKind,
    bands_of,
    check_bands,
    covers,
    plain_bands,
)
from tongbao.core.identity.domain.memberships import limits_change
from tongbao.core.parties import service as parties
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import CURRENCIES, Money
from tongbao_sandbox.uscc import registration_number

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = timedelta(days=1)
CNY = Money.parse("100.00", "CNY")


async def a_user(tx: WriteSession, person_id: UUID | None = None) -> identity.User:
    person = await parties.register_person(tx, name="某人", at=AT)
    return await identity.create_user(
        tx,
        login=f"user-{new_id().hex[-12:]}",
        password="correct horse battery",
        name="某人",
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[person.id],
        person_id=person_id,
        at=AT,
    )


async def a_firm(tx: WriteSession) -> UUID:
    firm = await parties.register_organisation(
        tx, name="公司", registration_number=registration_number(str(new_id())), at=AT
    )
    return firm.id


async def add(
    tx: WriteSession, user: identity.User, party_id: UUID, role: MemberRole, **facts: object
) -> identity.Membership:
    given_facts = {"bands": {}, "added_by": user.id, "at": AT, **facts}
    return await identity.add_member(
        tx,
        user_id=user.id,
        party_id=party_id,
        role=role,
        **given_facts,  # type: ignore[arg-type]
    )


async def test_a_membership_ends_by_itself(tx: WriteSession) -> None:
    user, firm = await a_user(tx), await a_firm(tx)
    await add(tx, user, firm, MemberRole.MAKER, ends_at=AT + DAY)
    for at, is_there in ((AT, True), (AT + DAY - timedelta(seconds=1), True), (AT + DAY, False)):
        actor = await identity.find_actor(tx, user.id, at)
        assert actor is not None
        assert (firm in actor.party_ids) == is_there
        assert actor.may("payments:initiate", party_id=firm) == is_there
        found = await identity.membership_of(tx, user_id=user.id, party_id=firm, at=at)
        assert (found is not None) == is_there
        assert bool(await identity.members(tx, party_id=firm, at=at)) == is_there


async def test_roles_differ_by_party(tx: WriteSession) -> None:
    user, firm, other = await a_user(tx), await a_firm(tx), await a_firm(tx)
    await add(tx, user, firm, MemberRole.MAKER)
    await add(tx, user, other, MemberRole.VIEWER)
    actor = await identity.find_actor(tx, user.id, AT)
    assert actor is not None
    assert actor.may("payments:initiate", party_id=firm)
    assert not actor.may("payments:initiate", party_id=other)
    assert not actor.may("payments:initiate", party_id=new_id())
    assert other in actor.party_ids


async def test_a_change_keeps_what_was(tx: WriteSession) -> None:
    user, firm = await a_user(tx), await a_firm(tx)
    boss = await a_user(tx)
    await add(tx, boss, firm, MemberRole.ADMINISTRATOR)
    member = await add(tx, user, firm, MemberRole.MAKER, bands={"CNY": CNY, "USD": None})
    assert (await identity.members(tx, party_id=firm, at=AT))[1].bands == {"CNY": CNY, "USD": None}
    changed = await identity.change_member(
        tx,
        membership_id=member.id,
        party_id=firm,
        role=MemberRole.CHECKER,
        bands={},
        changed_by=boss.id,
        at=AT + DAY,
    )
    assert (changed.role, changed.bands, changed.starts_at) == (MemberRole.CHECKER, {}, AT + DAY)
    rows = await tx.execute(
        text(
            "SELECT role, removed_at IS NULL FROM identity_membership"
            " WHERE user_id = :user AND party_id = :party ORDER BY id"
        ),
        {"user": user.id, "party": firm},
    )
    assert [tuple(row) for row in rows] == [("maker", False), ("checker", True)]
    events = await tx.scalars(
        text(
            "SELECT type FROM infra_outbox WHERE subject = :party AND type LIKE 'identity%'"
            " ORDER BY seq"
        ),
        {"party": str(firm)},
    )
    assert list(events) == [
        "identity.member_joined",
        "identity.member_joined",
        "identity.member_changed",
    ]


async def test_a_member_of_another_company_is_unknown(tx: WriteSession) -> None:
    user, firm, other = await a_user(tx), await a_firm(tx), await a_firm(tx)
    member = await add(tx, user, firm, MemberRole.VIEWER)
    with pytest.raises(UnknownMember):
        await identity.remove_member(
            tx, membership_id=member.id, party_id=other, removed_by=user.id, at=AT
        )


async def test_a_person_has_no_company_users(tx: WriteSession) -> None:
    user = await a_user(tx)
    (person,) = user.party_ids
    with pytest.raises(NotACompany):
        await identity.invite(
            tx,
            party_id=person,
            login="somebody",
            role=MemberRole.MAKER,
            bands={},
            invited_by=user.id,
            at=AT,
        )
    with pytest.raises(NotACompany):
        await identity.set_dual_control(
            tx, party_id=person, dual_control=True, changed_by=user.id, at=AT
        )


async def test_two_log_ins_of_one_person_are_one_administrator(tx: WriteSession) -> None:
    firm = await a_firm(tx)
    person = (await parties.register_person(tx, name="一人", at=AT)).id
    for _ in range(2):
        await add(tx, await a_user(tx, person), firm, MemberRole.ADMINISTRATOR)
    with pytest.raises(identity.LastAdministrator):
        await identity.set_dual_control(
            tx, party_id=firm, dual_control=True, changed_by=firm, at=AT
        )


async def test_an_administrator_for_a_while_is_not_the_last_one(tx: WriteSession) -> None:
    firm = await a_firm(tx)
    boss = await add(tx, await a_user(tx), firm, MemberRole.ADMINISTRATOR)
    await add(tx, await a_user(tx), firm, MemberRole.ADMINISTRATOR, ends_at=AT + DAY)
    with pytest.raises(identity.LastAdministrator):
        await identity.remove_member(
            tx, membership_id=boss.id, party_id=firm, removed_by=firm, at=AT
        )


async def test_the_last_administrator_does_not_become_less_by_an_invitation(
    tx: WriteSession,
) -> None:
    boss, firm = await a_user(tx), await a_firm(tx)
    await add(tx, boss, firm, MemberRole.ADMINISTRATOR)
    invitation = await identity.invite(
        tx,
        party_id=firm,
        login=boss.login,
        role=MemberRole.VIEWER,
        bands={},
        invited_by=boss.id,
        at=AT,
    )
    with pytest.raises(identity.LastAdministrator):
        await identity.accept_invitation(tx, invitation_id=invitation.id, user_id=boss.id, at=AT)


async def test_terms_that_cannot_be_are_refused(tx: WriteSession) -> None:
    user, firm = await a_user(tx), await a_firm(tx)
    with pytest.raises(BadTerm):
        await add(tx, user, firm, MemberRole.MAKER, ends_at=AT)
    with pytest.raises(BadBands):
        await add(tx, user, firm, MemberRole.MAKER, bands={"CNY": -CNY})


def test_as_many_bands_as_there_may_be_can_be_confirmed() -> None:
    most = Money.parse("92233720368547758.07", "CNY")
    bands = {f"{number:03}": most for number in range(BANDS_MAX)}
    action = limits_change(party_id=new_id(), whom="x" * 64, bands=bands, day_bands={"000": None})
    assert len(action.digest) == 32
    assert action.facts["000"] == f"{most.text} / any"
    assert action.facts["001"] == f"{most.text} / {most.text}"


def test_at_most_so_many_bands() -> None:
    check_bands({str(number): None for number in range(BANDS_MAX)}, {})
    with pytest.raises(BadBands):
        check_bands({str(number): None for number in range(BANDS_MAX + 1)}, {})


moneys = st.builds(Money, st.integers(0, 10**12), st.sampled_from(sorted(CURRENCIES)))


@given(st.lists(moneys, max_size=5), moneys)
def test_a_band_covers_what_it_names_and_nothing_else(
    given_bands: list[Money], asked: Money
) -> None:
    bands = {money.currency: money for money in given_bands}
    most = bands.get(asked.currency)
    assert covers(bands, asked) == (most is not None and asked <= most)
    assert bands_of(plain_bands(bands)) == bands
    assert covers({asked.currency: None}, asked)
