"""Billers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, DateTime, ForeignKey, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class BillerRow(Base):
    """A company that sends bills, as the directory said last; `account_id` is where it is paid."""

    __tablename__ = "bills_biller"
    __table_args__ = (
        CheckConstraint(
            "category IN ('electricity', 'water', 'gas', 'heating', 'phone', 'tuition')",
            name="category",
        ),
        CheckConstraint("number_digits BETWEEN 4 AND 20", name="number_digits"),
        CheckConstraint("region ~ '^[0-9]{6}$'", name="region"),
        CheckConstraint("(account_id IS NULL) = (engaged_by IS NULL)", name="engaged"),
    )
    __data__ = Declared(
        general=(
            "code", "category", "name_zh", "name_en", "number_label_zh", "number_label_en",
            "number_digits", "region", "region_zh", "region_en",
        ),
        technical=("listed", "account_id", "engaged_by", "refreshed_at"),
        keep=Keep.CONFIGURATION,
    )  # fmt: skip

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    category: Mapped[str] = mapped_column(Text)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    number_label_zh: Mapped[str] = mapped_column(Text)
    number_label_en: Mapped[str] = mapped_column(Text)
    number_digits: Mapped[int] = mapped_column(SmallInteger)
    region: Mapped[str] = mapped_column(Text)
    region_zh: Mapped[str] = mapped_column(Text)
    region_en: Mapped[str] = mapped_column(Text)
    listed: Mapped[bool] = mapped_column(Boolean)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts_account.id"))
    engaged_by: Mapped[UUID | None]
    refreshed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
