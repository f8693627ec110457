"""Who has an account at the sandbox's identity provider, and the site that may ask for them."""

from dataclasses import dataclass
from urllib.parse import urlsplit

CLIENT_ID = "tongbao"
CLIENT_SECRET = "sandbox-oidc-secret"  # noqa: S105  (a sandbox: the secret is public)
CALLBACK_PATH = "/api/v1/identity/oidc/sandbox/callback"
LOCAL_HOSTS = {"localhost", "127.0.0.1", "bank", "test"}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account; `subject` never changes, the e-mail may be anybody's."""

    subject: str
    name: str
    email: str
    email_verified: bool


ACCOUNTS = {
    each.subject: each
    for each in (
        Account("sub-chen", "陈建国", "chen@example.com", email_verified=True),
        Account("sub-lin", "林秀英", "lin@example.com", email_verified=True),
        Account("sub-mallory", "Mallory", "chen@example.com", email_verified=True),
    )
}


def is_registered(redirect_uri: str) -> bool:
    """Tell whether a code may be sent there: our callback on this machine, and nothing else."""
    parts = urlsplit(redirect_uri)
    return (
        parts.scheme in {"http", "https"}
        and parts.hostname in LOCAL_HOSTS
        and parts.path == CALLBACK_PATH
        and not (parts.query or parts.fragment or parts.username)
    )
