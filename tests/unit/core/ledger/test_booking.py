"""Booking and reading on a real database."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.unit.core.ledger.conftest import AT, Books, Posted, transaction
from tongbao.core.ledger import domain
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import AccountId, AccountStatus, Category, NewPosting
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Quantity
from tongbao.kernel.page import BadCursor


async def test_a_transfer_moves_and_tells_the_balances_after(
    tx: WriteSession, books: Books, posted: Posted
) -> None:
    (result,) = await ledger.post(tx, [transaction((books.ada, books.bob, "30.00"))], at=AT)
    assert result.status == "posted"
    assert result.postings[0].debit_balance == 7_000
    assert result.postings[0].credit_balance == 3_000
    assert [await posted(a) for a in (books.cash, books.ada, books.bob)] == [
        "100.00",
        "70.00",
        "30.00",
    ]


async def test_several_postings_are_one_act(tx: WriteSession, books: Books, posted: Posted) -> None:
    """The second posting lacks funds, so the first is not booked either."""
    bad = transaction((books.ada, books.bob, "60.00"), (books.ada, books.bob, "60.00"))
    (result,) = await ledger.post(tx, [bad], at=AT)
    assert isinstance(result.error, ledger.InsufficientFunds)
    assert result.error.facts == {"available": "100.00", "asset": "CNY"}
    assert await posted(books.ada) == "100.00"
    with pytest.raises(ledger.InsufficientFunds):
        result.raise_for_refusal()


async def test_the_limit_holds_after_a_transaction_not_within_it(
    tx: WriteSession, books: Books, posted: Posted
) -> None:
    """Bob pays on what the same transaction brings him later."""
    through = transaction((books.bob, books.cash, "40.00"), (books.ada, books.bob, "40.00"))
    (result,) = await ledger.post(tx, [through], at=AT)
    assert result.status == "posted"
    assert [p.debit_balance for p in result.postings] == [-4_000, 6_000]
    assert await posted(books.bob) == "0.00"


async def test_items_of_a_batch_are_judged_in_order(tx: WriteSession, books: Books) -> None:
    results = await ledger.post(
        tx,
        [
            transaction((books.bob, books.ada, "1.00")),  # nothing there yet
            transaction((books.ada, books.bob, "1.00")),
            transaction((books.bob, books.ada, "1.00")),  # now there is
        ],
        at=AT,
    )
    assert [r.status for r in results] == ["refused", "posted", "posted"]
    sequences = [r.sequence for r in results if r.sequence]
    assert sequences == sorted(sequences)


async def test_the_same_id_is_booked_once(tx: WriteSession, books: Books, posted: Posted) -> None:
    once = transaction((books.ada, books.bob, "10.00"), reference="INV-1", metadata={"k": "v"})
    first, twin = await ledger.post(tx, [once, once], at=AT)
    (again,) = await ledger.post(tx, [once], at=AT + timedelta(hours=1))
    assert [first.status, twin.status, again.status] == ["posted", "duplicate", "duplicate"]
    assert first.sequence == twin.sequence == again.sequence
    assert await posted(books.bob) == "10.00"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "other"},
        {"reference": "other"},
        {"metadata": {"k": "other"}},
        {"effective_on": date(2026, 1, 1)},
        {"correlation_id": UUID(int=1)},
        {"postings": ()},
    ],
)
async def test_the_same_id_with_other_content_is_refused(
    tx: WriteSession, books: Books, change: dict[str, object]
) -> None:
    once = transaction((books.ada, books.bob, "10.00"), reference="INV-1", metadata={"k": "v"})
    await ledger.post(tx, [once], at=AT)
    if not change.get("postings", True):
        change = {"postings": (NewPosting(books.ada.id, books.bob.id, Money(1, "CNY")),)}
    other = replace(once, **change)  # type: ignore[arg-type]
    (again,) = await ledger.post(tx, [other], at=AT)
    assert isinstance(again.error, domain.IdReused)
    _, in_batch = await ledger.post(tx, [once, other], at=AT)
    assert isinstance(in_batch.error, domain.IdReused)


async def test_a_refused_id_may_be_tried_again(tx: WriteSession, books: Books) -> None:
    pay = transaction((books.bob, books.ada, "5.00"))
    refused, twin = await ledger.post(tx, [pay, pay], at=AT)
    assert refused == twin
    await ledger.post(tx, [transaction((books.cash, books.bob, "5.00"))], at=AT)
    (now,) = await ledger.post(tx, [pay], at=AT)
    assert now.status == "posted"


async def test_each_fault_has_its_own_code(tx: WriteSession, books: Books) -> None:
    unknown = replace(books.ada, id=AccountId(new_id()))
    yen = await ledger.open_account(tx, asset="JPY", category=Category.LIABILITY, at=AT)
    closed, frozen, no_debit, no_credit = [
        await ledger.open_account(
            tx, asset="CNY", category=Category.LIABILITY, overdraft=500, at=AT
        )
        for _ in range(4)
    ]
    for account, status in (
        (closed, AccountStatus.CLOSED),
        (frozen, AccountStatus.FROZEN),
        (no_debit, AccountStatus.DEBIT_FROZEN),
        (no_credit, AccountStatus.CREDIT_FROZEN),
    ):
        await ledger.change_status(tx, account_id=account.id, status=status)
    nowhere = NewPosting(books.ada.id, books.bob.id, Quantity(1, "NOWHERE", 3))
    cases = [
        (transaction((unknown, books.bob, "1.00")), "ledger.unknown_account"),
        (transaction((books.ada, unknown, "1.00")), "ledger.unknown_account"),
        (transaction((books.ada, books.ada, "1.00")), "ledger.same_account"),
        (transaction((books.ada, yen, "1.00")), "ledger.asset_mismatch"),
        (transaction((yen, books.ada, "1.00")), "ledger.asset_mismatch"),
        (replace(transaction(), postings=(nowhere,)), "ledger.unknown_asset"),
        (transaction((closed, books.ada, "1.00")), "ledger.account_closed"),
        (transaction((books.ada, closed, "1.00")), "ledger.account_closed"),
        (transaction((frozen, books.ada, "1.00")), "ledger.account_frozen"),
        (transaction((books.ada, frozen, "1.00")), "ledger.account_frozen"),
        (transaction((no_debit, books.ada, "1.00")), "ledger.account_frozen"),
        (transaction((books.ada, no_credit, "1.00")), "ledger.account_frozen"),
        (transaction((books.ada, books.bob, "0.00")), "ledger.amount_out_of_range"),
        (transaction((books.ada, books.bob, "-1.00")), "ledger.amount_out_of_range"),
        (transaction((books.cash, books.bob, "9000000000000.01")), "ledger.amount_out_of_range"),
        (
            transaction((books.ada, books.bob, "1.00"), effective_on=date(2026, 3, 3)),
            "ledger.effective_date_in_future",
        ),
    ]
    results = await ledger.post(tx, [new for new, _ in cases], at=AT)
    assert [r.error.code if r.error else r.status for r in results] == [code for _, code in cases]
    assert all(r.error and r.error.say("zh") != r.error.say("en") for r in results)
    for allowed in (
        transaction((books.ada, no_debit, "1.00")),
        transaction((no_credit, books.ada, "1.00")),
    ):
        (result,) = await ledger.post(tx, [allowed], at=AT)
        assert result.status == "posted"


async def test_counters_cannot_overflow(tx: WriteSession, books: Books) -> None:
    """Moving the largest amount to and fro reaches the end of the counter, and is refused then."""
    rich, other = [
        await ledger.open_account(
            tx, asset="CNY", category=Category.LIABILITY, overdraft=2**62, at=AT
        )
        for _ in range(2)
    ]
    most = transaction(*[(rich, other, "9000000000000.00"), (other, rich, "9000000000000.00")] * 50)
    codes = set()
    for _ in range(22):
        batch = [replace(most, id=domain.TransactionId(new_id())) for _ in range(10)]
        codes |= {
            r.error.code if r.error else r.status for r in await ledger.post(tx, batch, at=AT)
        }
    assert codes == {"posted", "ledger.amount_out_of_range"}
    assert (await ledger.balance(tx, rich.id)).posted == 0


async def test_sizes_are_bounded(tx: WriteSession, books: Books) -> None:
    one = transaction((books.ada, books.bob, "0.01"))
    empty = replace(one, postings=())
    long = replace(one, postings=one.postings * (domain.POSTINGS_MAX + 1))
    for batch in ([], [empty], [long], [one] * (domain.BATCH_MAX + 1)):
        with pytest.raises(domain.TooManyPostings):
            await ledger.post(tx, batch, at=AT)


async def test_internal_accounts_keep_their_balance_in_the_tail_until_rolled_up(
    tx: WriteSession, books: Books
) -> None:
    before = await ledger.balance(tx, books.cash.id)
    assert await ledger.roll_up(tx) >= 1
    after = await ledger.balance(tx, books.cash.id)
    assert before == after
    assert (after.posted, after.available, after.version) == (10_000, None, 1)
    assert await ledger.roll_up(tx) == 0


async def test_entries_come_newest_first_page_by_page(tx: WriteSession, books: Books) -> None:
    for step in range(1, 6):
        await ledger.post(
            tx, [transaction((books.ada, books.bob, f"{step}.00"), reference=f"R{step}")], at=AT
        )
    seen: list[ledger.Entry] = []
    for account, signs in ((books.ada, ["debit"] * 5 + ["credit"]), (books.bob, ["credit"] * 5)):
        seen.clear()
        after = None
        while True:
            page = await ledger.entries(tx, account.id, after=after, limit=2)
            seen += page.items
            if (after := page.next) is None:
                break
        assert [e.direction for e in seen] == signs
        assert [e.reference for e in seen][:5] == ["R5", "R4", "R3", "R2", "R1"]
    assert [e.balance_after for e in seen] == [1_500, 1_000, 600, 300, 100]
    internal = await ledger.entries(tx, books.cash.id)
    assert [(e.direction, e.amount, e.balance_after) for e in internal.items] == [
        ("debit", 10_000, None)
    ]
    with pytest.raises(BadCursor):
        await ledger.entries(tx, books.ada.id, after="nonsense")
    with pytest.raises(domain.AccountNotFound):
        await ledger.entries(tx, AccountId(new_id()))


async def test_a_booked_transaction_reads_as_it_was_sent(tx: WriteSession, books: Books) -> None:
    sent = transaction(
        (books.ada, books.bob, "1.00"),
        (books.bob, books.cash, "0.50"),
        reference="INV-7",
        metadata={"a": "1"},
        effective_on=date(2026, 2, 27),
        correlation_id=new_id(),
    )
    await ledger.post(tx, [sent], at=AT)
    read = await ledger.transaction(tx, sent.id)
    assert (read.type, read.reference, read.metadata) == ("test", "INV-7", {"a": "1"})
    assert (read.effective_on, read.correlation_id) == (sent.effective_on, sent.correlation_id)
    assert [(p.debit, p.credit, p.amount) for p in read.postings] == [
        (books.ada.id, books.bob.id, 100),
        (books.bob.id, books.cash.id, 50),
    ]
    with pytest.raises(domain.TransactionNotFound):
        await ledger.transaction(tx, new_id())


async def test_funds_and_points_are_assets_like_any_other(tx: WriteSession) -> None:
    await ledger.declare_asset(tx, symbol="F:000001", scale=4)
    pool = await ledger.open_account(
        tx, asset="F:000001/4", category=Category.LIABILITY, overdraft=None, at=AT
    )
    holder = await ledger.open_account(tx, asset="F:000001", category=Category.LIABILITY, at=AT)
    buy = replace(
        transaction(),
        postings=(NewPosting(pool.id, holder.id, Quantity.parse("12.3456", "F:000001", 4)),),
    )
    (result,) = await ledger.post(tx, [buy], at=AT)
    assert result.postings[0].credit_balance == 123_456
    balance = await ledger.balance(tx, holder.id)
    assert balance.asset.text(balance.posted) == "12.3456"


async def test_chart_of_accounts(tx: WriteSession, books: Books) -> None:
    fees = {"code": f"test.{new_id()}", "asset": "CNY", "category": Category.INCOME, "name": "Fees"}
    first = await ledger.internal_account(tx, **fees, at=AT)  # type: ignore[arg-type]
    assert first == await ledger.internal_account(tx, **fees, at=AT)  # type: ignore[arg-type]
    with pytest.raises(domain.CodeTaken):
        await ledger.internal_account(tx, **{**fees, "asset": "USD"}, at=AT)  # type: ignore[arg-type]
    with pytest.raises(domain.CodeTaken):
        await ledger.open_account(tx, asset="CNY", category=Category.INCOME, code=first.code, at=AT)
    with pytest.raises(domain.UnknownAsset):
        await ledger.open_account(tx, asset="NONSENSE", category=Category.ASSET, at=AT)
    with pytest.raises(domain.OverdraftOutOfRange):
        await ledger.open_account(tx, asset="CNY", category=Category.ASSET, overdraft=-1, at=AT)
    await ledger.declare_asset(tx, symbol="POINT", scale=0)
    with pytest.raises(domain.CodeTaken):
        await ledger.declare_asset(tx, symbol="POINT", scale=2)
    assert "POINT/0" in {asset.code for asset in await ledger.assets(tx)}


async def test_only_an_empty_account_closes_and_for_good(tx: WriteSession, books: Books) -> None:
    with pytest.raises(domain.StatusRefused):
        await ledger.change_status(tx, account_id=books.ada.id, status=AccountStatus.CLOSED)
    with pytest.raises(domain.StatusRefused):
        await ledger.change_status(tx, account_id=books.cash.id, status=AccountStatus.CLOSED)
    closed = await ledger.change_status(tx, account_id=books.bob.id, status=AccountStatus.CLOSED)
    assert closed.status is AccountStatus.CLOSED
    with pytest.raises(domain.StatusRefused):
        await ledger.change_status(tx, account_id=books.bob.id, status=AccountStatus.ACTIVE)
    with pytest.raises(domain.AccountNotFound):
        await ledger.change_status(tx, account_id=AccountId(new_id()), status=AccountStatus.FROZEN)


async def test_the_verifier_finds_nothing_in_sound_books(tx: WriteSession, books: Books) -> None:
    await ledger.post(tx, [transaction((books.ada, books.bob, "1.00"))], at=AT)
    assert await ledger.verify(tx) == []
