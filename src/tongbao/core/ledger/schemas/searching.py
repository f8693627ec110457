"""Questions about entries and transactions, as they stand in an address."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from tongbao.core.ledger.domain import AccountId, TransactionKind
from tongbao.core.ledger.domain.searching import TransactionCriteria, TransactionState
from tongbao.core.ledger.schemas.base import AssetCode, Label, Shape
from tongbao.kernel.date_schema import IsoDate, IsoMoment
from tongbao.kernel.money import parse_minor
from tongbao.kernel.money_schema import AmountText
from tongbao.kernel.page import CURSOR_LENGTH_MAX, PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX

KEYS_MAX = 5

KeyValue = Annotated[str, Field(pattern=r"^[^=]{1,64}=", max_length=565)]


class EntryQuery(Shape):
    """All that is given must be met; spans include their beginning and not their end."""

    booked_from: IsoMoment | None = None
    booked_until: IsoMoment | None = None
    effective_from: IsoDate | None = None
    effective_until: IsoDate | None = None
    amount_min: AmountText | None = None
    amount_max: AmountText | None = None
    direction: Literal["debit", "credit"] | None = None
    reference: Annotated[str, Field(min_length=1, max_length=140)] | None = None
    type: Label | None = None
    metadata: Annotated[
        list[KeyValue], Field(max_length=KEYS_MAX, description="key=value, may be repeated")
    ] = []  # noqa: RUF012 - pydantic copies it
    correlation_id: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT_MAX)] = PAGE_LIMIT_DEFAULT
    after: Annotated[
        str | None,
        Field(max_length=CURSOR_LENGTH_MAX, description="`next` of the page before"),
    ] = None

    def facts(self, *, scale: int) -> dict[str, Any]:
        """Return the criteria by name; amounts are of an asset with `scale` decimals."""
        plain = {"metadata", "amount_min", "amount_max", "limit", "after"}
        facts = {name: getattr(self, name) for name in EntryQuery.model_fields.keys() - plain}
        facts["metadata"] = dict(pair.split("=", 1) for pair in self.metadata)
        for name in ("amount_min", "amount_max"):
            amount = getattr(self, name)
            facts[name] = None if amount is None else parse_minor(amount, scale)
        return facts


class TransactionQuery(EntryQuery):
    """The same for transactions; account, asset, amount and direction are of one posting."""

    account_id: UUID | None = None
    asset: AssetCode | None = None
    kind: TransactionKind | None = None
    state: TransactionState | None = None

    def criteria(self, *, scale: int) -> TransactionCriteria:
        """Return the criteria; amounts are of an asset with `scale` decimals."""
        return TransactionCriteria(
            **self.facts(scale=scale),
            account_id=None if self.account_id is None else AccountId(self.account_id),
            asset=self.asset,
            kind=self.kind,
            state=self.state,
        )
