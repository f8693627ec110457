"""The command `tongbao`."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

import tongbao
from tongbao.app import processes
from tongbao.app.cli_trust import (
    AsJson,
    agreements_cli,
    audit_cli,
    crypto_cli,
    payments_cli,
    privacy_cli,
)
from tongbao.infra.settings import Settings
from tongbao.kernel.errors import TongbaoError
from tongbao_sandbox.errors import BadInputFile

cli = typer.Typer(
    help="通宝 Tongbao: online financial services on one ledger.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
demo_cli = typer.Typer(help="Demo data, and the main path from a terminal.", no_args_is_help=True)
rating_cli = typer.Typer(help="Scorecards.", no_args_is_help=True)
ledger_cli = typer.Typer(help="The ledger.", no_args_is_help=True)
db_cli = typer.Typer(help="The database.", no_args_is_help=True)
outbox_cli = typer.Typer(help="Events on their way to consumers.", no_args_is_help=True)
cli.add_typer(demo_cli, name="demo")
cli.add_typer(rating_cli, name="rating")
cli.add_typer(ledger_cli, name="ledger")
cli.add_typer(db_cli, name="db")
cli.add_typer(outbox_cli, name="outbox")
for trust in (audit_cli, crypto_cli, privacy_cli, agreements_cli, payments_cli):
    cli.add_typer(trust)

Invoices = Annotated[
    Path | None,
    typer.Option("--invoices", exists=True, dir_okay=False, help="VAT invoices, .parquet or .csv"),
]
Enterprises = Annotated[
    Path | None,
    typer.Option("--enterprises", exists=True, dir_okay=False, help="Firms, .parquet or .csv"),
]


@cli.command()
def run(
    *,
    demo: Annotated[bool, typer.Option(help="With demo data")] = True,
    port: Annotated[int | None, typer.Option(help="Port of the API and the page")] = None,
    sandbox_port: Annotated[int | None, typer.Option(help="Port of the sandbox")] = None,
) -> None:
    """Start everything on this machine and stay until Ctrl-C."""
    from tongbao.app.run import CannotRun
    from tongbao.app.run import run as run_all

    given = {"demo": demo, "port": port, "sandbox_port": sandbox_port}
    settings = Settings.model_validate({k: v for k, v in given.items() if v is not None})
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "warning"})
    try:
        raise typer.Exit(asyncio.run(run_all(settings)))
    except CannotRun as error:
        _fail(str(error))


@cli.command()
def serve(
    *,
    tls: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--tls", metavar="CERT KEY", help="Speak TLS 1.3 with these PEM files"),
    ] = None,
) -> None:
    """Serve the API and the page."""
    from tongbao.app.serve import serve as serve_api

    processes.stop_with_parent()
    settings = _with_database(Settings())
    if tls is not None:
        files = {"tls_certificate_file": tls[0], "tls_key_file": tls[1]}
        settings = settings.model_copy(update=files)
    serve_api(settings)


@cli.command()
def worker() -> None:
    """Deliver events and run jobs."""
    from tongbao.app.worker import main as work

    processes.stop_with_parent()
    work(_with_database(Settings()))


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def sandbox(context: typer.Context) -> None:
    """Serve the outside world for demo and tests; see --help of `python -m tongbao_sandbox`."""
    from tongbao_sandbox.__main__ import main as serve_sandbox

    processes.stop_with_parent()
    port = Settings().sandbox_port
    raise typer.Exit(serve_sandbox(["--port", str(port), *context.args]))


@cli.command()
def migrate() -> None:
    """Bring the database to this version."""
    from tongbao.app.commands import migrated

    with migrated(Settings()):
        typer.echo("The database is up to date.")


@cli.command()
def verify(*, as_json: AsJson = False) -> None:
    """Recompute the books from their postings; exit 1 and name the rows if anything differs."""
    from tongbao.app.commands import verify as verify_books

    raise typer.Exit(verify_books(Settings(), as_json=as_json))


@cli.command()
def eod(
    *,
    date: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The last day to end; else yesterday"),
    ] = None,
) -> None:
    """End the business days that are over and were not ended yet; started again it goes on."""
    from tongbao.app.ending import end_days

    raise typer.Exit(end_days(Settings(), upto=None if date is None else date.date()))


@cli.command()
def bench(
    name: Annotated[
        str,
        typer.Argument(
            help="Which benchmark: ledger, http, login, protect, audit, flow, limits, eod"
        ),
    ],
    *,
    as_json: AsJson = False,
    deep: Annotated[bool, typer.Option(help="The longer mode, with much data")] = False,
) -> None:
    """Measure a hot path against a baseline of the same run, on a server of its own."""
    from tongbao.app.bench import run as run_benchmark

    raise typer.Exit(run_benchmark(name, as_json=as_json, deep=deep))


@cli.command()
def openapi(
    *,
    check: Annotated[bool, typer.Option(help="Only say whether the file is up to date")] = False,
) -> None:
    """Write the documents of docs/ that are made from the code: contract, permissions, data."""
    from tongbao.app.contract import write

    raise typer.Exit(write(check=check))


@cli.command()
def permissions(
    *,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As docs/permissions.md")] = False,
) -> None:
    """Print who may do what at every address of the API."""
    from tongbao.app.contract import documents

    page = documents()["permissions.md"]
    typer.echo(page if as_markdown else page.replace("`", "").replace("**", ""), nl=False)


@cli.command()
def version() -> None:
    """Print the version."""
    typer.echo(tongbao.__version__)


@demo_cli.command("seed")
def demo_seed() -> None:
    """Make the demo firm, its loan and a transfer, unless they are there."""
    from tongbao.app.commands import seed

    processes.stop_with_parent()
    seed(Settings(demo=True))


@demo_cli.command("loan")
def demo_loan(
    invoices: Invoices = None,
    enterprises: Enterprises = None,
    firm: Annotated[str | None, typer.Option(help="Code of one firm, such as E2")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every firm there is")] = False,
) -> None:
    """Walk a firm from consent to money in its account, on real or made-up invoices."""
    from tongbao.app.commands import loan

    if (invoices is None) != (enterprises is None):
        _fail("--invoices and --enterprises are given together / 两个文件须同时给出")
    raise typer.Exit(
        loan(Settings(), invoices=invoices, enterprises=enterprises, firm=firm, every=every)
    )


@rating_cli.command("train")
def rating_train(
    invoices: Invoices = None, enterprises: Enterprises = None, *, as_json: AsJson = False
) -> None:
    """Train the scorecard on labelled firms; print AUC and KS by repeated cross-validation."""
    from tongbao.app.commands import train

    if (invoices is None) != (enterprises is None):
        _fail("--invoices and --enterprises are given together / 两个文件须同时给出")
    raise typer.Exit(train(Settings(), invoices=invoices, enterprises=enterprises, as_json=as_json))


@ledger_cli.command("export")
def ledger_export(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="Where to; left out: standard output")
    ] = None,
    *,
    format_: Annotated[
        Literal["beancount"], typer.Option("--format", help="Language of the file")
    ] = "beancount",
) -> None:
    """Write the whole ledger as one file that other bookkeeping programs read."""
    from tongbao.app.commands import export_ledger

    export_ledger(Settings(), file=file, language=format_)


@db_cli.command("url")
def db_url() -> None:
    """Print where the database is, for psql and the like."""
    from tongbao.app.connect import embedded

    settings = Settings()
    typer.echo(
        settings.migration_database_url or settings.database_url or embedded(settings).urls().owner
    )


Consumer = Annotated[str, typer.Argument(help="Name of a consumer; `outbox lag` lists them")]
AtMost = Annotated[int, typer.Option("--limit", min=1, max=1_000, help="At most so many")]


@outbox_cli.command("lag")
def outbox_lag(*, as_json: AsJson = False) -> None:
    """Say how far each consumer is behind; exit 1 if one has parked events or keeps failing."""
    from tongbao.app.outbox import lag

    raise typer.Exit(lag(Settings(), as_json=as_json))


@outbox_cli.command("parked")
def outbox_parked(
    consumer: Consumer,
    *,
    after: Annotated[int, typer.Option(min=0, help="Those with greater numbers only")] = 0,
    limit: AtMost = 100,
    as_json: AsJson = False,
) -> None:
    """List the events a consumer could not handle, oldest first."""
    from tongbao.app.outbox import parked

    raise typer.Exit(parked(Settings(), consumer, after=after, limit=limit, as_json=as_json))


@outbox_cli.command("replay")
def outbox_replay(consumer: Consumer, *, limit: AtMost = 100, as_json: AsJson = False) -> None:
    """Hand the oldest parked events to their consumer again; exit 1 if one fails again."""
    from tongbao.app.outbox import replay

    raise typer.Exit(replay(Settings(), consumer, limit=limit, as_json=as_json))


def _with_database(settings: Settings) -> Settings:
    if settings.database_url is None:
        _fail(
            "TONGBAO_DATABASE_URL is not set; `tongbao run` starts everything with an embedded one"
            " / 未设置 TONGBAO_DATABASE_URL;`tongbao run` 会用内置数据库启动全部服务"
        )
    return settings


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def main() -> int:
    """Run a command; an error that has words is said in them, without a traceback."""
    try:
        cli()
    except BadInputFile as error:
        typer.echo(f"{error.zh}\n{error.en}", err=True)
        return 2
    except TongbaoError as error:
        typer.echo(f"{error.say('zh')}\n{error.say('en')}", err=True)
        return 1
    return 0
