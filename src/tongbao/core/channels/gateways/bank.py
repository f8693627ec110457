"""A clearing bank: ISO 20022 over HTTP, every message signed by Ed25519 over its bytes.

A pacs.008 is answered with a pacs.002 that takes it in or refuses it; the outcome comes as another
one, and is there for the asking. Money that comes back is a pacs.004, money that comes in a
pacs.008, and the day's file a camt.053. Whose an account is, is asked by acmt.023, money back by
camt.056, which a camt.029 answers.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import ClassVar, Final
from urllib.parse import quote, urlsplit

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
from tongbao.core.channels.gateways import (
    files,
    iso20022,
    reading,
    recalling,
    signing,
    verifying,
)
from tongbao.core.channels.gateways.base import HttpGateway
from tongbao.core.channels.gateways.plugin import Callback, Connection
from tongbao.core.channels.gateways.talking import (
    STATEMENT_BYTES_MAX,
    Lost,
    Reply,
)
from tongbao.kernel.clock import midnight
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

CURRENCY: Final = iso20022.CURRENCY
XML: Final = "application/xml"
NOT_FOUND: Final = 404
UNPROCESSABLE: Final = 422
OUTCOMES: Final[Mapping[str, Outcome]] = {
    "ACTC": Outcome.PENDING,
    "ACCP": Outcome.PENDING,
    "ACSP": Outcome.PENDING,
    "PDNG": Outcome.PENDING,
    "ACSC": Outcome.DONE,
    "RJCT": Outcome.NOT_DONE,
}
REUSED: Final = "AM05"
REASONS: Final[Mapping[str, Reason]] = {
    "AM04": Reason.INSUFFICIENT_FUNDS,
    "AC01": Reason.UNKNOWN_ACCOUNT,
    "AC04": Reason.ACCOUNT_CLOSED,
    "AC06": Reason.ACCOUNT_BLOCKED,
    "BE01": Reason.NAME_MISMATCH,
    "AM02": Reason.OVER_LIMIT,
    "FF01": Reason.MALFORMED,
}


class BankGateway(HttpGateway):
    """Sends credit transfers, and hears of those that come in or back."""

    features: ClassVar = Features(
        title=Text(zh="清算银行", en="Clearing bank"),
        currency=CURRENCY,
        kinds={
            Operation.PAY_OUT: frozenset({CounterpartyKind.BANK_ACCOUNT, CounterpartyKind.CARD}),
            Operation.VERIFY_ACCOUNT: frozenset({CounterpartyKind.BANK_ACCOUNT}),
            Operation.RECALL: frozenset({None}),
        },
        terms={
            Operation.PAY_OUT: Terms(fee_fixed_minor=2_00, amount_max_minor=50_000_000_00),
            Operation.VERIFY_ACCOUNT: Terms(amount_min_minor=0),
            Operation.RECALL: Terms(),
        },
        calls_back=True,
        statement="camt.053.001.08",
    )

    def __init__(self, connection: Connection, *, clock: Callable[[], datetime]) -> None:
        super().__init__(connection, clock=clock)
        self._keys = signing.Ed25519Keys(key=connection.key, channel_key=connection.channel_key)
        self._root = urlsplit(connection.base_url).path.rstrip("/")

    async def statement(self, day: date) -> Statement:
        """Return the camt.053 of a day."""
        path = f"/v1/statements/{day}"
        ask = self._talker.say(
            "GET", path, headers=self._signed(path), bytes_max=STATEMENT_BYTES_MAX
        )
        return await files.fetched(
            self._connection.channel, day, ask,
            is_signed=self._is_signed,
            read=lambda reply: self._statement(day, reply),
        )  # fmt: skip

    def read_callback(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        at: datetime,  # noqa: ARG002 - the bank repeats its messages for days
    ) -> Callback:
        """Read a pacs.002, 004 or 008, or a camt.029."""
        channel = self._connection.channel
        if not self._keys.is_signed(body, headers.get("x-signature", "")):
            raise CallbackRefused(channel=channel)
        try:
            document = iso20022.Document(body)
            return _callback(document)
        except iso20022.Unreadable as wrong:
            raise CallbackUnreadable(channel=channel, cause=str(wrong)) from None

    async def _submit(self, instruction: Instruction) -> Answer:
        if instruction.operation is Operation.VERIFY_ACCOUNT:
            return await self._verify(instruction)
        if instruction.operation is Operation.RECALL:
            return await self._recall(instruction)
        # One message of one transfer: what is sent again is the same to the byte.
        document = iso20022.write_order(
            instruction,
            message_id=_message_id(instruction.reference),
            at=instruction.at,
            agent=self._connection.merchant_id,
        )
        return self._answer(instruction, await self._post("/v1/payments", document))

    async def _verify(self, instruction: Instruction) -> Answer:
        """Ask whose an account is, which changes nothing however often."""
        at, agent = instruction.at, self._connection.merchant_id
        document = verifying.write_question(instruction, at=at, agent=agent)
        reply = await self._post("/v1/verifications", document)
        if reply.status != files.OK or not self._is_signed(reply):
            raise Lost(Reason.BROKEN_ANSWER, f"HTTP {reply.status}")
        try:
            document_read = iso20022.Document(reply.body)
            return verifying.read_verdict(document_read, reference=instruction.reference)
        except iso20022.Unreadable as wrong:
            raise Lost(Reason.BROKEN_ANSWER, str(wrong)) from None

    async def _recall(self, instruction: Instruction) -> Answer:
        """Ask for a payment back; under one reference the bank takes it once."""
        document = recalling.write_recall(
            instruction,
            original_message_id=_message_id(instruction.original_reference or ""),
            agent=self._connection.merchant_id,
            bank=self._connection.channel,
        )
        return self._resolution(instruction, await self._post("/v1/recalls", document))

    def _resolution(self, instruction: Instruction, reply: Reply) -> Answer:
        if reply.status != files.OK or not self._is_signed(reply):
            raise Lost(Reason.BROKEN_ANSWER, f"HTTP {reply.status}")
        try:
            told = recalling.read_resolution(iso20022.Document(reply.body))
        except iso20022.Unreadable as wrong:
            raise Lost(Reason.BROKEN_ANSWER, str(wrong)) from None
        reading.same(instruction.reference, told.reference)
        return recalling.answer_of(told)

    async def _post(self, path: str, document: bytes) -> Reply:
        headers = {
            "Content-Type": XML,
            "X-Merchant": self._connection.merchant_id,
            "X-Signature": self._keys.sign(document),
        }
        return await self._talker.say("POST", path, content=document, headers=headers)

    async def _inquire(self, instruction: Instruction) -> Answer:
        if instruction.operation is Operation.VERIFY_ACCOUNT:
            return await self._verify(instruction)
        recalls = instruction.operation is Operation.RECALL
        what = "recall" if recalls else "payment"
        path = f"/v1/{what}s/{quote(instruction.reference, safe='')}"
        reply = await self._talker.say("GET", path, headers=self._signed(path))
        if reply.status == NOT_FOUND and self._is_signed(reply):
            reading.same(f"unknown {what} {instruction.reference}", reply.body.decode("latin-1"))
            return self._never_received(instruction, "404")
        read = self._resolution if recalls else self._answer
        return read(instruction, reply)

    def _answer(self, instruction: Instruction, reply: Reply) -> Answer:
        if reply.status not in {files.OK, UNPROCESSABLE} or not self._is_signed(reply):
            raise Lost(Reason.BROKEN_ANSWER, f"HTTP {reply.status}")
        try:
            report = iso20022.read_report(iso20022.Document(reply.body))
        except iso20022.Unreadable as wrong:
            raise Lost(Reason.BROKEN_ANSWER, str(wrong)) from None
        if report.group_status == "RJCT":
            why = REASONS.get(report.group_code, Reason.REFUSED)
            return Answer(
                outcome=Outcome.NOT_DONE, reason=reason(why, channel_code=report.group_code)
            )
        if len(report.statuses) != 1:
            raise Lost(Reason.BROKEN_ANSWER, "not one payment")
        told = report.statuses[0]
        reading.same(instruction.reference, told.reference)
        return _told(told)

    def _signed(self, path: str) -> dict[str, str]:
        return {
            "X-Merchant": self._connection.merchant_id,
            "X-Signature": self._keys.sign(f"{self._root}{path}".encode()),
        }

    def _is_signed(self, reply: Reply) -> bool:
        return self._keys.is_signed(reply.body, reply.headers.get("x-signature", ""))

    def _statement(self, day: date, reply: Reply) -> Statement:
        told, opening, closing, entries = iso20022.read_statement(iso20022.Document(reply.body))
        if told != day:
            msg = f"of {told}"
            raise ValueError(msg)
        statement = Statement(
            channel=self._connection.channel,
            day=day,
            currency=CURRENCY,
            lines=tuple(
                StatementLine(
                    reference=each.reference,
                    channel_reference=each.channel_reference,
                    operation=Operation.PAY_OUT if each.owed.minor < 0 else Operation.COLLECT,
                    amount=abs(each.owed),
                    fee=Money.zero(CURRENCY),
                    at=midnight(each.booked_on),
                    original_reference=each.original_reference,
                )
                for each in entries
            ),
            content=reply.body,
            media_type=XML,
        )
        return reading.checked(statement, lines=len(entries), total=closing - opening)


def _message_id(reference: str) -> str:
    """Return the id of the message that a payment of this reference was sent in."""
    return f"M{sha256(reference.encode()).hexdigest()[:31]}"


def _told(told: iso20022.Status) -> Answer:
    outcome = OUTCOMES.get(told.status, Outcome.UNKNOWN)
    why = None
    if told.code == REUSED:
        outcome, why = Outcome.UNKNOWN, reason(Reason.REFERENCE_REUSED, channel_code=REUSED)
    elif outcome is Outcome.NOT_DONE:
        why = reason(REASONS.get(told.code, Reason.REFUSED), channel_code=told.code)
    elif outcome is Outcome.UNKNOWN:
        why = reason(Reason.OTHER, channel_code=told.status)
    return Answer(
        outcome=outcome,
        channel_reference=told.channel_reference,
        reason=why,
        amount=told.amount,
        settled_at=None if told.settled_on is None else midnight(told.settled_on),
    )


def _callback(document: iso20022.Document) -> Callback:
    match document.namespace:
        case iso20022.PACS002:
            report = iso20022.read_report(document)
            return Callback(
                report.message_id,
                tuple(
                    Notice(
                        kind=NoticeKind.OUTCOME,
                        reference=each.reference,
                        amount=each.amount,
                        outcome=OUTCOMES.get(each.status, Outcome.UNKNOWN),
                    )
                    for each in report.statuses
                ),
            )
        case recalling.CAMT029:
            told = recalling.read_resolution(document)
            resolved = Notice(
                kind=NoticeKind.OUTCOME,
                reference=told.reference,
                amount=told.amount,
                outcome=recalling.OUTCOMES.get(told.status, Outcome.UNKNOWN),
            )
            return Callback(told.message_id, (resolved,))
        case iso20022.PACS004:
            message_id, returns = iso20022.read_returns(document)
            return Callback(
                message_id,
                tuple(
                    Notice(
                        kind=NoticeKind.RETURN,
                        reference=each.reference,
                        amount=each.amount,
                        outcome=Outcome.DONE,
                        original_reference=each.original_reference,
                        end_to_end_id=each.end_to_end_id,
                        uetr=each.uetr,
                        iso_code=each.code or None,
                    )
                    for each in returns
                ),
            )
        case iso20022.PACS008:
            message_id, transfers = iso20022.read_incoming(document)
            return Callback(
                message_id,
                tuple(
                    Notice(
                        kind=NoticeKind.INCOMING,
                        reference=each.reference,
                        amount=each.amount,
                        outcome=Outcome.DONE,
                        creditor=each.creditor,
                        debtor=each.debtor,
                        remittance=each.remittance,
                        end_to_end_id=each.end_to_end_id,
                        uetr=each.uetr,
                    )
                    for each in transfers
                ),
            )
        case _:
            raise iso20022.Unreadable("Document")
