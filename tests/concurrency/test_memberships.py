"""Changes of one company's users queue: it never loses its last administrator."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from tongbao.core.identity import service as identity
from tongbao.core.identity.service import (
    LastAdministrator,
    MemberRole,
    Membership,
    Role,
    UnknownInvitation,
    UserKind,
)
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao_sandbox.uscc import registration_number

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
ROUNDS = 8


async def user(tx: WriteSession) -> identity.User:
    person = await parties.register_person(tx, name="某人", at=AT)
    return await identity.create_user(
        tx,
        login=f"user-{new_id().hex[-12:]}",
        password="correct horse battery",
        name="某人",
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[person.id],
        at=AT,
    )


async def company(database: Database, administrators: int) -> tuple[UUID, list[Membership]]:
    async with database.write() as tx:
        firm = await parties.register_organisation(
            tx, name="公司", registration_number=registration_number(str(new_id())), at=AT
        )
        members = [
            await identity.add_member(
                tx,
                user_id=(await user(tx)).id,
                party_id=firm.id,
                role=MemberRole.ADMINISTRATOR,
                bands={},
                added_by=firm.id,
                at=AT,
            )
            for _ in range(administrators)
        ]
    return firm.id, members


async def test_administrators_who_remove_each_other_leave_one(database: Database) -> None:
    async def remove(party_id: UUID, member: Membership) -> str:
        try:
            async with database.write() as tx:
                await identity.remove_member(
                    tx, membership_id=member.id, party_id=party_id, removed_by=party_id, at=AT
                )
        except LastAdministrator:
            return "stays"
        return "gone"

    for _ in range(ROUNDS):
        party_id, members = await company(database, 3)
        outcomes = await asyncio.gather(*(remove(party_id, each) for each in members))
        assert sorted(outcomes) == ["gone", "gone", "stays"]
        async with database.read() as tx:
            assert len(await identity.members(tx, party_id=party_id, at=AT)) == 1


async def test_dual_control_and_a_removal_do_not_pass_each_other(database: Database) -> None:
    """Both read two administrators; only one may be right about it."""
    for turn in range(ROUNDS):
        party_id, (first, _) = await company(database, 2)

        async def demand(party_id: UUID = party_id) -> None:
            async with database.write() as tx:
                await identity.set_dual_control(
                    tx, party_id=party_id, dual_control=True, changed_by=party_id, at=AT
                )

        async def remove(party_id: UUID = party_id, member: Membership = first) -> None:
            async with database.write() as tx:
                await identity.remove_member(
                    tx, membership_id=member.id, party_id=party_id, removed_by=party_id, at=AT
                )

        both = [demand(), remove()] if turn % 2 else [remove(), demand()]
        refused = [
            each for each in await asyncio.gather(*both, return_exceptions=True) if each is not None
        ]
        assert [type(each) for each in refused] == [LastAdministrator]


async def offer(database: Database, party_id: UUID) -> tuple[UUID, UUID]:
    """Invite somebody; return the invitation and whom."""
    async with database.write() as tx:
        invited = await user(tx)
        invitation = await identity.invite(
            tx,
            party_id=party_id,
            login=invited.login,
            role=MemberRole.VIEWER,
            bands={},
            invited_by=party_id,
            at=AT,
        )
    return invitation.id, invited.id


async def accept(database: Database, invitation_id: UUID, user_id: UUID) -> TongbaoError | None:
    try:
        async with database.write() as tx:
            await identity.accept_invitation(
                tx, invitation_id=invitation_id, user_id=user_id, at=AT
            )
    except UnknownInvitation as error:
        return error
    return None


async def test_an_invitation_is_accepted_once(database: Database) -> None:
    for _ in range(ROUNDS):
        party_id, _ = await company(database, 1)
        offered = await offer(database, party_id)
        answers = await asyncio.gather(*(accept(database, *offered) for _ in range(4)))
        assert sum(answer is None for answer in answers) == 1


async def test_an_invitation_is_accepted_or_taken_back(database: Database) -> None:
    for turn in range(ROUNDS):
        party_id, _ = await company(database, 1)
        invitation_id, user_id = await offer(database, party_id)

        async def withdraw(
            invitation_id: UUID = invitation_id, party_id: UUID = party_id
        ) -> TongbaoError | None:
            try:
                async with database.write() as tx:
                    await identity.withdraw_invitation(
                        tx,
                        invitation_id=invitation_id,
                        party_id=party_id,
                        withdrawn_by=party_id,
                        at=AT,
                    )
            except UnknownInvitation as error:
                return error
            return None

        both = [accept(database, invitation_id, user_id), withdraw()]
        answers = await asyncio.gather(*(both if turn % 2 else both[::-1]))
        assert sum(answer is None for answer in answers) == 1
        joined = answers[0 if turn % 2 else 1] is None
        async with database.read() as tx:
            found = await identity.members(tx, party_id=party_id, at=AT)
        assert (user_id in {each.user_id for each in found}) == joined
