"""Judging the evidence of a case: what is wrong with it, if anything. Pure; facts are handed in."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tongbao.core.parties.domain.cases import IdCard, Licence, needs_licence
from tongbao.core.parties.domain.checks import (
    ALIKE_MIN,
    ALIVE_MIN,
    UNLIKE_MAX,
    BureauResult,
    FaceAnswer,
    RegistryEntry,
    Service,
    Standing,
)
from tongbao.core.parties.domain.documents import birth_date_of, fits_card_term, sex_of
from tongbao.core.parties.domain.findings import Finding, Found
from tongbao.core.parties.domain.levels import Level, Need
from tongbao.core.parties.domain.lifecycle import Risk
from tongbao.core.parties.domain.parties import Party
from tongbao.core.parties.domain.persons import OrganisationForm, age_on

AGE_MIN_YEARS: Final = 16
ADULT_YEARS: Final = 18
_MIDDLE_DOTS: Final = str.maketrans(dict.fromkeys("·•‧∙⋅・･.", "·"))
_SOLE_TRADER_FIRST: Final = "92"
_COMPANY_FIRST: Final = "91"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a machine read in a picture; a field it could not read is not there."""

    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Related:
    """Those whom an organisation's case rests on, and how well each is known."""

    representative: tuple[str, Level] | None = None  # name, level
    owners: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything known when a case is judged; None is not asked for at this level."""

    card: IdCard | None = None
    licence: Licence | None = None
    bureau: BureauResult | None = None
    faces: FaceAnswer | None = None
    entry: RegistryEntry | None = None
    entry_asked: bool = False
    card_reading: Reading | None = None
    licence_reading: Reading | None = None
    related: Related = field(default_factory=Related)
    unavailable: frozenset[Service] = frozenset()
    untrustworthy: frozenset[Service] = frozenset()
    duplicates: int = 0
    risk: Risk | None = None


def same_name(one: str, other: str) -> bool:
    """Tell whether two spellings are one name: width, case, blanks, kind of dot do not matter."""
    return _plain(one) == _plain(other)


def judge(party: Party, needs: frozenset[Need], answers: Answers, *, on: date) -> list[Found]:
    """Return everything that is not as it should be, in a steady order."""
    found: list[Found] = []
    if answers.card is not None:
        found += _card(party, answers.card, on)
    if answers.licence is not None:
        found += _licence(party, answers.licence, on)
    if Need.IDENTITY_BUREAU in needs:
        found += _bureau(answers.bureau)
    if Need.FACE in needs and answers.faces is not None:
        found += _faces(answers.faces)
    if answers.entry_asked and answers.licence is not None:
        found += _registry(answers.licence, answers.entry)
    if Need.ID_CARD_PICTURES in needs and answers.card is not None:
        found += _reading(answers.card_reading, _of_card(answers.card))
    if Need.LICENCE_PICTURE in needs and answers.licence is not None:
        found += _reading(answers.licence_reading, _of_licence(answers.licence))
    found += _related(needs, answers)
    found += [
        Found(Finding.SERVICE_UNAVAILABLE, each.value) for each in sorted(answers.unavailable)
    ]
    found += [
        Found(Finding.ANSWER_UNTRUSTWORTHY, each.value) for each in sorted(answers.untrustworthy)
    ]
    if answers.duplicates:
        found.append(Found(Finding.POSSIBLE_DUPLICATE))
    if answers.risk is Risk.HIGH:
        found.append(Found(Finding.HIGH_RISK))
    return found


def _card(party: Party, card: IdCard, on: date) -> Iterator[Found]:
    if not same_name(party.name, card.name):
        yield Found(Finding.NAME_DIFFERS, "id_card")
    if birth_date_of(card.number) != card.born_on:
        yield Found(Finding.FACTS_CONTRADICT_NUMBER, "born_on")
    if sex_of(card.number) is not card.sex:
        yield Found(Finding.FACTS_CONTRADICT_NUMBER, "sex")
    if card.valid_until is not None and on > card.valid_until:
        yield Found(Finding.DOCUMENT_EXPIRED, "id_card")
    born = birth_date_of(card.number)
    if not fits_card_term(born_on=born, valid_from=card.valid_from, valid_until=card.valid_until):
        yield Found(Finding.CARD_TERM_STRANGE)
    age = age_on(on, born_on=born)
    if age < AGE_MIN_YEARS:
        yield Found(Finding.TOO_YOUNG)
    elif age < ADULT_YEARS:
        yield Found(Finding.MINOR)


def _licence(party: Party, licence: Licence, on: date) -> Iterator[Found]:
    if licence.registration_number != party.registration_number:
        yield Found(Finding.LICENCE_NUMBER_DIFFERS)
    if not same_name(party.name, licence.name):
        yield Found(Finding.NAME_DIFFERS, "business_licence")
    if licence.valid_until is not None and on > licence.valid_until:
        yield Found(Finding.DOCUMENT_EXPIRED, "business_licence")
    # GB 32100: the first two characters say who registered what; 91 enterprise, 92 sole trader.
    expected = {
        _COMPANY_FIRST: OrganisationForm.COMPANY,
        _SOLE_TRADER_FIRST: OrganisationForm.SOLE_TRADER,
    }.get(licence.registration_number[:2], OrganisationForm.OTHER)
    if licence.form is not expected:
        yield Found(Finding.FORM_CONTRADICTS_NUMBER)
    if needs_licence(licence.business_scope):
        yield Found(Finding.SCOPE_NEEDS_LICENCE)


def _bureau(result: BureauResult | None) -> Iterator[Found]:
    if result is BureauResult.MISMATCH:
        yield Found(Finding.BUREAU_MISMATCH)
    elif result is BureauResult.UNKNOWN:
        yield Found(Finding.BUREAU_UNKNOWN)


def _faces(answer: FaceAnswer) -> Iterator[Found]:
    if answer.liveness < ALIVE_MIN:
        yield Found(Finding.FACE_NOT_ALIVE)
    if answer.similarity <= UNLIKE_MAX:
        yield Found(Finding.FACE_DIFFERS)
    elif answer.similarity < ALIKE_MIN:
        yield Found(Finding.FACE_UNSURE)


def _registry(licence: Licence, entry: RegistryEntry | None) -> Iterator[Found]:
    if entry is None:
        yield Found(Finding.REGISTRY_UNKNOWN)
        return
    if entry.status in (Standing.REVOKED, Standing.CANCELLED):
        yield Found(Finding.REGISTRY_NOT_OPERATING)
    if entry.status is Standing.ABNORMAL:
        yield Found(Finding.REGISTRY_ABNORMAL)
    if not same_name(entry.name, licence.name):
        yield Found(Finding.REGISTRY_DIFFERS, "name")
    if not same_name(entry.legal_representative, licence.legal_representative):
        yield Found(Finding.REGISTRY_DIFFERS, "legal_representative")
    if entry.founded_on != licence.founded_on:
        yield Found(Finding.REGISTRY_DIFFERS, "founded_on")
    if licence.registered_capital not in (None, entry.registered_capital):
        yield Found(Finding.REGISTRY_DIFFERS, "registered_capital")
    if needs_licence(entry.business_scope) and not needs_licence(licence.business_scope):
        yield Found(Finding.SCOPE_NEEDS_LICENCE)


def _reading(reading: Reading | None, expected: dict[str, str]) -> Iterator[Found]:
    """Compare field by field; one that was not read is for staff, one that differs all the more."""
    read = reading.fields if reading is not None else {}
    if any(name not in read for name in expected):
        yield Found(Finding.PICTURE_UNREAD)
    for name, value in expected.items():
        if name in read and _plain(read[name]) != _plain(value):
            yield Found(Finding.PICTURE_DIFFERS, name)


def _of_card(card: IdCard) -> dict[str, str]:
    return {
        "name": card.name,
        "number": card.number,
        "valid_from": card.valid_from.isoformat(),
        "valid_until": "long-term" if card.valid_until is None else card.valid_until.isoformat(),
    }


def _of_licence(licence: Licence) -> dict[str, str]:
    return {
        "registration_number": licence.registration_number,
        "name": licence.name,
        "legal_representative": licence.legal_representative,
    }


def _related(needs: frozenset[Need], answers: Answers) -> Iterator[Found]:
    known = answers.related.representative
    # Whoever opened a firm as its representative must be theirs at every level.
    if Need.LEGAL_REPRESENTATIVE in needs or known is not None:
        named = answers.licence.legal_representative if answers.licence else ""
        if known is None or known[1] < Level.BASIC or not same_name(known[0], named):
            yield Found(Finding.REPRESENTATIVE_NOT_IDENTIFIED)
    if Need.BENEFICIAL_OWNERS in needs:
        owners = answers.related.owners
        if not owners or min(owners) < Level.BASIC:
            yield Found(Finding.OWNERS_NOT_IDENTIFIED)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.translate(_MIDDLE_DOTS)).casefold()
    return re.sub(r"\s", "", folded)
