"""Files of payments from being handed in to the last line paid, once."""

import asyncio
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import text

from tests.support.restrained import restrain
from tests.unit.products.bulk.conftest import AT, Employee, Firm
from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import Stop
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.core.payments.service import executing, settling
from tongbao.kernel.errors import TongbaoError
from tongbao.products.bulk import service
from tongbao.products.bulk.domain import errors
from tongbao.products.bulk.service import FileState, Mode, paying, receiving

Employees = list[Employee]


async def test_a_payroll_is_paid(firm: Firm, employees: Employees) -> None:
    file = await firm.hand_in(firm.csv(*(each.line("100.50") for each in employees)))
    assert (file.state, file.lines, file.good) == (FileState.CHECKED, 3, 3)
    assert file.total.text == "301.50"
    assert await firm.balance(*employees) == ["0.00"] * 3
    done = await firm.paid(file)
    assert (done.state, done.settled, done.rejected) == (FileState.EXECUTED, 3, 0)
    assert done.settled_total == file.total
    assert await firm.balance(*employees) == ["100.50"] * 3
    assert await firm.balance() == ["9698.50"]
    assert await firm.events(file) == ["bulk.file_executed"]


async def test_each_wrong_line_has_its_reason_and_the_others_are_paid(
    firm: Firm, employees: Employees
) -> None:
    one, two, three = employees
    file = await firm.hand_in(
        firm.csv(
            one.line("1.00", "P-1"),
            two.line("-5.00"),
            two.line("0"),
            two.line("1.001"),
            f"9900010000000000000,{two.name},1.00,,\n",
            f"{two.account.number},{one.name},1.00,,\n",
            two.line("1.00", "P-1"),
            two.line("1.00", "业务"),
            "1,2\n",
            f"{firm.account.number},甲,1.00,,\n",
            f"{two.account.number},{two.name},1.00,{'长' * 141},\n",
            f"not-a-number,{two.name},1.00,,\n",
            three.line("3.00", "P-3"),
        )
    )
    assert (file.lines, file.good, file.wrong) == (13, 2, 11)
    assert await firm.refused(file) == {
        2: ("wrong", "bulk.line_amount_wrong"),
        3: ("wrong", "bulk.line_amount_wrong"),
        4: ("wrong", "bulk.line_amount_wrong"),
        5: ("wrong", "payments.creditor_account_unknown"),
        6: ("wrong", "payments.creditor_name_mismatch"),
        7: ("wrong", "bulk.line_reference_repeated"),
        8: ("wrong", "payments.end_to_end_id_malformed"),
        9: ("wrong", "bulk.line_unreadable"),
        10: ("wrong", "payments.same_account"),
        11: ("wrong", "payments.remittance_malformed"),
        12: ("wrong", "payments.creditor_account_unknown"),
    }
    done = await firm.paid(file)
    assert (done.settled, done.rejected, done.settled_total.text) == (2, 0, "4.00")
    assert await firm.balance(*employees) == ["1.00", "0.00", "3.00"]


async def test_a_message_of_iso_20022_is_paid(firm: Firm, employees: Employees) -> None:
    one, two, three = employees
    content = firm.pain(
        one.payment("10.5", "A-1"), two.payment("20"), three.payment("30.00"), message_id="M-7"
    )
    file = await firm.hand_in(content)
    assert (file.message_id, file.good, file.total.text) == ("M-7", 3, "60.50")
    done = await firm.paid(file)
    assert await firm.refused(file) == {}
    assert done.settled == 3
    assert await firm.balance(*employees) == ["10.50", "20.00", "30.00"]


async def test_what_is_refused_while_paying_is_told_and_the_rest_is_paid(
    firm: Firm, employees: Employees
) -> None:
    one, two, three = employees
    file = await firm.hand_in(
        firm.csv(one.line("6000.00"), two.line("5000.00"), three.line("4000.00"))
    )
    done = await firm.paid(file)
    assert (done.state, done.settled, done.rejected) == (FileState.EXECUTED, 2, 1)
    assert await firm.refused(file) == {2: ("rejected", "ledger.insufficient_funds")}
    assert await firm.balance() == ["0.00"]


async def test_all_or_nothing(firm: Firm, employees: Employees) -> None:
    one, two, three = employees
    lines = (one.line("6000.00"), two.line("5000.00"), three.line("4000.00"))
    file = await firm.hand_in(firm.csv(*lines), mode=Mode.ALL_OR_NOTHING)
    done = await firm.paid(file)
    assert (done.state, done.settled) == (FileState.REJECTED, 0)
    assert done.why is not None
    assert done.why.code == "ledger.insufficient_funds"
    assert await firm.balance(firm_as(firm), *employees) == ["10000.00", "0.00", "0.00", "0.00"]
    assert await firm.events(file) == ["bulk.file_rejected"]
    again = await firm.hand_in(firm.csv(*lines[1:]), mode=Mode.ALL_OR_NOTHING)
    assert (await firm.paid(again)).settled == 2


def firm_as(firm: Firm) -> Employee:
    return Employee("甲", firm.account)


async def test_all_or_nothing_over_several_batches(
    firm: Firm, employees: Employees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paying, "BATCH", 2)
    one, two, three = employees
    lines = (one.line("1.00"), two.line("1.00"), three.line("1.00"), one.line("9999.00"))
    file = await firm.hand_in(firm.csv(*lines), mode=Mode.ALL_OR_NOTHING)
    assert (await firm.paid(file)).state is FileState.REJECTED
    assert await firm.balance() == ["10000.00"]
    assert await firm.refused(file) == {4: ("rejected", "ledger.insufficient_funds")}


async def test_a_file_with_a_wrong_line_is_not_paid_where_all_or_nothing_is(
    firm: Firm, employees: Employees
) -> None:
    content = firm.csv(employees[0].line("1.00"), employees[1].line("-1.00"))
    file = await firm.hand_in(content, mode=Mode.ALL_OR_NOTHING)
    with pytest.raises(errors.NothingToPay):
        await firm.begin(file)


async def test_what_was_interrupted_goes_on_where_it_was(
    firm: Firm, employees: Employees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paying, "BATCH", 2)
    file = await firm.hand_in(firm.csv(*(each.line("1.00") for each in (*employees, *employees))))
    await firm.begin(file)
    pay, batches = payments.carry_out, 0

    async def dies(*args: object, **facts: object) -> object:
        nonlocal batches
        batches += 1
        batch = batches
        outcome = await pay(*args, **facts)  # type: ignore[arg-type]
        if batch == 2:  # after the money moved, before anything is durable
            raise ConnectionError
        return outcome

    monkeypatch.setattr(payments, "carry_out", dies)
    with pytest.raises(ConnectionError):
        await service.pay(firm.database, file_id=file.id, clock=lambda: AT)
    half = await firm.seen(file)
    assert (half.state, half.settled, half.done_through) == (FileState.EXECUTING, 2, 2)
    await service.pay(firm.database, file_id=file.id, clock=lambda: AT)
    await service.pay(firm.database, file_id=file.id, clock=lambda: AT)
    assert (await firm.seen(file)).settled == 6
    assert await firm.balance(*employees) == ["2.00"] * 3


async def test_the_next_batch_is_prepared_while_one_is_settled(
    firm: Firm, employees: Employees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paying, "BATCH", 2)
    file = await firm.hand_in(firm.csv(*(each.line("1.00") for each in employees)))
    await firm.begin(file)
    prepare, carry_out = payments.prepare, payments.carry_out
    both = asyncio.Event()
    prepared = 0

    async def preparing(*args: object, **facts: object) -> object:
        nonlocal prepared
        prepared += 1
        if prepared == 2:
            both.set()
        return await prepare(*args, **facts)  # type: ignore[arg-type]

    async def carrying_out(*args: object, **facts: object) -> object:
        async with asyncio.timeout(20):
            await both.wait()
        return await carry_out(*args, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(payments, "prepare", preparing)
    monkeypatch.setattr(payments, "carry_out", carrying_out)
    await service.pay(firm.database, file_id=file.id, clock=lambda: AT)
    assert (await firm.seen(file)).state is FileState.EXECUTED
    assert await firm.balance(*employees) == ["1.00"] * 3


async def test_a_payee_under_restraint_is_followed_batch_after_batch(
    firm: Firm, employees: Employees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paying, "BATCH", 2)
    one, two, three = employees
    lines = [each.line("1.00") for each in (one, two, three, two, one, two)]
    file = await firm.hand_in(firm.csv(*lines))
    await firm.begin(file)
    async with firm.database.write() as tx:
        await restrain(tx, two.account, Stop.CREDIT)
    async with asyncio.timeout(20):
        await service.pay(firm.database, file_id=file.id, clock=lambda: AT)
    refused = await firm.refused(file)
    assert refused == dict.fromkeys((2, 4, 6), ("rejected", "payments.account_not_open"))
    assert await firm.balance(*employees) == ["2.00", "0.00", "1.00"]


async def test_the_next_batch_waits_for_the_one_that_is_settled(
    firm: Firm, employees: Employees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paying, "BATCH", 1)
    file = await firm.hand_in(firm.csv(*(each.line("1.00") for each in (*employees, *employees))))
    await firm.begin(file)
    settle, carry_out = settling.settle, payments.carry_out
    begun, under_way, most = 0, 0, 0
    seen: list[int] = []
    another = asyncio.Condition()

    async def carrying_out(*args: object, **facts: object) -> object:
        nonlocal begun
        async with another:
            begun += 1
            another.notify_all()
        return await carry_out(*args, **facts)  # type: ignore[arg-type]

    async def watched(*args: object) -> object:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        async with asyncio.timeout(20), another:
            await another.wait_for(lambda: begun >= min(len(seen) + 2, 6))
        await asyncio.sleep(0.02)  # there is time to begin with more
        seen.append(begun)
        outcome = await settle(*args)  # type: ignore[arg-type]
        under_way -= 1
        return outcome

    monkeypatch.setattr(payments, "carry_out", carrying_out)
    monkeypatch.setattr(executing, "settle", watched)
    await service.pay(firm.database, file_id=file.id, clock=lambda: AT)
    assert most == 1
    assert seen == [2, 3, 4, 5, 6, 6], "one is judged while another is settled, and no more"
    assert await firm.balance(*employees) == ["2.00"] * 3


async def test_two_workers_at_once_pay_once(
    firm: Firm, employees: Employees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paying, "BATCH", 1)
    file = await firm.hand_in(firm.csv(*(each.line("1.00") for each in employees)))
    await firm.begin(file)
    await asyncio.gather(
        *(service.pay(firm.database, file_id=file.id, clock=lambda: AT) for _ in range(3))
    )
    assert await firm.balance(*employees) == ["1.00"] * 3
    assert await firm.events(file) == ["bulk.file_executed"]


async def test_a_payee_under_restraint_is_refused_while_the_next_lines_are_looked_up(
    firm: Firm, employees: Employees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "BATCH", 1)
    one, two, three = employees
    async with firm.database.write() as tx:
        await restrain(tx, two.account, Stop.CREDIT)
    lines = [each.line("1.00") for each in (one, two, three, two, one, two)]
    file = await firm.hand_in(firm.csv(*lines))
    assert (file.lines, file.good, file.total.text) == (6, 3, "3.00")
    refused = await firm.refused(file)
    assert refused == dict.fromkeys((2, 4, 6), ("wrong", "payments.account_not_open"))


async def test_the_same_file_is_taken_once(firm: Firm, employees: Employees) -> None:
    content = firm.csv(employees[0].line("1.00"))
    first = await firm.hand_in(content)
    with pytest.raises(errors.MessageIdUsed):
        await firm.hand_in(content)
    async with firm.database.write() as tx:
        await service.cancel(tx, file_id=first.id, cancelled_by=firm.actor, at=AT)
    assert (await firm.hand_in(content)).id != first.id
    with pytest.raises(errors.FileStateWrong):
        await firm.begin(first)


async def test_two_of_one_message_id_at_once(firm: Firm, employees: Employees) -> None:
    files = [firm.csv(employees[0].line(f"{n}.00")) for n in (1, 2, 3)]
    done = await asyncio.gather(
        *(firm.hand_in(each, message_id="M") for each in files), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["MessageIdUsed"] * 2 + ["PaymentFile"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"count": 2}, errors.ControlSumWrong),
        ({"total": "99.99"}, errors.ControlSumWrong),
        ({"part_count": 7}, errors.ControlSumWrong),
        ({"total": "1e9"}, errors.SchemaViolated),
        ({"message_id": ""}, errors.SchemaViolated),
        ({"message_id": "x" * 36}, errors.SchemaViolated),
        ({"before": "<!DOCTYPE x>"}, errors.FileUnreadable),
        ({"on": "tomorrow"}, errors.SchemaViolated),
    ],
)
async def test_a_message_that_contradicts_itself_leaves_nothing(
    firm: Firm, employees: Employees, said: dict[str, object], error: type[TongbaoError]
) -> None:
    content = firm.pain(employees[0].payment("1.00"), **said)
    with pytest.raises(error) as refused:
        await firm.hand_in(content)
    assert refused.value.say("zh")
    assert refused.value.say("en")
    await nothing_is_kept(firm)


async def nothing_is_kept(firm: Firm) -> None:
    async with firm.database.read() as tx:
        page = await service.of_party(tx, party_id=firm.account.party_id, seen_by=firm.actor)
    assert page.items == []


async def test_another_account_than_the_chosen_one(firm: Firm, employees: Employees) -> None:
    content = firm.pain(employees[0].payment("1.00")).replace(
        firm.account.number.encode(), b"9900010000000000000"
    )
    with pytest.raises(errors.DebtorAccountDiffers):
        await firm.hand_in(content)


async def test_another_currency_is_that_lines_fault(firm: Firm, employees: Employees) -> None:
    one, two, _ = employees
    content = firm.pain(one.payment("1.00"), two.payment("1.00")).replace(b"CNY", b"USD", 1)
    file = await firm.hand_in(content)
    assert await firm.refused(file) == {1: ("wrong", "bulk.line_currency_wrong")}


async def test_one_line_too_many(
    firm: Firm, employees: Employees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "LINES_MAX", 2)
    for content in (
        firm.csv(*(each.line("1.00") for each in employees)),
        firm.pain(*(each.payment("1.00") for each in employees)),
    ):
        with pytest.raises(errors.TooManyLines):
            await firm.hand_in(content)
    with pytest.raises(errors.FileEmpty):
        await firm.hand_in(firm.csv())
    await nothing_is_kept(firm)


async def test_not_before_its_day(firm: Firm, employees: Employees) -> None:
    on = (AT + timedelta(days=2)).date().isoformat()
    file = await firm.hand_in(firm.pain(employees[0].payment("1.00"), on=on))
    with pytest.raises(errors.NotDueYet):
        await firm.begin(file)


async def test_who_may_not_pay_any_more_pays_nothing(firm: Firm, employees: Employees) -> None:
    file = await firm.hand_in(firm.csv(*(each.line("1.00") for each in employees)))
    await firm.begin(file)
    async with firm.database.write() as tx:
        await tx.execute(
            text("UPDATE identity_user SET blocked_at = now() WHERE id = :id"),
            {"id": firm.actor.id},
        )
    await service.pay(firm.database, file_id=file.id, clock=lambda: AT)
    done = await firm.seen(file)
    assert (done.state, done.settled, done.rejected) == (FileState.EXECUTED, 0, 3)
    assert await firm.balance() == ["10000.00"]


async def test_what_is_confirmed_is_this_file(firm: Firm, employees: Employees) -> None:
    file = await firm.hand_in(firm.csv(employees[0].line("1.00")))
    with pytest.raises(identity.StepUpRequired) as asked:
        async with firm.database.write() as tx:
            await service.execute(
                tx, file_id=file.id, initiated_by=firm.actor, step_up_token=None, at=AT
            )
    assert asked.value.facts["action"] == {
        "kind": "bulk.execute",
        "facts": {
            "file_id": str(file.id),
            "sha256": file.sha256.hex(),
            "debtor_account_number": firm.account.number,
            "payments": "1",
            "amount": "1.00",
            "currency": "CNY",
        },
    }
    assert (await firm.seen(file)).state is FileState.CHECKED


async def test_what_a_file_said_stays_what_it_said(firm: Firm, employees: Employees) -> None:
    file = await firm.hand_in(firm.csv(employees[0].line("1.00"), employees[1].line("-1")))
    for change in ("amount_minor = 999", "creditor_name = 'x'", "payment_id = gen_random_uuid()"):
        with pytest.raises(Exception, match="keeps what a file said"):
            async with firm.database.write() as tx:
                await tx.execute(
                    text(f"UPDATE bulk_line SET {change} WHERE file_id = :id"),
                    {"id": file.id},
                )
    with pytest.raises(Exception, match="permission denied"):
        async with firm.database.write() as tx:
            await tx.execute(text("DELETE FROM bulk_line WHERE file_id = :id"), {"id": file.id})


async def test_it_is_nobody_elses(firm: Firm, employees: Employees) -> None:
    file = await firm.hand_in(firm.csv(employees[0].line("1.00")))
    stranger = type(firm.actor)(
        id=employees[0].account.party_id,
        kind="customer",
        name="x",
        party_ids=frozenset({employees[0].account.party_id}),
        permissions=firm.actor.permissions,
    )
    async with firm.database.write() as tx:
        with pytest.raises(service.UnknownFile):
            await service.get(tx, file.id, seen_by=stranger)
        with pytest.raises(service.UnknownFile):
            await service.cancel(tx, file_id=file.id, cancelled_by=stranger, at=AT)
    wish = service.Wish(
        account_id=firm.account.id,
        kind=service.FileKind.BATCH,
        mode=Mode.PARTIAL,
        format=service.FileFormat.CSV,
        name="",
    )
    with pytest.raises(accounts.UnknownAccount):
        async with firm.database.write() as tx:
            await service.receive(tx, BytesIO(b"x"), wish, received_by=stranger, at=AT)
