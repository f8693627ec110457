"""Which permissions there are, and the roles that gather them. Whatever is not granted is denied.

A permission is `module:verb`. A plain verb (`accounts:open`) reaches the parties the caller acts
for, as far as their role *there* allows it; `..._any` reaches everybody's. What belongs to a party
may be read by whoever acts for it and needs no permission.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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


class Reach(StrEnum):
    """Whose things a permission is about."""

    OWN = "own"  # those of the parties the caller acts for, with a role there that allows it
    ANY = "any"  # those of every customer
    SYSTEM = "system"  # the bank's own: ledger, staff, proposals


class Sensitivity(StrEnum):
    """What misuse would cost: nuisance, other people's secrets, or money and control."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be done."""

    name: str
    reach: Reach
    sensitivity: Sensitivity
    description: Text

    @property
    def module(self) -> str:
        """Return the module whose routes ask for it."""
        return self.name.partition(":")[0]


_OWN, _ANY, _SYSTEM = Reach.OWN, Reach.ANY, Reach.SYSTEM
_LOW, _HIGH, _TOP = Sensitivity.ORDINARY, Sensitivity.SENSITIVE, Sensitivity.CRITICAL


def _declare(*declared: tuple[str, Reach, Sensitivity, str, str]) -> dict[str, Permission]:
    catalogue = {
        name: Permission(name, reach, sensitivity, Text(zh=zh, en=en))
        for name, reach, sensitivity, zh, en in declared
    }
    assert len(catalogue) == len(declared), "a permission is declared once"
    return catalogue


CATALOGUE: Final[Mapping[str, Permission]] = _declare(
    ("accounts:open", _OWN, _LOW, "为本主体开户", "Open accounts for an own party"),
    ("accounts:open_any", _ANY, _HIGH, "为任何客户开户", "Open accounts for any customer"),
    ("accounts:read_any", _ANY, _HIGH, "查看所有账户与明细", "Read all accounts and statements"),
    ("accounts:restrict_any", _ANY, _TOP, "冻结与解冻账户", "Freeze and release accounts"),
    ("accounts:close_any", _ANY, _TOP, "销户", "Close accounts"),
    ("agreements:grant", _OWN, _HIGH, "授权采集数据", "Consent to data being fetched"),
    ("agreements:read_any", _ANY, _HIGH, "查看所有授权与合约", "Read all consents and agreements"),
    ("agreements:withdraw", _OWN, _LOW, "撤回授权", "Withdraw a consent"),
    ("audit:close_alerts", _SYSTEM, _HIGH, "处理审计告警", "Close alerts of the audit trail"),
    ("audit:read", _SYSTEM, _HIGH, "查阅审计记录", "Read and export the audit trail"),
    (
        "identity:appoint_any",
        _ANY,
        _TOP,
        "提议任命企业管理员",
        "Propose the first administrator of a company",
    ),
    (
        "identity:approve_appointment",
        _ANY,
        _TOP,
        "复核企业管理员的任命",
        "Approve the first administrator of a company",
    ),
    (
        "identity:approve_members",
        _OWN,
        _TOP,
        "复核本企业用户的变更",
        "Approve changes of company users",
    ),
    (
        "identity:approve_recovery",
        _ANY,
        _TOP,
        "复核账户恢复",
        "Approve the recovery of an account",
    ),
    (
        "identity:approve_staff",
        _SYSTEM,
        _TOP,
        "复核员工的权限变更",
        "Approve staff and their roles",
    ),
    (
        "identity:block_users",
        _ANY,
        _HIGH,
        "停用与恢复用户",
        "Block users and let them in again",
    ),
    (
        "identity:manage_clients",
        _SYSTEM,
        _TOP,
        "登记合作方客户端及其密钥",
        "Register partner clients and their credentials",
    ),
    (
        "identity:manage_members",
        _OWN,
        _TOP,
        "管理本企业的用户、角色与限额",
        "Manage the users of an own company, their roles and bands",
    ),
    (
        "identity:manage_staff",
        _SYSTEM,
        _TOP,
        "提议新增员工与变更角色",
        "Propose new members of staff and changes of roles",
    ),
    (
        "identity:recover_any",
        _ANY,
        _TOP,
        "提议恢复账户（移除登录验证因素）",
        "Propose to recover an account by taking its factors away",
    ),
    ("identity:read_users", _ANY, _HIGH, "查看用户及其角色", "Read users and their roles"),
    ("ledger:adjust", _SYSTEM, _TOP, "提议调账", "Propose adjustments of the ledger"),
    ("ledger:approve", _SYSTEM, _TOP, "复核调账", "Approve adjustments of the ledger"),
    (
        "ledger:manage",
        _SYSTEM,
        _TOP,
        "管理科目、总账账户与会计期间",
        "Manage assets, ledger accounts and accounting periods",
    ),
    ("ledger:post", _SYSTEM, _TOP, "直接记账", "Book directly in the ledger"),
    ("ledger:read", _SYSTEM, _HIGH, "查看总账", "Read the ledger"),
    ("lending:accept", _OWN, _TOP, "签署借款合同并提款", "Sign a loan agreement and draw"),
    ("lending:apply", _OWN, _LOW, "申请贷款", "Apply for a loan"),
    ("lending:decide", _ANY, _TOP, "审核转人工的申请", "Decide referred applications"),
    ("lending:read_any", _ANY, _HIGH, "查看所有申请与贷款", "Read all applications and loans"),
    (
        "parties:apply",
        _OWN,
        _HIGH,
        "为本主体申请身份认证",
        "Apply for an own party's check",
    ),
    ("parties:apply_any", _ANY, _HIGH, "代客户申请身份认证", "Apply for any customer's check"),
    ("parties:maintain", _OWN, _HIGH, "维护本主体资料", "Maintain the data of an own party"),
    ("parties:maintain_any", _ANY, _HIGH, "维护所有客户资料", "Maintain the data of any customer"),
    ("parties:rate", _ANY, _TOP, "评定客户风险等级与状态", "Rate customers and change their state"),
    ("parties:read_any", _ANY, _HIGH, "查看所有客户", "Read all parties"),
    ("parties:register", _ANY, _HIGH, "登记客户", "Register parties"),
    ("parties:verify", _ANY, _TOP, "审核客户身份", "Decide on the identity of customers"),
    ("payments:approve", _OWN, _TOP, "复核本主体的付款", "Approve payments of an own party"),
    ("payments:initiate", _OWN, _HIGH, "发起本主体的付款", "Initiate payments of an own party"),
    ("payments:read_any", _ANY, _HIGH, "查看所有付款", "Read all payments"),
    (
        "payments:settle_alone",
        _OWN,
        _TOP,
        "无须复核即可付款",
        "Pay without a second person, where the firm does not demand one",
    ),
    (
        "privacy:approve_erasure",
        _ANY,
        _TOP,
        "复核客户信息的删除",
        "Approve that data on a customer is erased",
    ),
    (
        "privacy:erase",
        _OWN,
        _TOP,
        "删除本主体的信息",
        "Have data on an own party erased",
    ),
    (
        "privacy:erase_any",
        _ANY,
        _TOP,
        "提议删除客户信息",
        "Propose that data on a customer is erased",
    ),
    (
        "privacy:export",
        _OWN,
        _TOP,
        "导出本主体的全部信息",
        "Get everything that is kept about an own party",
    ),
    (
        "privacy:reveal",
        _OWN,
        _HIGH,
        "查看本主体的完整敏感信息",
        "See core data of an own party whole",
    ),
    (
        "privacy:reveal_any",
        _ANY,
        _TOP,
        "说明原因后查看任何客户的完整敏感信息",
        "See core data of any customer whole, for a reason",
    ),
    ("proposals:read_any", _SYSTEM, _HIGH, "查看所有待复核事项", "Read all proposals"),
    ("webhooks:manage", _SYSTEM, _HIGH, "管理自有回调端点", "Manage a client's own webhooks"),
    ("webhooks:manage_any", _ANY, _HIGH, "管理所有回调端点", "Manage every client's webhooks"),
)
PERMISSIONS: Final = frozenset(CATALOGUE)

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
MEMBER_PERMISSIONS: Final[Mapping[MemberRole, frozenset[str]]] = {
    # Alone, there is nobody to separate duties with.
    MemberRole.HOLDER: frozenset(
        name for name, permission in CATALOGUE.items() if permission.reach is Reach.OWN
    ),
    MemberRole.VIEWER: frozenset(),
    MemberRole.MAKER: frozenset({"lending:apply", "payments:initiate"}),
    MemberRole.CHECKER: frozenset({"payments:approve"}),
    MemberRole.ADMINISTRATOR: frozenset(
        {
            "accounts:open",
            "agreements:grant",
            "agreements:withdraw",
            "identity:approve_members",
            "identity:manage_members",
            "lending:accept",
            "parties:apply",
            "parties:maintain",
            "privacy:erase",
            "privacy:export",
            "privacy:reveal",
        }
    ),
}
ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[str]]] = {
    Role.CUSTOMER: MEMBER_PERMISSIONS[MemberRole.HOLDER],
    Role.STAFF_OPERATIONS: _READ_ANY
    | {
        "accounts:close_any",
        "accounts:open_any",
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
        "privacy:erase_any",
        "privacy:reveal_any",
        "webhooks:manage",
        "webhooks:manage_any",
    },
    Role.STAFF_RISK: _READ_ANY
    | {"lending:decide", "parties:rate", "parties:verify", "privacy:reveal_any"},
    Role.STAFF_COMPLIANCE: _READ_ANY
    | {
        "audit:close_alerts",
        "audit:read",
        "identity:approve_appointment",
        "identity:approve_recovery",
        "identity:approve_staff",
        "identity:read_users",
        "ledger:approve",
        "privacy:approve_erasure",
        "privacy:reveal_any",
        "proposals:read_any",
    },
    Role.STAFF_SERVICE: frozenset({"accounts:read_any", "parties:read_any", "payments:read_any"}),
    Role.STAFF_MARKETING: frozenset(),  # why is said in `role_words`
    Role.STAFF_PRODUCT: frozenset({"lending:read_any"}),
    Role.STAFF_ADMINISTRATOR: frozenset(
        {"identity:block_users", "identity:manage_staff", "identity:read_users"}
    ),
    Role.AUDITOR: _READ_ANY | {"audit:read", "identity:read_users", "proposals:read_any"},
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
