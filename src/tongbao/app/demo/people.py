"""Who is in the demo: the sandbox's made-up firms, and staff; the passwords are no secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongbao.core.identity.service import Role, UserKind
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession
from tongbao.kernel.text import Text
from tongbao_sandbox import firms as sandbox

FIRM: Final = "S1"
SUPPLIER: Final = "S2"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A log-in that `make run` prints. `firm` is the code of the firm a customer acts for."""

    login: str
    password: str
    name: str
    role: Text
    kind: UserKind
    roles: Sequence[Role]
    firm: str | None = None

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
)


def made_up_firm(code: str) -> sandbox.Firm:
    """Return one of the sandbox's made-up firms."""
    return sandbox.load().firm(code)


async def find_firm(tx: ReadSession) -> parties.Party | None:
    """Return the demo firm's party, if the demo data are there."""
    number = made_up_firm(FIRM).registration_number
    return await parties.find_by_registration_number(tx, registration_number=number)
