"""What each role is for, in words: a role's permissions say what it may, not why no more."""

from collections.abc import Mapping
from typing import Final

from tongbao.core.identity.domain.permissions import MemberRole, Role
from tongbao.kernel.text import Text

ROLE_WORDS: Final[Mapping[Role | MemberRole, Text]] = {
    MemberRole.HOLDER: Text(
        zh="本人，或独自经营企业的业主", en="The person, or the owner who runs a firm alone"
    ),
    MemberRole.VIEWER: Text(zh="查看本企业的一切", en="Reads what is the firm's"),
    MemberRole.MAKER: Text(
        zh="经办付款、收款与贷款申请",
        en="Makes payments within the bands, collects payments, applies for loans",
    ),
    MemberRole.CHECKER: Text(zh="复核付款", en="Approves payments within the bands"),
    MemberRole.ADMINISTRATOR: Text(
        zh="管理企业用户、账户、授权与合同，不动资金",
        en="Manages the firm's users, accounts, consents and contracts; moves no money",
    ),
    Role.STAFF_OPERATIONS: Text(
        zh="登记客户、开户与冻结、提议调账、管理合作方；不复核",
        en="Registers customers, opens and freezes accounts, proposes adjustments, looks after "
        "partners; approves nothing of that",
    ),
    Role.STAFF_RISK: Text(
        zh="评定风险、审核身份与转人工的贷款",
        en="Rates risk, decides on identities and referred loans",
    ),
    Role.STAFF_COMPLIANCE: Text(
        zh="复核调账、任命与员工授权，查看一切",
        en="Approves adjustments, appointments and rights of staff; reads everything",
    ),
    Role.STAFF_SERVICE: Text(
        zh="答复客户：查看客户、账户与付款",
        en="Answers customers: reads parties, accounts and payments",
    ),
    Role.STAFF_MARKETING: Text(
        zh="目前仅可登录并查看公开文本：客户资料用于营销须另行同意（个人信息保护法第十三条），"
        "尚无此功能",
        en="For now it logs in and reads public texts: to use customers' data for marketing takes "
        "a consent of its own (PIPL, article 13), which nothing here asks for yet",
    ),
    Role.STAFF_PRODUCT: Text(
        zh="提议活期与定期存款利率；查看存款、贷款申请与借据；贷款产品参数尚在代码中",
        en="Proposes rates of demand and time deposits; reads deposits, applications and loans, "
        "whose product's terms are code",
    ),
    Role.STAFF_ADMINISTRATOR: Text(
        zh="提议员工与角色、停用用户；不动资金，不看客户业务",
        en="Proposes staff and roles, blocks users; moves no money, reads no customer's business",
    ),
    Role.AUDITOR: Text(zh="查看一切，不作变更", en="Reads everything, changes nothing"),
    Role.SERVICE: Text(zh="本行其他系统，直接记账", en="Another system of ours, which books"),
}
