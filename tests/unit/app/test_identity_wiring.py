"""What the settings say of passkeys and identity providers reaches the module."""

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
    finally:
        if before is not None:
            configure(before)


def _is_configured() -> bool:
    try:
        configured()
    except AssertionError:
        return False
    return True
