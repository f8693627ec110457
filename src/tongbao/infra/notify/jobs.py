"""Sending what was written."""

from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy import delete, func, null, select, update

from tongbao.infra import jobs
from tongbao.infra.data_classes import LOGS_KEPT
from tongbao.infra.notify.gateway import GatewayUnavailable, MessageGateway, MessageRefused
from tongbao.infra.notify.models import MessageRow
from tongbao.infra.notify.sealing import unseal
from tongbao.infra.notify.sending import ADDRESS_KEY, TASK
from tongbao.infra.notify.templates import find_template
from tongbao.kernel.text import Language

KEPT: Final = LOGS_KEPT
RETRY: Final = jobs.Retry(first_seconds=1.0, longest_seconds=60.0, attempts_max=10)

ENDED: Final = Counter("tongbao_messages_ended", "Messages, by how they ended", ["kind", "state"])

log = structlog.get_logger(__name__)
_gateways: list[MessageGateway] = []


def use(gateway: MessageGateway) -> None:
    """Say which gateway this process sends by."""
    _gateways[:] = [gateway]


@jobs.task(name=TASK, retry=RETRY)
async def deliver(context: jobs.JobContext, *, message_id: str) -> None:
    """Send one message, unless it was sent or its time is over.

    The gateway is asked outside of any transaction. It may be asked twice when a worker dies in
    between, with the same id. A message that it does not take in time ends as failed.
    """
    assert _gateways, "the worker has been given no message gateway: notify.use"
    wanted = UUID(message_id)
    async with context.database.read() as session:
        row = await session.scalar(select(MessageRow).where(MessageRow.id == wanted))
        if row is None or row.state != "queued":
            return
        assert row.sealed is not None
        hidden = await unseal(session, row.id, row.sealed)
    if context.at >= row.expires_at:
        await _end(context, row, "expired")
        return
    try:
        reference = await _send(_gateways[0], row, hidden)
    except MessageRefused as error:
        log.warning("message_refused", message_id=message_id, status=error.facts["status"])
        await _end(context, row, "refused")
        return
    except GatewayUnavailable:
        if context.attempt >= RETRY.attempts_max:
            await _end(context, row, "failed")
            return
        raise
    await _end(context, row, "sent", reference=reference)


@jobs.periodic(name="infra.notify.purge", cron="17 3 * * *")
async def purge(context: jobs.JobContext) -> None:
    """Delete the traces of messages older than `KEPT`."""
    async with context.database.write() as tx:
        await tx.execute(delete(MessageRow).where(MessageRow.created_at < context.at - KEPT))


async def _send(gateway: MessageGateway, row: MessageRow, hidden: dict[str, str]) -> str:
    address = hidden.pop(ADDRESS_KEY)
    template = find_template(row.template, row.version)
    language: Language = "zh" if row.language == "zh" else "en"
    subject, body = template.render(language, {**row.facts, **hidden})
    if row.channel == "phone":
        return await gateway.send_sms(row.id, to=address, text=body)
    return await gateway.send_email(row.id, to=address, subject=subject, text=body)


async def _end(
    context: jobs.JobContext, row: MessageRow, state: str, *, reference: str | None = None
) -> None:
    """Write down how a message ended; its address and secrets are forgotten."""
    async with context.database.write() as tx:
        await tx.execute(
            update(MessageRow)
            .where(MessageRow.id == row.id, MessageRow.state == "queued")
            .values(
                state=state,
                sealed=null(),
                attempts=func.least(context.attempt, 32_767),
                gateway_reference=reference,
                ended_at=context.at,
            )
        )
    ENDED.labels(row.kind, state).inc()
