"""The ledger accounts of a channel, and the one with the bank at which it settles."""

from dataclasses import dataclass
from datetime import datetime

from tongbao.core.channels import service as channels
from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation.domain.nouns import Side
from tongbao.infra.db import WriteSession


@dataclass(frozen=True, slots=True)
class Books:
    """The bank's accounts with one channel in one currency.

    `in_transit` (an asset) is what the channel has of ours, below zero when we owe it; `nostro` (an
    asset) what the bank at which it settles has. `suspense` (a liability) must return to zero.
    """

    in_transit: ledger.AccountId
    suspense: ledger.AccountId
    fees: ledger.AccountId
    nostro: ledger.AccountId

    @property
    def compared(self) -> tuple[tuple[Side, ledger.AccountId], ...]:
        """Return the accounts whose movements are compared with what others say."""
        return ((Side.LEDGER, self.in_transit), (Side.SUSPENSE, self.suspense))


async def books_of(tx: WriteSession, *, channel: str, currency: str, at: datetime) -> Books:
    """Return the accounts of a channel, plugged in or not, opened on first use."""
    ours = await channels.open_books(tx, channel=channel, name=channel, currency=currency, at=at)
    nostro = await ledger.internal_account(
        tx,
        code=f"channels.nostro.{channel}.{currency}",
        asset=currency,
        category=ledger.Category.ASSET,
        name=f"通道结算存放同业 {channel}",
        at=at,
    )
    return Books(
        in_transit=ours.in_transit, suspense=ours.suspense, fees=ours.fees, nostro=nostro.id
    )
