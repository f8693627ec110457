"""What the shapes share."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from tongbao.kernel import masking
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language
from tongbao.products.collecting.domain.collections import WORDS, Collection, Means
from tongbao.products.collecting.domain.texts import (
    REFERENCE_LENGTH_MAX,
    REFERENCE_PATTERN,
    TITLE_LENGTH_MAX,
)
from tongbao.products.collecting.domain.views import Receipt

EXAMPLE_ID = "0197c0de-0000-7000-8000-000000000001"
EXAMPLE_MONEY: JsonDict = {"amount": "25.00", "currency": "CNY"}


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


Title = Annotated[
    str, Field(min_length=1, max_length=TITLE_LENGTH_MAX, description="What it is for")
]
Reference = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=REFERENCE_LENGTH_MAX,
        pattern=REFERENCE_PATTERN,
        description="The payee's own number of the sale; comes back with what was collected",
    ),
]


class CollectionOut(Shape):
    """What was collected by one payment."""

    model_config = ConfigDict(title="Collection")

    payment_id: UUID
    means: Means
    means_text: Annotated[str, Field(examples=["付款链接"])]
    amount: MoneyField
    title: str
    reference: str | None
    till_id: UUID | None
    link_id: UUID | None
    request_id: UUID | None
    collected_at: datetime

    @classmethod
    def of(cls, collection: Collection, language: Language) -> "CollectionOut":
        """Return the shape of a collection."""
        return cls.model_validate(_facts(collection, language))


class CollectionsOut(Shape):
    """A page of what was collected, newest first."""

    model_config = ConfigDict(title="Collections")

    items: list[CollectionOut]
    next: str | None


class CollectingSide(Shape):
    """A payer or payee, as the other one sees them."""

    account_number: Annotated[str, Field(examples=["**** 0026"])]
    name: str


class CollectionReceiptOut(CollectionOut):
    """The receipt of a payment: who paid whom how much, what for and when."""

    model_config = ConfigDict(title="CollectionReceipt")

    payer: Annotated[CollectingSide, Field(description="With the name masked")]
    payee: CollectingSide
    transaction_id: Annotated[UUID | None, Field(description="In the ledger")]

    @classmethod
    def whole(cls, receipt: Receipt, language: Language) -> "CollectionReceiptOut":
        """Return the shape of a receipt."""
        paid = receipt.payment
        return cls.model_validate(
            {
                **_facts(receipt.collection, language),
                "payer": {
                    "account_number": masking.card(paid.debtor_account_number),
                    "name": masking.name(paid.debtor_name),
                },
                "payee": {
                    "account_number": masking.card(paid.creditor_account_number),
                    "name": paid.creditor_name,
                },
                "transaction_id": paid.transaction_id,
            }
        )


def _facts(collection: Collection, language: Language) -> dict[str, object]:
    return {
        "payment_id": collection.payment_id,
        "means": collection.means,
        "means_text": WORDS[collection.means].say(language),
        "amount": collection.amount,
        "title": collection.title,
        "reference": collection.reference,
        "till_id": collection.till_id,
        "link_id": collection.link_id,
        "request_id": collection.request_id,
        "collected_at": collection.collected_at,
    }
