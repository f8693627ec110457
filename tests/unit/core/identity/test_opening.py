"""A person opens their firm: who may, what begins with it, and that nobody has to believe them."""

from datetime import UTC, datetime

import pytest

from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import MemberRole, Role, UserKind
from tongbao.core.identity.domain.opening import UNPROVEN_MAX, NotIdentified, TooManyUnproven
from tongbao.core.parties import service as parties
from tongbao.core.parties.domain.checks import RegistryEntry, Standing
from tongbao.core.parties.domain.judging import Answers, judge
from tongbao.core.parties.service import Finding, Level, PartyKind
from tongbao.core.parties.service.material import related
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao_sandbox.uscc import registration_number

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
NAME = "杭州云帆贸易有限公司"


async def a_user(
    tx: WriteSession, level: Level = Level.BASIC
) -> tuple[identity.User, parties.Party]:
    person = await parties.register_person(tx, name="李雷", at=AT)
    if level is not Level.NONE:
        person = await parties.set_level(
            tx, party_id=person.id, level=level, reason="test", changed_by=None, at=AT
        )
    user = await identity.create_user(
        tx,
        login=f"user-{new_id().hex[-12:]}",
        password="correct horse battery",
        name=person.name,
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[person.id],
        at=AT,
    )
    return user, person


async def opened(
    tx: WriteSession, user: identity.User, *, share: int | None = None, number: str | None = None
) -> parties.Party:
    firm, membership = await identity.open_company(
        tx,
        user_id=user.id,
        name=NAME,
        registration_number=number or registration_number(str(new_id())),
        share_basis_points=share,
        at=AT,
    )
    assert (membership.role, membership.party_id) == (MemberRole.HOLDER, firm.id)
    return firm


@pytest.mark.parametrize(("share", "owners"), [(None, 0), (7_500, 0), (7_501, 1), (10_000, 1)])
async def test_whoever_opens_a_firm_stands_for_it_and_owns_what_leaves_no_other(
    tx: WriteSession, share: int | None, owners: int
) -> None:
    user, person = await a_user(tx)
    firm = await opened(tx, user, share=share)
    assert (firm.kind, firm.level, firm.status.value) == (
        PartyKind.ORGANISATION,
        Level.NONE,
        "prospect",
    )
    found = await parties.relationships(tx, firm.id)
    kinds = sorted(each.kind.value for each in found)
    assert kinds == ["beneficial_owner"] * owners + ["legal_representative"]
    assert {each.from_party_id for each in found} == {person.id}


async def test_whose_identity_nobody_has_checked_opens_nothing(tx: WriteSession) -> None:
    user, _ = await a_user(tx, Level.NONE)
    with pytest.raises(NotIdentified):
        await opened(tx, user)


async def test_a_number_is_opened_once(tx: WriteSession) -> None:
    number = registration_number(str(new_id()))
    await opened(tx, (await a_user(tx))[0], number=number)
    with pytest.raises(parties.RegistrationNumberTaken):
        await opened(tx, (await a_user(tx))[0], number=number)


async def test_numbers_are_not_kept_taken_by_the_dozen(tx: WriteSession) -> None:
    user, _ = await a_user(tx)
    firms = [await opened(tx, user) for _ in range(UNPROVEN_MAX)]
    with pytest.raises(TooManyUnproven):
        await opened(tx, user)
    await parties.set_level(
        tx, party_id=firms[0].id, level=Level.BASIC, reason="test", changed_by=None, at=AT
    )
    await opened(tx, user)


@pytest.mark.parametrize(("named", "finding"), [("李雷", False), ("韩梅梅", True)])
async def test_the_licence_must_name_whoever_opened_the_firm_at_the_lowest_level_too(
    tx: WriteSession, named: str, *, finding: bool
) -> None:
    user, _ = await a_user(tx)
    firm = await opened(tx, user)
    needs = parties.needs_for(PartyKind.ORGANISATION, Level.BASIC)
    licence = parties.Licence(
        name=firm.name,
        registration_number=firm.registration_number or "",
        form=parties.OrganisationForm.COMPANY,
        legal_form="有限责任公司",
        legal_representative=named,
        founded_on=business_date(AT).replace(year=2016),
        valid_until=None,
        business_scope="建筑材料批发",
    )
    entry = RegistryEntry(
        registration_number=licence.registration_number,
        name=licence.name,
        legal_form=licence.legal_form,
        legal_representative=named,
        registered_capital=None,
        founded_on=licence.founded_on,
        valid_until=None,
        status=Standing.IN_OPERATION,
        business_scope=licence.business_scope,
    )
    answers = Answers(
        licence=licence,
        entry=entry,
        entry_asked=True,
        related=await related(tx, firm.id, needs),
    )
    found = {each.finding for each in judge(firm, needs, answers, on=business_date(AT))}
    assert (Finding.REPRESENTATIVE_NOT_IDENTIFIED in found) is finding
