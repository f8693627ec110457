"""A card network: signed forms, an answer at once, and a settlement file the day after.

Both sides sign with HMAC-SHA256 under a shared secret. Code 05 means that nobody can tell yet.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import ClassVar, Final
from urllib.parse import urlencode

from tongbao.core.channels.domain.errors import CallbackRefused
from tongbao.core.channels.domain.features import Features, Terms
from tongbao.core.channels.domain.instructions import (
    Answer,
    CounterpartyKind,
    Instruction,
    Operation,
    Outcome,
)
from tongbao.core.channels.domain.reasons import Reason, reason
from tongbao.core.channels.domain.statements import Statement, StatementLine
from tongbao.core.channels.gateways import files, reading, signing
from tongbao.core.channels.gateways.base import HttpGateway
from tongbao.core.channels.gateways.plugin import Callback, Connection
from tongbao.core.channels.gateways.talking import (
    STATEMENT_BYTES_MAX,
    Lost,
    Reply,
)
from tongbao.kernel.clock import midnight
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text

CURRENCY: Final = "CNY"
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
TYPES: Final = {Operation.COLLECT: "11", Operation.PAY_OUT: "12", Operation.REFUND: "04"}
DONE: Final = "00"
PENDING: Final = "05"
UNKNOWN_PAYMENT: Final = "34"
REUSED: Final = "12"
REFUSALS: Final[Mapping[str, Reason]] = {
    "10": Reason.MALFORMED,
    "11": Reason.CONTRACT_REFUSED,
    "14": Reason.UNKNOWN_ACCOUNT,
    "35": Reason.UNKNOWN_ORIGINAL,
    "51": Reason.INSUFFICIENT_FUNDS,
    "56": Reason.NAME_MISMATCH,
    "61": Reason.OVER_LIMIT,
    "62": Reason.ACCOUNT_BLOCKED,
    "64": Reason.REFUND_TOO_LARGE,
}
"""Codes that say for certain that nothing was executed; any other one leaves it open."""


class CardGateway(HttpGateway):
    """Collects from cards, pays out to them, refunds, and tells whose they are."""

    features: ClassVar = Features(
        title=Text(zh="银行卡网络", en="Card network"),
        currency=CURRENCY,
        kinds={
            Operation.PAY_OUT: frozenset({CounterpartyKind.CARD}),
            Operation.COLLECT: frozenset({CounterpartyKind.CARD}),
            Operation.REFUND: frozenset({None}),
            Operation.VERIFY_CARD: frozenset({CounterpartyKind.CARD}),
        },
        terms={
            Operation.PAY_OUT: Terms(fee_fixed_minor=1_00, amount_max_minor=1_000_000_00),
            Operation.COLLECT: Terms(
                fee_rate=Rate.percent("0.5"), fee_max_minor=20_00, amount_max_minor=1_000_000_00
            ),
            Operation.REFUND: Terms(),
            Operation.VERIFY_CARD: Terms(fee_fixed_minor=10, amount_min_minor=0),
        },
        partial_refunds=True,
        statement="text",
    )

    def __init__(self, connection: Connection, *, clock: Callable[[], datetime]) -> None:
        super().__init__(connection, clock=clock)
        self._secret = signing.Secret(connection.secret)

    async def statement(self, day: date) -> Statement:
        """Return the settlement file of a day."""
        ask = self._talker.say(
            "POST",
            "/v1/settlements",
            content=self._form({"settleDate": f"{day:%Y%m%d}"}),
            headers=FORM,
            bytes_max=STATEMENT_BYTES_MAX,
        )
        return await files.fetched(
            self._connection.channel, day, ask,
            is_signed=lambda reply: self._secret.is_mac(
                reply.body, reply.headers.get("x-signature", "")
            ),
            read=lambda reply: self._statement(day, reply),
        )  # fmt: skip

    def read_callback(
        self,
        headers: Mapping[str, str],  # noqa: ARG002
        body: bytes,  # noqa: ARG002
        *,
        at: datetime,  # noqa: ARG002
    ) -> Callback:
        """Refuse it: a card network tells nothing of its own accord."""
        raise CallbackRefused(channel=self._connection.channel)

    async def _submit(self, instruction: Instruction) -> Answer:
        party = instruction.counterparty
        fields = {
            "accNo": "" if party is None else party.account_number,
            "accName": "" if party is None else party.name,
        }
        if instruction.operation is Operation.VERIFY_CARD:
            code = (await self._ask("verify", fields)).get("respCode", "")
            return self._answer(code, {}, instruction)
        told = await self._ask(
            "pay",
            fields
            | {
                "txnType": TYPES[instruction.operation],
                "txnAmt": str(instruction.amount.minor),
                "currencyCode": "156",
                "orderId": instruction.reference,
                "origOrderId": instruction.original_reference or "",
            },
        )
        return self._answer(told.get("respCode", ""), told, instruction)

    async def _inquire(self, instruction: Instruction) -> Answer:
        if instruction.operation is Operation.VERIFY_CARD:  # which changes nothing: once more
            return await self._submit(instruction)
        told = await self._ask("query", {"orderId": instruction.reference})
        code = told.get("respCode", "")
        if code == UNKNOWN_PAYMENT:
            return self._never_received(instruction, code)
        if code != DONE:  # the inquiry was refused, which says nothing of the payment
            why = REFUSALS.get(code, Reason.OTHER)
            return Answer(outcome=Outcome.UNKNOWN, reason=reason(why, channel_code=code))
        return self._answer(told.get("origRespCode", ""), told, instruction)

    def _answer(self, code: str, told: Mapping[str, str], instruction: Instruction) -> Answer:
        if code in REFUSALS:
            why = reason(REFUSALS[code], channel_code=code)
            return Answer(outcome=Outcome.NOT_DONE, reason=why)
        if code not in {DONE, PENDING}:
            why = reason(
                Reason.REFERENCE_REUSED if code == REUSED else Reason.OTHER, channel_code=code
            )
            return Answer(outcome=Outcome.UNKNOWN, reason=why)
        if instruction.operation is Operation.VERIFY_CARD:
            return Answer(outcome=Outcome.DONE)
        reading.same(instruction.reference, told.get("orderId"))
        try:
            return Answer(
                outcome=Outcome.DONE if code == DONE else Outcome.PENDING,
                channel_reference=told["queryId"],
                amount=reading.minor(told["txnAmt"], CURRENCY),
                settled_at=reading.day_of(told["settleDate"]),
            )
        except (KeyError, ValueError) as wrong:
            raise Lost(Reason.BROKEN_ANSWER, str(wrong)) from None

    async def _ask(self, verb: str, fields: Mapping[str, str]) -> dict[str, str]:
        reply = await self._talker.say(
            "POST", f"/v1/{verb}", content=self._form(fields), headers=FORM
        )
        told = signing.form(reply.body)
        mac = told.pop("signature", "")
        if reply.status != files.OK or not self._secret.is_mac(signing.form_text(told), mac):
            raise Lost(Reason.BROKEN_ANSWER, f"HTTP {reply.status}")
        return told

    def _form(self, fields: Mapping[str, str]) -> bytes:
        said = {"merId": self._connection.merchant_id, **fields}
        signed = {**said, "signature": self._secret.mac(signing.form_text(said))}
        return urlencode(signed).encode()

    def _statement(self, day: date, reply: Reply) -> Statement:
        """Read `H|day|lines|net`, lines `D|reference|number|type|amount`, `T|lines|net`."""
        rows = [row.split("|") for row in reply.body.decode("ascii").splitlines()]
        head, *details, (trailer, *totals) = rows
        if head[:2] != ["H", f"{day:%Y%m%d}"] or trailer != "T" or head[2:] != totals:
            msg = "head or trailer"
            raise ValueError(msg)
        operations = {code: operation for operation, code in TYPES.items()}
        lines = []
        for kind, reference, number, code, amount in details:
            if kind != "D":
                msg = f"line {kind[:10]!r}"
                raise ValueError(msg)
            lines.append(
                StatementLine(
                    reference=reference,
                    channel_reference=number,
                    operation=operations[code],
                    amount=reading.minor(amount, CURRENCY),
                    fee=Money.zero(CURRENCY),
                    at=midnight(day),
                )
            )
        statement = Statement(
            channel=self._connection.channel,
            day=day,
            currency=CURRENCY,
            lines=tuple(lines),
            content=reply.body,
            media_type="text/plain",
        )
        count, total = totals
        return reading.checked(statement, lines=int(count), total=reading.minor(total, CURRENCY))
