"""Every setting of the platform, once: ``PACTORIA_*`` in the environment, overridden by the words of the command."""

import base64
import binascii
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pactoria_desktop.runtime.errors import PactoriaError

PREFIX = "PACTORIA_"
DEFAULT_PORT = 8440
MASTER_KEY_BYTES = 32
_Url = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]


class PlatformSettingsError(PactoriaError):
    """The settings cannot be used; ``problems`` has a line for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep the lines; the sentence is the first."""
        more = f" ({len(problems) - 1} more: run pactoria platform check)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)
        self.problems = problems


class PlatformSettings(BaseSettings):
    """What the platform is told. Nothing is required: without a database it starts its own in the data folder."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    platform_data: Path = Field(
        default_factory=lambda: default_data(), description="folder of all that the platform keeps"
    )
    host: str = Field(
        default="127.0.0.1", description="address to listen on; beyond this machine a certificate is needed"
    )
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65535, description="port to listen on, 0 for a free one")
    public_url: _Url | None = Field(default=None, description="address under which people reach the platform")
    certificate: Path | None = Field(default=None, description="TLS certificate, PEM")
    key: Path | None = Field(default=None, description="its key, PEM")
    behind_proxy: bool = Field(default=False, description="a proxy in front ends TLS and says who asks")
    trusted_proxies: int = Field(
        default=1, ge=1, le=10, description="how many proxies stand in front; what they say of who asks is believed"
    )
    database_url: SecretStr | None = Field(default=None, description="PostgreSQL as the restricted application role")
    database_owner_url: SecretStr | None = Field(
        default=None, description="PostgreSQL as the role that owns the tables"
    )
    database_direct_url: SecretStr | None = Field(
        default=None, description="the same as the application role past a pooler, for notices"
    )
    database_connections: int = Field(default=10, ge=2, le=200, description="most connections of a process")
    database_prepared: bool = Field(default=True, description="prepare statements; no behind a pooler that forbids it")
    redis_url: SecretStr | None = Field(default=None, description="Redis or Valkey for hints between nodes")
    master_key: SecretStr | None = Field(
        default=None, description="32 bytes in base64 that seal the organizations' keys"
    )
    registration: Literal["invitation", "open"] = Field(default="invitation", description="who may make an account")
    storage_url: _Url | None = Field(default=None, description="s3://bucket/prefix, or nothing for the data folder")
    smtp_host: str | None = Field(default=None, description="mail server; without one the inviter gets the link")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="its port")
    smtp_user: str | None = Field(default=None, description="user name at the mail server")
    smtp_password: SecretStr | None = Field(default=None, description="password at the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="how the line is secured")
    mail_from: str = Field(default="Pactoria <pactoria@localhost>", description="sender of e-mails")
    sentry_dsn: SecretStr | None = Field(default=None, description="address that errors are sent to, without contents")
    metrics_token: SecretStr | None = Field(
        default=None, description="bearer token of /metrics; without it only loopback"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level of log lines"
    )
    log_form: Literal["json", "text"] = Field(default="json", description="form of log lines")
    slow_query_ms: int = Field(default=250, ge=1, le=60_000, description="a statement that takes longer is logged")
    jobs: bool = Field(default=True, description="this node works on jobs")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The words of the command before the environment; no files."""
        return init_settings, env_settings

    @field_validator("master_key")
    @classmethod
    def _key_of_32_bytes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                raw = base64.b64decode(value.get_secret_value(), validate=True)
            except (binascii.Error, ValueError) as error:
                raise ValueError("is not base64") from error
            if len(raw) != MASTER_KEY_BYTES:
                raise ValueError(f"holds {len(raw)} bytes and must hold {MASTER_KEY_BYTES}")
        return value

    @field_validator("database_url", "database_owner_url", "database_direct_url")
    @classmethod
    def _postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("begins with postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(
            ("redis://", "rediss://", "unix://", "valkey://")
        ):
            raise ValueError("begins with redis://, rediss://, valkey:// or unix://")
        return value

    @field_validator("public_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("begins with https:// or http://")
        return value.rstrip("/") if value else value

    @field_validator("storage_url")
    @classmethod
    def _storage(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("s3://"):
            raise ValueError("begins with s3://")
        return value

    @model_validator(mode="after")
    def _together(self) -> "PlatformSettings":
        if (self.database_url is None) != (self.database_owner_url is None):
            raise ValueError(f"{PREFIX}DATABASE_URL and {PREFIX}DATABASE_OWNER_URL are given together or not at all")
        if (self.certificate is None) != (self.key is None):
            raise ValueError(f"{PREFIX}CERTIFICATE and {PREFIX}KEY are given together or not at all")
        if self.database_url is not None and self.master_key is None:
            raise ValueError(f"{PREFIX}MASTER_KEY is needed where the database is not the platform's own")
        if not self.listens_on_loopback and self.certificate is None and not self.behind_proxy:
            raise ValueError(
                f"listening on {self.host} needs {PREFIX}CERTIFICATE and {PREFIX}KEY, "
                f"or {PREFIX}BEHIND_PROXY=true behind a proxy that ends TLS"
            )
        return self

    @property
    def listens_on_loopback(self) -> bool:
        """Whether only this machine reaches the platform."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def owns_database(self) -> bool:
        """Whether the platform starts its own PostgreSQL."""
        return self.database_url is None


def default_data() -> Path:
    """The data folder when nobody names one: in ``PACTORIA_HOME``, or where the system keeps a program's data."""
    if home := os.environ.get("PACTORIA_HOME"):
        return Path(home) / "platform"
    import platformdirs

    return Path(platformdirs.user_data_dir("pactoria-platform", appauthor=False))


def platform_settings(words: Mapping[str, object]) -> PlatformSettings:
    """The settings from the environment and the words of the command (None counts as not said).

    Raises PlatformSettingsError with a line for each problem, naming the variable.
    """
    try:
        return PlatformSettings(**{name: value for name, value in words.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise PlatformSettingsError(tuple(_line(one) for one in error.errors(include_url=False))) from error


def _line(problem: object) -> str:
    assert isinstance(problem, dict)
    place = "_".join(str(part) for part in problem["loc"])
    reason = str(problem["msg"]).removeprefix("Value error, ")
    if not place:
        return f"{reason[0].upper()}{reason[1:]}; nothing was started; correct the settings."
    return f"{PREFIX}{place.upper()}: {reason[0].lower()}{reason[1:]}; nothing was started; correct the setting."
