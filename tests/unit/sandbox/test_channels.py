"""The payment channels of the sandbox: what a merchant can rely on, and what it must not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qsl

import httpx2
import pytest

from tests.support.channels import Channels, channels, form_text, rows, until, unzipped
from tests.support.receiver import Receiver, answer, receiving
from tongbao_sandbox import firms
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

CARD = "6222020000000000000"  # 19 digits; its last one is set below
SUCCESS = answer(200, b"success")


def luhn(payload: str) -> str:
    digits = [int(digit) for digit in reversed(payload)]
    total = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2]) + sum(digits[1::2])
    return payload + str(-total % 10)


CARD = luhn("622202000000000001")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        made.otherwise = SUCCESS
        yield made


@pytest.fixture
async def bank(url: str, receiver: Receiver) -> AsyncIterator[Channels]:
    async with channels(url, receiver.url) as made:
        for channel in ("card", "wallet-a", "wallet-b", "bank"):
            await made.faults(channel)
        yield made


def collected(reference: str, amount: int = 10_000) -> dict[str, str]:
    return {"txnType": "11", "orderId": reference, "txnAmt": str(amount), "accNo": CARD}


async def test_a_card_pays_once_however_often_it_is_asked(bank: Channels) -> None:
    first = await bank.card_says("pay", **collected("pays-once"))
    again = await bank.card_says("pay", **collected("pays-once"))
    assert first == again
    assert (first["respCode"], first["txnAmt"]) == ("00", "10000")
    other = await bank.card_says("pay", **collected("pays-once", 10_001))
    assert other["respCode"] == "12"
    seen = [p for p in (await bank.truth("card"))["payments"] if p["reference"] == "pays-once"]
    assert [p["status"] for p in seen] == ["settled"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"accNo": CARD[:-1] + str((int(CARD[-1]) + 1) % 10)}, "14"),
        ({"accNo": "4111111111111111"}, "14"),
        ({"txnAmt": "0"}, "10"),
        ({"txnAmt": "-1"}, "10"),
        ({"txnAmt": "1.5"}, "10"),
        ({"txnAmt": "9999999999999"}, "61"),
        ({"txnType": "99"}, "10"),
        ({"currencyCode": "840"}, "10"),
        ({"txnType": "04", "origOrderId": "never-seen"}, "35"),
        ({"txnAmt": "100000000001"}, "51"),
    ],
)
async def test_a_card_network_says_why_not(
    bank: Channels, changes: dict[str, str], code: str
) -> None:
    said = await bank.card_says("pay", **(collected(f"why-not-{code}-{len(changes)}") | changes))
    assert said["respCode"] == code


async def test_nobody_else_signs_for_the_merchant(bank: Channels) -> None:
    wrong = await bank.card("pay", secret="another", **collected("forged-card"))
    assert dict(parse_qsl(wrong.text))["respCode"] == "11"
    form = httpx2.Headers({"Content-Type": "application/x-www-form-urlencoded"})
    unsigned = await bank.client.post(
        "/channels/wallet-a/gateway.do", content="app_id=tongbao&method=trade.query", headers=form
    )
    assert unsigned.json()["response"]["sub_code"] == "isv.invalid-signature"
    twice = await bank.client.post(
        "/channels/card/v1/pay", content="merId=tongbao&merId=tongbao", headers=form
    )
    assert dict(parse_qsl(twice.text))["respCode"] == "11"
    path = "/channels/wallet-b/v3/pay/transactions/never-seen"
    assert (await bank.client.get(path)).status_code == 401
    unsigned = await bank.client.post("/channels/bank/v1/payments", content=b"<a/>")
    assert unsigned.status_code == 401


async def test_refunds_never_exceed_what_was_paid(bank: Channels) -> None:
    await bank.card_says("pay", **collected("to-refund"))
    refund = {"txnType": "04", "origOrderId": "to-refund", "txnAmt": "6000"}
    assert (await bank.card_says("pay", orderId="refund-1", **refund))["respCode"] == "00"
    assert (await bank.card_says("pay", orderId="refund-2", **refund))["respCode"] == "64"
    rest = {**refund, "txnAmt": "4000"}
    assert (await bank.card_says("pay", orderId="refund-3", **rest))["respCode"] == "00"


@pytest.mark.parametrize(
    ("kind", "code"),
    [("drop_before", "34"), ("drop_after", "00"), ("error_before", "34"), ("error_after", "00")],
)
async def test_without_an_answer_it_may_have_happened(bank: Channels, kind: str, code: str) -> None:
    reference = f"unknown-{kind}".replace("_", "-")
    await bank.faults("card", {"kind": kind, "times": 1})
    try:
        got = await bank.card("pay", **collected(reference))
    except httpx2.HTTPError:
        assert kind.startswith("drop")
    else:
        assert kind.startswith("error")
        assert got.status_code == 500
    asked = await bank.card_says("query", orderId=reference)
    assert asked["respCode"] == code


async def test_a_stalled_payment_is_done_when_asked_for_often_enough(bank: Channels) -> None:
    await bank.faults("card", {"kind": "stall", "times": 1, "inquiries": 2})
    assert (await bank.card_says("pay", **collected("stalled-1")))["respCode"] == "05"
    first = await bank.card_says("query", orderId="stalled-1")
    second = await bank.card_says("query", orderId="stalled-1")
    assert [first["origRespCode"], second["origRespCode"]] == ["05", "00"]


async def test_a_rejection_keeps_its_reason(bank: Channels) -> None:
    await bank.faults("card", {"kind": "reject", "times": 1, "reason": "frozen"})
    assert (await bank.card_says("pay", **collected("rejected-1")))["respCode"] == "62"
    assert (await bank.card_says("query", orderId="rejected-1"))["origRespCode"] == "62"


@pytest.mark.parametrize("kind", ["delay", "slow_loris"])
async def test_a_late_answer_is_the_right_one(bank: Channels, kind: str) -> None:
    await bank.faults("card", {"kind": kind, "times": 1, "seconds": 0.1})
    reference = f"late-{kind}".replace("_", "-")
    assert (await bank.card_says("pay", **collected(reference)))["respCode"] == "00"


async def test_the_settlement_file_adds_up_unless_a_fault_is_set(bank: Channels) -> None:
    paid = await bank.card_says("pay", **collected("in-the-file"))
    day = paid["settleDate"]
    text = (await bank.card("settlements", settleDate=day)).text.splitlines()
    head, *lines, trailer = (line.split("|") for line in text)
    assert head[:2] == ["H", day]
    assert head[2:] == trailer[1:] == [str(len(lines)), str(net(lines))]
    assert ["D", "in-the-file", paid["queryId"], "11", "10000"] in lines
    for kind, change in (("missing_line", -1), ("extra_line", 1), ("doubled_line", 1)):
        await bank.faults("card", {"kind": kind, "times": 1})
        other = (await bank.card("settlements", settleDate=day)).text.splitlines()
        assert len(other) - len(text) == change
    await bank.faults("card", {"kind": "changed_line", "times": 1})
    other = (await bank.card("settlements", settleDate=day)).text.splitlines()
    assert len(set(other) - set(text)) == 3  # head, the line, trailer
    assert (await bank.card_says("settlements", settleDate="tomorrow"))["respCode"] == "10"


def net(lines: list[list[str]]) -> int:
    return sum(int(line[4]) * (1 if line[3] == "11" else -1) for line in lines)


async def test_a_scanned_code_is_paid_and_told(bank: Channels, receiver: Receiver) -> None:
    made = await bank.wallet_a_says(
        "trade.precreate", notify_url=receiver.url, out_trade_no="scanned-1", amount="12.50"
    )
    shown = await bank.client.get(made["qr_code"])
    assert (shown.status_code, "¥12.50" in shown.text) == (200, True)
    waiting = await bank.wallet_a_says("trade.query", out_trade_no="scanned-1")
    assert waiting["trade_status"] == "WAIT_BUYER_PAY"
    receiver.answers = [answer(200, b"fail"), answer(500)]
    await bank.client.post("/sandbox/channels/wallet-a/trades/scanned-1/payment")
    await until(lambda: len(receiver.received) == 3)
    told = dict(parse_qsl(receiver.received[-1].body.decode(), keep_blank_values=True))
    sign = told.pop("sign")
    assert bank.is_signed("wallet-a", form_text(told), sign)
    assert (told["trade_status"], told["amount"]) == ("TRADE_SUCCESS", "12.50")
    bill = await bank.wallet_a("bill.download", bill_date=told["settle_date"])
    assert ["scanned-1", told["trade_no"], "交易", "12.50"] in [
        row[:4] for row in rows(bill.content.decode("gbk"))
    ]


async def test_a_closed_trade_is_paid_by_nobody(bank: Channels) -> None:
    await bank.wallet_a_says("trade.precreate", out_trade_no="closed-1", amount="1.00")
    closed = await bank.wallet_a_says("trade.close", out_trade_no="closed-1")
    assert closed["trade_status"] == "TRADE_CLOSED"
    await bank.client.post("/sandbox/channels/wallet-a/trades/closed-1/payment")
    asked = await bank.wallet_a_says("trade.query", out_trade_no="closed-1")
    assert asked["trade_status"] == "TRADE_CLOSED"


async def test_a_shown_code_serves_once_and_large_amounts_are_confirmed(bank: Channels) -> None:
    shown = await bank.client.post("/sandbox/channels/wallet-a/codes?customer=chen")
    code = shown.json()["auth_code"]
    paid = await bank.wallet_a_says(
        "trade.pay", out_trade_no="shown-001", amount="999.99", auth_code=code
    )
    assert (paid["code"], paid["trade_status"]) == ("10000", "TRADE_SUCCESS")
    again = await bank.wallet_a_says(
        "trade.pay", out_trade_no="shown-002", amount="1.00", auth_code=code
    )
    assert again["sub_code"] == "ACQ.PAYMENT_AUTH_CODE_INVALID"
    shown = await bank.client.post("/sandbox/channels/wallet-a/codes?customer=chen")
    large = await bank.wallet_a_says(
        "trade.pay", out_trade_no="shown-003", amount="1000.00", auth_code=shown.json()["auth_code"]
    )
    assert large["code"] == "10003"


@pytest.mark.parametrize(
    ("kind", "messages"),
    [
        ("duplicate_callback", ["SUCCESS", "SUCCESS"]),
        ("stale_callback", ["SUCCESS", "USERPAYING"]),
        ("wrong_amount", ["SUCCESS", "SUCCESS"]),
        ("wrong_signature", ["SUCCESS", "SUCCESS"]),
        ("late_callback", ["SUCCESS"]),
    ],
)
async def test_messages_come_wrong_twice_late_or_out_of_order(
    bank: Channels, receiver: Receiver, kind: str, messages: list[str]
) -> None:
    await bank.faults("wallet-b", {"kind": kind, "times": 1, "seconds": 0.05})
    reference = f"told-{kind}".replace("_", "-")
    body = {
        "out_bill_no": reference,
        "openid": "lin",
        "amount": {"total": 500},
        "notify_url": receiver.url,
    }
    answered = await bank.wallet_b("POST", "/transfers", body)
    assert answered.json()["trade_state"] == "SUCCESS"
    await until(lambda: len(receiver.received) == len(messages))
    opened = [bank.opened(each.body) for each in receiver.received]
    assert [each["trade_state"] for each in opened] == messages
    signed = [bank.is_header_signed(each.headers, each.body) for each in receiver.received]
    first, *others = [each["amount"]["total"] for each in opened]
    assert signed == [kind != "wrong_signature" or place > 0 for place in range(len(messages))]
    assert first == (501 if kind == "wrong_amount" else 500)
    assert set(others) <= {500}


async def test_nothing_is_told_where_that_is_the_fault(bank: Channels, receiver: Receiver) -> None:
    await bank.faults("wallet-b", {"kind": "no_callback", "times": 1})
    for reference in ("untold-01", "told-last"):
        body = {
            "out_bill_no": reference,
            "openid": "lin",
            "amount": {"total": 500},
            "notify_url": receiver.url,
        }
        await bank.wallet_b("POST", "/transfers", body)
    await until(lambda: len(receiver.received) == 1)
    assert bank.opened(receiver.received[0].body)["out_trade_no"] == "told-last"


async def test_the_second_wallet_from_code_to_bill(bank: Channels) -> None:
    trade = {"out_trade_no": "native-01", "amount": {"total": 880}}
    made = await bank.wallet_b("POST", "/pay/transactions/native", trade)
    again = await bank.wallet_b("POST", "/pay/transactions/native", trade)
    assert made.json() == again.json()
    other = {**trade, "amount": {"total": 881}}
    used = await bank.wallet_b("POST", "/pay/transactions/native", other)
    assert (used.status_code, used.json()["code"]) == (400, "OUT_TRADE_NO_USED")
    await bank.client.post("/sandbox/channels/wallet-b/trades/native-01/payment")
    paid = (await bank.wallet_b("GET", "/pay/transactions/native-01")).json()
    assert paid["trade_state"] == "SUCCESS"
    assert (await bank.wallet_b("POST", "/pay/transactions/native-01/close")).status_code == 400
    refund = {"out_refund_no": "native-r1", "out_trade_no": "native-01", "amount": {"total": 880}}
    assert (await bank.wallet_b("POST", "/refunds", refund)).json()["trade_state"] == "SUCCESS"
    bill = unzipped((await bank.wallet_b("GET", f"/bills/{paid['settle_date']}")).content)
    lines = {row[2]: row[4] for row in bill if len(row) == 6}
    assert (lines["native-01"], lines["native-r1"]) == ("880", "-880")
    assert int(bill[-1][0]) == len(bill) - 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"out_trade_no": "x", "amount": {"total": 1}},
        {"out_trade_no": "malformed-1", "amount": {"total": 0}},
        {"out_trade_no": "malformed-1", "amount": {"total": "1"}},
        {"out_trade_no": "malformed-1", "amount": {"total": 1, "currency": "USD"}},
        {"out_trade_no": "malformed-1", "amount": {"total": 1}, "more": 1},
    ],
)
async def test_the_second_wallet_reads_strictly(bank: Channels, body: dict[str, object]) -> None:
    said = await bank.wallet_b("POST", "/pay/transactions/native", body)
    assert (said.status_code, said.json()["code"]) == (400, "PARAM_ERROR")


async def test_many_at_once_with_one_reference_are_one_payment(bank: Channels) -> None:
    said = await asyncio.gather(
        *(bank.card_says("pay", **collected("all-at-once")) for _ in range(20))
    )
    assert len({each["queryId"] for each in said}) == 1


async def test_a_share_of_faults_repeats_with_its_seed(bank: Channels) -> None:
    async def outcomes(run: str) -> list[str]:
        await bank.faults("card", {"kind": "reject", "share": 0.5, "seed": 3})
        return [
            (await bank.card_says("pay", **collected(f"dice-{run}-{n}")))["respCode"]
            for n in range(12)
        ]

    first = await outcomes("one")
    assert first == await outcomes("two")
    assert {"00", "51"} == set(first)


async def test_a_public_key_is_one(bank: Channels) -> None:
    said = await bank.client.put(
        "/sandbox/channels/bank/merchant", json={"id": "tongbao", "public_key": "no key"}
    )
    assert (said.status_code, said.json()["code"]) == (422, "channels.bad_key")
