"""The first kind of wallet: one address, forms signed by RSA, answers in signed JSON, GBK bills.

A trade is shown as a QR code and waits for whoever scans it, or is paid by the code a customer
shows. Outcomes come as signed forms, which want to be answered with `success`.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import urlencode

from tongbao.core.channels.domain.errors import CallbackRefused, CallbackUnreadable
from tongbao.core.channels.domain.features import Features, Terms
from tongbao.core.channels.domain.instructions import (
    Answer,
    CounterpartyKind,
    Instruction,
    Operation,
    Outcome,
)
from tongbao.core.channels.domain.notices import Notice, NoticeKind
from tongbao.core.channels.domain.reasons import Reason, reason
from tongbao.core.channels.domain.statements import Statement, StatementLine
from tongbao.core.channels.gateways import files, reading, signing
from tongbao.core.channels.gateways.base import ShowingGateway
from tongbao.core.channels.gateways.plugin import Callback, Connection, Receipt
from tongbao.core.channels.gateways.talking import (
    STATEMENT_BYTES_MAX,
    Lost,
    Reply,
)
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text

CURRENCY: Final = "CNY"
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
FRESH: Final = timedelta(seconds=300)
SUCCESS: Final = "10000"
WAITING: Final = "10003"
STATUSES: Final[Mapping[str, Outcome]] = {
    "WAIT_BUYER_PAY": Outcome.PENDING,
    "TRADE_SUCCESS": Outcome.DONE,
    "TRADE_FAILED": Outcome.NOT_DONE,
    "TRADE_CLOSED": Outcome.NOT_DONE,
}
REFUSALS: Final[Mapping[str, Reason]] = {
    "isv.invalid-signature": Reason.CONTRACT_REFUSED,
    "isv.invalid-app-id": Reason.CONTRACT_REFUSED,
    "ACQ.INVALID_PARAMETER": Reason.MALFORMED,
    "ACQ.BUYER_BALANCE_NOT_ENOUGH": Reason.INSUFFICIENT_FUNDS,
    "ACQ.PAYEE_NOT_EXIST": Reason.UNKNOWN_ACCOUNT,
    "ACQ.PAYEE_NOT_MATCH": Reason.NAME_MISMATCH,
    "ACQ.PAYEE_ACCOUNT_FROZEN": Reason.ACCOUNT_BLOCKED,
    "ACQ.PAYMENT_AUTH_CODE_INVALID": Reason.CODE_EXPIRED,
    "ACQ.BUYER_DECLINED": Reason.PAYER_DECLINED,
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": Reason.REFUND_TOO_LARGE,
    "ACQ.TRADE_NOT_EXIST": Reason.UNKNOWN_ORIGINAL,
}
"""Codes that say for certain that nothing was executed; any other one leaves it open."""
NOT_THERE: Final = "ACQ.TRADE_NOT_EXIST"
REUSED: Final = "ACQ.OUT_TRADE_NO_USED"
KINDS_OF_LINES: Final = {
    "交易": Operation.COLLECT,
    "退款": Operation.REFUND,
    "转账": Operation.PAY_OUT,
}


class WalletAGateway(ShowingGateway):
    """Collects by QR code or the customer's code, pays customers, refunds."""

    features: ClassVar = Features(
        title=Text(zh="钱包甲", en="Wallet A"),
        currency=CURRENCY,
        kinds={
            Operation.PAY_OUT: frozenset({CounterpartyKind.WALLET}),
            Operation.COLLECT: frozenset({None, CounterpartyKind.WALLET}),
            Operation.REFUND: frozenset({None}),
        },
        terms={
            Operation.PAY_OUT: Terms(fee_rate=Rate.percent("0.1"), amount_max_minor=200_000_00),
            Operation.COLLECT: Terms(fee_rate=Rate.percent("0.6"), amount_max_minor=200_000_00),
            Operation.REFUND: Terms(),
        },
        shows_redirect=True,
        calls_back=True,
        partial_refunds=True,
        statement="CSV, GBK",
    )

    def __init__(self, connection: Connection, *, clock: Callable[[], datetime]) -> None:
        super().__init__(connection, clock=clock)
        self._keys = signing.RsaKeys(key=connection.key, channel_key=connection.channel_key)

    async def statement(self, day: date) -> Statement:
        """Return the bill of a day."""
        ask = self._talker.say(
            "POST",
            "/gateway.do",
            content=self._form("bill.download", {"bill_date": str(day)}),
            headers=FORM,
            bytes_max=STATEMENT_BYTES_MAX,
        )
        return await files.fetched(
            self._connection.channel, day, ask,
            is_signed=lambda reply: self._keys.is_signed(
                reply.body, reply.headers.get("x-signature", "")
            ),
            read=lambda reply: self._bill(day, reply),
        )  # fmt: skip

    def read_callback(
        self,
        headers: Mapping[str, str],  # noqa: ARG002 - all is in the form
        body: bytes,
        *,
        at: datetime,
    ) -> Callback:
        """Read a signed form."""
        channel = self._connection.channel
        fields = signing.form(body)
        signature = fields.pop("sign", "")
        if not self._keys.is_signed(signing.form_text(fields), signature):
            raise CallbackRefused(channel=channel)
        try:
            told_at = datetime.fromisoformat(fields["notify_time"])
            if abs(at - told_at) > FRESH:
                raise CallbackRefused(channel=channel)
            notice = Notice(
                kind=NoticeKind.OUTCOME,
                reference=fields["out_trade_no"],
                amount=reading.major(fields["amount"], CURRENCY),
                outcome=STATUSES[fields["trade_status"]],
            )
            return Callback(fields["notify_id"], (notice,))
        except (KeyError, TypeError, ValueError) as wrong:
            raise CallbackUnreadable(channel=channel, cause=str(wrong)[:100]) from None

    def receipt(self) -> Receipt:
        """Return the word the wallet waits for."""
        return Receipt(200, b"success", "text/plain")

    async def _submit(self, instruction: Instruction) -> Answer:
        party = instruction.counterparty
        content = {
            "out_trade_no": instruction.reference,
            "amount": instruction.amount.text,
            "subject": instruction.remittance,
        }
        match instruction.operation:
            case Operation.REFUND:
                method = "trade.refund"
                content["orig_trade_no"] = instruction.original_reference or ""
            case Operation.PAY_OUT:
                assert party is not None, "money goes to somebody"
                method = "transfer.pay"
                content |= {"payee": party.account_number, "payee_name": party.name}
            case _ if party is None:
                method = "trade.precreate"
            case _:
                method = "trade.pay"
                content["auth_code"] = party.account_number
        told = await self._ask(method, content)
        code = told.get("code", "")
        if code not in {SUCCESS, WAITING}:
            return _refused(told)
        reading.same(instruction.reference, told.get("out_trade_no"))
        if method == "trade.precreate":
            return Answer(outcome=Outcome.PENDING, redirect=reading.address(told.get("qr_code")))
        return _trade(told)

    async def _inquire(self, instruction: Instruction) -> Answer:
        told = await self._ask("trade.query", {"out_trade_no": instruction.reference})
        if told.get("code") == SUCCESS:
            reading.same(instruction.reference, told.get("out_trade_no"))
            return _trade(told)
        code = told.get("sub_code", "")
        if code == NOT_THERE:
            return self._never_received(instruction, code)
        why = REFUSALS.get(code, Reason.OTHER)
        return Answer(outcome=Outcome.UNKNOWN, reason=reason(why, channel_code=code))

    async def _close(self, instruction: Instruction) -> None:
        await self._ask("trade.close", {"out_trade_no": instruction.reference})

    async def _ask(self, method: str, content: Mapping[str, str]) -> Mapping[str, str]:
        """Return the inner answer, whose very text the wallet has signed."""
        reply = await self._talker.say(
            "POST", "/gateway.do", content=self._form(method, content), headers=FORM
        )
        try:
            text = reply.body.decode()
            inner = text[text.index('{"response":') + len('{"response":') : text.rindex(',"sign":')]
            sign, told = json.loads(text)["sign"], json.loads(inner)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Lost(Reason.BROKEN_ANSWER, f"HTTP {reply.status}") from None
        is_told = isinstance(told, dict) and all(isinstance(each, str) for each in told.values())
        if (
            reply.status != files.OK
            or not is_told
            or not isinstance(sign, str)
            or not self._keys.is_signed(inner.encode(), sign)
        ):
            raise Lost(Reason.BROKEN_ANSWER, f"HTTP {reply.status}")
        return dict(told)

    def _form(self, method: str, content: Mapping[str, str]) -> bytes:
        fields = {
            "app_id": self._connection.merchant_id,
            "method": method,
            "notify_url": self._connection.callback_url,
            "biz_content": json.dumps(content, ensure_ascii=False),
        }
        return urlencode({**fields, "sign": self._keys.sign(signing.form_text(fields))}).encode()

    def _bill(self, day: date, reply: Reply) -> Statement:
        """Read the lines between a remark that names the day and one with the totals."""
        head, _titles, *details, foot = csv.reader(io.StringIO(reply.body.decode("gbk")))
        if head != [f"#业务明细 {day}"]:
            msg = "head"
            raise ValueError(msg)
        lines = []
        for reference, number, kind, amount, original, at in details:
            owed = reading.major(amount, CURRENCY)
            lines.append(
                StatementLine(
                    reference=reference,
                    channel_reference=number,
                    operation=KINDS_OF_LINES[kind],
                    amount=abs(owed),
                    fee=Money.zero(CURRENCY),
                    at=datetime.fromisoformat(at).replace(tzinfo=BANK_ZONE),
                    original_reference=original or None,
                )
            )
        _, count, _, total, _ = foot[0].split(" ")
        statement = Statement(
            channel=self._connection.channel,
            day=day,
            currency=CURRENCY,
            lines=tuple(lines),
            content=reply.body,
            media_type="text/csv; charset=gbk",
        )
        return reading.checked(statement, lines=int(count), total=reading.major(total, CURRENCY))


def _trade(told: Mapping[str, str]) -> Answer:
    """Return what a trade is told to be; a failed one failed for certain, whatever the code."""
    try:
        outcome = STATUSES[told["trade_status"]]
        amount = reading.major(told["amount"], CURRENCY)
        settled_at = reading.day_of(told["settle_date"])
    except (KeyError, ValueError) as wrong:
        raise Lost(Reason.BROKEN_ANSWER, str(wrong)) from None
    why = None
    if outcome is Outcome.NOT_DONE:
        code = f"ACQ.{told.get('fail_code', '')}"
        closed = told["trade_status"] == "TRADE_CLOSED"
        ours = Reason.NOT_PAID if closed else REFUSALS.get(code, Reason.REFUSED)
        why = reason(ours, channel_code=told["trade_status"] if closed else code)
    return Answer(
        outcome=outcome,
        channel_reference=told.get("trade_no"),
        reason=why,
        amount=amount,
        settled_at=settled_at,
    )


def _refused(told: Mapping[str, str]) -> Answer:
    code = told.get("sub_code", "")
    if code in REFUSALS:
        why = reason(REFUSALS[code], channel_code=code)
        return Answer(outcome=Outcome.NOT_DONE, reason=why)
    ours = Reason.REFERENCE_REUSED if code == REUSED else Reason.OTHER
    return Answer(outcome=Outcome.UNKNOWN, reason=reason(ours, channel_code=code))
