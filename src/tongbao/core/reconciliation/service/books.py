"""The ledger accounts of a channel, and the one with the bank at which it settles."""

from dataclasses import dataclass
from datetime import datetime

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
    """Return the accounts of a channel, opened on first use."""

    async def account(part: str, category: ledger.Category, words: str) -> ledger.AccountId:
        found = await ledger.internal_account(
            tx,
            code=f"channels.{part}.{channel}.{currency}",
            asset=currency,
            category=category,
            name=f"{words} {channel}",
            at=at,
        )
        return found.id

    return Books(
        in_transit=await account("in_transit", ledger.Category.ASSET, "通道在途资金"),
        suspense=await account("suspense", ledger.Category.LIABILITY, "通道待查挂账"),
        fees=await account("fees", ledger.Category.EXPENSE, "通道手续费支出"),
        nostro=await account("nostro", ledger.Category.ASSET, "通道结算存放同业"),
    )
