"""Permissions, and the roles that gather them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class UserKind(StrEnum):
    """On whose behalf a user acts."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SERVICE = "service"


class Role(StrEnum):
    """A set of permissions with a name people use."""

    CUSTOMER = "customer"
    STAFF_OPERATIONS = "staff_operations"
    STAFF_RISK = "staff_risk"
    AUDITOR = "auditor"
    SERVICE = "service"


# A permission is `module:verb`. A plain verb (`accounts:open`) reaches the caller's own parties;
# `..._any` reaches everybody's. What is one's own may always be read and needs no permission.
_READ_ANY: Final = frozenset(
    {
        "accounts:read_any",
        "agreements:read_any",
        "ledger:read",
        "lending:read_any",
        "parties:read_any",
        "payments:read_any",
    }
)
ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[str]]] = {
    Role.CUSTOMER: frozenset(
        {
            "accounts:open",
            "agreements:grant",
            "agreements:withdraw",
            "lending:accept",
            "lending:apply",
            "payments:initiate",
        }
    ),
    Role.STAFF_OPERATIONS: _READ_ANY
    | {
        "accounts:open_any",
        "identity:manage_clients",
        "ledger:manage",
        "ledger:post",
        "parties:register",
        "webhooks:manage",
        "webhooks:manage_any",
    },
    Role.STAFF_RISK: _READ_ANY | {"lending:decide", "rating:manage"},
    Role.AUDITOR: _READ_ANY,
    Role.SERVICE: frozenset({"ledger:post", "ledger:read"}),
}
ROLES_OF_KIND: Final[Mapping[UserKind, frozenset[Role]]] = {
    UserKind.CUSTOMER: frozenset({Role.CUSTOMER}),
    UserKind.STAFF: frozenset({Role.STAFF_OPERATIONS, Role.STAFF_RISK, Role.AUDITOR}),
    UserKind.SERVICE: frozenset({Role.SERVICE}),
}
PERMISSIONS: Final = frozenset().union(*ROLE_PERMISSIONS.values())


def permissions(roles: Iterable[Role]) -> frozenset[str]:
    """Return everything that `roles` together allow."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
