"""The tables of files and of their lines."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

IS_ALIVE = text("state NOT IN ('cancelled', 'rejected')")


class FileRow(Base):
    """One file of payments and how far it has come.

    Its message id is unique among the files of the account that were not cancelled or refused as a
    whole: the same file handed in twice pays once.
    """

    __tablename__ = "bulk_file"
    __data__ = Declared(
        important=(
            "account_number",
            "name",
            "total_minor",
            "settled_minor",
            "why_code",
            "why_iso_code",
            "why_zh",
            "why_en",
        ),
        general=("kind", "mode", "format", "currency"),
        technical=(
            "id",
            "party_id",
            "account_id",
            "message_id",
            "sha256",
            "state",
            "lines",
            "good",
            "requested_on",
            "done_through",
            "settled",
            "rejected",
            "uploaded_by",
            "uploaded_at",
            "initiated_by",
            "approved_by",
            "approval_id",
            "finished_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("kind IN ('payroll', 'batch')", name="kind"),
        CheckConstraint("mode IN ('partial', 'all_or_nothing')", name="mode"),
        CheckConstraint("format IN ('csv', 'pain.001.001.09')", name="format"),
        CheckConstraint(
            "state IN ('checked', 'awaiting_approval', 'awaiting_signatures', 'executing',"
            " 'executed', 'rejected', 'cancelled')",
            name="state",
        ),
        CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
        CheckConstraint("char_length(message_id) BETWEEN 1 AND 35", name="message_id"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("lines BETWEEN 0 AND 100000", name="lines"),
        CheckConstraint(
            "good BETWEEN 0 AND lines AND settled >= 0 AND rejected >= 0"
            " AND settled + rejected <= good AND settled_minor BETWEEN 0 AND total_minor",
            name="counts",
        ),
        CheckConstraint(
            "state IN ('checked', 'awaiting_approval', 'cancelled') = (initiated_by IS NULL)",
            name="initiated",
        ),
        CheckConstraint("state <> 'awaiting_signatures' OR approval_id IS NOT NULL", name="signed"),
        CheckConstraint("state <> 'executed' OR settled + rejected = good", name="executed"),
        Index(
            "uq_bulk_file_message_id",
            "account_id",
            "message_id",
            unique=True,
            postgresql_where=IS_ALIVE,
        ),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    account_number: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    lines: Mapped[int] = mapped_column(Integer)
    good: Mapped[int] = mapped_column(Integer)
    total_minor: Mapped[int] = mapped_column(BigInteger)
    requested_on: Mapped[date | None] = mapped_column(Date)
    done_through: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    settled: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    settled_minor: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    rejected: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    why_code: Mapped[str | None] = mapped_column(Text)
    why_iso_code: Mapped[str | None] = mapped_column(Text)
    why_zh: Mapped[str | None] = mapped_column(Text)
    why_en: Mapped[str | None] = mapped_column(Text)
    uploaded_by: Mapped[UUID]
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    initiated_by: Mapped[UUID | None]
    approved_by: Mapped[UUID | None]
    approval_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("approvals_approval.id"), unique=True
    )
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LineRow(Base):
    """One payment of a file; its payment's id is given to it here, so that it is paid once.

    A good line is not written again when it is paid: `done_through` of its file says so.
    """

    __tablename__ = "bulk_line"
    __data__ = Declared(
        important=(
            "creditor_account_number",
            "creditor_name",
            "amount_minor",
            "remittance",
            "why_code",
            "why_iso_code",
            "why_zh",
            "why_en",
        ),
        technical=("file_id", "number", "state", "payment_id", "group_id", "end_to_end_id"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("state IN ('good', 'wrong', 'rejected')", name="state"),
        CheckConstraint("number BETWEEN 1 AND 100000", name="number"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state <> 'good' OR amount_minor IS NOT NULL", name="good"),
        CheckConstraint("(state = 'good') = (why_code IS NULL)", name="why"),
        Index(
            "ix_bulk_line_not_good",
            "file_id",
            "number",
            postgresql_where=text("state <> 'good'"),
        ),
    )

    file_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[UUID]
    group_id: Mapped[str | None] = mapped_column(Text)
    end_to_end_id: Mapped[str | None] = mapped_column(Text)
    creditor_account_number: Mapped[str] = mapped_column(Text)
    creditor_name: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    remittance: Mapped[str | None] = mapped_column(Text)
    why_code: Mapped[str | None] = mapped_column(Text)
    why_iso_code: Mapped[str | None] = mapped_column(Text)
    why_zh: Mapped[str | None] = mapped_column(Text)
    why_en: Mapped[str | None] = mapped_column(Text)
