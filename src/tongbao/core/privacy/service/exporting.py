"""Subject access: everything that is kept about a party, opened, as one archive.

Core data of other people does not go with it: what a firm handed in about those who act for it is
masked, and their pictures stay here.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.privacy.events import Exported
from tongbao.core.privacy.service import statements
from tongbao.core.privacy.service.archiving import Archive, csv_lines, first_line, json_text
from tongbao.core.privacy.service.reporting import Kept, reports
from tongbao.core.privacy.service.walking import ROWS_MAX, walk
from tongbao.infra import audit, crypto, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.crypto.columns import SealedColumn, sealed_columns
from tongbao.infra.data_register import Stored, stored
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.masking import mask
from tongbao.infra.tables import Base

EXPORT: Final = "privacy:export"
OF_THE_FIRM: Final = frozenset({"parties.licence_picture"})
"""The files of a firm that show no person."""
_SUFFIX: Final = {"image/jpeg": "jpg", "application/pdf": "pdf"}

Row = dict[str, Any]


async def export_own(
    tx: WriteSession, *, party_id: UUID, actor: Actor, step_up_token: str | None, at: datetime
) -> Archive:
    """Return a zip of all that is kept about a party of the caller's, after a step-up; noted.

    `report-zh.pdf` and `report-en.pdf` are for reading, under our seal; `data.json` has every
    table's rows, `tables/*.csv` the same for a spreadsheet, `statements/*.csv` every entry of every
    account, `files/` what was handed in. Raises `parties.UnknownParty`, `Forbidden`,
    `identity.StepUpRequired`, `pdf.PdfBusy`.
    """
    actor.check(EXPORT, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))
    action = identity.Action(kind="privacy.export", facts={"party_id": str(party_id)})
    await identity.spend_step_up(tx, token=step_up_token, action=action, actor=actor, at=at)
    party = await parties.get(tx, party_id)
    holders = await identity.holders_of(tx, party_id=party_id)
    rows = await walk(tx, Base.metadata, party_id=party_id, users=holders)
    opened, files = await _opened(tx, rows)
    if party.kind is parties.PartyKind.ORGANISATION:
        opened, files = _without_people(opened, files)
    with Archive(at=at) as archive:
        await _fill(tx, archive, party, opened, files, at=at)
        # Last, for it holds up whoever reads the trail until the COMMIT.
        entry = audit.Entry(
            action="parties.party.exported",
            subject=party_id,
            object_type="parties_party",
            object_id=party_id,
            reason="own data",
        )
        await audit.record(tx, [entry], at=at)
        await outbox.append(tx, [Exported(party_id=party_id, by=actor.id)], at=at)
    return archive


async def _fill(
    tx: ReadSession,
    archive: Archive,
    party: parties.Party,
    rows: Mapping[str, Sequence[Row]],
    files: Mapping[str, bytes],
    *,
    at: datetime,
) -> None:
    accounts = await statements.accounts_of(tx, party_id=party.id)
    index = []
    for account in accounts:
        name = f"statements/{account.id}.csv"
        entries = await archive.put_rows(name, statements.COLUMNS, statements.pages(tx, account))
        cut = entries >= statements.ENTRIES_MAX
        index.append({"account_id": account.id, "file": name, "entries": entries, "cut": cut})
    head = {
        "party_id": party.id,
        "exported_at": at,
        "cut": [name for name, found in rows.items() if len(found) >= ROWS_MAX],
        "statements": index,
        "tables": rows,
    }
    archive.put("data.json", json_text(head))
    for name, found in rows.items():
        header = list(found[0])
        archive.put(f"tables/{name}.csv", first_line(header) + csv_lines(header, found))
    for name, content in files.items():
        archive.put(name, content)
    latest = [await statements.statement(tx, each) for each in accounts]
    kept = Kept(party.id, party.name, rows, latest)
    for name, content in (await reports(kept, at=at)).items():
        archive.put(name, content)
    archive.finish()


def _without_people(
    opened: dict[str, list[Row]], files: Mapping[str, bytes]
) -> tuple[dict[str, list[Row]], dict[str, bytes]]:
    """Return a firm's rows and files without core data of the people who act for it."""
    own = {
        f"files/{row['id']}.{_SUFFIX[row['media_type']]}"
        for row in opened.get("infra_file", ())
        if row["purpose"] in OF_THE_FIRM
    }
    masked = [
        {**row, "facts": mask("facts", row["facts"])} for row in opened.get("parties_evidence", ())
    ]
    with_masked = {**opened, **({"parties_evidence": masked} if masked else {})}
    return with_masked, {name: content for name, content in files.items() if name in own}


async def _opened(
    tx: ReadSession, rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[dict[str, list[Row]], dict[str, bytes]]:
    """Return the rows with what was sealed in them opened and digests left out, and the files."""
    columns = {(each.table.name, each.sealed.name): each for each in sealed_columns()}
    owners = {
        _owner(columns[name, column], row)
        for name, found in rows.items()
        for row in found
        for column in row
        if (name, column) in columns
    }
    boxes = await crypto.boxes(tx, owners=owners)
    opened: dict[str, list[Row]] = {}
    files: dict[str, bytes] = {}
    for name, found in rows.items():
        opened[name] = []
        for row in found:
            shown: Row = {}
            for column, value in row.items():
                sealed = columns.get((name, column))
                if sealed is None:
                    if stored(column) is Stored.CLEAR:
                        shown[column] = value
                    continue
                box = boxes[_owner(sealed, row)]
                plain = box.open_bytes(value, field=sealed.field, row=row[sealed.row.name])
                if name == "infra_file":
                    files[f"files/{row['id']}.{_SUFFIX[row['media_type']]}"] = plain
                else:
                    shown[column.removesuffix("_sealed")] = _parsed(plain.decode())
            opened[name].append(shown)
    return opened, files


def _owner(column: SealedColumn, row: Mapping[str, Any]) -> UUID:
    if isinstance(column.owner, UUID):
        return column.owner
    owner: UUID = row[column.owner.name]
    return owner


def _parsed(text: str) -> object:
    """Return facts that were sealed as JSON as such, and any other value as the text it is."""
    return json.loads(text) if text.startswith("{") else text
