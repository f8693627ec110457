"""`tongbao verify` looks at the ledger and at the tree over it, with the keys of the settings."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.ledger_tree import planted
from tests.support.logs import own_logs
from tongbao.app import commands, wiring
from tongbao.app.main import create_app
from tongbao.infra.postgres import Urls
from tongbao.infra.settings import Settings
from tongbao.infra.signing import KeyUnusable, SigningKey


def settings(data_dir: Path, **facts: object) -> Settings:
    return Settings(data_dir=data_dir, **facts)  # type: ignore[arg-type]


def grown(
    fresh_database: Callable[..., Urls], *, tampered: bool = False
) -> tuple[Urls, SigningKey]:
    async def grow() -> tuple[Urls, SigningKey]:
        async with planted(fresh_database) as tree:
            await tree.grow(5)
            if tampered:
                tree.tamper("UPDATE ledger_transaction SET reference = 'x' WHERE id = 3")
            return tree.urls, tree.key

    return asyncio.run(grow())


def verified(
    urls: Urls, capsys: pytest.CaptureFixture[str], made: Settings
) -> tuple[int, list[str]]:
    ready = made.model_copy(update={"database_url": urls.app, "migration_database_url": urls.owner})
    with own_logs():
        code = commands.verify(ready, as_json=True)
    found = json.loads(capsys.readouterr().out)["findings"]
    return code, [finding["check"] for finding in found]


def test_a_sound_ledger_and_tree(
    fresh_database: Callable[..., Urls], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urls, key = grown(fresh_database)
    public = tmp_path / "public.pem"
    public.write_text(key.public.pem)
    made = settings(tmp_path, ledger_key_file=public)
    assert verified(urls, capsys, made) == (0, [])
    retired = settings(tmp_path, ledger_retired_keys_file=public)
    assert verified(urls, capsys, retired) == (0, [])


def test_a_changed_row_and_an_unknown_key(
    fresh_database: Callable[..., Urls], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urls, _ = grown(fresh_database, tampered=True)
    assert verified(urls, capsys, settings(tmp_path)) == (
        1,
        ["checkpoints are signed with a known key", "transactions are as the tree has them"],
    )


def test_a_key_is_made_where_none_is_named_and_never_where_one_is(tmp_path: Path) -> None:
    assert wiring.ledger_public_keys(settings(tmp_path)) == []
    made = wiring.ledger_key(settings(tmp_path))
    assert wiring.ledger_key(settings(tmp_path)).public.id == made.public.id
    (known,) = wiring.ledger_public_keys(settings(tmp_path))
    assert known.id == made.public.id
    with pytest.raises(KeyUnusable):
        wiring.ledger_key(settings(tmp_path, ledger_key_file=tmp_path / "nowhere.pem"))
    with pytest.raises(KeyUnusable):
        wiring.ledger_public_keys(settings(tmp_path, ledger_key_file=tmp_path / "nowhere.pem"))


def test_an_api_that_began_before_the_key_was_made_offers_it(tmp_path: Path) -> None:
    made = settings(tmp_path)
    with own_logs():
        app = create_app(made)
    assert app.state.checkpoint_keys() == []
    key = wiring.ledger_key(made)
    assert [each.id for each in app.state.checkpoint_keys()] == [key.public.id]
