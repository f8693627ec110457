"""Settings from the environment, prefix `TONGBAO_`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_TAX_OFFICE_TOKEN = "sandbox-tax-office"  # noqa: S105 - refused outside development


class Settings(BaseSettings):
    """Everything that differs from one installation to the next."""

    model_config = SettingsConfigDict(env_prefix="TONGBAO_", extra="ignore")

    environment: Literal["development", "test", "production"] = "development"
    database_url: str | None = Field(default=None, description="None: the embedded PostgreSQL")
    migration_database_url: str | None = Field(
        default=None, description="The owner's connection; None: as database_url"
    )
    database_role: str | None = Field(
        default="tongbao_app", description="Role that the application takes on after connecting"
    )
    database_pool_size: int = Field(default=10, ge=1, le=200)
    data_dir: Path = Path(".tongbao")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    sandbox_port: int = Field(default=8001, ge=1, le=65535)
    api_workers: int = Field(default=1, ge=1, le=64)
    tax_office_url: str = ""
    tax_office_token: SecretStr = SecretStr(DEFAULT_TAX_OFFICE_TOKEN)
    demo: bool = False
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    language_default: Literal["zh", "en"] = "zh"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.tax_office_url:
            self.tax_office_url = f"http://127.0.0.1:{self.sandbox_port}/tax"
        if self.environment == "production":
            if self.database_url is None:
                msg = "production needs TONGBAO_DATABASE_URL; the embedded database is for demos"
                raise ValueError(msg)
            if self.tax_office_token.get_secret_value() == DEFAULT_TAX_OFFICE_TOKEN:
                msg = "production needs a TONGBAO_TAX_OFFICE_TOKEN of its own"
                raise ValueError(msg)
            if self.demo:
                msg = "demo data has no place in production"
                raise ValueError(msg)
        return self
