"""Commands of `tongbao` about what others trust: the audit trail, keys, data, sealed documents."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from tongbao.infra.settings import Settings

audit_cli = typer.Typer(name="audit", help="The audit trail.", no_args_is_help=True)
privacy_cli = typer.Typer(name="privacy", help="What is kept about whom.", no_args_is_help=True)
crypto_cli = typer.Typer(name="crypto", help="The keys of sealed fields.", no_args_is_help=True)
payments_cli = typer.Typer(
    name="payments", help="What was paid, and on whose word.", no_args_is_help=True
)
agreements_cli = typer.Typer(
    name="agreements", help="Documents under our seal.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document")]
Moment = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])]


@audit_cli.command("export")
def audit_export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to: .jsonl or .csv")],
    *,
    subject: Annotated[UUID | None, typer.Option(help="The party concerned")] = None,
    actor: Annotated[UUID | None, typer.Option(help="Who acted")] = None,
    since: Moment = None,
    until: Moment = None,
) -> None:
    """Write entries with their proofs to a signed file; moments are UTC."""
    from tongbao.app.audit import export

    bounds = {"since": _utc(since), "until": _utc(until)}
    raise typer.Exit(export(Settings(), file, subject=subject, actor=actor, **bounds))


@audit_cli.command("verify")
def audit_verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An exported file")],
    *,
    key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Public keys (PEM)")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify an exported file without a database; exit 1 and say what is not proven."""
    from tongbao.app.audit import verify_file

    raise typer.Exit(verify_file(Settings(), file, key_file=key, as_json=as_json))


@audit_cli.command("retire")
def audit_retire(*, as_json: AsJson = False) -> None:
    """Retire entries whose time is over, as the database's owner; run it by a schedule."""
    from tongbao.app.audit import retire

    raise typer.Exit(retire(Settings(), as_json=as_json))


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)


@privacy_cli.command("inventory")
def privacy_inventory(
    *,
    as_json: AsJson = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As docs/privacy-register.md")] = (
        False
    ),
) -> None:
    """List every column with its class, level, how long it is kept and how it is stored."""
    from tongbao.app.privacy import inventory

    typer.echo(inventory(as_json=as_json, as_markdown=as_markdown), nl=False)


@crypto_cli.command("status")
def crypto_status(*, as_json: AsJson = False) -> None:
    """Say which keys there are, what lies under them, and how far rotations are."""
    from tongbao.app.crypto import status

    raise typer.Exit(status(Settings(), as_json=as_json))


@crypto_cli.command("new-key")
def crypto_new_key() -> None:
    """Add a key to the key file; give it to every process, then `crypto rotate`."""
    from tongbao.app.crypto import new_key

    raise typer.Exit(new_key(Settings()))


@crypto_cli.command("rotate")
def crypto_rotate(
    *,
    fields: Annotated[
        bool, typer.Option("--fields", help="New record keys, and every field sealed anew")
    ] = False,
    blind: Annotated[
        bool, typer.Option("--blind", help="A new key of blind indexes, and every tag made anew")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Wrap all record keys under the newest key; exit 1 if fields do not open.

    `--blind` is run twice: it makes the key, and, an hour later, the tags.
    """
    from tongbao.app.crypto import rotate
    from tongbao.infra.crypto import Rotation

    if fields and blind:
        typer.echo("--fields or --blind, not both / --fields 与 --blind 只能选一个", err=True)
        raise typer.Exit(2)
    what = Rotation.FIELDS if fields else Rotation.BLINDS if blind else Rotation.KEYS
    raise typer.Exit(rotate(Settings(), what=what, as_json=as_json))


@agreements_cli.command("verify")
def agreements_verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A PDF, or a receipt")],
    *,
    certificate: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="PEM trusted; unset: of the settings"),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="PEM of a receipt's key; unset: likewise"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a document or a receipt is genuine, without a database; exit 1 if not."""
    from tongbao.app.verifying import verify

    raise typer.Exit(
        verify(Settings(), file=file, certificate=certificate, key=key, as_json=as_json)
    )


@payments_cli.command("verify-signatures")
def payments_verify_signatures(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Exported from an approval")
    ],
    *,
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The bank's public key (PEM)"),
    ] = None,
    approvers: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The only approvers' keys you trust (PEM)"),
    ] = None,
    content: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The file of payments that was signed"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove who approved an instruction, from the file alone; exit 1 and name what is altered."""
    from tongbao.app.approvals import verify_signatures

    raise typer.Exit(
        verify_signatures(
            Settings(), file=file, key=key, approvers=approvers, content=content, as_json=as_json
        )
    )


@crypto_cli.command("erasures")
def crypto_erasures() -> None:
    """List whose keys were destroyed, a line each; keep the list beside the backups."""
    from tongbao.app.crypto import list_erasures

    raise typer.Exit(list_erasures(Settings()))


@crypto_cli.command("erase-again")
def crypto_erase_again(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="What `crypto erasures` printed")
    ],
) -> None:
    """Repeat listed erasures on a backup that was restored."""
    from tongbao.app.crypto import repeat_erasures

    raise typer.Exit(repeat_erasures(Settings(), file=file))
