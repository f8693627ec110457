"""What the settings say of passkeys, encrypted fields and identity providers reaches the module."""

from pathlib import Path

from tongbao.app import wiring
from tongbao.core.identity.service.configuration import configure, configured
from tongbao.infra.settings import Settings


def test_the_settings_reach_the_module(tmp_path: Path) -> None:
    before = configured() if _is_configured() else None
    settings = Settings(
        data_dir=tmp_path, public_url="https://www.bank.example", passkey_domain="bank.example"
    )
    wiring.connect_identity(settings)
    try:
        made = configured()
        party = made.relying_party
        assert (party.id, party.origin) == ("bank.example", "https://www.bank.example")
        assert made.providers["sandbox"].provider.issuer == "http://127.0.0.1:8001/oidc"
        assert "sandbox-oidc-secret" not in repr(made.providers["sandbox"].provider)
        sealed = made.sealer.seal(b"secret", context="a")
        wiring.connect_identity(settings)  # another process: the same key
        assert configured().sealer.open(sealed, context="a") == b"secret"
    finally:
        if before is not None:
            configure(before)


def test_a_named_key_is_used(tmp_path: Path) -> None:
    named = tmp_path / "fields.key"
    wiring.field_sealer(Settings(data_dir=tmp_path))
    (tmp_path / "keys" / "fields.key").rename(named)
    sealed = wiring.field_sealer(Settings(field_key_file=named, field_keys=None)).seal(
        b"x", context="a"
    )
    assert (
        wiring.field_sealer(Settings(field_key_file=named, field_keys=None)).open(
            sealed, context="a"
        )
        == b"x"
    )


def _is_configured() -> bool:
    try:
        configured()
    except AssertionError:
        return False
    return True
