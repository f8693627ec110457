"""What is known of persons and organisations, and of their relations."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.core.parties.domain.contacts import contact_key
from tongbao.infra.crypto.columns import Blind, Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

IS_KEPT = text("removed_at IS NULL")
IS_CURRENT = text("superseded_at IS NULL")
IS_LASTING = text("until IS NULL")


class PersonRow(Base):
    """The facts of a person."""

    __tablename__ = "parties_person"
    __data__ = Declared(
        important=("pinyin", "born_on", "nationality", "sex", "occupation"),
        technical=("party_id",),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (CheckConstraint("sex IN ('female', 'male')", name="sex"),)

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), primary_key=True)
    pinyin: Mapped[str | None] = mapped_column(Text)
    born_on: Mapped[date | None] = mapped_column(Date)
    nationality: Mapped[str | None] = mapped_column(Text)
    sex: Mapped[str | None] = mapped_column(Text)
    occupation: Mapped[str | None] = mapped_column(Text)


class OrganisationRow(Base):
    """The facts of an organisation."""

    __tablename__ = "parties_organisation"
    __data__ = Declared(
        general=(
            "form",
            "legal_form",
            "capital_minor",
            "capital_currency",
            "founded_on",
            "business_scope",
            "industry",
        ),
        technical=("party_id",),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("form IN ('company', 'sole_trader', 'other')", name="form"),
        CheckConstraint(
            "(capital_minor IS NULL) = (capital_currency IS NULL) AND capital_minor >= 0",
            name="capital",
        ),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), primary_key=True)
    form: Mapped[str] = mapped_column(Text)
    legal_form: Mapped[str | None] = mapped_column(Text)
    capital_minor: Mapped[int | None] = mapped_column(BigInteger)
    capital_currency: Mapped[str | None] = mapped_column(Text)
    founded_on: Mapped[date | None] = mapped_column(Date)
    business_scope: Mapped[str | None] = mapped_column(Text)
    industry: Mapped[str | None] = mapped_column(Text)


class RelationshipRow(Base):
    """One relationship, [since, until)."""

    __tablename__ = "parties_relationship"
    __data__ = Declared(
        important=("kind", "share_basis_points", "since", "until"),
        technical=("id", "from_party_id", "to_party_id", "created_by", "created_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(
            "kind IN ('legal_representative', 'authorised_operator', 'beneficial_owner',"
            " 'guarantor', 'family')",
            name="kind",
        ),
        CheckConstraint("from_party_id <> to_party_id", name="two_parties"),
        CheckConstraint(
            "(kind = 'beneficial_owner') = (share_basis_points IS NOT NULL)"
            " AND share_basis_points BETWEEN 2500 AND 10000",
            name="share",
        ),
        CheckConstraint("until > since", name="period"),
        # family is seen from either side, so it is kept once, the smaller id first
        CheckConstraint("kind <> 'family' OR from_party_id < to_party_id", name="family"),
        Index(
            "uq_parties_relationship_lasting",
            "kind",
            "from_party_id",
            "to_party_id",
            unique=True,
            postgresql_where=IS_LASTING,
        ),
        Index(
            "uq_parties_relationship_legal_representative",
            "to_party_id",
            unique=True,
            postgresql_where=text("kind = 'legal_representative' AND until IS NULL"),
        ),
        Index(None, "to_party_id", "kind"),
        Index(None, "from_party_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    from_party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    to_party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    share_basis_points: Mapped[int | None] = mapped_column(SmallInteger)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ContactRow(Base):
    """A phone number or e-mail address; removed ones stay for the record."""

    __tablename__ = "parties_contact"
    __data__ = Declared(
        core=("value_sealed", "value_blind"),
        general=("kind", "is_primary"),
        technical=("id", "party_id", "verified_at", "created_at", "removed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("kind IN ('phone', 'email')", name="kind"),
        CheckConstraint("octet_length(value_blind) = 32", name="value_blind_length"),
        Index(
            "uq_parties_contact_value",
            "party_id",
            "kind",
            "value_blind",
            unique=True,
            postgresql_where=IS_KEPT,
        ),
        Index(
            "uq_parties_contact_primary",
            "party_id",
            "kind",
            unique=True,
            postgresql_where=text("is_primary AND removed_at IS NULL"),
        ),
        Index(None, "party_id", "id"),
    )
    __sealed__ = (Sealed("value_sealed", owner="party_id"),)
    __blind__ = (Blind("value_blind", of="value_sealed", spelled=contact_key),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    kind: Mapped[str] = mapped_column(Text)
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    value_blind: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    is_primary: Mapped[bool] = mapped_column(Boolean)
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AddressRow(Base):
    """A postal address; removed ones stay for the record."""

    __tablename__ = "parties_address"
    __data__ = Declared(
        important=("region", "line", "postal_code"),
        general=("kind", "country"),
        technical=("id", "party_id", "created_at", "removed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("kind IN ('residence', 'registered', 'business', 'mailing')", name="kind"),
        CheckConstraint("char_length(line) BETWEEN 1 AND 200", name="line_length"),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    kind: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    line: Mapped[str] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DocumentRow(Base):
    """One version of a document. Two parties may show one: then they are a pair to look at.

    `warned_days` is the last warning told of; `ended_noted_at` when a case was opened, or found
    open, because the document had ended.
    """

    __tablename__ = "parties_document"
    __data__ = Declared(
        core=("number_sealed", "number_blind"),
        important=("issuing_authority", "valid_from", "valid_until"),
        general=("type",),
        technical=(
            "ended_noted_at",
            "id",
            "party_id",
            "version",
            "recorded_by",
            "recorded_at",
            "superseded_at",
            "warned_days",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(
            "type IN ('id_card', 'passport', 'residence_permit', 'business_licence', 'other')",
            name="type",
        ),
        CheckConstraint("octet_length(number_blind) = 32", name="number_blind_length"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("valid_until >= valid_from", name="period"),
        Index(
            "uq_parties_document_current",
            "party_id",
            "type",
            "number_blind",
            unique=True,
            postgresql_where=IS_CURRENT,
        ),
        Index(None, "party_id", "type", "version", unique=True),
        Index(
            "ix_parties_document_valid_until",
            "valid_until",
            postgresql_where=IS_CURRENT,
        ),
    )
    __sealed__ = (Sealed("number_sealed", owner="party_id"),)
    __blind__ = (Blind("number_blind", of="number_sealed"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    type: Mapped[str] = mapped_column(Text)
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_blind: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(SmallInteger)
    issuing_authority: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    warned_days: Mapped[int | None] = mapped_column(SmallInteger)
    ended_noted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
