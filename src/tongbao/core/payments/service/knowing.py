"""What is known of a batch of orders: accounts, owners and payees, looked up in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, LiteralString

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import Transfer
from tongbao.core.payments.domain.batches import NewTransfer
from tongbao.core.payments.domain.fees import FeeQuote
from tongbao.infra.arrays import Kind, array
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession
from tongbao.kernel.errors import TongbaoError

_PAYER_COLUMNS: Final[LiteralString] = """
       debtor.id, debtor.number, debtor.party_id, debtor.product, debtor.currency,
       debtor.ledger_account_id, debtor.status, debtor.dormant_since IS NOT NULL, debtor.restrained,
       payer.id, payer.kind, payer.name, payer.status, payer.level"""
_PAYEE_COLUMNS: Final[LiteralString] = """
       creditor.id, creditor.number, creditor.party_id, creditor.product, creditor.currency,
       creditor.ledger_account_id, creditor.status, creditor.dormant_since IS NOT NULL,
       creditor.restrained,
       payee.name, book.confirmed_at,
       (SELECT EXISTS (SELECT FROM payments_fee f
                        WHERE f.kind = 'book_transfer' AND f.valid_from <= %s
                          AND (f.valid_until IS NULL OR f.valid_until > %s))),
       wanted.place"""
_PAYEES: Final[LiteralString] = """
  LEFT JOIN LATERAL accounts_by_number(wanted.number, wanted.currency) AS creditor ON true
  LEFT JOIN LATERAL parties_by_id(creditor.party_id) AS payee ON true
  LEFT JOIN LATERAL (
      SELECT p.confirmed_at FROM payments_payee p
       WHERE p.party_id = payer.id AND p.account_number = wanted.number LIMIT 1) AS book ON true
"""
_KNOWN: Final[LiteralString] = f"""
SELECT {_PAYEE_COLUMNS}, {_PAYER_COLUMNS}
  FROM (SELECT unnest(%s::text[]) AS number, unnest(%s::text[]) AS currency,
               unnest(%s::integer[]) AS place, unnest(%s::uuid[]) AS debtor_id) AS wanted
  LEFT JOIN LATERAL accounts_by_id(wanted.debtor_id) AS debtor ON true
  LEFT JOIN LATERAL parties_by_id(debtor.party_id) AS payer ON true
{_PAYEES}
"""  # noqa: S608 - our own words
_PAYER_OF_ALL: Final[LiteralString] = f"""
SELECT {_PAYER_COLUMNS}
  FROM (SELECT %s::uuid AS id) AS wanted
  LEFT JOIN LATERAL accounts_by_id(wanted.id) AS debtor ON true
  LEFT JOIN LATERAL parties_by_id(debtor.party_id) AS payer ON true
"""  # noqa: S608 - our own words
_PAYEES_OF_ONE: Final[LiteralString] = f"""
SELECT {_PAYEE_COLUMNS}
  FROM (SELECT unnest(%s::text[]) AS number, unnest(%s::text[]) AS currency,
               unnest(%s::integer[]) AS place) AS wanted
  CROSS JOIN (SELECT %s::uuid AS id) AS payer
{_PAYEES}
"""  # noqa: S608 - our own words
_Payer = tuple[accounts.Known | None, parties.Known | None]
_CREDITOR: Final = slice(0, accounts.KNOWN_COLUMNS)
_PAYEE: Final = slice(accounts.KNOWN_COLUMNS, accounts.KNOWN_COLUMNS + 4)
_PAYER: Final = accounts.KNOWN_COLUMNS + 4
_place = itemgetter(_PAYER - 1)


@dataclass(slots=True, eq=False)
class Item:
    """One order on its way through the gates.

    A `fault` is answered and nothing is stored; a `refusal` is stored as a rejected order. `order`
    is what it becomes if neither comes up. `payee_name` is whom the payee's account belongs to.
    `confirmed_at`: since when the payer has confirmed that
    they pay this payee, if they have. `may_cost`: whether there are fees for such payments at all.
    """

    new: NewTransfer
    maker: Actor
    debtor: accounts.Known | None = None
    payer: parties.Known | None = None
    creditor: accounts.Known | None = None
    payee_name: str = ""
    confirmed_at: datetime | None = None
    may_cost: bool = False
    order: Transfer | None = None
    fee: FeeQuote | None = None
    fault: TongbaoError | None = None
    refusal: TongbaoError | None = None

    @property
    def stands(self) -> bool:
        """Tell whether nothing has come up so far."""
        return self.fault is None and self.refusal is None

    @property
    def sides(self) -> tuple[accounts.Known, parties.Known, accounts.Known, Transfer]:
        """Return what every order that stands has."""
        assert self.debtor is not None
        assert self.payer is not None
        assert self.creditor is not None
        assert self.order is not None
        return self.debtor, self.payer, self.creditor, self.order


async def known(
    tx: ReadSession, orders: Sequence[NewTransfer], makers: Sequence[Actor], *, at: datetime
) -> list[Item]:
    """Return the orders with the accounts and parties that they name.

    Many of one payer, as in a payroll, are looked up with their payer once.
    """
    wanted = (
        at,
        at,
        array(Kind.TEXT, [_number(each.creditor_account_number) for each in orders]),
        array(Kind.TEXT, [each.amount.currency.encode() for each in orders]),
        array(Kind.INTEGER, [place.to_bytes(4) for place in range(len(orders))]),
    )
    debtor_ids = {each.debtor_account_id for each in orders}
    payer: _Payer | None = None
    if len(debtor_ids) == 1 < len(orders):
        (found,) = await tx.fetch(_PAYER_OF_ALL, (*debtor_ids,), binary=True)
        payer = _payer(found, 0)
        owner = payer[1] and payer[1].id
        rows = await tx.fetch(_PAYEES_OF_ONE, (*wanted, owner), binary=True)
    else:
        debtors = array(Kind.UUID, [each.debtor_account_id.bytes for each in orders])
        rows = await tx.fetch(_KNOWN, (*wanted, debtors), binary=True)
    rows.sort(key=_place)  # as they come, as a rule; having the server sort them costs more
    items = []
    for new, maker, row in zip(orders, makers, rows, strict=True):
        item = Item(new, maker)
        item.debtor, item.payer = payer or _payer(row, _PAYER)
        item.creditor = accounts.known(row[_CREDITOR])
        item.payee_name, item.confirmed_at, item.may_cost, _ = row[_PAYEE]
        items.append(item)
    return items


def _payer(row: Sequence[Any], start: int) -> _Payer:
    """Return the account that pays and whose it is, in the columns from `start`."""
    end = start + accounts.KNOWN_COLUMNS
    return accounts.known(row[start:end]), parties.known(row[end:])


def _number(text: str) -> bytes:
    """Return what is looked up; what cannot be a number is nobody's."""
    return text.encode() if accounts.is_digits(text) else b""
