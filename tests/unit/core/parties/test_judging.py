"""What is found wrong with evidence, and what becomes of a case."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.parties.domain import cases, findings, judging
from tongbao.core.parties.domain.cases import IdCard, Licence, State
from tongbao.core.parties.domain.checks import (
    BureauResult,
    FaceAnswer,
    RegistryEntry,
    Service,
    Standing,
)
from tongbao.core.parties.domain.findings import Finding, Outcome
from tongbao.core.parties.domain.judging import Answers, Reading, Related
from tongbao.core.parties.domain.levels import Level, Need, PartyKind
from tongbao.core.parties.domain.lifecycle import Risk
from tongbao.core.parties.domain.parties import Party, PartyId
from tongbao.core.parties.domain.persons import OrganisationForm, Sex
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

TODAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, tzinfo=UTC)
EVERY = frozenset(Need)
USCC = "91110000600037341L"

LI = Party(PartyId(new_id()), PartyKind.PERSON, "李雷", None, AT)
FIRM = Party(PartyId(new_id()), PartyKind.ORGANISATION, "云帆贸易有限公司", USCC, AT)
CARD = IdCard(
    name="李雷",
    number=id_number(order="123"),
    sex=Sex.MALE,
    born_on=date(1990, 3, 7),
    issuing_authority="杭州市公安局",
    valid_from=date(2020, 6, 1),
    valid_until=date(2040, 6, 1),
)
LICENCE = Licence(
    name="云帆贸易有限公司",
    registration_number=USCC,
    form=OrganisationForm.COMPANY,
    legal_form="有限责任公司",
    legal_representative="李雷",
    founded_on=date(2016, 5, 18),
    valid_until=None,
    business_scope="建筑材料批发",
    registered_capital=Money.parse("500000.00", "CNY"),
)
ENTRY = RegistryEntry(
    registration_number=USCC,
    name=LICENCE.name,
    legal_form="有限责任公司",
    legal_representative="李雷",
    registered_capital=LICENCE.registered_capital,
    founded_on=LICENCE.founded_on,
    valid_until=None,
    status=Standing.IN_OPERATION,
    business_scope=LICENCE.business_scope,
)
CARD_READING = Reading(
    {
        "name": "李雷",
        "number": CARD.number,
        "valid_from": "2020-06-01",
        "valid_until": "2040-06-01",
    }
)
PERSON = Answers(
    card=CARD,
    bureau=BureauResult.MATCH,
    faces=FaceAnswer(similarity=96, liveness=98),
    card_reading=CARD_READING,
)
ORGANISATION = Answers(
    licence=LICENCE,
    entry=ENTRY,
    entry_asked=True,
    licence_reading=Reading(
        {"registration_number": USCC, "name": LICENCE.name, "legal_representative": "李雷"}
    ),
    related=Related(("李雷", Level.BASIC), (Level.BASIC,)),
)
PERSON_NEEDS = frozenset({Need.ID_CARD, Need.IDENTITY_BUREAU, Need.ID_CARD_PICTURES, Need.FACE})


def of_person(**changes: Any) -> set[Finding]:
    card = replace(CARD, **{k: v for k, v in changes.items() if hasattr(CARD, k)})
    rest = {k: v for k, v in changes.items() if not hasattr(CARD, k)}
    answers = replace(PERSON, card=card, **rest)
    return {each.finding for each in judging.judge(LI, PERSON_NEEDS, answers, on=TODAY)}


def of_firm(**changes: Any) -> set[Finding]:
    licence = replace(LICENCE, **{k: v for k, v in changes.items() if hasattr(LICENCE, k)})
    rest = {k: v for k, v in changes.items() if not hasattr(LICENCE, k)}
    answers = replace(ORGANISATION, licence=licence, **rest)
    return {each.finding for each in judging.judge(FIRM, EVERY - PERSON_NEEDS, answers, on=TODAY)}


def test_when_all_agrees_nothing_is_found() -> None:
    assert of_person() == set()
    assert of_firm() == set()
    assert findings.verdict([]) is Outcome.APPROVE


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"name": "韩梅梅"}, Finding.NAME_DIFFERS),
        ({"born_on": date(1990, 3, 8)}, Finding.FACTS_CONTRADICT_NUMBER),
        ({"sex": Sex.FEMALE}, Finding.FACTS_CONTRADICT_NUMBER),
        ({"bureau": BureauResult.MISMATCH}, Finding.BUREAU_MISMATCH),
        ({"bureau": BureauResult.UNKNOWN}, Finding.BUREAU_UNKNOWN),
        ({"faces": FaceAnswer(60, 98)}, Finding.FACE_DIFFERS),
        ({"faces": FaceAnswer(61, 98)}, Finding.FACE_UNSURE),
        ({"faces": FaceAnswer(79, 98)}, Finding.FACE_UNSURE),
        ({"faces": FaceAnswer(80, 69)}, Finding.FACE_NOT_ALIVE),
        ({"card_reading": None}, Finding.PICTURE_UNREAD),
        ({"card_reading": Reading({"name": "李雷"})}, Finding.PICTURE_UNREAD),
        (
            {"card_reading": Reading({**CARD_READING.fields, "number": id_number(order="321")})},
            Finding.PICTURE_DIFFERS,
        ),
        ({"valid_until": date(2030, 6, 1)}, Finding.CARD_TERM_STRANGE),
        ({"unavailable": frozenset({Service.FACE})}, Finding.SERVICE_UNAVAILABLE),
        ({"untrustworthy": frozenset({Service.FACE})}, Finding.ANSWER_UNTRUSTWORTHY),
        ({"duplicates": 1}, Finding.POSSIBLE_DUPLICATE),
        ({"risk": Risk.HIGH}, Finding.HIGH_RISK),
    ],
)
def test_each_thing_that_is_wrong_with_a_person_is_found(
    changes: dict[str, Any], finding: Finding
) -> None:
    assert finding in of_person(**changes)


@pytest.mark.parametrize(
    ("valid_until", "expired"), [(date(2026, 11, 20), False), (date(2026, 11, 19), True)]
)
def test_a_card_is_good_to_the_end_of_its_last_day(valid_until: date, *, expired: bool) -> None:
    assert (Finding.DOCUMENT_EXPIRED in of_person(valid_until=valid_until)) is expired


@pytest.mark.parametrize(
    ("born", "finding"),
    [
        (date(2008, 11, 20), None),
        (date(2008, 11, 21), Finding.MINOR),
        (date(2010, 11, 20), Finding.MINOR),
        (date(2010, 11, 21), Finding.TOO_YOUNG),
    ],
)
def test_age_decides_who_decides(born: date, finding: Finding | None) -> None:
    number = id_number(born=f"{born:%Y%m%d}", order="123")
    found = of_person(
        number=number,
        born_on=born,
        valid_from=date(2026, 1, 1),
        card_reading=None,
    )
    assert found & {Finding.MINOR, Finding.TOO_YOUNG} == ({finding} if finding else set())


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"registration_number": "9133010034182914XE"}, Finding.LICENCE_NUMBER_DIFFERS),
        ({"name": "别家有限公司"}, Finding.NAME_DIFFERS),
        ({"valid_until": date(2026, 11, 19)}, Finding.DOCUMENT_EXPIRED),
        ({"form": OrganisationForm.SOLE_TRADER}, Finding.FORM_CONTRADICTS_NUMBER),
        ({"business_scope": "吸收公众存款;发放贷款"}, Finding.SCOPE_NEEDS_LICENCE),
        ({"entry": None}, Finding.REGISTRY_UNKNOWN),
        ({"entry": replace(ENTRY, status=Standing.REVOKED)}, Finding.REGISTRY_NOT_OPERATING),
        ({"entry": replace(ENTRY, status=Standing.CANCELLED)}, Finding.REGISTRY_NOT_OPERATING),
        ({"entry": replace(ENTRY, status=Standing.ABNORMAL)}, Finding.REGISTRY_ABNORMAL),
        ({"entry": replace(ENTRY, name="云帆商贸有限公司")}, Finding.REGISTRY_DIFFERS),
        ({"entry": replace(ENTRY, legal_representative="韩梅梅")}, Finding.REGISTRY_DIFFERS),
        ({"entry": replace(ENTRY, founded_on=date(2016, 5, 19))}, Finding.REGISTRY_DIFFERS),
        ({"registered_capital": Money.parse("9.00", "CNY")}, Finding.REGISTRY_DIFFERS),
        ({"entry": replace(ENTRY, business_scope="虚拟货币")}, Finding.SCOPE_NEEDS_LICENCE),
        ({"related": Related()}, Finding.REPRESENTATIVE_NOT_IDENTIFIED),
        (
            {"related": Related(("李雷", Level.NONE), (Level.BASIC,))},
            Finding.REPRESENTATIVE_NOT_IDENTIFIED,
        ),
        (
            {"related": Related(("韩梅梅", Level.FULL), (Level.BASIC,))},
            Finding.REPRESENTATIVE_NOT_IDENTIFIED,
        ),
        ({"related": Related(("李雷", Level.BASIC), ())}, Finding.OWNERS_NOT_IDENTIFIED),
        (
            {"related": Related(("李雷", Level.BASIC), (Level.FULL, Level.NONE))},
            Finding.OWNERS_NOT_IDENTIFIED,
        ),
        ({"licence_reading": None}, Finding.PICTURE_UNREAD),
    ],
)
def test_each_thing_that_is_wrong_with_an_organisation_is_found(
    changes: dict[str, Any], finding: Finding
) -> None:
    assert finding in of_firm(**changes)


def test_the_worst_finding_decides() -> None:
    refusing, asking = Finding.BUREAU_MISMATCH, Finding.MINOR
    both = [findings.Found(asking), findings.Found(refusing)]
    assert findings.verdict(both) is Outcome.REFUSE
    assert findings.verdict(both[:1]) is Outcome.STAFF


def test_every_finding_has_a_reason_and_a_next_step() -> None:
    assert set(findings.RULES) == set(Finding)
    for rule in findings.RULES.values():
        assert rule.outcome is not Outcome.APPROVE
        for text in (rule.reason, rule.next_step):
            assert text.zh
            assert text.en


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("阿卜杜拉·买买提", "阿卜杜拉•买买提", True),
        ("(杭州)云帆有限公司", "（杭州）云帆有限公司", True),
        ("ADA Ltd", "ada ltd", True),
        ("李雷", "李蕾", False),
    ],
)
def test_spellings_of_one_name(one: str, other: str, *, same: bool) -> None:
    assert judging.same_name(one, other) is same


def test_a_decided_case_stays_decided() -> None:
    for state in cases.DECIDED:
        assert cases.TRANSITIONS[state] == frozenset()
    reached = {State.OPENED}
    for _ in State:
        reached |= {after for before in reached for after in cases.TRANSITIONS[before]}
    assert reached == set(State)
