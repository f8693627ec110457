"""The filters of an account's entries, as a query says them."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.accounts.domain.categories import EntryCategory
from tongbao.core.accounts.domain.filtering import TEXT_LENGTH_MAX, EntryFilter
from tongbao.core.accounts.service import DepositAccount
from tongbao.infra.web import PageLimit
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money import Money
from tongbao.kernel.page import CURSOR_LENGTH_MAX, PAGE_LIMIT_DEFAULT

AMOUNT_LENGTH_MAX = 24


class EntryQuery(BaseModel):
    """What entries are wanted; all that is given must be met."""

    model_config = ConfigDict(extra="forbid")

    booked_from: Annotated[
        IsoDate | None, Field(description="First day of booking, in the bank's time zone")
    ] = None
    booked_to: Annotated[IsoDate | None, Field(description="Last day of booking, included")] = None
    amount_min: Annotated[
        str | None,
        Field(max_length=AMOUNT_LENGTH_MAX, description="In the account's currency: 100.00"),
    ] = None
    amount_max: Annotated[str | None, Field(max_length=AMOUNT_LENGTH_MAX)] = None
    direction: Annotated[
        Literal["debit", "credit"] | None, Field(description="credit: money in; debit: money out")
    ] = None
    category: EntryCategory | None = None
    text: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=TEXT_LENGTH_MAX,
            description="In the reference, or the other side's name or number",
        ),
    ] = None

    def of(self, account: DepositAccount) -> EntryFilter:
        """Return the filter for an account. Raises what `Money.parse` raises."""

        def minor(text: str | None) -> int | None:
            return None if text is None else Money.parse(text, account.currency).minor

        text = (self.text or "").strip() or None
        return EntryFilter(
            booked_from=self.booked_from,
            booked_to=self.booked_to,
            amount_min=minor(self.amount_min),
            amount_max=minor(self.amount_max),
            direction=self.direction,
            category=self.category,
            text=text,
        )


class EntryListQuery(EntryQuery):
    """The same, and which page."""

    after: Annotated[
        str | None, Field(max_length=CURSOR_LENGTH_MAX, description="`next` of the page before")
    ] = None
    limit: PageLimit = PAGE_LIMIT_DEFAULT


EntriesAsked = Annotated[EntryListQuery, Query()]
ExportAsked = Annotated[EntryQuery, Query()]
