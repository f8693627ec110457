"""Where what we await of a channel, and what we owe it, stands in the ledger."""

from dataclasses import dataclass
from datetime import datetime

from tongbao.core.channels.service.configuration import gateway
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import WriteSession


@dataclass(frozen=True, slots=True)
class ChannelBooks:
    """The bank's accounts with one channel in one currency.

    `in_transit` (an asset) is what the channel has of ours: up when it collects for us, down when
    it pays out for us, below zero when we owe it. `suspense` (a liability) is money that nobody
    could be found for; it must return to zero. `fees` (an expense) is what the channel takes.
    """

    in_transit: ledger.AccountId
    suspense: ledger.AccountId
    fees: ledger.AccountId


async def books(tx: WriteSession, *, channel: str, currency: str, at: datetime) -> ChannelBooks:
    """Return the accounts of a channel, opened on first use. Raises `UnknownChannel`."""
    title = gateway(channel).features.title
    name = f"{title.zh} {title.en}"
    return await open_books(tx, channel=channel, name=name, currency=currency, at=at)


async def open_books(
    tx: WriteSession, *, channel: str, name: str, currency: str, at: datetime
) -> ChannelBooks:
    """Return the accounts of a channel, which need not be plugged in; `name` is for new ones."""

    async def account(part: str, category: ledger.Category, words: str) -> ledger.AccountId:
        found = await ledger.internal_account(
            tx,
            code=f"channels.{part}.{channel}.{currency}",
            asset=currency,
            category=category,
            name=f"{words} {name}",
            at=at,
        )
        return found.id

    return ChannelBooks(
        in_transit=await account("in_transit", ledger.Category.ASSET, "通道在途资金"),
        suspense=await account("suspense", ledger.Category.LIABILITY, "通道待查挂账"),
        fees=await account("fees", ledger.Category.EXPENSE, "通道手续费支出"),
    )
