"""The table of parties."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.tables import Base


class PartyRow(Base):
    """One person or organisation."""

    __tablename__ = "parties_party"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint(
            "(kind = 'organisation') = (registration_number IS NOT NULL)",
            name="registration_number_of_organisation",
        ),
        CheckConstraint("char_length(registration_number) = 18", name="registration_number_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    registration_number: Mapped[str | None] = mapped_column(Text, unique=True)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
