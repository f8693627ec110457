"""How the embedded server is set up: durable, in UTC, and silent about what it is told."""

from typing import Final

OWNER: Final = "postgres"
APP_ROLE: Final = "tongbao_app"
DATABASE: Final = "tongbao"

# Readers of the outbox wait for the oldest open transaction, so none may stay open for long.
APP_TRANSACTION_TIMEOUT: Final = "5min"

# A quarter of the memory is the manual's advice. What a ledger of ten million postings writes to at
# random places fits into the most; it is taken from the system only as the data grow.
SHARED_BUFFERS_MIB_MIN: Final = 128
SHARED_BUFFERS_MIB_MAX: Final = 1024

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
    # The first change of a page after a checkpoint logs all of it. The wheel's build can only
    # compress that by pglz, which costs 70 µs of a processor a page, and writing it plain 5.
    "wal_compression": "off",
    # Hence checkpoints far apart; whatever is logged since the last is replayed after a crash.
    "max_wal_size": "4GB",
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


def configuration(*, fsync: bool, memory_mib: int) -> str:
    """Return the text of a configuration file; without `fsync` a power cut may lose everything.

    `memory_mib` is what the machine has.
    """
    durable = "on" if fsync else "off"
    buffers_mib = min(max(memory_mib // 4, SHARED_BUFFERS_MIB_MIN), SHARED_BUFFERS_MIB_MAX)
    values = {
        **_VALUES,
        "shared_buffers": f"{buffers_mib}MB",
        "fsync": durable,
        "full_page_writes": durable,
    }
    return "".join(f"{name} = '{value}'\n" for name, value in values.items())
