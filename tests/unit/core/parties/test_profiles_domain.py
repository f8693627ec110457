"""Rules about facts, contacts, documents, relationships and the life of a party."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from tongbao.core.parties.domain import contacts, documents, levels, lifecycle, persons
from tongbao.core.parties.domain import relationships as rules
from tongbao.core.parties.domain.documents import DocumentType, fits_card_term
from tongbao.core.parties.domain.levels import Level, Need, PartyKind
from tongbao.core.parties.domain.lifecycle import Risk, Status
from tongbao.kernel.money import Money

TODAY = date(2026, 11, 20)


def id_number(place: str = "330106", born: str = "19900307", order: str = "123") -> str:
    body = place + born + order
    return body + ric.calc_check_digit(body + "0")


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("李雷", "li lei"),
        ("单雄信", "shan xiong xin"),
        ("吕布", "lv bu"),
        ("Ada Lovelace", None),
        ("", None),
    ],
)
def test_a_chinese_name_has_a_sound(name: str, pinyin: str | None) -> None:
    assert persons.pinyin_of(name) == pinyin


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        (date(2008, 11, 20), TODAY, 18),
        (date(2008, 11, 21), TODAY, 17),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (TODAY, TODAY, 0),
    ],
)
def test_age_is_full_years(born_on: date, on: date, age: int) -> None:
    assert persons.age_on(on, born_on=born_on) == age


@pytest.mark.parametrize(
    "facts",
    [
        persons.PersonFacts(pinyin=None, born_on=date(2026, 11, 21)),
        persons.PersonFacts(pinyin=None, born_on=date(1890, 1, 1)),
        persons.PersonFacts(pinyin=None, nationality="chn"),
        persons.PersonFacts(pinyin=None, occupation="\u202e"),
        persons.PersonFacts(pinyin=" "),
    ],
)
def test_a_fact_that_cannot_be_is_refused(facts: persons.PersonFacts) -> None:
    with pytest.raises(persons.FactMalformed):
        persons.clean_person(facts, name="李雷", on=TODAY)


@pytest.mark.parametrize(
    "facts",
    [
        {"founded_on": date(2026, 11, 21)},
        {"founded_on": date(1500, 1, 1)},
        {"registered_capital": Money(-1, "CNY")},
        {"business_scope": ""},
        {"legal_form": "a\x00b"},
    ],
)
def test_a_fact_of_an_organisation_that_cannot_be_is_refused(facts: dict[str, object]) -> None:
    form = persons.OrganisationForm.COMPANY
    with pytest.raises(persons.FactMalformed) as refused:
        persons.clean_organisation(
            persons.OrganisationFacts(form=form, **facts),  # type: ignore[arg-type]
            on=TODAY,
        )
    assert refused.value.facts == {"field": next(iter(facts))}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "+8613800138000"),
        (" 138-0013-8000 ", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("+865712345678", "+865712345678"),
    ],
)
def test_a_phone_number_has_one_spelling(text: str, number: str) -> None:
    assert contacts.clean_phone(text) == number
    assert contacts.clean_phone(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12800138000",
        "+8612800138000",
        "+861380013800",
        "1380013800",
        "+0123456789",
        "１３８００１３８０００",
        "13800138000;drop",
        "+" + "1" * 16,
        "13800\n138000",
        "+86\x0013800138000",
    ],
)
def test_anything_else_is_no_phone_number(text: str) -> None:
    with pytest.raises(contacts.PhoneMalformed):
        contacts.clean_phone(text)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Li.Lei@Example.COM", "Li.Lei@example.com"),
        (" a+b@mail.example.cn ", "a+b@mail.example.cn"),
    ],
)
def test_an_email_address_has_one_spelling(text: str, email: str) -> None:
    assert contacts.clean_email(text) == email


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a@b",
        "a b@example.com",
        "a@example..com",
        ".a@example.com",
        "a.@example.com",
        "a@-example.com",
        "a@example.com\nBcc: x@y.z",
        "a@@example.com",
        "用户@example.com",
        "x" * 65 + "@example.com",
        "a@" + "b" * 250 + ".com",
    ],
)
def test_anything_else_is_no_email_address(text: str) -> None:
    with pytest.raises(contacts.EmailMalformed):
        contacts.clean_email(text)


@pytest.mark.parametrize(
    "facts",
    [
        {"country": "cn", "region": None, "postal_code": None},
        {"country": "CN", "region": "33", "postal_code": None},
        {"country": "US", "region": "330106", "postal_code": None},
        {"country": "CN", "region": None, "postal_code": "12345"},
    ],
)
def test_codes_of_an_address_are_checked(facts: dict[str, str | None]) -> None:
    with pytest.raises(contacts.AddressMalformed):
        contacts.check_address(**facts)  # type: ignore[arg-type]


@given(
    st.sampled_from(["330106", "110101", "440305"]),
    st.dates(date(1950, 1, 1), date(2008, 1, 1)),
    st.integers(0, 999),
)
def test_a_number_of_an_identity_card_tells_birth_date_and_sex(
    place: str, born: date, order: int
) -> None:
    number = id_number(place, f"{born:%Y%m%d}", f"{order:03}")
    assert documents.clean_number(DocumentType.ID_CARD, f" {number.lower()} ") == number
    assert documents.birth_date_of(number) == born
    assert documents.sex_of(number) == ("male" if order % 2 else "female")


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_changed_digit_of_an_identity_card_is_always_noticed(place: int, by: int) -> None:
    number = id_number()
    changed = (int(number[place]) + by) % 10
    with pytest.raises(documents.DocumentNumberMalformed):
        documents.clean_number(
            DocumentType.ID_CARD, number[:place] + str(changed) + number[place + 1 :]
        )


@pytest.mark.parametrize(
    "number",
    [
        "",
        "123456789012345678",
        id_number(place="999999"),
        id_number(born="19900231"),
        id_number()[:-1],
        "330106 19900307 123X",
        "３３０１０６199003071230",
    ],
)
def test_anything_else_is_no_number_of_an_identity_card(number: str) -> None:
    with pytest.raises(documents.DocumentNumberMalformed):
        documents.clean_number(DocumentType.ID_CARD, number)


def test_a_document_begins_before_it_ends_and_not_tomorrow() -> None:
    ok = {"valid_from": date(2020, 1, 1), "valid_until": date(2021, 1, 1), "on": TODAY}
    documents.check_dates(**ok)
    for wrong in ({"valid_from": date(2026, 11, 21)}, {"valid_until": date(2019, 12, 31)}):
        with pytest.raises(documents.DocumentDatesWrong):
            documents.check_dates(**{**ok, **wrong})


@pytest.mark.parametrize(
    ("born", "valid_from", "valid_until", "fits"),
    [
        (date(1990, 3, 7), date(2010, 5, 1), date(2020, 5, 1), True),
        (date(1990, 3, 7), date(2020, 5, 1), date(2040, 5, 1), True),
        (date(1990, 3, 7), date(2020, 5, 1), date(2040, 4, 30), True),
        (date(1990, 3, 7), date(2020, 5, 1), date(2030, 5, 1), False),
        (date(1990, 3, 7), date(2020, 5, 1), None, False),
        (date(1970, 3, 7), date(2020, 5, 1), None, True),
        (date(1970, 3, 7), date(2020, 5, 1), date(2040, 5, 1), False),
        (date(2012, 3, 7), date(2020, 5, 1), date(2025, 5, 1), True),
        (date(1990, 3, 7), date(2020, 2, 29), date(2040, 2, 29), True),
    ],
)
def test_a_card_lasts_as_long_as_the_law_says(
    born: date, valid_from: date, valid_until: date | None, *, fits: bool
) -> None:
    assert fits_card_term(born_on=born, valid_from=valid_from, valid_until=valid_until) is fits


@pytest.mark.parametrize("kind", list(PartyKind))
def test_a_higher_level_needs_more(kind: PartyKind) -> None:
    for lower, higher in zip(list(Level)[:-1], list(Level)[1:], strict=True):
        assert levels.needs_for(kind, lower) < levels.needs_for(kind, higher)


def test_every_need_belongs_to_some_level() -> None:
    asked = {need for needs in levels.NEEDS.values() for need in needs}
    assert asked == set(Need)


def test_the_end_is_the_end_and_every_state_can_be_reached() -> None:
    assert lifecycle.TRANSITIONS[Status.CLOSED] == frozenset()
    reached = {Status.PROSPECT}
    for _ in Status:
        reached |= {after for before in reached for after in lifecycle.TRANSITIONS[before]}
    assert reached == set(Status)
    for before in Status:
        for after in Status:
            if after in lifecycle.TRANSITIONS[before]:
                lifecycle.check_transition(before, after)
            else:
                with pytest.raises(lifecycle.TransitionNotAllowed):
                    lifecycle.check_transition(before, after)


def test_the_riskiest_are_looked_at_most_often() -> None:
    low, medium, high = (lifecycle.review_day(risk, on=TODAY) for risk in Risk)
    assert TODAY < high < medium < low


@pytest.mark.parametrize("kind", list(rules.RelationshipKind))
@pytest.mark.parametrize("ends", [(a, b) for a in PartyKind for b in PartyKind])
def test_who_can_stand_in_which_relation(
    kind: rules.RelationshipKind, ends: tuple[PartyKind, PartyKind]
) -> None:
    person, organisation = PartyKind.PERSON, PartyKind.ORGANISATION
    possible = {
        rules.RelationshipKind.GUARANTOR: True,
        rules.RelationshipKind.FAMILY: ends == (person, person),
    }.get(kind, ends == (person, organisation))
    share = 2_500 if kind is rules.RelationshipKind.BENEFICIAL_OWNER else None

    def check(*, same: bool = False, share: int | None = share) -> None:
        rules.check_ends(
            kind, from_kind=ends[0], to_kind=ends[1], same=same, share_basis_points=share
        )

    if possible:
        check()
        for wrong in ({"same": True}, {"share": 2_499}, {"share": 10_001}):
            with pytest.raises(rules.RelationshipNotPossible):
                check(**wrong)
    else:
        with pytest.raises(rules.RelationshipNotPossible):
            check()


@given(st.lists(st.integers(2_500, 10_000), max_size=6), st.integers(2_500, 10_000))
def test_shares_never_exceed_the_whole(held: list[int], added: int) -> None:
    if sum(held) + added <= 10_000:
        rules.check_shares(held, added)
    else:
        with pytest.raises(rules.SharesExceedWhole):
            rules.check_shares(held, added)
