"""Log-ins and company users. What identity writes to contacts itself is in the inbox only."""

from collections.abc import Mapping, Sequence
from typing import Final

from tongbao.core.identity import service as identity
from tongbao.core.identity.events import (
    DualControlChanged,
    MemberChanged,
    MemberJoined,
    MemberRemoved,
    SecurityNoted,
    UserBlocked,
    UserUnblocked,
)
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import PHRASE
from tongbao.engagement.notices.service.declaring import MANAGERS, Telling, Told, tell, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.text import Text

_Kind = identity.SecurityKind
_WORDS: Final[Mapping[str, Text]] = {
    _Kind.NEW_DEVICE: Text(zh="在新设备登录", en="a log-in on a new device"),
    _Kind.NEW_PLACE: Text(zh="在新地点登录", en="a log-in from a new place"),
    _Kind.IMPOSSIBLE_TRAVEL: Text(zh="异地登录", en="a log-in from too far away"),
    _Kind.LOG_INS_REFUSED: Text(zh="多次登录失败", en="several failed log-ins"),
    _Kind.SESSION_REUSED: Text(
        zh="会话凭据被重复使用，会话已结束", en="a session's secret used twice; the session ended"
    ),
    _Kind.PASSWORD_CHANGED: Text(zh="登录密码已修改", en="your password was changed"),
    _Kind.PASSWORD_RESET: Text(zh="登录密码已重设", en="your password was reset"),
    _Kind.CONTACT_CHANGED: Text(zh="联系方式已变更", en="a contact was changed"),
    _Kind.PASSKEY_ADDED: Text(zh="已添加通行密钥", en="a passkey was added"),
    _Kind.PASSKEY_REMOVED: Text(zh="已删除通行密钥", en="a passkey was removed"),
    _Kind.PASSKEY_SUSPENDED: Text(zh="通行密钥已停用", en="a passkey was suspended"),
    _Kind.TOTP_SET_UP: Text(zh="已绑定动态口令", en="an authenticator app was set up"),
    _Kind.TOTP_REMOVED: Text(zh="已解绑动态口令", en="the authenticator app was removed"),
    _Kind.RECOVERY_CODES_MADE: Text(zh="已生成新的恢复码", en="new recovery codes were made"),
    _Kind.RECOVERY_CODE_USED: Text(zh="使用了恢复码", en="a recovery code was used"),
    _Kind.PAYMENT_PASSWORD_CHANGED: Text(
        zh="支付密码已设置或修改", en="the payment password was set or changed"
    ),
    _Kind.PAYMENT_PASSWORD_LOCKED: Text(zh="支付密码已锁定", en="the payment password is locked"),
    _Kind.EXTERNAL_LOGIN_LINKED: Text(zh="已关联第三方账号", en="an outside account was linked"),
    _Kind.EXTERNAL_LOGIN_UNLINKED: Text(
        zh="已解除第三方账号关联", en="an outside account was unlinked"
    ),
    _Kind.RECOVERY_REQUESTED: Text(
        zh="有人申请移除通行密钥与动态口令", en="somebody asked to remove your passkeys"
    ),
    _Kind.RECOVERY_CANCELLED: Text(
        zh="移除通行密钥的申请已取消", en="the request to remove your passkeys was called off"
    ),
    _Kind.FACTORS_RECOVERED: Text(
        zh="通行密钥与动态口令已全部移除", en="all passkeys and the authenticator were removed"
    ),
    _Kind.CLIENT_MISPLACED: Text(
        zh="系统令牌在登记网络之外被使用", en="a system's token was used from outside its networks"
    ),
}
_SOMETHING: Final = Text(zh="账户安全有变动", en="something changed about your log-in")
_ROLES: Final[Mapping[str, Text]] = {
    "holder": Text(zh="本人", en="holder"),
    "viewer": Text(zh="查看", en="viewer"),
    "maker": Text(zh="经办", en="maker"),
    "checker": Text(zh="复核", en="checker"),
    "administrator": Text(zh="管理员", en="administrator"),
}
_MEMBER: Final = Text(zh="成员", en="member")

NOTED: Final = notice(
    "security.noted",
    category=Category.SECURITY,
    critical=True,
    inbox_only=True,
    places={"what": PHRASE},
    title=Text(zh="账户安全提醒：{what}", en="About your security: {what}"),
    body=Text(
        zh="{what}。若非本人操作，请立即修改密码并结束其他会话。",
        en="This happened: {what}. If it was not you, change your password and end your other "
        "sessions now.",
    ),
    sms=Text(zh="账户安全提醒：{what}。", en="About your security: {what}."),
    link="/security",
)
BLOCKED: Final = notice(
    "security.user_blocked",
    category=Category.SECURITY,
    critical=True,
    places={},
    title=Text(zh="您的登录已停用", en="Your log-in was blocked"),
    body=Text(
        zh="您的登录已停用，所有会话均已结束。如有疑问，请联系我们。",
        en="Your log-in was blocked and all sessions ended. If you have a question, contact us.",
    ),
    sms=Text(zh="您的登录已停用，如有疑问请联系我们。", en="Your log-in was blocked; contact us."),
)
UNBLOCKED: Final = notice(
    "security.user_unblocked",
    category=Category.SECURITY,
    critical=True,
    places={},
    title=Text(zh="您的登录已恢复", en="You can log in again"),
    body=Text(zh="您的登录已恢复，可以重新登录。", en="Your log-in works again."),
    sms=Text(zh="您的登录已恢复。", en="Your log-in works again."),
    link="/security",
)
MEMBERS: Final = notice(
    "security.members_changed",
    category=Category.SECURITY,
    critical=True,
    places={"what": PHRASE},
    title=Text(zh="企业用户变动：{what}", en="Company users: {what}"),
    body=Text(
        zh="贵企业的用户有变动：{what}。如非贵企业安排，请立即联系我们。",
        en="The users of your company changed: {what}. If your company did not arrange this, "
        "contact us at once.",
    ),
    sms=Text(
        zh="贵企业用户变动：{what}。如非贵企业安排请立即联系我们。",
        en="Company users changed: {what}. Not arranged by you? Contact us at once.",
    ),
    link="/company/members",
)
OWN_MEMBERSHIP: Final = notice(
    "security.membership_changed",
    category=Category.SECURITY,
    critical=True,
    places={"what": PHRASE},
    title=Text(zh="您的企业权限：{what}", en="Your place at a company: {what}"),
    body=Text(
        zh="您在一家企业的权限已变动：{what}。",
        en="What you may do for a company has changed: {what}.",
    ),
    sms=Text(
        zh="您在一家企业的权限已变动：{what}。", en="Your place at a company has changed: {what}."
    ),
    link="/company",
)
DUAL_CONTROL: Final = notice(
    "security.dual_control_changed",
    category=Category.SECURITY,
    critical=True,
    places={"what": PHRASE},
    title=Text(zh="双人复核{what}", en="Dual control is {what}"),
    body=Text(
        zh="贵企业的付款与用户管理的双人复核{what}。如非贵企业安排，请立即联系我们。",
        en="Dual control of your company's payments and users is {what}. If your company did not "
        "arrange this, contact us at once.",
    ),
    sms=Text(zh="贵企业双人复核{what}。", en="Dual control of your company is {what}."),
    link="/company",
)


@tells(SecurityNoted)
async def _noted(_known: Known, event: SecurityNoted) -> Sequence[Telling]:
    values = {"what": _WORDS.get(event.kind, _SOMETHING)}
    return [Told(user_id=event.user_id, notice=NOTED, values=values)]


@tells(UserBlocked)
async def _blocked(_known: Known, event: UserBlocked) -> Sequence[Telling]:
    return [Told(user_id=event.user_id, notice=BLOCKED)]


@tells(UserUnblocked)
async def _unblocked(_known: Known, event: UserUnblocked) -> Sequence[Telling]:
    return [Told(user_id=event.user_id, notice=UNBLOCKED)]


@tells(MemberJoined)
async def _joined(known: Known, event: MemberJoined) -> Sequence[Telling]:
    if event.by == event.user_id:  # they have opened the firm: the page told them, and nobody else
        known.forget_readers()
        return []
    role = _ROLES.get(event.role, _MEMBER)
    what = Text(zh=f"新增{role.zh}用户", en=f"a new {role.en}")
    own = Text(zh=f"成为{role.zh}", en=f"you are {role.en} now")
    return _members(known, event, what, own)


@tells(MemberChanged)
async def _changed(known: Known, event: MemberChanged) -> Sequence[Telling]:
    role = _ROLES.get(event.role, _MEMBER)
    what = Text(zh=f"用户权限变更为{role.zh}", en=f"a user is {role.en} now")
    own = Text(zh=f"变更为{role.zh}", en=f"you are {role.en} now")
    return _members(known, event, what, own)


@tells(MemberRemoved)
async def _removed(known: Known, event: MemberRemoved) -> Sequence[Telling]:
    what = Text(zh="一名用户已移除", en="a user was removed")
    return _members(known, event, what, Text(zh="已移除", en="you were removed"))


def _members(
    known: Known, event: MemberJoined | MemberChanged | MemberRemoved, what: Text, own: Text
) -> Sequence[Telling]:
    """Tell the user it is about, and the company's administrators."""
    known.forget_readers()
    return [
        Told(user_id=event.user_id, notice=OWN_MEMBERSHIP, values={"what": own}),
        Told(
            party_id=event.party_id,
            roles=MANAGERS,
            but=event.user_id,
            notice=MEMBERS,
            values={"what": what},
        ),
    ]


tell(
    DualControlChanged,
    DUAL_CONTROL,
    lambda event: {
        "what": Text(zh="已开启", en="on") if event.dual_control else Text(zh="已关闭", en="off")
    },
    roles=MANAGERS,
)
