"""Payments as pain.001.001.09: what the message says, its control sums, and its lines."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from tongbao.kernel.text import Text
from tongbao.lib.iso20022 import pain001
from tongbao.products.bulk.domain.errors import (
    DebtorAccountDiffers,
    FileUnreadable,
    LineUnreadable,
    SchemaViolated,
)
from tongbao.products.bulk.domain.reading import Head, RawLine, Totals

FIELD_LENGTH_MAX: Final = 1_000
_WHY: Final = {
    "not_xml": Text(zh="不是完整的 XML", en="it is no well-formed XML"),
    "doctype": Text(zh="不接受 DOCTYPE 和实体", en="a DOCTYPE or an entity is not accepted"),
    "not_this_message": Text(zh="不是 pain.001.001.09 报文", en="it is no pain.001.001.09"),
    "too_complex": Text(zh="单笔付款的内容过多", en="one payment has too much in it"),
}


def read(source: BinaryIO) -> Iterator[Head | RawLine]:
    """Yield the head and the lines.

    Raises `FileUnreadable`, `SchemaViolated`, `ControlSumWrong`, `DebtorAccountDiffers` when two
    parts of one message name different accounts.
    """
    source.seek(0)
    try:
        yield from _read(source)
    except pain001.UnreadableError as error:
        raise FileUnreadable(why=_WHY[error.why]) from error


def _read(source: BinaryIO) -> Iterator[Head | RawLine]:
    whole = part = Totals("GrpHdr", None, None)
    account: str | None = None
    for each in pain001.read(source):
        match each:
            case pain001.Header():
                whole.count_said, whole.sum_said = each.count, each.control_sum
                yield Head(message_id=each.message_id)
            case pain001.Information():
                part.check() if part is not whole else None
                part = Totals(f"PmtInf {each.id[:35]}", each.count, each.control_sum)
                if account not in (None, each.debtor_account):
                    raise DebtorAccountDiffers(account_number=(each.debtor_account or "-")[:34])
                account = each.debtor_account
                yield Head(account_number=account or "-", requested_on=each.requested_on)
            case pain001.Transaction():
                whole.add(each.amount)
                part.add(each.amount)
                yield _line(each)
            case pain001.Fault():
                raise SchemaViolated(path=each.path, fault=each.text)
    if part is not whole:
        part.check()
    whole.check()


def _line(each: pain001.Transaction) -> RawLine:
    return RawLine(
        number=each.place,
        account=each.account[:FIELD_LENGTH_MAX],
        name=each.name[:FIELD_LENGTH_MAX],
        amount=each.amount[:FIELD_LENGTH_MAX],
        currency=each.currency[:FIELD_LENGTH_MAX],
        remittance=each.remittance and each.remittance[:FIELD_LENGTH_MAX],
        reference=each.end_to_end_id[:FIELD_LENGTH_MAX] or None,
        group=each.information_id[:FIELD_LENGTH_MAX],
        fault=None if each.fault is None else LineUnreadable(fault=each.fault),
    )
