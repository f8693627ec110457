"""What telling has looked up already: a transaction handles many events about the same things."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.engagement.notices.service import feed
from tongbao.infra.db import WriteSession

_INFO: Final = "notices.known"


@dataclass(slots=True)
class Known:
    """The transaction that tells, its moment, and what it has looked up."""

    tx: WriteSession
    at: datetime
    _accounts: dict[UUID, accounts.DepositAccount] = field(default_factory=dict)
    _readers: dict[UUID, list[identity.Reader]] = field(default_factory=dict)
    _watched: bool | None = None

    @classmethod
    def of(cls, tx: WriteSession, at: datetime) -> "Known":
        """Return what is known in a transaction."""
        known: Known | None = tx.info.get(_INFO)
        if known is None:
            known = tx.info[_INFO] = cls(tx, at)
        return known

    async def account(self, account_id: UUID) -> accounts.DepositAccount:
        """Return an account; what it is called and whose it is never changes."""
        if account_id not in self._accounts:
            self._accounts[account_id] = await accounts.get(self.tx, account_id)
        return self._accounts[account_id]

    async def readers(self, party_ids: Collection[UUID]) -> Sequence[identity.Reader]:
        """Return who acts for some parties."""
        missing = sorted(set(party_ids) - self._readers.keys())
        if missing:
            self._readers.update({party_id: [] for party_id in missing})
            for each in await identity.readers_of(self.tx, party_ids=missing, at=self.at):
                self._readers[each.party_id].append(each)
        return [each for party_id in party_ids for each in self._readers[party_id]]

    def forget_readers(self) -> None:
        """Ask again who acts for whom: an event has said that it changed."""
        self._readers.clear()

    async def watch(self, party_ids: Collection[UUID]) -> bool:
        """Tell whether anybody who acts for one of the parties has a page open."""
        readers = await self.readers(party_ids)
        return bool(await feed.watching(self.tx, {each.user_id for each in readers}))

    async def watched(self) -> bool:
        """Tell whether anybody at all has a page open."""
        if self._watched is None:
            self._watched = await feed.watched(self.tx)
        return self._watched
