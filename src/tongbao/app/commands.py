"""The commands that do something and end, each on its own database connection."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, TypeVar

from tongbao.app import demo, training, wiring
from tongbao.app.connect import at_server, connect, embedded
from tongbao.app.loan import decide_firms
from tongbao.core.ledger import service as ledger
from tongbao.infra import audit as trail
from tongbao.infra import crypto, log
from tongbao.infra.audit import planted as audit
from tongbao.infra.db import Database
from tongbao.infra.migrations import Applied, run_migrations
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.risk.rating import service as rating
from tongbao_sandbox import firms as sandbox
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

T = TypeVar("T")

LOAN_DATABASE = "tongbao_demo_loan"


def say(line: str) -> None:
    """Write a line to whoever runs the command."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def migrated(settings: Settings, *, apart: str | None = None) -> Iterator[Settings]:
    """Give settings with a database that is up to date; an embedded one runs meanwhile.

    On the embedded server, `apart` names another database than the platform's own.
    """
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "warning"})
    log.configure(settings)
    server = embedded(settings) if settings.database_url is None else None
    if server is not None:
        server.start()
        settings = at_server(settings, server, database=apart)
    try:
        assert settings.owner_url is not None
        wiring.connect_crypto(settings)  # a migration may seal what lay in clear
        applied = run_migrations(settings.owner_url)
        if applied is not None:
            on_database(settings, lambda database: note_migration(database, applied), sealed=False)
        yield settings
    finally:
        if server is not None:
            server.stop()


def on_database(
    settings: Settings, work: Callable[[Database], Awaitable[T]], *, sealed: bool = True
) -> T:
    """Do some work on the database of these settings and return what came of it.

    Raises `FieldKeyUnusable`, `FieldKeyLost` if the keys are not those of the database, unless the
    work has to do with nothing `sealed`.
    """

    async def run() -> T:
        database = connect(settings)
        try:
            if sealed:
                wiring.connect_crypto(settings)
                await crypto.start(database, at=now())
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def verify(settings: Settings, *, as_json: bool) -> int:
    """Verify the ledger, the audit trail, and the trees over them; 1 if anything differs."""

    async def work(database: Database) -> list[ledger.Finding]:
        async with database.read() as tx:
            return [
                *await ledger.verify(tx),
                *await ledger.verify_tree(tx, public_keys=keys),
                *await audit.verify(tx, public_keys=keys, at=now()),
            ]

    with migrated(settings) as ready:
        keys = wiring.ledger_public_keys(ready)
        findings = on_database(ready, work, sealed=False)
    if as_json:
        say(json.dumps({"findings": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            say(
                f"{finding.check}: {finding.subject}:"
                f" expected {finding.expected}, found {finding.found}"
            )
        say(f"{len(findings)} findings" if findings else "The books are sound: 0 findings")
    return 1 if findings else 0


async def record(database: Database, action: str, **facts: Any) -> None:  # noqa: ANN401 - of Entry
    """Write to the audit trail that somebody does this on this machine, before it is done."""
    async with database.write() as tx:
        await trail.record(tx, [trail.Entry(action=action, who=operator(), **facts)], at=now())


async def note_migration(database: Database, applied: Applied) -> None:
    """Write to the audit trail from which revision to which the tables were brought."""
    before = None if applied.before is None else trail.digest_of(applied.before)
    await record(
        database,
        "database.migrated",
        object_type="alembic_version",
        object_id=applied.after,
        before=before,
        after=trail.digest_of(applied.after),
    )


def operator() -> trail.Caller:
    """Return who runs a command: the system, with the login's name as the reason."""
    login = os.environ.get("SUDO_USER") or os.environ.get("USER") or "unknown"
    return trail.during(f"cli-{new_id()}", reason=f"command run by {login}"[:200])


EXPORTS = {"beancount": ledger.export_beancount}


def export_ledger(settings: Settings, *, file: Path | None, language: str) -> None:
    """Write the ledger to a file, which is there when it is complete, or to standard output."""

    async def write(database: Database, out: IO[str]) -> None:
        await record(database, "ledger.exported")
        async with database.read() as tx:
            async for part in EXPORTS[language](tx):
                out.write(part)

    with migrated(settings) as ready:
        if file is None:
            on_database(ready, lambda database: write(database, sys.stdout), sealed=False)
            return
        unfinished = file.with_name(f"{file.name}.part")
        with unfinished.open("w", encoding="utf-8", newline="\n") as out:
            on_database(ready, lambda database: write(database, out), sealed=False)
        unfinished.replace(file)


def seed(settings: Settings) -> None:
    """Make the demo's data, with a sandbox of this process."""

    async def work(database: Database) -> None:
        with running(create_app(book=sandbox.load())) as address:
            there = {"tax_office_url": f"{address}/tax", "billers_url": f"{address}/billers"}
            here = settings.model_copy(update=there)
            await demo.seed(database, here, say=say)

    with migrated(settings) as ready:
        on_database(ready, work)
    say("The demo's data are there.")


def train(
    settings: Settings, *, invoices: Path | None, enterprises: Path | None, as_json: bool
) -> int:
    """Train on labelled firms, store and activate the card, print how good it is."""
    book = sandbox.load(invoices=invoices, enterprises=enterprises)
    trained = rating.train(training.samples_of(book))

    async def work(database: Database) -> rating.RatingModel:
        await record(database, "rating.model_activated")
        async with database.write() as tx:
            return await rating.store_model(tx, training=trained, activate=True, at=now())

    with migrated(settings) as ready:
        model = on_database(ready, work)
    if as_json:
        say(json.dumps({"model": str(model.id), **trained.report.to_json()}))
        return 0
    for line in training.report_lines(trained):
        say(line)
    say(f"model          {model.name} version {model.version}, active")
    return 0


def loan(
    settings: Settings,
    *,
    invoices: Path | None,
    enterprises: Path | None,
    firm: str | None,
    every: bool,
) -> int:
    """Decide one firm, or every firm, on invoices fetched over HTTP; pay out what is approved.

    In a database apart from the platform's: its worker asks another tax office, and its active
    model is not to change because somebody tried other data.
    """
    book = sandbox.load(invoices=invoices, enterprises=enterprises)
    codes = [each.code for each in book.firms]
    if not every:
        codes = [firm or codes[0]]
    try:
        chosen = [book.firm(code) for code in codes]
    except KeyError:
        say(f"没有代码为 {firm} 的企业 / There is no firm {firm}")
        return 2

    async def work(database: Database) -> None:
        with running(create_app(book=book)) as address:
            here = settings.model_copy(update={"tax_office_url": f"{address}/tax"})
            await training.ensure_model(database, book, say=say)
            await decide_firms(database, here, chosen, say=say, briefly=every)

    with migrated(settings, apart=LOAN_DATABASE) as ready:
        on_database(ready, work)
    return 0
