"""Subject access: everything that is kept about a party, opened, as one archive."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.privacy.events import Exported
from tongbao.core.privacy.service.walking import walk
from tongbao.infra import audit, crypto, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.crypto.columns import SealedColumn, sealed_columns
from tongbao.infra.data_register import Stored, stored
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.tables import Base

EXPORT: Final = "privacy:export"
_SUFFIX: Final = {"image/jpeg": "jpg", "application/pdf": "pdf"}

Row = dict[str, Any]


async def export_own(
    tx: WriteSession, *, party_id: UUID, actor: Actor, step_up_token: str | None, at: datetime
) -> bytes:
    """Return a zip of all that is kept about a party of the caller's, after a step-up; noted.

    `data.json` has every table's rows, `tables/*.csv` the same for a spreadsheet, `files/` what was
    handed in. Raises `parties.UnknownParty`, `Forbidden`, `identity.StepUpRequired`.
    """
    actor.check(EXPORT, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))
    action = identity.Action(kind="privacy.export", facts={"party_id": str(party_id)})
    await identity.spend_step_up(tx, token=step_up_token, action=action, actor=actor, at=at)
    holders = await identity.holders_of(tx, party_id=party_id)
    rows = await walk(tx, Base.metadata, party_id=party_id, users=holders)
    opened, files = await _opened(tx, rows)
    entry = audit.Entry(
        action="parties.party.exported",
        subject=party_id,
        object_type="parties_party",
        object_id=party_id,
        reason="own data",
    )
    await audit.record(tx, [entry], at=at)
    await outbox.append(tx, [Exported(party_id=party_id, by=actor.id)], at=at)
    return _archive(opened, files, party_id=party_id, at=at)


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


def _archive(
    rows: Mapping[str, Sequence[Row]], files: Mapping[str, bytes], *, party_id: UUID, at: datetime
) -> bytes:
    body = io.BytesIO()
    moment = at.timetuple()[:6]
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: bytes | str) -> None:
            archive.writestr(zipfile.ZipInfo(name, moment), content, zipfile.ZIP_DEFLATED)

        head = {"party_id": str(party_id), "exported_at": at.isoformat(), "tables": rows}
        put("data.json", json.dumps(head, ensure_ascii=False, indent=1, default=_plain))
        for name, found in rows.items():
            put(f"tables/{name}.csv", _csv(found))
        for name, content in files.items():
            put(name, content)
    return body.getvalue()


def _csv(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return "\ufeff" + out.getvalue()  # so that spreadsheets take it for UTF-8


def _cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    match value:
        case None:
            return ""
        case str():
            text = value
        case datetime() | date() | UUID() | Decimal() | bytes():
            text = _plain(value)
        case _:
            text = json.dumps(value, ensure_ascii=False, default=_plain)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text


def _plain(value: object) -> str:
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case bytes():
            return value.hex()
    msg = f"{type(value).__name__} has no form in an export"
    raise TypeError(msg)
