"""The file of channels: what it names is made, what is wrong with it is said, nothing leaks."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.channel_contract import pem, public_pem
from tongbao.app.channels import gateways, join_sandbox
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import ChannelsUnusable
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import business_date, now
from tongbao_sandbox import firms
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in (
        ("bank.pem", pem(KEY)),
        ("bank.channel.pem", public_pem(KEY.public_key())),
        ("card.secret", b"of-the-card\n"),
    ):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    return tmp_path


def told(folder: Path, mode: int = 0o600, **entries: Any) -> Settings:
    file = folder / "channels.json"
    file.write_text(json.dumps(entries))
    file.chmod(mode)
    return Settings(data_dir=folder, channels_file=file)


def bank(**other: Any) -> dict[str, Any]:
    return {
        "plugin": "bank",
        "base_url": "https://bank.example/iso",
        "merchant_id": "tongbao",
        "key_file": "bank.pem",
        "channel_key_file": "bank.channel.pem",
        **other,
    }


def card(**other: Any) -> dict[str, Any]:
    return {
        "plugin": "card",
        "base_url": "https://card.example",
        "merchant_id": "tongbao",
        "secret_file": "card.secret",
        **other,
    }


def test_without_a_file_there_are_no_channels() -> None:
    assert gateways(Settings()) == {}


def test_a_plugin_may_serve_several_channels(folder: Path) -> None:
    made = gateways(told(folder, bank=bank(), first=card(), second=card()))
    assert sorted(made) == ["bank", "first", "second"]
    assert made["first"].features is made["second"].features
    assert made["first"] is not made["second"]


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({"bank": bank(plugin="none")}, "bank: no plug-in none"),
        ({"bank": bank(key_file=None)}, "bank: "),
        ({"bank": bank(channel_key_file="card.secret")}, "bank: "),
        ({"bank": bank(key_file="absent.pem")}, "No such file"),
        ({"card": card(secret_file=None)}, "card: a secret is expected"),
        ({"bank": bank(unheard_of=1)}, "bank.unheard_of"),
        ({"Bank!": bank()}, "Bank!"),
        ({"bank": bank(certain_after_seconds=20)}, "certain_after_seconds must be more"),
        ({"bank": bank(base_url="ftp://bank.example")}, "bank.base_url"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, entries: dict[str, Any], why: str) -> None:
    with pytest.raises(ChannelsUnusable) as caught:
        gateways(told(folder, **entries))
    assert why in caught.value.say("en")
    assert "of-the-card" not in caught.value.say("en")


def test_a_file_open_to_everybody_is_refused(folder: Path) -> None:
    settings = told(folder, 0o644, bank=bank())
    with pytest.raises(ChannelsUnusable, match="open to everybody"):
        gateways(settings)
    settings = told(folder, bank=bank())
    (folder / "bank.pem").chmod(0o604)
    with pytest.raises(ChannelsUnusable, match="open to everybody"):
        gateways(settings)


def test_production_speaks_tls_only(folder: Path) -> None:
    settings = told(folder, bank=bank(base_url="http://bank.example"))
    production = settings.model_copy(update={"environment": "production"})
    with pytest.raises(ChannelsUnusable, match="https:// only"):
        gateways(production)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package of somebody else with a plug-in under a name; it is found by its entry point."""
    (tmp_path / "acme_channel.py").write_text(
        "from tests.support.channel_gateways import Quiet\n"
        "from tongbao.core.channels.gateways.card import CardGateway\n"
        "class AcmeGateway(Quiet):\n"
        "    features = CardGateway.features\n"
    )
    info = tmp_path / "acme_channel-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-channel\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tongbao.channels]\nacme = acme_channel:AcmeGateway\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield str(info / "entry_points.txt")
    sys.modules.pop("acme_channel", None)


def test_an_installed_package_brings_a_plugin(installed: str, folder: Path) -> None:
    assert "acme" in channels.plugins()
    made = gateways(told(folder, acme=card(plugin="acme")))
    assert type(made["acme"]).__name__ == "AcmeGatewayOfcard"


def test_two_plugins_of_one_name_are_refused(installed: str) -> None:
    Path(installed).write_text("[tongbao.channels]\nbank = acme_channel:AcmeGateway\n")
    with pytest.raises(ValueError, match="two plug-ins"):
        channels.plugins()


async def test_the_demo_joins_the_sandbox_with_keys_of_its_own(tmp_path: Path) -> None:
    with running(create_app(book=firms.load(count=3))) as url:
        port = int(url.rpartition(":")[2])
        settings = Settings(data_dir=tmp_path, sandbox_port=port)
        file = await join_sandbox(settings)
        first = (tmp_path / "channels" / "bank.pem").read_bytes()
        assert await join_sandbox(settings) == file  # again: the same keys
        assert (tmp_path / "channels" / "bank.pem").read_bytes() == first
        assert {each.stat().st_mode & 0o077 for each in (tmp_path / "channels").iterdir()} == {0}
        made = gateways(settings.model_copy(update={"channels_file": file}))
        assert sorted(made) == ["bank", "card", "wallet-a", "wallet-b"]
        for name, each in made.items():
            statement = await each.statement(business_date(now()))
            assert (statement.channel, statement.lines) == (name, ())
