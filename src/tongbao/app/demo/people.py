"""Who is in the demo: the sandbox's made-up firms and their people, a person, and staff.

The passwords are no secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tongbao.core.identity.service import MemberRole, Role, UserKind
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao_sandbox import firms as sandbox

FIRM: Final = "S1"
SUPPLIER: Final = "S2"
COMPANY: Final = "S3"
PERSON: Final = "person"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A log-in that `make run` prints.

    `firm` is the code of the firm a customer acts for, as `member` and up to `bands`.
    """

    login: str
    password: str
    name: str
    role: Text
    kind: UserKind
    roles: Sequence[Role]
    firm: str | None = None
    member: MemberRole = MemberRole.HOLDER
    bands: Mapping[str, Money | None] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Return the role in both languages."""
        return f"{self.role.zh} / {self.role.en}"


LOGINS: Final = (
    DemoLogin(
        login="firm",
        password="bricks-and-mortar-8",  # noqa: S106
        name="陈建国",
        role=Text(zh="建材批发企业", en="Building-materials wholesaler"),
        kind=UserKind.CUSTOMER,
        roles=(Role.CUSTOMER,),
        firm=FIRM,
    ),
    DemoLogin(
        login="supplier",
        password="cement-by-the-ton-8",  # noqa: S106
        name="林秀英",
        role=Text(zh="供货企业", en="Its supplier"),
        kind=UserKind.CUSTOMER,
        roles=(Role.CUSTOMER,),
        firm=SUPPLIER,
    ),
    DemoLogin(
        login="company",
        password="two-keys-one-safe-8",  # noqa: S106
        name="杨静",
        role=Text(zh="建设企业管理员", en="Construction company, administrator"),
        kind=UserKind.CUSTOMER,
        roles=(Role.CUSTOMER,),
        firm=COMPANY,
        member=MemberRole.ADMINISTRATOR,
    ),
    DemoLogin(
        login="maker",
        password="first-signature-8",  # noqa: S106
        name="孙浩",
        role=Text(zh="建设企业经办（五千元以内）", en="Construction company, maker up to 5,000"),
        kind=UserKind.CUSTOMER,
        roles=(Role.CUSTOMER,),
        firm=COMPANY,
        member=MemberRole.MAKER,
        bands={"CNY": Money.parse("5000.00", "CNY")},
    ),
    DemoLogin(
        login="checker",
        password="second-signature-8",  # noqa: S106
        name="吴丽",
        role=Text(zh="建设企业复核", en="Construction company, checker"),
        kind=UserKind.CUSTOMER,
        roles=(Role.CUSTOMER,),
        firm=COMPANY,
        member=MemberRole.CHECKER,
        bands={"CNY": None},
    ),
    DemoLogin(
        login="viewer",
        password="look-do-not-touch-8",  # noqa: S106
        name="何平",
        role=Text(zh="建设企业查询", en="Construction company, viewer"),
        kind=UserKind.CUSTOMER,
        roles=(Role.CUSTOMER,),
        firm=COMPANY,
        member=MemberRole.VIEWER,
    ),
    DemoLogin(
        login=PERSON,
        password="rent-rice-and-rail-8",  # noqa: S106
        name="周慧",
        role=Text(zh="个人客户", en="Somebody who earns a salary"),
        kind=UserKind.CUSTOMER,
        roles=(Role.CUSTOMER,),
    ),
    DemoLogin(
        login="operations",
        password="morning-cut-off-8",  # noqa: S106
        name="王敏",
        role=Text(zh="运营人员", en="Operations staff"),
        kind=UserKind.STAFF,
        roles=(Role.STAFF_OPERATIONS,),
    ),
    DemoLogin(
        login="risk",
        password="trust-but-verify-8",  # noqa: S106
        name="赵磊",
        role=Text(zh="风控人员", en="Risk staff"),
        kind=UserKind.STAFF,
        roles=(Role.STAFF_RISK,),
    ),
    DemoLogin(
        login="auditor",
        password="ledger-never-lies-8",  # noqa: S106
        name="周宁",
        role=Text(zh="审计人员", en="Auditor"),
        kind=UserKind.STAFF,
        roles=(Role.AUDITOR,),
    ),
    DemoLogin(
        login="compliance",
        password="four-eyes-see-more-8",  # noqa: S106
        name="郑洁",
        role=Text(zh="合规人员（复核）", en="Compliance staff, approves"),
        kind=UserKind.STAFF,
        roles=(Role.STAFF_COMPLIANCE,),
    ),
    DemoLogin(
        login="service",
        password="how-may-i-help-8",  # noqa: S106
        name="马超",
        role=Text(zh="客服人员", en="Customer service"),
        kind=UserKind.STAFF,
        roles=(Role.STAFF_SERVICE,),
    ),
    DemoLogin(
        login="marketing",
        password="spring-festival-8",  # noqa: S106
        name="朱琳",
        role=Text(zh="市场人员", en="Marketing staff"),
        kind=UserKind.STAFF,
        roles=(Role.STAFF_MARKETING,),
    ),
    DemoLogin(
        login="product",
        password="small-print-large-8",  # noqa: S106
        name="胡伟",
        role=Text(zh="产品人员", en="Product staff"),
        kind=UserKind.STAFF,
        roles=(Role.STAFF_PRODUCT,),
    ),
    DemoLogin(
        login="admin",
        password="keys-but-no-money-8",  # noqa: S106
        name="徐明",
        role=Text(zh="系统管理员", en="Administrator of staff"),
        kind=UserKind.STAFF,
        roles=(Role.STAFF_ADMINISTRATOR,),
    ),
    DemoLogin(
        login="system",
        password="every-posting-has-two-8",  # noqa: S106
        name="核心系统",
        role=Text(zh="行内其他系统", en="Another system of the bank"),
        kind=UserKind.SERVICE,
        roles=(Role.SERVICE,),
    ),
)


def made_up_firm(code: str) -> sandbox.Firm:
    """Return one of the sandbox's made-up firms."""
    return sandbox.load().firm(code)


async def find_firm(tx: ReadSession) -> parties.Party | None:
    """Return the demo firm's party, if the demo data are there."""
    number = made_up_firm(FIRM).registration_number
    return await parties.find_by_registration_number(tx, registration_number=number)
