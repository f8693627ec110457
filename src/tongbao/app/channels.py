"""From settings to gateways: the file of channels, and how the demo joins the sandbox's.

The file names each channel with its plug-in, address and key files; these lie beside it, readable
by their owner alone, and nothing of them is ever in the repository or the database::

    {"bank": {"plugin": "bank", "base_url": "https://...", "merchant_id": "tongbao",
              "callback_url": "https://.../api/v1/channels/bank/callbacks",
              "key_file": "bank.pem", "channel_key_file": "bank.channel.pem"}}
"""

import json
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Final

import httpx2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tongbao.core.channels import service as channels
from tongbao.core.channels.service import ChannelsUnusable
from tongbao.infra.addresses import HttpUrl
from tongbao.infra.key_files import is_open_to_everybody, make_once
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now

FILE_BYTES_MAX: Final = 256_000
MERCHANT: Final = "tongbao"
SANDBOX: Final = {
    "card": "/channels/card",
    "wallet-a": "/channels/wallet-a",
    "wallet-b": "/channels/wallet-b",
    "bank": "/channels/bank",
}
Seconds = Annotated[float, Field(gt=0, le=3_600)]


class ChannelEntry(BaseModel):
    """One channel in the file; paths are from its folder."""

    model_config = ConfigDict(extra="forbid")

    plugin: str
    base_url: HttpUrl
    merchant_id: Annotated[str, Field(min_length=1, max_length=64)]
    callback_url: HttpUrl = ""
    secret_file: str | None = None
    key_file: str | None = None
    channel_key_file: str | None = None
    connect_seconds_max: Seconds = 3.0
    read_seconds_max: Seconds = 8.0
    total_seconds_max: Seconds = 20.0
    certain_after_seconds: Seconds = 60.0


_ENTRIES: Final = TypeAdapter(
    dict[Annotated[str, Field(pattern=channels.CHANNEL_PATTERN)], ChannelEntry]
)


def gateways(settings: Settings) -> dict[str, channels.Gateway]:
    """Return the gateways that the settings name; none without a file. Raises `ChannelsUnusable`.

    In production every channel is spoken to over TLS.
    """
    path = settings.channels_file
    if path is None:
        return {}
    try:
        entries = _ENTRIES.validate_json(_read(path))
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise ChannelsUnusable(path=str(path), why=why) from None
    known = channels.plugins()
    found: dict[str, channels.Gateway] = {}
    for name, entry in entries.items():
        if entry.plugin not in known:
            raise ChannelsUnusable(path=str(path), why=f"{name}: no plug-in {entry.plugin}")
        if settings.environment == "production" and not entry.base_url.startswith("https://"):
            raise ChannelsUnusable(path=str(path), why=f"{name}: https:// only")
        if entry.certain_after_seconds <= entry.total_seconds_max:
            why = f"{name}: certain_after_seconds must be more than total_seconds_max"
            raise ChannelsUnusable(path=str(path), why=why)
        try:
            connection = _connection(name, entry, path.parent)
            found[name] = known[entry.plugin].connect(connection, clock=now)
        except ValueError as wrong:
            raise ChannelsUnusable(path=str(path), why=f"{name}: {wrong}") from None
    return found


async def join_sandbox(settings: Settings) -> Path:
    """Become the merchant of the sandbox's channels; return the file that names them.

    Our keys are made once in the data folder; the sandbox makes its own at each start.
    """
    folder = settings.data_dir.resolve() / "channels"
    sandbox = f"http://127.0.0.1:{settings.sandbox_port}"
    entries = {}
    async with httpx2.AsyncClient(base_url=sandbox, timeout=10, trust_env=False) as client:
        for name, path in SANDBOX.items():
            callback = f"http://127.0.0.1:{settings.port}/api/v1/channels/{name}/callbacks"
            entry = {
                "plugin": name,
                "base_url": f"{sandbox}{path}",
                "merchant_id": MERCHANT,
                "callback_url": callback,
                "secret_file": f"{name}.secret",
            }
            make_once(folder / entry["secret_file"], token_urlsafe(32).encode())
            merchant = {
                "id": MERCHANT,
                "secret": (folder / entry["secret_file"]).read_text(),
                "notify_url": callback,
            }
            if name != "card":
                entry |= {"key_file": f"{name}.pem", "channel_key_file": f"{name}.channel.pem"}
                make_once(folder / entry["key_file"], _pem(_new_key(name)))
                merchant["public_key"] = _public(folder / entry["key_file"])
                told = await client.get(f"/sandbox/channels/{name}/key")
                told.raise_for_status()
                key = folder / entry["channel_key_file"]
                key.unlink(missing_ok=True)
                make_once(key, told.json()["public_key"].encode())
            joined = await client.put(f"/sandbox/channels/{name}/merchant", json=merchant)
            joined.raise_for_status()
            entries[name] = entry
    file = folder / "channels.json"
    file.unlink(missing_ok=True)
    make_once(file, json.dumps(entries, indent=2).encode())
    return file


def _connection(name: str, entry: ChannelEntry, folder: Path) -> channels.Connection:
    def content(file: str | None) -> bytes:
        return b"" if file is None else _read(folder / file)

    return channels.Connection(
        channel=name,
        base_url=entry.base_url,
        merchant_id=entry.merchant_id,
        callback_url=entry.callback_url,
        secret=content(entry.secret_file).decode().strip(),
        key=content(entry.key_file),
        channel_key=content(entry.channel_key_file),
        connect_seconds_max=entry.connect_seconds_max,
        read_seconds_max=entry.read_seconds_max,
        total_seconds_max=entry.total_seconds_max,
        certain_after_seconds=entry.certain_after_seconds,
    )


def _read(path: Path) -> bytes:
    try:
        if is_open_to_everybody(path):
            raise ChannelsUnusable(path=str(path), why="open to everybody; chmod o= it")
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ChannelsUnusable(path=str(path), why=error.strerror or str(error)) from None
    if len(content) > FILE_BYTES_MAX:
        raise ChannelsUnusable(path=str(path), why=f"more than {FILE_BYTES_MAX} bytes")
    return content


def _new_key(channel: str) -> RSAPrivateKey | Ed25519PrivateKey:
    return Ed25519PrivateKey.generate() if channel == "bank" else generate_private_key(65537, 2048)


def _pem(key: RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public(path: Path) -> str:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
