"""Where the keys of sealed fields come from, by the settings."""

from pathlib import Path

import pytest

from tests.support.keys import FIELD_KEY, own_keys
from tongbao.app import wiring
from tongbao.infra import crypto
from tongbao.infra.crypto.process import used
from tongbao.infra.settings import Settings


async def secrets(settings: Settings) -> list[bytes]:
    with own_keys():
        wiring.connect_crypto(settings)
        return [each.secret for each in await used()[0].secrets([])]


async def test_without_a_word_a_key_is_made_once_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, field_keys=None)
    made = await secrets(settings)
    path = tmp_path / "keys" / "fields.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert await secrets(settings) == made
    assert await secrets(Settings(field_key_file=path, field_keys=None)) == made


async def test_keys_of_the_environment(tmp_path: Path) -> None:
    (only,) = await secrets(Settings(data_dir=tmp_path, field_keys=FIELD_KEY))
    assert only == b"the key of sealed fields in test"
    assert not (tmp_path / "keys").exists()


async def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(crypto.FieldKeyUnusable):
        await secrets(Settings(field_key_file=tmp_path / "nowhere", field_keys=None))


def test_a_file_and_the_environment_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not both"):
        Settings(field_key_file=tmp_path / "a", field_keys=FIELD_KEY)
