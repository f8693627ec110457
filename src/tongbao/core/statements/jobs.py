"""What the worker does for statements."""

from uuid import UUID

from tongbao.core.statements import service
from tongbao.core.statements.service.documents import ISSUE_JOB
from tongbao.infra import jobs


@jobs.task(name=ISSUE_JOB)
async def issue_document(context: jobs.JobContext, *, document_id: str) -> None:
    """Set and seal a document that was ordered."""
    await service.issue(context.database, document_id=UUID(document_id), at=context.at)
