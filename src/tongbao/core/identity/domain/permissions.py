"""The roles that gather permissions. Whatever is not granted is denied."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from tongbao.core.identity.domain.catalogue import CATALOGUE, Reach
from tongbao.kernel.text import Text


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
    STAFF_COMPLIANCE = "staff_compliance"
    STAFF_SERVICE = "staff_service"
    STAFF_MARKETING = "staff_marketing"
    STAFF_PRODUCT = "staff_product"
    STAFF_ADMINISTRATOR = "staff_administrator"
    AUDITOR = "auditor"
    SERVICE = "service"


class MemberRole(StrEnum):
    """What a customer's user is to one party; another role at another party is usual.

    A holder is the person themself, or the owner who runs a firm alone. The others are company
    users.
    """

    HOLDER = "holder"
    VIEWER = "viewer"
    MAKER = "maker"
    CHECKER = "checker"
    ADMINISTRATOR = "administrator"


_READ_ANY: Final = frozenset(
    {
        "accounts:read_any",
        "agreements:read_any",
        "channels:read",
        "approvals:read_any",
        "deposits:read_any",
        "ledger:read",
        "lending:read_any",
        "limits:read_any",
        "parties:read_any",
        "payments:read_any",
        "reconciliation:read",
    }
)
MEMBER_PERMISSIONS: Final[Mapping[MemberRole, frozenset[str]]] = {
    # Alone, there is nobody to separate duties with.
    MemberRole.HOLDER: frozenset(
        name for name, permission in CATALOGUE.items() if permission.reach is Reach.OWN
    ),
    MemberRole.VIEWER: frozenset(),
    MemberRole.MAKER: frozenset(
        {
            "bulk:read",
            "collecting:collect",
            "lending:apply",
            "payments:initiate",
            "statements:issue",
        }
    ),
    MemberRole.CHECKER: frozenset(
        {"approvals:sign_policy", "bulk:read", "payments:approve", "statements:issue"}
    ),
    MemberRole.ADMINISTRATOR: frozenset(
        {
            "accounts:awaken",
            "accounts:close",
            "accounts:open",
            "agreements:grant",
            "agreements:withdraw",
            "approvals:set_policy",
            "approvals:sign_policy",
            "identity:approve_members",
            "identity:manage_members",
            "lending:accept",
            "parties:apply",
            "parties:maintain",
            "payments:set_limits",
            "privacy:erase",
            "privacy:export",
            "privacy:reveal",
            "statements:issue",
        }
    ),
}
ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[str]]] = {
    Role.CUSTOMER: MEMBER_PERMISSIONS[MemberRole.HOLDER],
    Role.STAFF_OPERATIONS: _READ_ANY
    | {
        "accounts:close_any",
        "accounts:open_any",
        "bills:propose_account",
        "channels:propose",
        "approvals:lift_any",
        "identity:manage_clients",
        "accounts:restrict_any",
        "identity:appoint_any",
        "identity:recover_any",
        "ledger:adjust",
        "ledger:manage",
        "parties:apply_any",
        "parties:maintain_any",
        "parties:register",
        "parties:verify",
        "payments:resolve",
        "privacy:erase_any",
        "privacy:reveal_any",
        "reconciliation:adjust",
        "reconciliation:work",
        "runs:read",
        "runs:start",
        "statements:issue_any",
        "system:read",
        "webhooks:manage",
        "webhooks:manage_any",
    },
    Role.STAFF_RISK: _READ_ANY
    | {"lending:decide", "limits:propose", "parties:rate", "parties:verify", "privacy:reveal_any"},
    Role.STAFF_COMPLIANCE: _READ_ANY
    | {
        "accounts:approve_restraint",
        "accounts:approve_rates",
        "approvals:approve_lift",
        "audit:close_alerts",
        "audit:read",
        "bills:approve_account",
        "channels:approve",
        "deposits:approve_rates",
        "identity:approve_appointment",
        "identity:approve_recovery",
        "identity:approve_staff",
        "identity:read_users",
        "ledger:approve",
        "limits:approve",
        "payments:approve_resolution",
        "payments:approve_fees",
        "privacy:approve_erasure",
        "privacy:reveal_any",
        "proposals:read_any",
        "reconciliation:approve",
        "runs:read",
        "system:read",
    },
    Role.STAFF_SERVICE: frozenset(
        {
            "accounts:read_any",
            "deposits:read_any",
            "limits:read_any",
            "parties:read_any",
            "payments:read_any",
            "statements:issue_any",
        }
    ),
    Role.STAFF_MARKETING: frozenset(),  # why is said in `role_words`
    Role.STAFF_PRODUCT: frozenset(
        {
            "accounts:set_rates",
            "deposits:propose_rates",
            "deposits:read_any",
            "lending:read_any",
            "payments:propose_fees",
        }
    ),
    Role.STAFF_ADMINISTRATOR: frozenset(
        {"identity:block_users", "identity:manage_staff", "identity:read_users"}
    ),
    Role.AUDITOR: _READ_ANY
    | {"audit:read", "identity:read_users", "proposals:read_any", "runs:read", "system:read"},
    Role.SERVICE: frozenset({"ledger:manage", "ledger:post", "ledger:read"}),
}
ROLES_OF_KIND: Final[Mapping[UserKind, frozenset[Role]]] = {
    UserKind.CUSTOMER: frozenset({Role.CUSTOMER}),
    UserKind.STAFF: frozenset(
        {role for role in Role if role.startswith("staff_")} | {Role.AUDITOR}
    ),
    UserKind.SERVICE: frozenset({Role.SERVICE}),
}
SEPARATED: Final[tuple[tuple[str, str, Text], ...]] = (
    ("ledger:post", "ledger:approve", Text(zh="记账与复核分离", en="who books does not approve")),
    (
        "ledger:adjust",
        "ledger:approve",
        Text(zh="经办与复核分离", en="who adjusts does not approve"),
    ),
    (
        "accounts:restrict_any",
        "accounts:approve_restraint",
        Text(zh="限制经办与复核分离", en="who restrains accounts does not approve it"),
    ),
    (
        "accounts:set_rates",
        "accounts:approve_rates",
        Text(zh="利率提议与复核分离", en="who proposes rates does not approve them"),
    ),
    (
        "approvals:lift_any",
        "approvals:approve_lift",
        Text(zh="解除会签规则的经办与复核分离", en="who lifts policies does not approve it"),
    ),
    (
        "deposits:propose_rates",
        "deposits:approve_rates",
        Text(zh="利率经办与复核分离", en="who proposes rates does not approve them"),
    ),
    (
        "bills:propose_account",
        "bills:approve_account",
        Text(zh="收款账户提议与复核分离", en="who proposes accounts does not approve them"),
    ),
    (
        "payments:propose_fees",
        "payments:approve_fees",
        Text(zh="手续费提议与复核分离", en="who proposes fees does not approve them"),
    ),
    (
        "payments:initiate",
        "payments:approve",
        Text(zh="付款经办与复核分离", en="who initiates payments does not approve them"),
    ),
    (
        "payments:initiate",
        "identity:manage_members",
        Text(zh="管理用户者不付款", en="who manages users does not pay"),
    ),
    (
        "payments:approve",
        "identity:manage_members",
        Text(zh="管理用户者不复核付款", en="who manages users does not approve payments"),
    ),
    (
        "payments:resolve",
        "payments:approve_resolution",
        Text(zh="处置经办与复核分离", en="who resolves payments does not approve it"),
    ),
    (
        "limits:propose",
        "limits:approve",
        Text(zh="限额经办与复核分离", en="who proposes limits does not approve them"),
    ),
    (
        "reconciliation:adjust",
        "reconciliation:approve",
        Text(zh="差错经办与复核分离", en="who settles breaks does not approve it"),
    ),
    (
        "channels:propose",
        "channels:approve",
        Text(zh="通道设置经办与复核分离", en="who proposes settings does not approve them"),
    ),
    (
        "identity:manage_staff",
        "identity:approve_staff",
        Text(zh="授权经办与复核分离", en="who proposes staff does not approve them"),
    ),
    (
        "privacy:erase_any",
        "privacy:approve_erasure",
        Text(zh="删除经办与复核分离", en="who proposes an erasure does not approve it"),
    ),
    (
        "identity:appoint_any",
        "identity:approve_appointment",
        Text(zh="任命经办与复核分离", en="who proposes an appointment does not approve it"),
    ),
    (
        "identity:recover_any",
        "identity:approve_recovery",
        Text(zh="恢复经办与复核分离", en="who proposes a recovery does not approve it"),
    ),
    (
        "ledger:adjust",
        "identity:manage_staff",
        Text(zh="管理员不动资金", en="who manages staff moves no money"),
    ),
    (
        "ledger:approve",
        "identity:manage_staff",
        Text(zh="管理员不动资金", en="who manages staff moves no money"),
    ),
)
"""Pairs that no role, and no user with several roles, holds together; a holder is alone."""


def permissions(roles: Iterable[Role]) -> frozenset[str]:
    """Return everything that `roles` together allow."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


def separated(held: frozenset[str]) -> bool:
    """Tell whether `held` keeps apart the duties that must be."""
    return not any(one in held and other in held for one, other, _ in SEPARATED)
