"""How the embedded server is set up: durable, in UTC, and silent about what it is told."""

from typing import Final

OWNER: Final = "postgres"
APP_ROLE: Final = "tongbao_app"
DATABASE: Final = "tongbao"

# Readers of the outbox wait for the oldest open transaction, so none may stay open for long.
APP_TRANSACTION_TIMEOUT: Final = "5min"

# The built-in locale sorts by code point alike on every system; names are sorted by a stored key.
INITDB: Final = (
    f"--username={OWNER}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)

_VALUES: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and refusals carry personal data; the application logs what it was refused.
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "idle_in_transaction_session_timeout": "60s",
}


def configuration(*, fsync: bool) -> str:
    """Return the text of a configuration file; without `fsync` a power cut may lose everything."""
    durable = "on" if fsync else "off"
    values = {**_VALUES, "fsync": durable, "full_page_writes": durable}
    return "".join(f"{name} = '{value}'\n" for name, value in values.items())
