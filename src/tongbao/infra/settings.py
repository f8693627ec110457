"""Settings from the environment: `TONGBAO_` before the name, nothing read from files.

A secret has a default for development only. Anywhere else the default is refused, and so is
whatever has no place in production: the embedded database and demonstration data.
"""

from datetime import date, time
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tongbao.infra.addresses import HttpUrl, PostgresUrl
from tongbao.infra.postgres import APP_ROLE, reachable_data_dir

DEFAULT_TAX_OFFICE_TOKEN: Final = "sandbox-tax-office"  # noqa: S105 - refused outside development
DEFAULT_MESSAGE_TOKEN: Final = "sandbox-messages"  # noqa: S105 - the same
DEFAULT_OIDC_SECRET: Final = "sandbox-oidc-secret"  # noqa: S105 - refused outside development
DEFAULT_SECRET_KEY: Final = "for-development-only-and-known-to-all"  # noqa: S105 - the same
SECRET_KEY_LENGTH_MIN: Final = 32
DEFAULT_IDENTITY_TOKEN: Final = "sandbox-identity"  # noqa: S105 - refused outside development
DEFAULT_BILLERS_SECRET: Final = "sandbox-billers"  # noqa: S105 - the same


Port = Annotated[int, Field(ge=1, le=65535)]


class OidcProvider(BaseModel):
    """An identity provider whose accounts people may log in with (OpenID Connect)."""

    model_config = ConfigDict(extra="forbid")

    issuer: HttpUrl
    client_id: str
    client_secret: SecretStr
    name: str


def _data_dir() -> Path:
    return reachable_data_dir(Path(".tongbao"))


class Settings(BaseSettings):
    """Everything that differs from one installation to the next."""

    model_config = SettingsConfigDict(
        env_prefix="TONGBAO_", extra="ignore", hide_input_in_errors=True
    )

    environment: Literal["development", "test", "production"] = "development"
    database_url: PostgresUrl | None = Field(
        default=None, repr=False, description="The application's login; unset: embedded PostgreSQL"
    )
    migration_database_url: PostgresUrl | None = Field(
        default=None, repr=False, description="The owner's login for migrations; as database_url"
    )
    database_role: str | None = Field(
        default=APP_ROLE, description="Role that the application takes on after connecting"
    )
    database_pool_size: int = Field(default=10, ge=1, le=200)
    database_wait_seconds_max: float = Field(
        default=3.0, gt=0, le=60, description="How long a request waits for a connection at most"
    )
    requests_in_flight_max: int = Field(
        default=1_000, ge=1, description="Requests a process answers at a time; more get 503"
    )
    queue_delay_ms_max: int = Field(
        default=500, ge=1, description="Where work waits longer all the time, some of it gets 503"
    )
    stream_seconds_max: int = Field(
        default=900, ge=0, le=86_400, description="After how long a page's stream connects anew"
    )
    rate_limits: dict[str, str] = Field(
        default={},
        description='Limits that differ from the usual ones, as JSON: {"login": "30/60"}',
    )
    data_dir: Path = Field(
        default_factory=_data_dir,
        description=(
            "Where the embedded database lives: .tongbao here, or a folder below /var/lib/tongbao "
            "for root in a private home, which the server's own user may not enter"
        ),
    )
    host: str = "127.0.0.1"
    port: Port = 8000
    sandbox_port: Port = 8001
    api_workers: int = Field(default=1, ge=1, le=64)
    tls_certificate_file: Path | None = Field(
        default=None, description="PEM chain with which the API itself speaks TLS 1.3; unset: plain"
    )
    tls_key_file: Path | None = Field(
        default=None, description="PEM file of its private key, PKCS8, not encrypted"
    )
    worker_metrics_port: Port | None = Field(
        default=None, description="Where the worker serves its metrics; unset: nowhere"
    )
    webhooks_to_loopback: bool = Field(
        default=False,
        description="Let webhooks go to this machine, over plain HTTP too; development and tests",
    )
    tax_office_url: HttpUrl = Field(default="", description="Unset: the sandbox's")
    tax_office_token: SecretStr = SecretStr(DEFAULT_TAX_OFFICE_TOKEN)
    message_gateway_url: HttpUrl = Field(default="", description="Unset: the sandbox's")
    message_gateway_token: SecretStr = SecretStr(DEFAULT_MESSAGE_TOKEN)
    place_lookup_url: HttpUrl = Field(
        default="", description="Tells where an IP address is; unset: the sandbox's"
    )
    secret_key: SecretStr = Field(
        default=SecretStr(DEFAULT_SECRET_KEY),
        description=(
            "At least 32 random characters; keys for codes, cookies and signed tickets come from it"
        ),
    )
    secret_key_older: SecretStr | None = Field(
        default=None,
        description="What secret_key was before: good for what it has signed until left out again",
    )
    public_url: HttpUrl = Field(
        default="", description="Where browsers find the platform; unset: where they asked for it"
    )
    trusted_proxies: str = Field(
        default="",
        description=(
            "Networks, by commas, of the proxies in front whose X-Forwarded-For is believed"
        ),
    )
    business_registry_url: HttpUrl = Field(default="", description="Unset: the sandbox's")
    business_registry_token: SecretStr = SecretStr(DEFAULT_IDENTITY_TOKEN)
    identity_bureau_url: HttpUrl = Field(default="", description="Unset: the sandbox's")
    identity_bureau_token: SecretStr = SecretStr(DEFAULT_IDENTITY_TOKEN)
    face_service_url: HttpUrl = Field(default="", description="Unset: the sandbox's")
    face_service_token: SecretStr = SecretStr(DEFAULT_IDENTITY_TOKEN)
    billers_url: HttpUrl = Field(
        default="",
        description="Service of those who send bills; unset: the sandbox's in development, or none",
    )
    billers_secret: SecretStr = SecretStr(DEFAULT_BILLERS_SECRET)
    account_number_prefix: str = Field(
        default="990001", pattern=r"^[0-9]+$", description="What new account numbers begin with"
    )
    account_number_length: int = Field(default=19, ge=8, le=34)
    account_number_check: Literal["luhn", "mod97", "none"] = Field(
        default="luhn", description="How their last digits check the others"
    )
    dormancy_months: int = Field(
        default=24, ge=1, le=600, description="Without the holder moving anything, it falls asleep"
    )
    dormancy_bound: int = Field(
        default=1_000,
        ge=0,
        description="Only with less than so many units of its currency on it",
    )
    dormancy_notice_days: int = Field(
        default=60, ge=0, le=366, description="So long before, its holder is told"
    )
    ledger_key_file: Path | None = Field(
        default=None,
        description=(
            "PEM file of the Ed25519 key that signs the ledger's checkpoints; unset: one that is "
            "made in data_dir/keys"
        ),
    )
    ledger_retired_keys_file: Path | None = Field(
        default=None, description="PEM file of the public keys that signed them before"
    )
    audit_reveals_min: int = Field(
        default=20, ge=1, description="So many reveals by one person raise an alert ..."
    )
    audit_reveals_minutes: int = Field(default=10, ge=1, le=1_440, description="... within so long")
    audit_denials_min: int = Field(
        default=10, ge=1, description="So many denials of one actor or address raise an alert ..."
    )
    audit_denials_minutes: int = Field(default=10, ge=1, le=1_440, description="... within so long")
    office_opens: time = Field(
        default=time(8), description="On business days; what administrators do outside is an alert"
    )
    office_closes: time = Field(default=time(20), description="In the bank's time zone")
    end_of_day_first: date | None = Field(
        default=None, description="First business day to be ended; unset: of the first booking"
    )
    passkey_domain: str = Field(
        default="",
        description="Relying party id of passkeys: the host of public_url or one above; unset: it",
    )
    factor_recovery_hours: int = Field(
        default=48,
        ge=24,
        le=72,
        description="How long the owner can call off a recovery of an account without its factors",
    )
    field_key_file: Path | None = Field(
        default=None,
        description=(
            "File with the keys of encrypted fields, 32 bytes in base64 a line, the newest last; "
            "unset: one that is made in data_dir/keys"
        ),
    )
    field_keys: SecretStr | None = Field(
        default=None, description="The same keys by commas, where there is no file"
    )
    kms_url: HttpUrl = Field(
        default="",
        description="Key management service that guards the keys of encrypted fields; unset: none",
    )
    kms_token: SecretStr = SecretStr("")
    kms_key: str = Field(default="tongbao-fields", description="Name of its key that wraps ours")
    field_cipher: Literal["aes-256-gcm", "sm4-gcm"] = Field(
        default="aes-256-gcm", description="What new fields are sealed with"
    )
    receipt_key_file: Path | None = Field(
        default=None,
        description="PEM file of the Ed25519 key that signs consent receipts; unset: one is made",
    )
    receipt_retired_keys_file: Path | None = Field(
        default=None, description="PEM file of the public keys that signed them before"
    )
    seal_file: Path | None = Field(
        default=None,
        description=(
            "PEM file of the seal's ECDSA key, its certificate and those above it; unset: one of "
            "a demonstration authority is made in data_dir/keys"
        ),
    )
    channels_file: Path | None = Field(
        default=None,
        description=(
            "JSON file of the payment channels, each with its plug-in, address and key files; "
            "unset: none, and the sandbox's under `tongbao run`"
        ),
    )
    payment_on_its_way_seconds: float = Field(
        default=90,
        ge=1,
        le=86_400,
        description=(
            "How long a request to a channel may be on its way; only then is it believed that the "
            "channel has never heard of it. More than certain_after_seconds of every channel"
        ),
    )
    payment_wallet_seconds: float = Field(
        default=900,
        ge=1,
        le=86_400,
        description="How long somebody has to pay a top-up at a wallet; then it is closed there",
    )
    oidc_providers: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")], OidcProvider] | None,
        Field(repr=False, description="By name, in JSON; unset: the sandbox's, in development"),
    ] = None
    service_phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{2,24}$")] | None = Field(
        default=None, description="Where customers reach a person; unset: a made-up one in a demo"
    )
    demo: bool = False
    log_format: Literal["console", "json"] = Field(
        default="console", description="Unset: json in production"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    language_default: Literal["zh", "en"] = "zh"

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        if not self.tax_office_url:
            self.tax_office_url = f"http://127.0.0.1:{self.sandbox_port}/tax"
        if not self.message_gateway_url:
            self.message_gateway_url = f"http://127.0.0.1:{self.sandbox_port}/messages"
        self.service_phone = self.service_phone or ("400-000-0000" if self.demo else None)
        if not self.place_lookup_url:
            self.place_lookup_url = f"http://127.0.0.1:{self.sandbox_port}/places"
        if not self.passkey_domain:
            self.passkey_domain = urlsplit(self.origin).hostname or ""
        if self.oidc_providers is None:
            self.oidc_providers = self._sandbox_provider()
        sandbox = f"http://127.0.0.1:{self.sandbox_port}"
        self.business_registry_url = self.business_registry_url or f"{sandbox}/registry"
        self.identity_bureau_url = self.identity_bureau_url or f"{sandbox}/bureau"
        self.face_service_url = self.face_service_url or f"{sandbox}/face"
        if self.environment == "development":
            self.billers_url = self.billers_url or f"{sandbox}/billers"
        if self.environment == "production" and "log_format" not in self.model_fields_set:
            self.log_format = "json"
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            msg = "TONGBAO_TLS_CERTIFICATE_FILE and TONGBAO_TLS_KEY_FILE are given together"
            raise ValueError(msg)
        if self.field_key_file is not None and self.field_keys is not None:
            msg = "TONGBAO_FIELD_KEY_FILE or TONGBAO_FIELD_KEYS, not both"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _refuse_what_is_for_development(self) -> Self:
        if self.environment != "development":
            for name in (
                "tax_office_token",
                "business_registry_token",
                "identity_bureau_token",
                "face_service_token",
            ):
                token = getattr(self, name).get_secret_value()
                if token in {"", DEFAULT_TAX_OFFICE_TOKEN, DEFAULT_IDENTITY_TOKEN}:
                    msg = f"TONGBAO_{name.upper()}: the default is for development only"
                    raise ValueError(msg)
            shared = self.billers_secret.get_secret_value()
            if self.billers_url and shared in {"", DEFAULT_BILLERS_SECRET}:
                msg = "TONGBAO_BILLERS_SECRET: the default is for development only"
                raise ValueError(msg)
            if self.message_gateway_token.get_secret_value() in {"", DEFAULT_MESSAGE_TOKEN}:
                msg = "TONGBAO_MESSAGE_GATEWAY_TOKEN: the default is for development only"
                raise ValueError(msg)
            key = self.secret_key.get_secret_value()
            if key == DEFAULT_SECRET_KEY or len(key) < SECRET_KEY_LENGTH_MIN:
                msg = "TONGBAO_SECRET_KEY: 32 random characters or more, and not the default"
                raise ValueError(msg)
            older = self.secret_key_older
            if older is not None and len(older.get_secret_value()) < SECRET_KEY_LENGTH_MIN:
                msg = "TONGBAO_SECRET_KEY_OLDER: it was 32 random characters or more"
                raise ValueError(msg)
            secrets = [each.client_secret for each in (self.oidc_providers or {}).values()]
            if any(each.get_secret_value() in {"", DEFAULT_OIDC_SECRET} for each in secrets):
                msg = "TONGBAO_OIDC_PROVIDERS: the sandbox's secret is for development only"
                raise ValueError(msg)
        self._check_public_url()
        if self.environment == "production":
            self._refuse_what_production_may_not_be()
        return self

    def _sandbox_provider(self) -> dict[str, OidcProvider]:
        if self.environment != "development":
            return {}
        sandbox = OidcProvider(
            issuer=f"http://127.0.0.1:{self.sandbox_port}/oidc",
            client_id="tongbao",
            client_secret=SecretStr(DEFAULT_OIDC_SECRET),
            name="通宝沙箱 Sandbox",
        )
        return {"sandbox": sandbox}

    def _check_public_url(self) -> None:
        """Raise ValueError unless it is an origin whose host lies in `passkey_domain`."""
        parts = urlsplit(self.origin)
        host, domain = parts.hostname or "", self.passkey_domain
        if not host or parts.path or parts.query or parts.fragment or parts.username:
            msg = "TONGBAO_PUBLIC_URL: expected scheme://host[:port] and nothing more"
            raise ValueError(msg)
        if host != domain and not ("." in domain and host.endswith(f".{domain}")):
            msg = "TONGBAO_PASSKEY_DOMAIN: expected the host of TONGBAO_PUBLIC_URL or one above it"
            raise ValueError(msg)

    def _refuse_what_production_may_not_be(self) -> None:
        if self.kms_url and not self.kms_url.startswith("https://"):
            msg = "TONGBAO_KMS_URL: https:// only"
            raise ValueError(msg)
        if self.database_url is None:
            msg = "TONGBAO_DATABASE_URL: production needs a PostgreSQL of its own"
            raise ValueError(msg)
        if self.ledger_key_file is None:
            msg = "TONGBAO_LEDGER_KEY_FILE: production signs with a key of its own"
            raise ValueError(msg)
        if self.seal_file is None:
            msg = "TONGBAO_SEAL_FILE: production seals with a certificate that others vouch for"
            raise ValueError(msg)
        if self.receipt_key_file is None:
            msg = "TONGBAO_RECEIPT_KEY_FILE: production signs with a key of its own"
            raise ValueError(msg)
        if self.demo:
            msg = "TONGBAO_DEMO: demonstration data have no place in production"
            raise ValueError(msg)
        if self.field_key_file is None and self.field_keys is None and not self.kms_url:
            msg = "TONGBAO_FIELD_KEY_FILE: production encrypts with keys of its own"
            raise ValueError(msg)
        if self.webhooks_to_loopback:
            msg = "TONGBAO_WEBHOOKS_TO_LOOPBACK: for development and tests only"
            raise ValueError(msg)
        addresses = [self.origin, *(e.issuer for e in (self.oidc_providers or {}).values())]
        if not all(each.startswith("https://") for each in addresses):
            msg = "TONGBAO_PUBLIC_URL and the issuers of TONGBAO_OIDC_PROVIDERS: https:// only"
            raise ValueError(msg)

    @property
    def origin(self) -> str:
        """The site's origin, as passkeys and identity providers know it."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def owner_url(self) -> str | None:
        """The address migrations use; None with the embedded database."""
        return self.migration_database_url or self.database_url
