"""API shapes of cases in which an identity is checked."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.parties.domain.cases import (
    Case,
    Cause,
    Evidence,
    EvidenceKind,
    IdCard,
    Licence,
    State,
)
from tongbao.core.parties.domain.duplicates import Duplicate, Ground, Verdict
from tongbao.core.parties.domain.findings import RULES, Finding, Found
from tongbao.core.parties.domain.persons import OrganisationForm, Sex
from tongbao.core.parties.domain.reading import DocumentReading
from tongbao.core.parties.schemas.base import Shape
from tongbao.core.parties.schemas.lifecycle import Reason
from tongbao.infra.masking import mask
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language

_ID = "0197c0de-0000-7000-8000-000000000001"
Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewCase(Shape):
    """An application for a level."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"party_id": _ID, "level": 2}]})

    party_id: UUID
    level: Annotated[Literal[1, 2, 3], Field(description="The level applied for")]


class IdCardShape(Shape):
    """The facts of an identity card, as on its two sides."""

    model_config = ConfigDict(
        title="IdCard",
        json_schema_extra={
            "examples": [
                {
                    "name": "李雷",
                    "number": "33010619900307123X",
                    "sex": "male",
                    "born_on": "1990-03-07",
                    "issuing_authority": "杭州市公安局西湖分局",
                    "valid_from": "2020-06-01",
                    "valid_until": "2040-06-01",
                    "ethnicity": "汉",
                }
            ]
        },
    )

    name: Name
    number: Annotated[str, Field(min_length=18, max_length=24, description="GB 11643")]
    sex: Sex
    born_on: IsoDate
    issuing_authority: Name
    valid_from: IsoDate
    valid_until: Annotated[IsoDate | None, Field(description="Last day; null is 长期")]
    ethnicity: Annotated[str | None, Field(min_length=1, max_length=20)] = None
    address: Annotated[str | None, Field(min_length=1, max_length=200)] = None

    def card(self) -> IdCard:
        """Return the card this says."""
        return IdCard(
            name=self.name,
            number=self.number,
            sex=self.sex,
            born_on=self.born_on,
            issuing_authority=self.issuing_authority,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            ethnicity=self.ethnicity,
            address=self.address,
        )


class LicenceShape(Shape):
    """The facts of a business licence."""

    model_config = ConfigDict(
        title="BusinessLicence",
        json_schema_extra={
            "examples": [
                {
                    "name": "杭州云帆贸易有限公司",
                    "registration_number": "91110000600037341L",
                    "form": "company",
                    "legal_form": "有限责任公司(自然人投资或控股)",
                    "legal_representative": "李雷",
                    "founded_on": "2016-05-18",
                    "valid_until": "2046-05-17",
                    "business_scope": "建筑材料批发;五金产品零售",
                    "registered_capital": {"amount": "5000000.00", "currency": "CNY"},
                }
            ]
        },
    )

    name: Name
    registration_number: Annotated[str, Field(min_length=18, max_length=36)]
    form: OrganisationForm
    legal_form: Name
    legal_representative: Name
    founded_on: IsoDate
    valid_until: Annotated[IsoDate | None, Field(description="Last day; null is 长期")]
    business_scope: Annotated[str, Field(min_length=1, max_length=4_000)]
    registered_capital: MoneyField | None = None

    def licence(self) -> Licence:
        """Return the licence this says."""
        return Licence(
            name=self.name,
            registration_number=self.registration_number,
            form=self.form,
            legal_form=self.legal_form,
            legal_representative=self.legal_representative,
            founded_on=self.founded_on,
            valid_until=self.valid_until,
            business_scope=self.business_scope,
            registered_capital=self.registered_capital,
        )


class FindingOut(Shape):
    """One thing that is not as it should be, and what to do next."""

    model_config = ConfigDict(title="Finding")

    finding: Finding
    about: Annotated[str, Field(description="A field or a service; empty for the whole")]
    reason: str
    next_step: str

    @classmethod
    def of(cls, found: Found, language: Language) -> "FindingOut":
        """Return the shape of a finding in the reader's language."""
        rule = RULES[found.finding]
        return cls(
            finding=found.finding,
            about=found.about,
            reason=rule.reason.say(language),
            next_step=rule.next_step.say(language),
        )


class EvidenceOut(Shape):
    """A piece of evidence; its facts, numbers masked, are shown to those who check identities."""

    model_config = ConfigDict(title="Evidence")

    id: UUID
    kind: EvidenceKind
    file_id: UUID | None
    facts: dict[str, object] | None
    recorded_at: datetime

    @classmethod
    def of(cls, evidence: Evidence, *, with_facts: bool) -> "EvidenceOut":
        """Return the shape of evidence."""
        return cls(
            id=evidence.id,
            kind=evidence.kind,
            file_id=evidence.file_id,
            facts={name: mask(name, fact) for name, fact in evidence.facts.items()}
            if with_facts
            else None,
            recorded_at=evidence.recorded_at,
        )


class CaseOut(Shape):
    """A case: what is missing while it is open, what was found when it is not approved."""

    model_config = ConfigDict(title="IdentityCase")

    id: UUID
    party_id: UUID
    level: int
    state: State
    cause: Cause
    missing: list[EvidenceKind]
    findings: list[FindingOut]
    evidence: list[EvidenceOut]
    opened_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(
        cls,
        case: Case,
        *,
        missing: list[EvidenceKind],
        evidence: list[EvidenceOut],
        language: Language,
    ) -> "CaseOut":
        """Return the shape of a case."""
        return cls(
            id=case.id,
            party_id=case.party_id,
            level=int(case.level),
            state=case.state,
            cause=case.cause,
            missing=missing,
            findings=[FindingOut.of(found, language) for found in case.findings],
            evidence=evidence,
            opened_at=case.opened_at,
            decided_at=case.decided_at,
        )


class ReadingOut(Shape):
    """What was read of a document's pictures; a field that is not sure is not there."""

    model_config = ConfigDict(title="DocumentReading")

    done: Annotated[bool, Field(description="False while the pictures are being read")]
    fields: dict[str, str]

    @classmethod
    def of(cls, reading: DocumentReading | None) -> "ReadingOut | None":
        """Return the shape of a reading, if there is one."""
        return None if reading is None else cls(done=reading.done, fields=reading.fields)


class ReadingsOut(Shape):
    """What was read of a case's documents; null without all of a document's pictures."""

    model_config = ConfigDict(title="DocumentReadings")

    id_card: ReadingOut | None
    business_licence: ReadingOut | None


class CaseSummary(Shape):
    """A case in a list."""

    id: UUID
    party_id: UUID
    party_name: str
    level: int
    state: State
    cause: Cause
    opened_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, case: Case, *, party_name: str) -> "CaseSummary":
        """Return the shape of a case in a list."""
        return cls(
            id=case.id,
            party_id=case.party_id,
            party_name=party_name,
            level=int(case.level),
            state=case.state,
            cause=case.cause,
            opened_at=case.opened_at,
            decided_at=case.decided_at,
        )


class NewDecision(Shape):
    """What staff decide about a case, and why."""

    model_config = ConfigDict(
        title="IdentityDecision",
        json_schema_extra={"examples": [{"approve": True, "reason": "原件核对一致"}]},
    )

    approve: Annotated[bool, Field(strict=True)]
    reason: Reason


class DuplicateOut(Shape):
    """Two parties that may be one, and what was made of it."""

    model_config = ConfigDict(title="PossibleDuplicate")

    id: UUID
    party_id: UUID
    other_id: UUID
    score: Annotated[int, Field(ge=0, le=100)]
    grounds: list[Ground]
    verdict: Verdict
    reason: str | None
    found_at: datetime
    worked_at: datetime | None

    @classmethod
    def of(cls, pair: Duplicate) -> "DuplicateOut":
        """Return the shape of a pair."""
        return cls(
            id=pair.id,
            party_id=pair.party_id,
            other_id=pair.other_id,
            score=pair.score,
            grounds=list(pair.grounds),
            verdict=pair.verdict,
            reason=pair.reason,
            found_at=pair.found_at,
            worked_at=pair.worked_at,
        )


class NewVerdict(Shape):
    """Whether two parties are one, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"verdict": "not_same", "reason": "双胞胎,证件不同"}]}
    )

    verdict: Literal["same", "not_same"]
    reason: Reason
