"""The second kind of wallet: resources in JSON, whole fen, requests signed in a header.

Its messages are encrypted by AES-256-GCM under a shared secret and signed in the header, as every
answer is; bills are CSV under gzip.
"""

import csv
import gzip
import io
import json
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Annotated, ClassVar, Final, Literal, TypeVar
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field, ValidationError

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
from tongbao.core.channels.gateways.plugin import Callback, Connection
from tongbao.core.channels.gateways.talking import (
    STATEMENT_BYTES_MAX,
    Lost,
    Reply,
)
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.decimals import MINOR_MAX
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text

CURRENCY: Final = "CNY"
SCHEME: Final = "WALLETB-RSA2048"
FRESH_SECONDS: Final = 300
REFUSALS: Final[Mapping[str, Reason]] = {
    "PARAM_ERROR": Reason.MALFORMED,
    "SIGN_ERROR": Reason.CONTRACT_REFUSED,
    "AUTH_CODE_EXPIRED": Reason.CODE_EXPIRED,
    "ORDER_NOT_EXIST": Reason.UNKNOWN_ORIGINAL,
}
"""Codes that say for certain that nothing was executed; any other one leaves it open."""
NOT_THERE: Final = "ORDER_NOT_EXIST"
REUSED: Final = "OUT_TRADE_NO_USED"
FAILURES: Final[Mapping[str, Reason]] = {
    "INSUFFICIENT_FUNDS": Reason.INSUFFICIENT_FUNDS,
    "UNKNOWN_ACCOUNT": Reason.UNKNOWN_ACCOUNT,
    "CLOSED_ACCOUNT": Reason.ACCOUNT_CLOSED,
    "FROZEN": Reason.ACCOUNT_BLOCKED,
    "NAME_MISMATCH": Reason.NAME_MISMATCH,
    "PAYER_DECLINED": Reason.PAYER_DECLINED,
    "OVER_LIMIT": Reason.OVER_LIMIT,
    "REFUND_TOO_LARGE": Reason.REFUND_TOO_LARGE,
    "UNKNOWN_ORIGINAL": Reason.UNKNOWN_ORIGINAL,
}
STATES: Final[Mapping[str, Outcome]] = {
    "NOTPAY": Outcome.PENDING,
    "USERPAYING": Outcome.PENDING,
    "SUCCESS": Outcome.DONE,
    "PAYERROR": Outcome.NOT_DONE,
    "CLOSED": Outcome.NOT_DONE,
}
KINDS_OF_LINES: Final = {
    "COLLECT": Operation.COLLECT,
    "REFUND": Operation.REFUND,
    "PAYOUT": Operation.PAY_OUT,
}
Words = Annotated[str, Field(max_length=200)]


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Amount(_Wire):
    total: Annotated[int, Field(ge=1, le=MINOR_MAX)]
    currency: Literal["CNY"]


class _Trade(_Wire):
    out_trade_no: Words
    transaction_id: Words
    trade_state: Literal["NOTPAY", "USERPAYING", "SUCCESS", "PAYERROR", "CLOSED"]
    fail_reason: Words
    amount: _Amount
    settle_date: Words


class _Sealed(_Wire):
    algorithm: Literal["AEAD_AES_256_GCM"]
    associated_data: Words
    nonce: Words
    ciphertext: Annotated[str, Field(max_length=20_000)]


class _Message(_Wire):
    id: Annotated[str, Field(min_length=1, max_length=64)]
    resource: _Sealed


class _Code(_Wire):
    code_url: Annotated[str, Field(max_length=reading.ADDRESS_LENGTH_MAX)]


class _Problem(_Wire):
    code: Words


_Shape = TypeVar("_Shape", bound=_Wire)


class WalletBGateway(ShowingGateway):
    """Collects by QR code or the customer's code, pays customers, refunds."""

    features: ClassVar = Features(
        title=Text(zh="钱包乙", en="Wallet B"),
        currency=CURRENCY,
        kinds={
            Operation.PAY_OUT: frozenset({CounterpartyKind.WALLET}),
            Operation.COLLECT: frozenset({None, CounterpartyKind.WALLET}),
            Operation.REFUND: frozenset({None}),
        },
        terms={
            Operation.PAY_OUT: Terms(
                fee_rate=Rate.percent("0.1"), fee_min_minor=10, amount_max_minor=200_000_00
            ),
            Operation.COLLECT: Terms(fee_rate=Rate.percent("0.54"), amount_max_minor=200_000_00),
            Operation.REFUND: Terms(),
        },
        shows_redirect=True,
        calls_back=True,
        partial_refunds=True,
        statement="CSV, gzip",
    )

    def __init__(self, connection: Connection, *, clock: Callable[[], datetime]) -> None:
        super().__init__(connection, clock=clock)
        self._keys = signing.RsaKeys(key=connection.key, channel_key=connection.channel_key)
        self._cipher = AESGCM(signing.Secret(connection.secret).key)
        self._root = urlsplit(connection.base_url).path.rstrip("/")

    async def statement(self, day: date) -> Statement:
        """Return the bill of a day."""
        path = f"/v3/bills/{day}"
        ask = self._talker.say(
            "GET", path, headers=self._signed("GET", path), bytes_max=STATEMENT_BYTES_MAX
        )
        return await files.fetched(
            self._connection.channel, day, ask,
            is_signed=lambda reply: self._is_signed(reply.headers, reply.body, self._clock()),
            read=lambda reply: self._bill(day, reply),
        )  # fmt: skip

    def read_callback(self, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Callback:
        """Decrypt a message whose header is signed."""
        channel = self._connection.channel
        if not self._is_signed(headers, body, at):
            raise CallbackRefused(channel=channel)
        try:
            message = _Message.model_validate_json(body)
            sealed = message.resource
            plain = self._cipher.decrypt(
                b64decode(sealed.nonce, validate=True),
                b64decode(sealed.ciphertext, validate=True),
                sealed.associated_data.encode(),
            )
            trade = _Trade.model_validate_json(plain)
        except InvalidTag:
            raise CallbackRefused(channel=channel) from None
        except ValueError:  # of pydantic, base64 and the cipher alike
            raise CallbackUnreadable(channel=channel, cause="resource") from None
        notice = Notice(
            kind=NoticeKind.OUTCOME,
            reference=trade.out_trade_no,
            amount=Money(trade.amount.total, CURRENCY),
            outcome=STATES[trade.trade_state],
        )
        return Callback(message.id, (notice,))

    async def _submit(self, instruction: Instruction) -> Answer:
        party = instruction.counterparty
        amount = {"total": instruction.amount.minor, "currency": CURRENCY}
        body: dict[str, object] = {
            "amount": amount,
            "notify_url": self._connection.callback_url or None,
        }
        match instruction.operation:
            case Operation.REFUND:
                path = "/v3/refunds"
                body["out_refund_no"] = instruction.reference
                body["out_trade_no"] = instruction.original_reference or ""
            case Operation.PAY_OUT:
                assert party is not None, "money goes to somebody"
                path = "/v3/transfers"
                body["out_bill_no"] = instruction.reference
                body |= {"openid": party.account_number, "user_name": party.name}
            case _:
                path = f"/v3/pay/transactions/{'native' if party is None else 'codepay'}"
                body["out_trade_no"] = instruction.reference
                body["description"] = instruction.remittance[:127]
                if party is not None:
                    body["auth_code"] = party.account_number
        reply = await self._ask("POST", path, body)
        if reply.status != files.OK:
            return _refused(reply)
        if path.endswith("native"):
            code = _read(_Code, reply)
            return Answer(outcome=Outcome.PENDING, redirect=reading.address(code.code_url))
        return _answer(instruction, reply)

    async def _inquire(self, instruction: Instruction) -> Answer:
        reply = await self._ask("GET", f"/v3/pay/transactions/{instruction.reference}")
        if reply.status == files.OK:
            return _answer(instruction, reply)
        code = _code(reply)
        if code == NOT_THERE:
            return self._never_received(instruction, code)
        why = REFUSALS.get(code, Reason.OTHER)
        return Answer(outcome=Outcome.UNKNOWN, reason=reason(why, channel_code=code))

    async def _close(self, instruction: Instruction) -> None:
        await self._ask("POST", f"/v3/pay/transactions/{instruction.reference}/close")

    async def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Reply:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = self._signed(method, path, content)
        reply = await self._talker.say(method, path, content=content or None, headers=headers)
        if not self._is_signed(reply.headers, reply.body, self._clock()):
            raise Lost(Reason.BROKEN_ANSWER, f"HTTP {reply.status}")
        return reply

    def _signed(self, method: str, path: str, content: bytes = b"") -> dict[str, str]:
        stamp, nonce = str(int(self._clock().timestamp())), token_hex(16)
        text = f"{method}\n{self._root}{path}\n{stamp}\n{nonce}\n".encode() + content
        return {
            "Content-Type": "application/json",
            "Authorization": f'{SCHEME} mchid="{self._connection.merchant_id}",'
            f'nonce_str="{nonce}",timestamp="{stamp}",signature="{self._keys.sign(text)}"',
        }

    def _is_signed(self, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
        stamp, nonce = headers.get("x-timestamp", ""), headers.get("x-nonce", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= len("9999999999")):
            return False
        told_at = datetime.fromtimestamp(int(stamp), UTC)
        if abs((at - told_at).total_seconds()) > FRESH_SECONDS:
            return False
        content = f"{stamp}\n{nonce}\n".encode() + body
        return self._keys.is_signed(content, headers.get("x-signature", ""))

    def _bill(self, day: date, reply: Reply) -> Statement:
        """Read the lines, each value behind a grave accent, and the totals below them."""
        _titles, *details, _words, totals = csv.reader(io.StringIO(_unzipped(reply.body)))
        lines = []
        for row in details:
            at, number, reference, kind, amount, original = _values(row)
            owed = reading.minor(amount, CURRENCY)
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
        statement = Statement(
            channel=self._connection.channel,
            day=day,
            currency=CURRENCY,
            lines=tuple(lines),
            content=reply.body,
            media_type="application/gzip",
        )
        count, total = _values(totals)
        return reading.checked(statement, lines=int(count), total=reading.minor(total, CURRENCY))


def _answer(instruction: Instruction, reply: Reply) -> Answer:
    trade = _read(_Trade, reply)
    reading.same(instruction.reference, trade.out_trade_no)
    outcome = STATES[trade.trade_state]
    why = None
    if outcome is Outcome.NOT_DONE:
        closed = trade.trade_state == "CLOSED"
        ours = Reason.NOT_PAID if closed else FAILURES.get(trade.fail_reason, Reason.REFUSED)
        why = reason(ours, channel_code=trade.trade_state if closed else trade.fail_reason)
    try:
        settled_at = reading.day_of(trade.settle_date)
    except ValueError:
        raise Lost(Reason.BROKEN_ANSWER, "settle_date") from None
    return Answer(
        outcome=outcome,
        channel_reference=trade.transaction_id,
        reason=why,
        amount=Money(trade.amount.total, trade.amount.currency),
        settled_at=settled_at,
    )


def _refused(reply: Reply) -> Answer:
    code = _code(reply)
    if code in REFUSALS:
        why = reason(REFUSALS[code], channel_code=code)
        return Answer(outcome=Outcome.NOT_DONE, reason=why)
    ours = Reason.REFERENCE_REUSED if code == REUSED else Reason.OTHER
    return Answer(outcome=Outcome.UNKNOWN, reason=reason(ours, channel_code=code))


def _code(reply: Reply) -> str:
    return _read(_Problem, reply).code


def _read(shape: type[_Shape], reply: Reply) -> _Shape:
    try:
        return shape.model_validate_json(reply.body)
    except ValidationError:
        raise Lost(Reason.BROKEN_ANSWER, "shape") from None


def _unzipped(body: bytes) -> str:
    """Return the text; of more than is allowed, whatever it is packed into, nothing."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as opened:
            plain = opened.read(STATEMENT_BYTES_MAX + 1)
    except (OSError, EOFError, zlib.error):
        raise ValueError("gzip") from None
    if len(plain) > STATEMENT_BYTES_MAX:
        raise ValueError("too many bytes")
    return plain.decode()


def _values(row: list[str]) -> list[str]:
    if not all(value.startswith("`") for value in row):
        raise ValueError("a value without its grave accent")
    return [value[1:] for value in row]
