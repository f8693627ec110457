"""Opening by rules, wallets, dormancy and closing."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.support.restrained import AT, DAY, STAFF, cny, move, new_account, restrain
from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.domain.errors import (
    ClassNotPossible,
    CurrencyNotOffered,
    DestinationUnusable,
    NotDormant,
    NotForThisKind,
    NumbersExhausted,
    PartyNotActive,
    TooManyAccounts,
)
from tongbao.core.accounts.service import (
    AccountClass,
    AccountDormant,
    DepositAccountStatus,
    LevelTooLow,
    NotClosable,
    Product,
    Side,
    configuration,
)
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao_sandbox.uscc import registration_number

HOLDER = Actor(id=new_id(), kind="customer", name="张伟")


@pytest.fixture(autouse=True)
def confirmed() -> Iterator[list[Mapping[str, str]]]:
    """Every action is confirmed; what was to be is kept."""
    asked: list[Mapping[str, str]] = []

    async def confirm(tx: WriteSession, **wanted: Any) -> None:
        asked.append({"kind": wanted["kind"], **wanted["facts"]})

    before = configuration.current()
    accounts.configure(accounts.Configuration(confirm=confirm))
    yield asked
    accounts.configure(before)


async def somebody(
    tx: WriteSession, level: parties.Level = parties.Level.FULL, *, firm: bool = False
) -> UUID:
    if firm:
        number = registration_number(str(new_id()))
        party = await parties.register_organisation(
            tx, name="杭州云帆贸易有限公司", registration_number=number, at=AT
        )
    else:
        party = await parties.register_person(tx, name="张伟", at=AT)
    if level is not parties.Level.NONE:
        await parties.set_level(
            tx, party_id=party.id, level=level, reason="测试", changed_by=None, at=AT
        )
    return party.id


async def apply(tx: WriteSession, party_id: UUID, **facts: Any) -> accounts.DepositAccount:
    wanted: dict[str, Any] = {"party_id": party_id, "currency": "CNY", "at": AT, **facts}
    return await accounts.apply(tx, **wanted)


@pytest.mark.parametrize(
    ("level", "best"),
    [(parties.Level.BASIC, 3), (parties.Level.STANDARD, 2), (parties.Level.FULL, 1)],
)
async def test_a_persons_class_is_the_best_their_level_gives(
    tx: WriteSession, level: parties.Level, best: int
) -> None:
    party_id = await somebody(tx, level)
    assert (await apply(tx, party_id)).account_class == best
    assert (await apply(tx, party_id, currency="USD")).account_class is None
    if best > 1:
        with pytest.raises(LevelTooLow) as refused:
            await apply(tx, party_id, account_class=AccountClass(best - 1))
        assert refused.value.facts["need"] == int(level) + 1


async def test_one_of_class_one_five_of_the_others(tx: WriteSession) -> None:
    party_id = await somebody(tx)
    given = [(await apply(tx, party_id)).account_class for _ in range(11)]
    assert given == [1] + [2] * 5 + [3] * 5
    with pytest.raises(TooManyAccounts) as full:
        await apply(tx, party_id, product=Product.SAVINGS)
    assert full.value.facts == {"sort": "class III", "count_max": 5, "count": 5}
    with pytest.raises(TooManyAccounts):
        await apply(tx, party_id, account_class=AccountClass.I)


async def test_who_is_not_known_is_told_what_is_missing(tx: WriteSession) -> None:
    party_id = await somebody(tx, parties.Level.NONE)
    with pytest.raises(LevelTooLow) as refused:
        await apply(tx, party_id)
    facts = {"have": 0, "need": 1, "missing": "id_card, identity_bureau"}
    assert refused.value.facts == facts
    assert "/api/v1/kyc/cases" in refused.value.say("zh")
    with pytest.raises(LevelTooLow) as refused:
        await apply(tx, await somebody(tx, parties.Level.BASIC), product=Product.WALLET)
    assert refused.value.facts == {"have": 1, "need": 2, "missing": "id_card_pictures"}


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"product": Product.SAVINGS}, NotForThisKind),
        ({"product": Product.WALLET, "currency": "KRW"}, CurrencyNotOffered),
        ({"account_class": AccountClass.I}, ClassNotPossible),
    ],
)
async def test_what_a_firm_may_not_have(
    tx: WriteSession, facts: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await apply(tx, await somebody(tx, firm=True), **facts)


async def test_nobody_blocked_opens(tx: WriteSession) -> None:
    party_id = await somebody(tx)
    await parties.change_status(
        tx, party_id=party_id, status=parties.Status.BLOCKED, reason="x", changed_by=STAFF, at=AT
    )
    with pytest.raises(PartyNotActive):
        await apply(tx, party_id)


async def test_a_scheme_of_another_bank_and_one_that_is_used_up(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    party_id = await somebody(tx, firm=True)
    mine = accounts.NumberScheme(prefix="62", length=16, check=accounts.Check.MOD97)
    accounts.configure(accounts.Configuration(numbers=mine))
    account = await apply(tx, party_id)
    assert mine.fits(account.number)
    assert accounts.is_account_number(account.number)
    accounts.configure(accounts.Configuration())
    assert await accounts.by_number(tx, account.number) == account  # also under the next scheme
    monkeypatch.setattr(accounts.NumberScheme, "serial_max", 0)
    with pytest.raises(NumbersExhausted):
        await apply(tx, party_id)


async def test_a_wallet_has_one_number_and_opens_pockets_when_money_comes(tx: WriteSession) -> None:
    party_id = await somebody(tx)
    first = await apply(tx, party_id, product=Product.WALLET)
    with pytest.raises(TooManyAccounts):
        await apply(tx, party_id, product=Product.WALLET, currency="USD")
    found = await accounts.by_number(tx, first.number, currency="USD")
    assert found == first  # it has no such pocket yet
    dollars = await accounts.reached(tx, found, currency="USD", at=AT)
    assert (dollars.number, dollars.currency, dollars.party_id) == (first.number, "USD", party_id)
    assert await accounts.reached(tx, found, currency="USD", at=AT) == dollars
    assert await accounts.by_number(tx, first.number, currency="USD") == dollars
    assert not accounts.takes(first, "KRW")
    with pytest.raises(CurrencyNotOffered):
        await accounts.reached(tx, first, currency="KRW", at=AT)
    await move(tx, dollars, "12.34")
    both = await accounts.pockets(tx, dollars.id, at=AT)
    assert [(pocket.currency, balance.available.text) for pocket, balance in both] == [
        ("CNY", "0.00"),
        ("USD", "12.34"),
    ]


LAST = date(2025, 11, 21)
TOLD = date(2027, 9, 22)  # 24 months later, less 60 days


async def end_of(tx: WriteSession, day: date) -> None:
    at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=17)
    cursor = None
    while True:
        done = await accounts.fall_asleep(tx, day=day, cursor=cursor, at=at)
        cursor = done.cursor
        if cursor is None:
            return


async def events(tx: WriteSession, account: accounts.DepositAccount) -> list[str]:
    rows = await tx.scalars(
        text("SELECT type FROM infra_outbox WHERE subject = :id ORDER BY seq"),
        {"id": str(account.id)},
    )
    return [each.removeprefix("accounts.") for each in rows]


async def status_of(tx: WriteSession, account: accounts.DepositAccount) -> str:
    return (await accounts.get(tx, account.id)).status.value


async def test_an_unused_account_is_told_falls_asleep_and_is_awakened(
    tx: WriteSession, confirmed: list[Mapping[str, str]]
) -> None:
    account = await new_account(tx, "999.99")
    await end_of(tx, TOLD - DAY)
    assert await events(tx, account) == ["account_opened"]
    for day in (TOLD, TOLD, TOLD + 59 * DAY):
        await end_of(tx, day)  # again says nothing again
    assert await events(tx, account) == ["account_opened", "dormancy_approaching"]
    await end_of(tx, TOLD + 60 * DAY)
    assert await status_of(tx, account) == "dormant"
    asleep = ["account_fell_asleep", "account_status_changed"]
    assert await events(tx, account) == ["account_opened", "dormancy_approaching", *asleep]
    assert (await move(tx, account, "0.01", out=True)).status == "refused"
    assert (await move(tx, account, "1.00")).status == "posted"
    (stopped,) = await accounts.stops(tx, [(account.id, Side.PAYS)], at=AT)
    assert isinstance(stopped, AccountDormant)
    assert (await accounts.balance(tx, account.id, at=AT)).available == cny("0.00")
    awake = await accounts.awaken(
        tx, account_id=account.id, actor=HOLDER, step_up_token="t", at=AT + 800 * DAY
    )
    assert (awake.status, awake.dormant_since) == (DepositAccountStatus.OPEN, None)
    assert confirmed == [{"kind": "accounts.awaken", "account_number": account.number}]
    assert (await move(tx, account, "0.01", out=True)).status == "posted"
    with pytest.raises(NotDormant):
        await accounts.awaken(
            tx, account_id=account.id, actor=HOLDER, step_up_token="t", at=AT + 801 * DAY
        )
    await end_of(tx, TOLD + 61 * DAY)
    assert await status_of(tx, account) == "open"


async def test_what_keeps_an_account_awake(tx: WriteSession) -> None:
    rich, used, banks = [await new_account(tx, "1000.00") for _ in range(3)]
    await move(tx, used, "999.00", out=True, at=AT + 300 * DAY)
    await move(tx, banks, "999.00", out=True, at=AT + 300 * DAY, type_="accounts.deduction")
    for day in (TOLD, TOLD + 60 * DAY):
        await end_of(tx, day)
    assert [await status_of(tx, each) for each in (rich, used, banks)] == [
        "open",  # as much as the bound is on it
        "open",  # its holder paid
        "dormant",  # only an authority took something
    ]
    assert await events(tx, used) == ["account_opened"]


async def test_a_wallet_is_used_as_a_whole_and_a_frozen_account_sleeps_too(
    tx: WriteSession,
) -> None:
    wallet = await apply(tx, await somebody(tx), product=Product.WALLET)
    dollars = await accounts.reached(tx, wallet, currency="USD", at=AT)
    await move(tx, dollars, "5.00")
    await move(tx, dollars, "1.00", out=True, at=AT + 300 * DAY)
    frozen = await new_account(tx)
    await restrain(tx, frozen, accounts.Stop.ALL, authority=accounts.Authority.BANK, lasts=None)
    for day in (TOLD, TOLD + 60 * DAY):
        await end_of(tx, day)
    assert [await status_of(tx, each) for each in (wallet, dollars)] == ["open", "open"]
    found = await accounts.get(tx, frozen.id)
    assert (found.status.value, found.dormant_since is not None) == ("frozen", True)


async def test_only_who_is_still_known_awakens(tx: WriteSession) -> None:
    account = await new_account(tx)
    for day in (TOLD, TOLD + 60 * DAY):
        await end_of(tx, day)
    await parties.set_level(
        tx,
        party_id=account.party_id,
        level=parties.Level.NONE,
        reason="证件到期",
        changed_by=None,
        at=AT,
    )
    with pytest.raises(LevelTooLow):
        await accounts.awaken(tx, account_id=account.id, actor=HOLDER, step_up_token=None, at=AT)


def wish(account: accounts.DepositAccount, to: str | None = None, **facts: Any) -> accounts.Closing:
    return accounts.Closing(
        account_id=account.id,
        reason="不再使用",
        pay_to=to,
        closed_by=STAFF,
        **facts,
    )


async def test_closing_moves_the_rest_and_leaves_nothing(
    tx: WriteSession, confirmed: list[Mapping[str, str]]
) -> None:
    account = await new_account(tx, "12.50")
    other = await accounts.open_account(tx, party_id=account.party_id, currency="CNY", at=AT)
    with pytest.raises(NotClosable, match="pay_to"):
        await accounts.close(tx, wish(account), at=AT)
    closed = await accounts.close(tx, wish(account, other.number, confirmed_by=HOLDER), at=AT)
    assert closed.status is DepositAccountStatus.CLOSED
    assert confirmed[-1]["kind"] == "accounts.close"
    assert (await accounts.balance(tx, account.id)).booked == cny("0.00")
    assert (await accounts.balance(tx, other.id)).booked == cny("12.50")
    assert (await events(tx, account))[-1] == "account_closed"
    again = await accounts.close(tx, wish(account, other.number), at=AT)
    assert again.status is DepositAccountStatus.CLOSED
    assert (await move(tx, account, "1.00")).status == "refused"


async def test_what_stands_in_the_way_of_closing_is_all_named(tx: WriteSession) -> None:
    account = await new_account(tx, "10.00")
    await move(tx, account, "1.00", out=True, kind=ledger.TransactionKind.PENDING)
    await restrain(tx, account, amount="5.00", begins=DAY)
    with pytest.raises(NotClosable) as refused:
        await accounts.close(tx, wish(account), at=AT)
    said = refused.value.say("en")
    assert "restraint" in said
    assert "pending" in said


async def test_the_rest_goes_to_the_holders_own_account_only(tx: WriteSession) -> None:
    account, foreign = await new_account(tx, "10.00"), await new_account(tx)
    dollars = await accounts.open_account(tx, party_id=account.party_id, currency="USD", at=AT)
    stopped = await accounts.open_account(tx, party_id=account.party_id, currency="CNY", at=AT)
    await restrain(tx, stopped, accounts.Stop.CREDIT)
    unknown = accounts.NumberScheme().number(accounts.NumberScheme().serial_max)
    for to in (foreign, dollars, stopped, account):
        with pytest.raises(DestinationUnusable):
            await accounts.close(tx, wish(account, to.number), at=AT)
    with pytest.raises(DestinationUnusable):
        await accounts.close(tx, wish(account, unknown), at=AT)
    assert await status_of(tx, account) == "open"


async def test_a_wallet_closes_with_all_its_pockets(tx: WriteSession) -> None:
    party_id = await somebody(tx)
    wallet = await apply(tx, party_id, product=Product.WALLET)
    dollars = await accounts.reached(tx, wallet, currency="USD", at=AT)
    await move(tx, dollars, "3.00")
    other = await accounts.open_account(tx, party_id=party_id, currency="USD", at=AT)
    await accounts.close(tx, wish(wallet, other.number), at=AT)
    assert [await status_of(tx, each) for each in (wallet, dollars)] == ["closed", "closed"]
    assert (await accounts.balance(tx, other.id)).booked == Money.parse("3.00", "USD")
    with pytest.raises(accounts.AccountClosed):
        await accounts.reached(tx, wallet, currency="EUR", at=AT)
    assert (await apply(tx, party_id, product=Product.WALLET)).number != wallet.number


async def test_a_product_that_runs_keeps_the_account_open(tx: WriteSession) -> None:
    account = await new_account(tx)

    async def runs(_tx: Any, account_id: UUID) -> Text | None:
        words = Text(zh="有在途贷款", en="a loan runs")
        return words if account_id == account.id else None

    accounts.register_running(runs)
    with pytest.raises(NotClosable, match="a loan runs"):
        await accounts.close(tx, wish(account), at=AT)
