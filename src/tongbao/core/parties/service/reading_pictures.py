"""Reading the pictures of a case while its customer still fills in the form.

What was read is offered to them to correct, and the check need not read the same pictures again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.core.parties.domain.cases import COLLECTING, Case, Evidence, EvidenceKind
from tongbao.core.parties.domain.reading import DocumentReading
from tongbao.core.parties.service.cases import record
from tongbao.core.parties.service.material import Outside, PictureReader, gather, reading_of
from tongbao.core.parties.service.reading_cases import evidence, get_case, locked_case
from tongbao.infra.db import Database, ReadSession

CARD: Final = EvidenceKind.ID_CARD_READING
LICENCE: Final = EvidenceKind.LICENCE_READING
PICTURES_OF: Final = {
    CARD: (EvidenceKind.ID_CARD_FRONT, EvidenceKind.ID_CARD_BACK),
    LICENCE: (EvidenceKind.LICENCE_PICTURE,),
}


async def readings(
    tx: ReadSession, case: Case, *, reader: UUID
) -> dict[EvidenceKind, DocumentReading]:
    """Return what was read of the documents whose pictures `reader` has handed in.

    Nothing once the check has begun: then the numbers are masked as everywhere.
    """
    if case.state not in COLLECTING:
        return {}
    given = await evidence(tx, case.id)
    newest = {each.kind: each for each in given}
    found: dict[EvidenceKind, DocumentReading] = {}
    for kind, pictures in PICTURES_OF.items():
        shown = [newest[each] for each in pictures if each in newest]
        if len(shown) < len(pictures) or any(each.recorded_by != reader for each in shown):
            continue
        fields = reading_of(given, kind, pictures)
        found[kind] = DocumentReading(done=fields is not None, fields=fields or {})
    return found


async def read_pictures(
    database: Database, outside: Outside, *, case_id: UUID, clock: Callable[[], datetime]
) -> None:
    """Read what is whole and unread; harmless to repeat. No transaction is open meanwhile."""
    async with database.read() as tx:
        case = await get_case(tx, case_id)
        given = await evidence(tx, case_id)
        pictures = (await gather(tx, given)).pictures
    due = _due(given)
    if case.state not in COLLECTING or not due:
        return
    read = {kind: await _read(outside.reader, kind, pictures) for kind in due}
    async with database.write() as tx:
        case = await locked_case(tx, case_id)
        if case.state not in COLLECTING:
            return
        still = _due(await evidence(tx, case_id))
        for kind, fields in read.items():
            # Other pictures have come meanwhile: a job of their own reads them.
            if still.get(kind) == due[kind]:
                await record(tx, case, kind, dict(fields), recorded_by=None, at=clock())


def _due(given: Sequence[Evidence]) -> dict[EvidenceKind, tuple[UUID, ...]]:
    """Return which readings are missing, each with the pictures that it would be of."""
    newest = {each.kind: each for each in given}
    return {
        kind: tuple(newest[each].id for each in pictures)
        for kind, pictures in PICTURES_OF.items()
        if all(each in newest for each in pictures) and reading_of(given, kind, pictures) is None
    }


async def _read(
    reader: PictureReader | None, kind: EvidenceKind, pictures: dict[EvidenceKind, bytes]
) -> dict[str, str]:
    """Return the fields that are sure; nothing where a picture is no picture, or nobody reads."""
    seen = [pictures.get(each, b"") for each in PICTURES_OF[kind]]
    if reader is None or not all(seen):
        return {}
    fields = await (reader.id_card(*seen) if kind is CARD else reader.licence(*seen))
    return fields or {}
