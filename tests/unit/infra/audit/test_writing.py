"""Entries that are alike are sent in a shorter way; what arrives is the same."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import pytest

from tongbao.infra.audit.entries import Caller, Entry
from tongbao.infra.audit.writing import arguments, arguments_alike
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

AT: Final = datetime(2026, 3, 2, 4, tzinfo=UTC)
OBJECT_ID: Final = 12
CLIENT = Caller(
    actor_id=new_id(), kind="service", session_id=new_id(), address="10.1.2.3", device=b"d" * 16
)
CLERK = Caller(actor_id=new_id(), kind="staff", roles=("teller", "auditor"), reason="客户来电")
PLAIN = Entry(action="ledger.post_transaction", object_type="transactions")
FULL = Entry(
    action="parties.view",
    subject=new_id(),
    object_type="parties",
    before=b"b",
    after=b"a",
    reason="why",
    outcome="refused",
    code="auth.forbidden",
    keep_years=5,
)


@pytest.mark.parametrize("entry", [PLAIN, FULL], ids=["plain", "full"])
@pytest.mark.parametrize(
    "who", [[CLIENT], [CLIENT, CLIENT], [CLIENT, CLERK, Caller()]], ids=["one", "same", "different"]
)
def test_they_are_sent_as_each_by_itself_would_be(entry: Entry, who: Sequence[Caller]) -> None:
    ids = [new_id() for _ in who]
    each = arguments([entry._replace(object_id=one) for one in ids], who, at=AT)
    alike = arguments_alike(entry, ids, who, at=AT)
    assert len(alike) == len(each)
    for place, (one, other) in enumerate(zip(each, alike, strict=True)):
        if place != OBJECT_ID:
            assert one == other, place


async def test_an_id_sent_as_it_is_arrives_as_its_text(tx: WriteSession) -> None:
    ids = [new_id() for _ in range(3)]
    sent = arguments_alike(PLAIN, ids, [CLIENT] * len(ids), at=AT)[OBJECT_ID]
    ((arrived,),) = await tx.fetch("SELECT %s::uuid[]::text[]", [sent])
    assert arrived == [None, *map(str, ids)]
