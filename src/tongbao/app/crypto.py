"""`tongbao crypto`: how the keys of sealed fields stand, and giving them new ones."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from uuid import UUID

from tongbao.app import tables, wiring
from tongbao.app.commands import migrated, on_database, record, say
from tongbao.core.parties import service as parties
from tongbao.infra import audit as trail
from tongbao.infra import crypto
from tongbao.infra.crypto import Rotation, Run, Standing
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now


def rotate(settings: Settings, *, what: Rotation, as_json: bool) -> int:
    """Wrap record keys under the newest KEK, or make fields or blind tags anew; 1 if some fail."""
    tables.load()

    async def work(database: Database) -> Run:
        await record(database, f"crypto.{what.value}.rotated")
        match what:
            case Rotation.KEYS:
                return await crypto.rotate_keys(database, clock=now)
            case Rotation.FIELDS:
                return await crypto.rotate_fields(database, crypto.sealed_columns(), clock=now)
            case Rotation.BLINDS:
                return await crypto.rotate_blinds(
                    database, crypto.blind_columns(), clock=now, retagged=retagged
                )

    with migrated(settings) as ready:
        run = on_database(ready, work)
    if as_json:
        say(json.dumps(_of_run(run)))
    else:
        say(_said(run))
    return 1 if run.broken else 0


async def retagged(
    tx: WriteSession, column: crypto.BlindColumn, owners: Sequence[UUID], at: datetime
) -> None:
    """Compare parties anew whose tags of contacts or documents were made anew."""
    if column.table.name.startswith("parties_"):
        await parties.tags_anew(tx, party_ids=owners, at=at)


def _said(run: Run) -> str:
    match run.kind:
        case Rotation.KEYS:
            return f"{run.changed} record keys are wrapped under {run.target}"
        case Rotation.FIELDS:
            return f"{run.changed} fields are sealed anew; {run.broken} do not open"
    if run.ended_at is None:
        due = run.started_at + crypto.DUE_AFTER
        return (
            f"The new key of blind indexes is there since {run.started_at.isoformat()}; every"
            f" process learns of it by itself. Run this again after {due.isoformat()}."
        )
    return f"{run.changed} blind tags are made anew; {run.broken} values do not open"


def status(settings: Settings, *, as_json: bool) -> int:
    """Print which keys there are, what lies under them, and how far rotations are."""

    async def work(database: Database) -> Standing:
        await record(database, "crypto.status.read")
        async with database.read() as tx:
            return await crypto.standing(tx)

    with migrated(settings) as ready:
        found = on_database(ready, work)
    if as_json:
        keks = [{**asdict(kek), "created_at": kek.created_at.isoformat()} for kek in found.keks]
        counts = {"generations": found.generations}
        ended = {"replaced": found.replaced, "erased": found.erased}
        say(json.dumps({"keks": keks, **counts, **ended, "runs": list(map(_of_run, found.runs))}))
        return 0
    for kek in found.keks:
        missing = "" if kek.at_hand else ", not at hand"
        say(f"KEK {kek.id}: {kek.state}{missing}, {kek.keys} record keys")
    for generation, number in found.generations.items():
        say(f"generation {generation}: {number} record keys")
    say(f"ended: {found.replaced} replaced, {found.erased} erased")
    for run in found.runs:
        state = "under way" if run.ended_at is None else "done"
        say(f"rotation of {run.kind}: {state}, {run.changed} changed, {run.broken} do not open")
    return 0


def new_key(settings: Settings) -> int:
    """Add a KEK to the service or the key file, or print one for the environment.

    It is used after `rotate`.
    """
    if settings.kms_url:

        async def work(database: Database) -> str:
            crypto.use(wiring.field_keys(settings, add=True))
            await crypto.start(database, at=now())
            made = crypto.installed().ring.newest.id
            await record(
                database, "crypto.key.added", object_type="infra_crypto_kek", object_id=made
            )
            return made

        with migrated(settings) as ready:
            say(on_database(ready, work))
        return 0
    if settings.field_keys is not None:
        say(crypto.new_secret_text())
        return 0
    path = settings.field_key_file or settings.data_dir / "keys" / "fields.key"
    say(f"{path}: {crypto.add_to_file(path)}")
    return 0


def list_erasures(settings: Settings) -> int:
    """Print every erasure, one JSON document a line."""

    async def work(database: Database) -> None:
        await record(database, "crypto.erasures.listed")
        async with database.read() as tx:
            async for each in crypto.erasures(tx):
                line = {"owner": str(each.owner), "at": each.at.isoformat(), "reason": each.reason}
                say(json.dumps(line, ensure_ascii=False))

    with migrated(settings) as ready:
        on_database(ready, work)
    return 0


def repeat_erasures(settings: Settings, *, file: Path) -> int:
    """Erase again what a list says was erased; 2 if the file is no such list."""
    try:
        content = file.read_text("utf-8")
        lines = [json.loads(line) for line in content.splitlines() if line.strip()]
        listed = [
            crypto.Erasure(UUID(each["owner"]), datetime.fromisoformat(each["at"]), each["reason"])
            for each in lines
        ]
    except (ValueError, KeyError, TypeError) as error:
        say(f"{file}: {type(error).__name__}: no list of erasures / 不是删除记录清单")
        return 2

    async def work(database: Database) -> int:
        await record(database, "crypto.erasures.repeated", after=trail.digest_of(content))
        return await crypto.repeat_erasures(database, listed)

    with migrated(settings) as ready:
        number = on_database(ready, work)
    say(f"{number} owners are erased")
    return 0


def _of_run(run: Run) -> dict[str, object]:
    return {
        "kind": run.kind,
        "target": run.target,
        "step": run.step,
        "changed": run.changed,
        "broken": run.broken,
        "started_at": run.started_at.isoformat(),
        "ended_at": None if run.ended_at is None else run.ended_at.isoformat(),
    }
