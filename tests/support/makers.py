"""Firms with money whose payments are made by makers with bands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import MemberRole, Role, UserKind
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao_sandbox.uscc import registration_number

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)  # noon in China
PAYEE = "收款公司"


def cny(amount: str) -> Money:
    """Return an amount in yuan."""
    return Money.parse(amount, "CNY")


@dataclass(frozen=True)
class Firm:
    """A firm with money on one account, one maker, and somebody it may pay."""

    account: accounts.DepositAccount
    payee: accounts.DepositAccount
    maker: Actor

    @property
    def party_id(self) -> UUID:
        """Return the firm's party."""
        return self.account.party_id

    def order(self, amount: str | Money, **facts: object) -> payments.ProposedTransfer:
        """Return what the maker would pay."""
        money = amount if isinstance(amount, Money) else cny(amount)
        wanted = {
            "debtor_account_id": self.account.id,
            "creditor_account_number": self.payee.number,
            "creditor_name": PAYEE,
            "amount": money,
        }
        return payments.ProposedTransfer.model_validate(wanted | facts)

    async def pay(
        self,
        tx: WriteSession,
        amount: str | Money,
        *,
        at: datetime = AT,
        maker: Actor | None = None,
        **facts: object,
    ) -> payments.Transfer | None:
        """Pay as the route does: alone, or not at all (None: a second person is needed)."""
        order, by = self.order(amount, **facts), maker or self.maker
        if await payments.ask_transfer(tx, order, initiated_by=by, at=at) is not None:
            return None
        return await payments.transfer(
            tx, **dict(order), initiated_by=by, without_step_up=True, at=at
        )

    async def alone(
        self, tx: WriteSession, *, at: datetime = AT, currency: str = "CNY"
    ) -> payments.Alone:
        """Return what the maker may pay alone."""
        return await payments.alone(
            tx, party_id=self.party_id, currency=currency, actor=self.maker, at=at
        )


async def organisation(tx: WriteSession, name: str) -> UUID:
    """Register an organisation that has been checked."""
    party = await parties.register_organisation(
        tx, name=name, registration_number=registration_number(str(new_id())), at=AT
    )
    await parties.set_level(
        tx, party_id=party.id, level=parties.Level.FULL, reason="测试", changed_by=None, at=AT
    )
    return party.id


async def new_maker(
    tx: WriteSession,
    party_id: UUID,
    *,
    bands: Mapping[str, Money | None],
    day_bands: Mapping[str, Money | None],
    person_id: UUID | None = None,
) -> Actor:
    """Let somebody new make a firm's payments."""
    self_party = await parties.register_person(tx, name="李娜", at=AT)
    user = await identity.create_user(
        tx,
        login=f"maker-{new_id().hex[-12:]}",
        password="correct horse battery",
        name="李娜",
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[self_party.id],
        person_id=person_id,
        at=AT,
    )
    await identity.add_member(
        tx,
        user_id=user.id,
        party_id=party_id,
        role=MemberRole.MAKER,
        bands=bands,
        day_bands=day_bands,
        added_by=user.id,
        at=AT,
    )
    actor = await identity.find_actor(tx, user.id, AT)
    assert actor is not None
    return actor if person_id is None else replace(actor, person_id=person_id)


async def new_firm(
    tx: WriteSession,
    *,
    band: str | None = "100.00",
    per_day: str | None = "250.00",
    money: str = "100000.00",
) -> Firm:
    """Make a firm whose maker has one band in yuan; None: any amount."""
    debtor, creditor = await organisation(tx, "付款公司"), await organisation(tx, PAYEE)
    account = await accounts.open_account(tx, party_id=debtor, currency="CNY", at=AT)
    payee = await accounts.open_account(tx, party_id=creditor, currency="CNY", at=AT)
    cash = await ledger.internal_account(
        tx,
        code="test.makers.cash",
        asset="CNY",
        category=ledger.Category.ASSET,
        name="现金",
        at=AT,
    )
    posting = ledger.NewPosting(debit=cash.id, credit=account.ledger_account_id, amount=cny(money))
    deposit = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()), type="test.deposit", postings=(posting,)
    )
    (result,) = await ledger.post(tx, [deposit], at=AT)
    result.raise_for_refusal()
    maker = await new_maker(
        tx,
        debtor,
        bands={"CNY": None if band is None else cny(band)},
        day_bands={"CNY": None if per_day is None else cny(per_day)},
    )
    return Firm(account, payee, maker)
