"""Shapes of linked cards and wallets, top-ups, withdrawals and refunds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from tongbao.core.channels.service import CHANNEL_PATTERN, Offer
from tongbao.core.payments.domain import REMITTANCE_LENGTH_MAX
from tongbao.core.payments.domain.cards import Card, CardStatus
from tongbao.core.payments.schemas.base import EXAMPLE_ID, Shape
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language

_TEN_YUAN: JsonDict = {"amount": "10.00", "currency": "CNY"}


class NewCard(Shape):
    """A bank card in one's own name; a small amount is paid to it, to be told later."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"party_id": EXAMPLE_ID, "number": "6200000000000000000"}]}
    )

    party_id: Annotated[UUID, Field(description="Whose card it is; one's own party")]
    number: Annotated[str, Field(min_length=16, max_length=24, description="Digits, in groups too")]


class CardOut(Shape):
    """A linked card; its number is never shown whole."""

    model_config = ConfigDict(
        title="LinkedCard",
        json_schema_extra={
            "examples": [
                {
                    "id": EXAMPLE_ID,
                    "party_id": EXAMPLE_ID,
                    "number": "622202*********5670",
                    "holder_name": "华东建材有限公司",
                    "status": "unverified",
                    "tries_left": 3,
                    "linked_at": "2026-11-20T08:00:00Z",
                    "verified_at": None,
                }
            ]
        },
    )

    id: UUID
    party_id: UUID
    number: str
    holder_name: str
    status: CardStatus
    tries_left: Annotated[int, Field(description="To tell the small amount")]
    linked_at: datetime
    verified_at: datetime | None

    @classmethod
    def of(cls, card: Card) -> "CardOut":
        """Return the shape of a card."""
        return cls(
            id=card.id,
            party_id=card.party_id,
            number=card.shown,
            holder_name=card.holder_name,
            status=card.status,
            tries_left=card.tries_left,
            linked_at=card.linked_at,
            verified_at=card.verified_at,
        )


class CardsOut(Shape):
    """The cards that a party has linked, the latest first."""

    model_config = ConfigDict(title="LinkedCards")

    items: list[CardOut]

    @classmethod
    def of(cls, cards: Sequence[Card]) -> "CardsOut":
        """Return the shape of cards."""
        return cls(items=[CardOut.of(card) for card in cards])


class CardVerification(Shape):
    """How much was paid to the card."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": {"amount": "0.37", "currency": "CNY"}}]}
    )

    amount: MoneyField


class NewTopUp(Shape):
    """Money from a linked card to an account of one's own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"card_id": EXAMPLE_ID, "creditor_account_id": EXAMPLE_ID, "amount": _TEN_YUAN}
            ]
        }
    )

    card_id: UUID
    creditor_account_id: Annotated[UUID, Field(description="The account that receives; one's own")]
    amount: MoneyField


class NewWalletTopUp(Shape):
    """Money that somebody pays at a wallet, to an account of one's own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"wallet": "wallet-a", "creditor_account_id": EXAMPLE_ID, "amount": _TEN_YUAN}
            ]
        }
    )

    wallet: Annotated[
        str | None,
        Field(pattern=CHANNEL_PATTERN, description="Which wallet; null: the one routing prefers"),
    ] = None
    creditor_account_id: Annotated[UUID, Field(description="The account that receives; one's own")]
    amount: MoneyField


class WalletOut(Shape):
    """A wallet to top up from, and what it takes in one payment."""

    model_config = ConfigDict(title="Wallet")

    name: Annotated[str, Field(examples=["wallet-a"])]
    title: Annotated[str, Field(examples=["钱包甲"])]
    least: MoneyField
    most: MoneyField


class WalletsOut(Shape):
    """The wallets that one can top up from now."""

    model_config = ConfigDict(title="Wallets")

    items: list[WalletOut]

    @classmethod
    def of(cls, offers: Sequence[Offer], language: Language) -> "WalletsOut":
        """Return the shape of what channels offer."""
        return cls(items=[_wallet(offer, language) for offer in offers])


def _wallet(offer: Offer, language: Language) -> WalletOut:
    terms, features = offer.terms, offer.features
    assert terms is not None, "what is offered has terms"
    return WalletOut(
        name=offer.channel,
        title=features.title.say(language),
        least=Money(terms.amount_min_minor, features.currency),
        most=Money(terms.amount_max_minor, features.currency),
    )


class NewCardWithdrawal(Shape):
    """Money from an account of one's own to a linked card."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"card_id": EXAMPLE_ID, "debtor_account_id": EXAMPLE_ID, "amount": _TEN_YUAN}
            ]
        }
    )

    card_id: UUID
    debtor_account_id: Annotated[UUID, Field(description="The account that pays; one's own")]
    amount: MoneyField


class NewRefund(Shape):
    """What goes back of a payment that was received; without an amount all that is left."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": _TEN_YUAN, "remittance": "退货"}]}
    )

    amount: MoneyField | None = None
    remittance: Annotated[
        str | None, Field(max_length=REMITTANCE_LENGTH_MAX, description="What it is for")
    ] = None
