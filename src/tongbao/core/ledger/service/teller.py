"""The teller: single transactions of one process, booked together (group commit)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import NewTransaction, PostingResult
from tongbao.core.ledger.service.booking import fits, post
from tongbao.infra.audit import SYSTEM, Caller
from tongbao.infra.db import Database
from tongbao.infra.driver import database_away
from tongbao.infra.standing import Claim, Lapsed, StillStand, all_stand, answer_others
from tongbao.infra.turns import Turns

WAITING_MAX: Final = 5_000
POSTINGS_PER_TURN_MAX: Final = 1_000

# Classes of SQLSTATE that tell of the server's state and not of what was sent: deadlocks, lack of
# resources, locks not available, time-outs and shut-downs, the disk.
_NOBODYS_FAULT: Final = ("40", "53", "55", "57", "58")

logger = structlog.get_logger(__name__)


class Order(NamedTuple):
    """What is to be booked, when and by whom; `claim` is what the statement asks of them first."""

    new: NewTransaction
    at: datetime
    by: Caller
    claim: Claim | None


class Teller:
    """Books transactions that come one by one, each in a database transaction of the teller's.

    Whoever comes while a batch is being booked is in the next one. A crowd is booked in a few
    batches at a time: they lock accounts in one order, so they wait for each other and never in a
    circle.
    """

    def __init__(
        self,
        database: Database,
        *,
        still_stand: StillStand | None = None,
        waiting_max: int = WAITING_MAX,
        patience_seconds: float = 0.0,
    ) -> None:
        self._database = database
        self._still_stand = still_stand
        self._turns: Turns[Order, PostingResult] = Turns(
            self._turn,
            size_max=POSTINGS_PER_TURN_MAX,
            waiting_max=waiting_max,
            weigh=lambda order: len(order.new.postings),
            patience_seconds=patience_seconds,
        )

    async def post(
        self,
        new: NewTransaction,
        *,
        at: datetime,
        by: Caller = SYSTEM,
        claim: Claim | None = None,
    ) -> PostingResult:
        """Book one transaction and return what became of it, when it is durable.

        Cancelling the call does not take the transaction back. After an error nobody knows whether
        it was booked; posting it again under the same id books it at most once.

        Args:
            new: no resolution or reversal, whose targets must be unlike in a batch.
            at: the booking moment; that of the batch is the latest of its transactions.
            by: who asks, for the audit trail: what is booked has its entry there at once.
            claim: that they still stand, which the statement has the database say before it books;
                for a teller that knows how to ask.

        Raises:
            TooManyPostings: it has none or too many.
            Overloaded: too many are waiting; it was not booked.
            Interrupted: the process stops; nobody knows whether it was booked.
            Lapsed: a claim of its turn does not hold, or was not asked about; it was not booked.
        """
        assert new.target is None, "resolutions and reversals are booked in a transaction"
        if not fits(new):
            raise domain.TooManyPostings(
                batch_max=domain.BATCH_MAX, postings_max=domain.POSTINGS_MAX
            )
        return await self._turns.ask(Order(new, at, by, claim))

    async def _turn(self, orders: Sequence[Order]) -> Sequence[PostingResult | Exception]:
        claims = [order.claim for order in orders]
        try:
            # One statement, so that its locks are held, and its commit made, in one round trip.
            async with self._database.lines.statement() as tx:
                at = max([order.at for order in orders])
                return await post(
                    tx,
                    [order.new for order in orders],
                    at=at,
                    by=[order.by for order in orders],
                    provided=all_stand(claims, at, still_stand=self._still_stand),
                )
        except Lapsed as lapsed:
            return await answer_others(orders, claims, lapsed, self._turn)
        except Exception as error:
            if _nobodys_fault(error):
                raise
            if len(orders) == 1:
                return [error]
            # One of them may be to blame for it: then the others shall not suffer.
            logger.warning("ledger_turn_halved", transactions=len(orders), exc_info=error)
        middle = len(orders) // 2
        return [
            *await self._half(orders[:middle]),
            *await self._half(orders[middle:]),
        ]

    async def _half(self, orders: Sequence[Order]) -> Sequence[PostingResult | Exception]:
        """Book half of a turn; its failure is not that of the other half, which may be durable."""
        try:
            return await self._turn(orders)
        except Exception as error:  # noqa: BLE001 - it is its askers'
            return [error] * len(orders)


def _nobodys_fault(error: Exception) -> bool:
    """Tell whether the transactions would fail as well one by one."""
    if database_away(error):
        return True
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return state is not None and state.startswith(_NOBODYS_FAULT)
