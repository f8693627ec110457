"""The commands about the audit trail: export, verify a file, retire what is old enough."""

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

from tongbao.app import wiring
from tongbao.app.commands import migrated, on_database, operator, record, say
from tongbao.infra import audit
from tongbao.infra.audit import exporting, planted, retiring
from tongbao.infra.audit.searching import Criteria
from tongbao.infra.db import Database
from tongbao.infra.settings import Settings
from tongbao.infra.signing import public_keys
from tongbao.kernel.clock import now


def export(
    settings: Settings,
    file: Path,
    *,
    subject: UUID | None,
    actor: UUID | None,
    since: datetime | None,
    until: datetime | None,
) -> int:
    """Write entries with their proofs to a signed file; CSV if it is called so."""
    criteria = Criteria(subject_id=subject, actor_id=actor, since=since, until=until)
    language: exporting.Language = "csv" if file.suffix == ".csv" else "jsonl"

    async def work(database: Database) -> int:
        with audit.by(operator()):
            async with database.write() as tx:
                at = now()
                made = await exporting.export(tx, criteria, at=at)
                data = exporting.render(made, language, signer=key)
                entry = audit.Entry(
                    action="audit.exported", object_type="exports", after=audit.digest_of(data)
                )
                await audit.record(tx, [entry], at=at)
        unfinished = file.with_name(f"{file.name}.part")
        unfinished.write_bytes(data)
        unfinished.replace(file)
        return len(made.proofs)

    with migrated(settings) as ready:
        key = wiring.ledger_key(ready)
        say(f"{on_database(ready, work)} entries")
    return 0


def verify_file(settings: Settings, file: Path, *, key_file: Path | None, as_json: bool) -> int:
    """Verify an exported file with public keys alone; 1 if anything in it is not proven."""
    keys = public_keys([key_file]) if key_file else wiring.ledger_public_keys(settings)
    faults = exporting.check(file.read_bytes(), keys)
    if as_json:
        say(json.dumps({"faults": faults}, ensure_ascii=False))
    else:
        for fault in faults:
            say(fault)
        say(f"{len(faults)} faults" if faults else "Every entry is proven: 0 faults")
    return 1 if faults else 0


def retire(settings: Settings, *, as_json: bool) -> int:
    """Retire the entries whose time is over, as the database's owner; 1 if the trail is damaged."""

    async def verify(database: Database) -> list[str]:
        await record(database, "audit.retirement.begun")
        async with database.read() as tx:
            findings = await planted.verify(tx, public_keys=keys, at=now())
        return [f"{each.check}: {each.subject}" for each in findings]

    with migrated(settings) as ready:
        keys = wiring.ledger_public_keys(ready)
        damaged = on_database(ready, verify)
        assert ready.owner_url is not None
        gone = [] if damaged else retiring.retire(ready.owner_url, at=now())
    if as_json:
        retired = {each.partition.name: each.entries for each in gone}
        say(json.dumps({"findings": damaged, "retired": retired}))
    else:
        for line in damaged:
            say(line)
        for each in gone:
            say(f"{each.partition.name}: {each.entries} entries retired")
        say("Nothing was retired: the trail is damaged" if damaged else f"{len(gone)} partitions")
    return 1 if damaged else 0
