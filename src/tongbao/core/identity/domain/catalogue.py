"""Which permissions there are, each with whose things it is about and what it lets somebody do.

A permission is `module:verb`. A plain verb (`accounts:open`) reaches the parties the caller acts
for, as far as their role *there* allows it; `..._any` reaches everybody's. What belongs to a party
may be read by whoever acts for it and needs no permission.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongbao.kernel.text import Text


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
    (
        "accounts:approve_restraint",
        _ANY,
        _TOP,
        "复核账户限制与扣划",
        "Approve restraints of accounts and deductions",
    ),
    ("accounts:awaken", _OWN, _HIGH, "唤醒本主体休眠账户", "Awaken own dormant accounts"),
    ("accounts:close", _OWN, _HIGH, "注销本主体账户", "Close own accounts"),
    (
        "accounts:approve_rates",
        _SYSTEM,
        _TOP,
        "复核存款利率",
        "Approve rates of demand deposits",
    ),
    ("accounts:open", _OWN, _LOW, "为本主体开户", "Open accounts for an own party"),
    ("accounts:open_any", _ANY, _HIGH, "为任何客户开户", "Open accounts for any customer"),
    ("accounts:read_any", _ANY, _HIGH, "查看所有账户与明细", "Read all accounts and statements"),
    ("accounts:restrict_any", _ANY, _TOP, "冻结与解冻账户", "Freeze and release accounts"),
    ("accounts:close_any", _ANY, _TOP, "销户", "Close accounts"),
    ("accounts:set_rates", _SYSTEM, _TOP, "提议存款利率", "Propose rates of demand deposits"),
    ("agreements:grant", _OWN, _HIGH, "授权采集数据", "Consent to data being fetched"),
    ("agreements:read_any", _ANY, _HIGH, "查看所有授权与合约", "Read all consents and agreements"),
    ("agreements:withdraw", _OWN, _LOW, "撤回授权", "Withdraw a consent"),
    (
        "approvals:approve_lift",
        _ANY,
        _TOP,
        "复核会签规则的解除",
        "Approve that a policy nobody can sign is lifted",
    ),
    (
        "approvals:lift_any",
        _ANY,
        _TOP,
        "提议解除无法签署的会签规则",
        "Propose to lift a policy nobody can sign",
    ),
    (
        "approvals:read_any",
        _ANY,
        _HIGH,
        "查看所有会签规则与指令",
        "Read all policies and instructions",
    ),
    ("approvals:set_policy", _OWN, _TOP, "设定本主体的会签规则", "Set the policy of an own party"),
    (
        "approvals:sign_policy",
        _OWN,
        _TOP,
        "签署本主体会签规则的变更",
        "Sign changes of the policy of an own party",
    ),
    ("audit:close_alerts", _SYSTEM, _HIGH, "处理审计告警", "Close alerts of the audit trail"),
    ("audit:read", _SYSTEM, _HIGH, "查阅审计记录", "Read and export the audit trail"),
    ("channels:approve", _SYSTEM, _TOP, "复核支付通道设置", "Approve settings of channels"),
    ("channels:propose", _SYSTEM, _TOP, "提议支付通道设置", "Propose settings of channels"),
    ("channels:read", _SYSTEM, _HIGH, "查看支付通道", "Read payment channels"),
    (
        "collecting:collect",
        _OWN,
        _HIGH,
        "以收款码、付款链接与付款请求收款",
        "Collect by codes, payment links and requests to pay",
    ),
    (
        "deposits:approve_rates",
        _SYSTEM,
        _TOP,
        "复核存款利率",
        "Approve the rates of deposits",
    ),
    (
        "bulk:read",
        _OWN,
        _HIGH,
        "查看本主体的付款文件",
        "See the files of payments of an own party, salaries among them",
    ),
    (
        "deposits:manage",
        _OWN,
        _TOP,
        "开立、支取与管理本主体的存款",
        "Open, withdraw and manage the deposits of an own party",
    ),
    (
        "deposits:propose_rates",
        _SYSTEM,
        _HIGH,
        "提议存款利率",
        "Propose the rates of deposits",
    ),
    ("deposits:read_any", _ANY, _HIGH, "查看所有存款", "Read all deposits"),
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
        "limits:approve",
        _SYSTEM,
        _TOP,
        "复核限额规则与参考汇率",
        "Approve rules of limits, and rates",
    ),
    (
        "limits:propose",
        _SYSTEM,
        _TOP,
        "提议限额规则与参考汇率",
        "Propose rules of limits and rates",
    ),
    ("limits:read_any", _ANY, _HIGH, "查看限额规则与客户限额", "Read rules and anybody's limits"),
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
    ("bills:approve_account", _SYSTEM, _TOP, "复核收费单位账户", "Approve where billers are paid"),
    ("bills:propose_account", _SYSTEM, _TOP, "提议收费单位账户", "Propose where billers are paid"),
    ("payments:approve", _OWN, _TOP, "复核本主体的付款", "Approve payments of an own party"),
    (
        "payments:approve_fees",
        _SYSTEM,
        _TOP,
        "复核支付手续费与税率",
        "Approve fees of payments and the tax in them",
    ),
    (
        "payments:propose_fees",
        _SYSTEM,
        _TOP,
        "提议支付手续费与税率",
        "Propose fees of payments and the tax in them",
    ),
    ("payments:initiate", _OWN, _HIGH, "发起本主体的付款", "Initiate payments of an own party"),
    (
        "payments:approve_resolution",
        _ANY,
        _TOP,
        "复核未知付款的处置",
        "Approve how unknown payments ended",
    ),
    ("payments:resolve", _ANY, _TOP, "处置状态未知的付款", "Say how unknown payments ended"),
    ("payments:read_any", _ANY, _HIGH, "查看所有付款", "Read all payments"),
    ("payments:set_limits", _OWN, _HIGH, "设置本主体的限额", "Set limits of an own party"),
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
    (
        "reconciliation:adjust",
        _SYSTEM,
        _TOP,
        "提议差错账务处理",
        "Propose what settles breaks of a reconciliation",
    ),
    (
        "reconciliation:approve",
        _SYSTEM,
        _TOP,
        "复核差错账务处理",
        "Approve what settles breaks of a reconciliation",
    ),
    ("reconciliation:read", _SYSTEM, _HIGH, "查看对账与差错", "Read reconciliation and its breaks"),
    (
        "reconciliation:work",
        _SYSTEM,
        _HIGH,
        "录入对账单、对账并跟进差错",
        "Take statements in, reconcile, and work on breaks",
    ),
    ("runs:read", _SYSTEM, _LOW, "查看日终等批处理", "See the end of day and other runs"),
    ("runs:start", _SYSTEM, _HIGH, "启动日终等批处理", "Start the end of day and other runs"),
    (
        "statements:issue",
        _OWN,
        _LOW,
        "开立本主体的对账单与证明",
        "Order sealed statements and certificates of an own party",
    ),
    (
        "statements:issue_any",
        _ANY,
        _HIGH,
        "为任何客户开立对账单与证明",
        "Order sealed statements and certificates of any customer",
    ),
    ("system:read", _SYSTEM, _LOW, "查看平台运行状态", "See how the platform is doing"),
    ("webhooks:manage", _SYSTEM, _HIGH, "管理自有回调端点", "Manage a client's own webhooks"),
    ("webhooks:manage_any", _ANY, _HIGH, "管理所有回调端点", "Manage every client's webhooks"),
)
PERMISSIONS: Final = frozenset(CATALOGUE)
