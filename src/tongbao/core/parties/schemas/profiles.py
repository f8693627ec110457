"""API shapes of what is known of a party."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.parties.domain.documents import Document, DocumentType
from tongbao.core.parties.domain.persons import (
    SCOPE_LENGTH_MAX,
    WORDS_LENGTH_MAX,
    OrganisationFacts,
    OrganisationForm,
    PersonFacts,
    Sex,
)
from tongbao.core.parties.schemas.base import Shape
from tongbao.kernel import masking
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money_schema import MoneyField

Words = Annotated[str, Field(min_length=1, max_length=WORDS_LENGTH_MAX)]


class PersonShape(Shape):
    """What is known of a person."""

    model_config = ConfigDict(
        title="NewPersonFacts",
        json_schema_extra={
            "examples": [
                {
                    "born_on": "1988-03-14",
                    "nationality": "CN",
                    "sex": "female",
                    "occupation": "个体经营者",
                }
            ]
        },
    )

    pinyin: Annotated[
        Words | None, Field(description="The name in Latin letters; made from it if left out")
    ] = None
    born_on: IsoDate | None = None
    nationality: Annotated[
        str | None, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1, two letters")
    ] = None
    sex: Sex | None = None
    occupation: Words | None = None

    def facts(self) -> PersonFacts:
        """Return the facts this says."""
        return PersonFacts(
            pinyin=self.pinyin,
            born_on=self.born_on,
            nationality=self.nationality,
            sex=self.sex,
            occupation=self.occupation,
        )


class PersonOut(PersonShape):
    """What is known of a person."""

    model_config = ConfigDict(title="PersonFacts")

    @classmethod
    def of(cls, facts: PersonFacts) -> "PersonOut":
        """Return the shape of facts."""
        return cls(
            pinyin=facts.pinyin,
            born_on=facts.born_on,
            nationality=facts.nationality,
            sex=facts.sex,
            occupation=facts.occupation,
        )


class OrganisationShape(Shape):
    """What is known of an organisation."""

    model_config = ConfigDict(
        title="NewOrganisationFacts",
        json_schema_extra={
            "examples": [
                {
                    "form": "company",
                    "legal_form": "有限责任公司(自然人独资)",
                    "registered_capital": {"amount": "5000000.00", "currency": "CNY"},
                    "founded_on": "2016-05-18",
                    "business_scope": "建筑材料批发;五金产品零售",
                    "industry": "F5165",
                }
            ]
        },
    )

    form: OrganisationForm
    legal_form: Annotated[Words | None, Field(description="类型 on the licence")] = None
    registered_capital: MoneyField | None = None
    founded_on: IsoDate | None = None
    business_scope: Annotated[
        str | None, Field(min_length=1, max_length=SCOPE_LENGTH_MAX, description="经营范围")
    ] = None
    industry: Annotated[Words | None, Field(description="GB/T 4754 code, or words")] = None

    def facts(self) -> OrganisationFacts:
        """Return the facts this says."""
        return OrganisationFacts(
            form=self.form,
            legal_form=self.legal_form,
            registered_capital=self.registered_capital,
            founded_on=self.founded_on,
            business_scope=self.business_scope,
            industry=self.industry,
        )


class OrganisationOut(OrganisationShape):
    """What is known of an organisation."""

    model_config = ConfigDict(title="OrganisationFacts")

    @classmethod
    def of(cls, facts: OrganisationFacts) -> "OrganisationOut":
        """Return the shape of facts."""
        return cls(
            form=facts.form,
            legal_form=facts.legal_form,
            registered_capital=facts.registered_capital,
            founded_on=facts.founded_on,
            business_scope=facts.business_scope,
            industry=facts.industry,
        )


class NewDocument(Shape):
    """A document somebody showed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "passport",
                    "number": "E12345678",
                    "issuing_authority": "国家移民管理局",
                    "valid_from": "2020-06-01",
                    "valid_until": "2030-05-31",
                }
            ]
        }
    )

    type: DocumentType
    number: Annotated[str, Field(min_length=4, max_length=40)]
    issuing_authority: Annotated[str | None, Field(min_length=1, max_length=120)] = None
    valid_from: IsoDate
    valid_until: Annotated[IsoDate | None, Field(description="Last day; null is long-term (长期)")]


class DocumentOut(Shape):
    """One version of a document."""

    model_config = ConfigDict(title="Document")

    id: UUID
    type: DocumentType
    number: Annotated[str, Field(description="Masked", examples=["3301**********1234"])]
    version: int
    issuing_authority: str | None
    valid_from: date
    valid_until: date | None
    current: bool
    recorded_at: datetime

    @classmethod
    def of(cls, document: Document) -> "DocumentOut":
        """Return the shape of a document."""
        return cls(
            id=document.id,
            type=document.type,
            number=masking.document(document.number),
            version=document.version,
            issuing_authority=document.issuing_authority,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            current=document.superseded_at is None,
            recorded_at=document.recorded_at,
        )


class Documents(Shape):
    """All documents of a party, the latest first."""

    items: list[DocumentOut]
