"""What takes two people: staff and their roles, and a company's users under dual control."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.identity.domain import (
    Bands,
    MemberRole,
    Role,
    UserKind,
    clean_password,
)
from tongbao.core.identity.service.invitations import invite
from tongbao.core.identity.service.memberships import (
    change_member,
    remove_member,
    set_dual_control,
)
from tongbao.core.identity.service.staff import change_roles
from tongbao.core.identity.service.staff_recoveries import recover_by_staff
from tongbao.core.identity.service.users import new_user, store_user
from tongbao.infra.db import WriteSession
from tongbao.infra.passwords import hash_password
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

MANAGE_STAFF: Final = "identity:manage_staff"
APPROVE_STAFF: Final = "identity:approve_staff"
MANAGE_MEMBERS: Final = "identity:manage_members"
APPROVE_MEMBERS: Final = "identity:approve_members"
APPOINT: Final = "identity:appoint_any"
APPROVE_APPOINTMENT: Final = "identity:approve_appointment"
RECOVER: Final = "identity:recover_any"
APPROVE_RECOVERY: Final = "identity:approve_recovery"


class _Payload(BaseModel):
    """Base of what is proposed: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewStaff(_Payload):
    """A member of staff to be; the password is known by its hash only."""

    login: str
    name: str
    roles: Annotated[list[Role], Field(min_length=1)]
    person_id: UUID | None = None
    password_hash: str


class NewRoles(_Payload):
    """The roles a member of staff is to have."""

    user_id: UUID
    roles: Annotated[list[Role], Field(min_length=1)]


class NewAdministrator(_Payload):
    """Who is to be invited as a company's first administrator."""

    party_id: UUID
    login: str


class NewMember(_Payload):
    """Who is to be invited into a company, as what."""

    party_id: UUID
    login: str
    role: MemberRole
    bands: dict[str, Money | None] = {}
    day_bands: dict[str, Money | None] = {}
    ends_at: datetime | None = None


class NewTerms(_Payload):
    """As what a member is to go on."""

    party_id: UUID
    membership_id: UUID
    role: MemberRole
    bands: dict[str, Money | None] = {}
    day_bands: dict[str, Money | None] = {}
    ends_at: datetime | None = None


class Removal(_Payload):
    """Who is to leave a company."""

    party_id: UUID
    membership_id: UUID


class NoDualControl(_Payload):
    """A company that is to do without a second person."""

    party_id: UUID


class Seen(_Payload):
    """Whose factors are to be taken away, and how they were recognised."""

    user_id: UUID
    evidence: Annotated[str, Field(min_length=10, max_length=500)]


CREATE_STAFF: Final = Action(
    name="identity.create_staff",
    title=Text(zh="新增员工", en="New member of staff"),
    payload=NewStaff,
    propose=MANAGE_STAFF,
    approve=APPROVE_STAFF,
    hidden=frozenset({"password_hash"}),
)
CHANGE_ROLES: Final = Action(
    name="identity.change_roles",
    title=Text(zh="变更员工角色", en="Change of roles"),
    payload=NewRoles,
    propose=MANAGE_STAFF,
    approve=APPROVE_STAFF,
)
APPOINT_ADMINISTRATOR: Final = Action(
    name="identity.appoint_administrator",
    title=Text(zh="任命企业管理员", en="Appointment of a company's administrator"),
    payload=NewAdministrator,
    propose=APPOINT,
    approve=APPROVE_APPOINTMENT,
)
INVITE_MEMBER: Final = Action(
    name="identity.invite_member",
    title=Text(zh="邀请企业用户", en="Invitation of a company user"),
    payload=NewMember,
    propose=MANAGE_MEMBERS,
    approve=APPROVE_MEMBERS,
)
CHANGE_MEMBER: Final = Action(
    name="identity.change_member",
    title=Text(zh="变更企业用户", en="Change of a company user"),
    payload=NewTerms,
    propose=MANAGE_MEMBERS,
    approve=APPROVE_MEMBERS,
)
REMOVE_MEMBER: Final = Action(
    name="identity.remove_member",
    title=Text(zh="移除企业用户", en="Removal of a company user"),
    payload=Removal,
    propose=MANAGE_MEMBERS,
    approve=APPROVE_MEMBERS,
)
END_DUAL_CONTROL: Final = Action(
    name="identity.end_dual_control",
    title=Text(zh="取消双人复核", en="End of dual control"),
    payload=NoDualControl,
    propose=MANAGE_MEMBERS,
    approve=APPROVE_MEMBERS,
)
RECOVER_FACTORS: Final = Action(
    name="identity.recover_factors",
    title=Text(zh="恢复账户（移除登录验证因素）", en="Recovery of an account without its factors"),
    payload=Seen,
    propose=RECOVER,
    approve=APPROVE_RECOVERY,
)


async def new_staff(
    *, login: str, name: str, password: str, roles: list[Role], person_id: UUID | None
) -> NewStaff:
    """Return a member of staff as proposed, checked as when created.

    Raises as `create_user` does, but for what only the database knows.
    """
    user = new_user(login=login, name=name, kind=UserKind.STAFF, roles=roles, person_id=person_id)
    secret = clean_password(password, login=user.login)
    return NewStaff(
        login=user.login,
        name=user.name,
        roles=sorted(user.roles),
        person_id=person_id,
        password_hash=await hash_password(secret),
    )


@CREATE_STAFF.executes
async def _create_staff(tx: WriteSession, new: NewStaff, _by: Approved, at: datetime) -> str:
    user = new_user(
        login=new.login,
        name=new.name,
        kind=UserKind.STAFF,
        roles=new.roles,
        person_id=new.person_id,
    )
    await store_user(tx, user, password_hash=new.password_hash, at=at)
    return f"/api/v1/identity/users/{user.id}"


@CHANGE_ROLES.executes
async def _change_roles(tx: WriteSession, new: NewRoles, by: Approved, at: datetime) -> str:
    await change_roles(
        tx,
        user_id=new.user_id,
        roles=new.roles,
        changed_by=by.maker.id,
        approved_by=by.approver.id,
        at=at,
    )
    return f"/api/v1/identity/users/{new.user_id}"


@RECOVER_FACTORS.executes
async def _recover(tx: WriteSession, seen: Seen, by: Approved, at: datetime) -> str:
    """Have the waiting period begin; nothing is taken away yet."""
    both = [by.maker.id, by.approver.id]
    await recover_by_staff(tx, user_id=seen.user_id, by=both, at=at)
    return f"/api/v1/identity/users/{seen.user_id}"


@APPOINT_ADMINISTRATOR.executes
async def _appoint(tx: WriteSession, new: NewAdministrator, by: Approved, at: datetime) -> str:
    await invite(
        tx,
        party_id=new.party_id,
        login=new.login,
        role=MemberRole.ADMINISTRATOR,
        bands={},
        invited_by=by.maker.id,
        at=at,
    )
    return _company(new.party_id)


@INVITE_MEMBER.executes
async def _invite(tx: WriteSession, new: NewMember, by: Approved, at: datetime) -> str:
    bands: Bands = new.bands
    day_bands: Bands = new.day_bands
    await invite(
        tx,
        party_id=new.party_id,
        login=new.login,
        role=new.role,
        bands=bands,
        day_bands=day_bands,
        ends_at=new.ends_at,
        invited_by=by.maker.id,
        at=at,
    )
    return _company(new.party_id)


@CHANGE_MEMBER.executes
async def _change_member(tx: WriteSession, new: NewTerms, by: Approved, at: datetime) -> str:
    await change_member(
        tx,
        membership_id=new.membership_id,
        party_id=new.party_id,
        role=new.role,
        bands=new.bands,
        day_bands=new.day_bands,
        ends_at=new.ends_at,
        changed_by=by.maker.id,
        at=at,
    )
    return _company(new.party_id)


@REMOVE_MEMBER.executes
async def _remove_member(tx: WriteSession, new: Removal, by: Approved, at: datetime) -> str:
    await remove_member(
        tx,
        membership_id=new.membership_id,
        party_id=new.party_id,
        removed_by=by.maker.id,
        at=at,
    )
    return _company(new.party_id)


@END_DUAL_CONTROL.executes
async def _end_dual_control(
    tx: WriteSession, new: NoDualControl, by: Approved, at: datetime
) -> str:
    await set_dual_control(
        tx, party_id=new.party_id, dual_control=False, changed_by=by.maker.id, at=at
    )
    return _company(new.party_id)


def _company(party_id: UUID) -> str:
    return f"/api/v1/identity/companies/{party_id}"
