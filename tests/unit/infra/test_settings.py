"""Settings come from the environment, typed, and refuse what is for development only."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from tongbao.infra.settings import (
    DEFAULT_OIDC_SECRET,
    DEFAULT_SECRET_KEY,
    DEFAULT_TAX_OFFICE_TOKEN,
    Settings,
)

URL = "postgresql://app:s3cret@db.internal:5432/tongbao"
PRODUCTION = {
    "TONGBAO_ENVIRONMENT": "production",
    "TONGBAO_DATABASE_URL": URL,
    "TONGBAO_TAX_OFFICE_TOKEN": "of-our-own",
    "TONGBAO_BUSINESS_REGISTRY_TOKEN": "of-our-own",
    "TONGBAO_IDENTITY_BUREAU_TOKEN": "of-our-own",
    "TONGBAO_FACE_SERVICE_TOKEN": "of-our-own",
    "TONGBAO_LEDGER_KEY_FILE": "/etc/tongbao/ledger.pem",
    "TONGBAO_RECEIPT_KEY_FILE": "/etc/tongbao/receipts.pem",
    "TONGBAO_SEAL_FILE": "/etc/tongbao/seal.pem",
    "TONGBAO_MESSAGE_GATEWAY_TOKEN": "of-our-own",
    "TONGBAO_FIELD_KEY_FILE": "/etc/tongbao/fields.key",
    "TONGBAO_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "TONGBAO_PUBLIC_URL": "https://bank.example",
}
PROVIDER = (
    '{"partner": {"issuer": "https://id.example", "client_id": "tongbao",'
    ' "client_secret": "of-our-own", "name": "Partner"}}'
)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("TONGBAO_"):
            monkeypatch.delenv(name)


def settings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_nothing_needs_to_be_set_for_development() -> None:
    made = Settings()
    assert made.environment == "development"
    assert made.database_url is None
    assert made.owner_url is None
    assert made.tax_office_url == "http://127.0.0.1:8001/tax"
    assert made.tax_office_token.get_secret_value() == DEFAULT_TAX_OFFICE_TOKEN
    assert made.log_format == "console"


def test_the_tax_office_is_the_sandbox_wherever_that_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = settings(monkeypatch, TONGBAO_SANDBOX_PORT="9001")
    assert made.tax_office_url == "http://127.0.0.1:9001/tax"
    made = settings(monkeypatch, TONGBAO_TAX_OFFICE_URL="https://tax.example/")
    assert made.tax_office_url == "https://tax.example"


def test_production_with_everything_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(monkeypatch, **PRODUCTION)
    assert made.database_url == URL
    assert made.owner_url == URL
    assert made.log_format == "json"


def test_migrations_may_have_a_login_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = URL.replace("app:", "owner:")
    made = settings(monkeypatch, **PRODUCTION, TONGBAO_MIGRATION_DATABASE_URL=owner)
    assert made.owner_url == owner


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"TONGBAO_TAX_OFFICE_TOKEN": DEFAULT_TAX_OFFICE_TOKEN}, "TONGBAO_TAX_OFFICE_TOKEN"),
        ({"TONGBAO_TAX_OFFICE_TOKEN": ""}, "TONGBAO_TAX_OFFICE_TOKEN"),
        ({"TONGBAO_MESSAGE_GATEWAY_TOKEN": "sandbox-messages"}, "TONGBAO_MESSAGE_GATEWAY_TOKEN"),
        ({"TONGBAO_SECRET_KEY": DEFAULT_SECRET_KEY}, "TONGBAO_SECRET_KEY"),
        ({"TONGBAO_SECRET_KEY": "x" * 31}, "TONGBAO_SECRET_KEY"),
        ({"TONGBAO_PUBLIC_URL": ""}, "TONGBAO_PUBLIC_URL"),
        ({"TONGBAO_PUBLIC_URL": "http://bank.example"}, "TONGBAO_PUBLIC_URL"),
        ({"TONGBAO_FACE_SERVICE_TOKEN": "sandbox-identity"}, "TONGBAO_FACE_SERVICE_TOKEN"),
        ({"TONGBAO_IDENTITY_BUREAU_TOKEN": ""}, "TONGBAO_IDENTITY_BUREAU_TOKEN"),
        ({"TONGBAO_DEMO": "true"}, "TONGBAO_DEMO"),
        ({"TONGBAO_WEBHOOKS_TO_LOOPBACK": "true"}, "TONGBAO_WEBHOOKS_TO_LOOPBACK"),
        (
            {"TONGBAO_OIDC_PROVIDERS": PROVIDER.replace("of-our-own", DEFAULT_OIDC_SECRET)},
            "TONGBAO_OIDC_PROVIDERS",
        ),
        ({"TONGBAO_OIDC_PROVIDERS": PROVIDER.replace("https", "http")}, "TONGBAO_OIDC_PROVIDERS"),
    ],
)
def test_production_refuses_what_is_for_development(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        settings(monkeypatch, **(PRODUCTION | change))


@pytest.mark.parametrize(
    "name",
    [
        "TONGBAO_DATABASE_URL",
        "TONGBAO_LEDGER_KEY_FILE",
        "TONGBAO_FIELD_KEY_FILE",
        "TONGBAO_RECEIPT_KEY_FILE",
        "TONGBAO_SEAL_FILE",
    ],
)
def test_production_needs_a_database_and_keys_of_its_own(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    environment = PRODUCTION.copy()
    del environment[name]
    with pytest.raises(ValidationError, match=name):
        settings(monkeypatch, **environment)


def test_a_default_secret_is_refused_in_a_test_environment_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ValidationError, match="TONGBAO_TAX_OFFICE_TOKEN"):
        settings(monkeypatch, TONGBAO_ENVIRONMENT="test")


def test_passkeys_belong_to_the_host_of_the_site_or_to_a_domain_above_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Settings().origin == "http://localhost:8000"
    assert Settings().passkey_domain == "localhost"
    made = settings(monkeypatch, TONGBAO_PUBLIC_URL="https://www.bank.example/")
    assert (made.origin, made.passkey_domain) == (
        "https://www.bank.example",
        "www.bank.example",
    )
    made = settings(monkeypatch, TONGBAO_PASSKEY_DOMAIN="bank.example")
    assert made.passkey_domain == "bank.example"


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://bank.example", "other.example"),
        ("https://bank.example", "www.bank.example"),
        ("https://evilbank.example", "bank.example"),
        ("https://bank.example", "example"),
        ("https://bank.example/path", ""),
        ("https://user@bank.example", ""),
        ("https://", ""),
    ],
)
def test_a_site_outside_its_passkey_domain_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str, domain: str
) -> None:
    with pytest.raises(ValidationError, match=r"TONGBAO_(PUBLIC_URL|PASSKEY_DOMAIN)"):
        settings(monkeypatch, TONGBAO_PUBLIC_URL=url, TONGBAO_PASSKEY_DOMAIN=domain)


def test_the_sandbox_is_an_identity_provider_in_development_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    providers = Settings().oidc_providers
    assert providers is not None
    assert providers["sandbox"].issuer == "http://127.0.0.1:8001/oidc"
    assert settings(monkeypatch, **PRODUCTION).oidc_providers == {}
    named = settings(monkeypatch, **PRODUCTION, TONGBAO_OIDC_PROVIDERS=PROVIDER)
    assert named.oidc_providers is not None
    assert named.oidc_providers["partner"].client_id == "tongbao"
    assert "of-our-own" not in repr(named)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("postgres://app@db/x", "postgresql://app@db/x"),
        ("postgresql+psycopg://app@db/x", "postgresql://app@db/x"),
        ("postgresql://app:p%40ss@db/x", "postgresql://app:p%40ss@db/x"),
        ("postgresql://app@/x?host=%2Ftmp%2Fa", "postgresql://app@/x?host=%2Ftmp%2Fa"),
    ],
)
def test_addresses_of_a_database(monkeypatch: pytest.MonkeyPatch, given: str, meant: str) -> None:
    assert settings(monkeypatch, TONGBAO_DATABASE_URL=given).database_url == meant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TONGBAO_DATABASE_URL", "mysql://app:s3cret@db/x"),
        ("TONGBAO_DATABASE_URL", "s3cret"),
        ("TONGBAO_DATABASE_URL", ""),
        ("TONGBAO_PORT", "0"),
        ("TONGBAO_PORT", "65536"),
        ("TONGBAO_PORT", "s3cret"),
        ("TONGBAO_API_WORKERS", "0"),
        ("TONGBAO_ENVIRONMENT", "staging"),
        ("TONGBAO_LOG_FORMAT", "xml"),
        ("TONGBAO_LANGUAGE_DEFAULT", "fr"),
        ("TONGBAO_TAX_OFFICE_URL", "ftp://s3cret"),
    ],
)
def test_wrong_values_are_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(monkeypatch, **{name: value})
    assert name.removeprefix("TONGBAO_").lower() in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(monkeypatch, **PRODUCTION, TONGBAO_MIGRATION_DATABASE_URL=URL)
    for shown in (repr(made), str(made), f"{made}"):
        assert "s3cret" not in shown
        assert "of-our-own" not in shown


def test_no_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("TONGBAO_PORT=1234\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().port == 8000
