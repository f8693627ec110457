"""What users are written: one place for all words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from tongbao.core.identity.domain.security import SecurityKind
from tongbao.infra.notify import Kind, Template, template
from tongbao.kernel.text import Text

_CODE: Final = {"code"}
_FIVE_MINUTES: Final = timedelta(minutes=5)
_DAY: Final = timedelta(days=1)

LOG_IN_CODE: Final = template(
    "identity.log_in_code",
    version=1,
    kind=Kind.CODE,
    good_for=_FIVE_MINUTES,
    secrets=_CODE,
    subject=Text(zh="登录验证码", en="Your log-in code"),
    body=Text(
        zh="【通宝】登录验证码 {code}，5 分钟内有效。"
        "工作人员不会索取验证码；若非本人操作，请立即修改密码。",
        en="[Tongbao] {code} is your log-in code, good for 5 minutes. Our staff never ask for it. "
        "If you are not logging in, change your password now.",
    ),
)
REGISTER_CODE: Final = template(
    "identity.register_code",
    version=1,
    kind=Kind.CODE,
    good_for=_FIVE_MINUTES,
    secrets=_CODE,
    subject=Text(zh="注册验证码", en="Your registration code"),
    body=Text(
        zh="【通宝】注册验证码 {code}，5 分钟内有效。若非本人操作，请忽略。",
        en="[Tongbao] {code} is your registration code, good for 5 minutes. "
        "If you are not registering, ignore this.",
    ),
)
ALREADY_REGISTERED: Final = template(
    "identity.already_registered",
    version=1,
    kind=Kind.CODE,
    good_for=_DAY,
    subject=Text(zh="您已有账户", en="You already have an account"),
    body=Text(
        zh="【通宝】有人用此联系方式注册，而您已有账户，可直接登录；忘记密码可在登录页重设。",
        en="[Tongbao] Somebody tried to register with this contact. You already have an account: "
        "log in, or reset your password on the log-in page.",
    ),
)
RESET_CODE: Final = template(
    "identity.reset_code",
    version=1,
    kind=Kind.CODE,
    good_for=_FIVE_MINUTES,
    secrets=_CODE,
    subject=Text(zh="重设密码验证码", en="Your code to reset the password"),
    body=Text(
        zh="【通宝】重设密码验证码 {code}，5 分钟内有效。若非本人操作，请忽略，密码不会改变。",
        en="[Tongbao] {code} is your code to reset the password, good for 5 minutes. "
        "If you did not ask for it, ignore this: nothing changes.",
    ),
)
NO_ACCOUNT: Final = template(
    "identity.no_account",
    version=1,
    kind=Kind.CODE,
    good_for=_DAY,
    subject=Text(zh="没有账户", en="There is no account"),
    body=Text(
        zh="【通宝】有人想重设密码，但此联系方式没有账户。如需开户，请先注册。",
        en="[Tongbao] Somebody asked to reset a password, but there is no account with this "
        "contact. To open one, please register.",
    ),
)
RECOVERY_CODE: Final = template(
    "identity.recovery_code",
    version=1,
    kind=Kind.CODE,
    good_for=_FIVE_MINUTES,
    secrets=_CODE,
    subject=Text(zh="账户恢复验证码", en="Your code to recover the account"),
    body=Text(
        zh="【通宝】账户恢复验证码 {code}，用于移除您的通行密钥与动态口令，5 分钟内有效。"
        "工作人员不会索取；若非本人操作，切勿告诉任何人，并立即修改密码。",
        en="[Tongbao] {code} is to take away your passkeys and authenticator app, good for 5 "
        "minutes. Our staff never ask for it. If this is not you, tell nobody and change your "
        "password now.",
    ),
)
STEP_UP_CODE: Final = template(
    "identity.step_up_code",
    version=1,
    kind=Kind.CODE,
    good_for=timedelta(minutes=3),
    secrets=_CODE,
    subject=Text(zh="操作确认码", en="Your code to confirm"),
    body=Text(
        zh="【通宝】确认码 {code}，仅用于：{what}。3 分钟内有效。"
        "若内容不符或非本人操作，切勿告诉任何人。",
        en="[Tongbao] {code} confirms {what}, and nothing else; it is good for 3 minutes. "
        "If this is not what you are doing, tell nobody the code.",
    ),
)
VERIFY_CODE: Final = template(
    "identity.verify_code",
    version=1,
    kind=Kind.CODE,
    good_for=_FIVE_MINUTES,
    secrets=_CODE,
    subject=Text(zh="验证联系方式", en="Confirm this contact"),
    body=Text(
        zh="【通宝】验证码 {code}，用于确认此联系方式属于您，5 分钟内有效。",
        en="[Tongbao] {code} confirms that this contact is yours; it is good for 5 minutes.",
    ),
)
CONTACT_TAKEN: Final = template(
    "identity.contact_taken",
    version=1,
    kind=Kind.CODE,
    good_for=_DAY,
    subject=Text(zh="此联系方式属于您的账户", en="This contact belongs to your account"),
    body=Text(
        zh="【通宝】有人想把此联系方式绑定到另一账户，而它属于您的账户；什么都不会改变。",
        en="[Tongbao] Somebody wanted to add this contact to another account. It belongs to yours; "
        "nothing changes.",
    ),
)


RECOVERY_REQUESTED: Final = template(
    f"identity.{SecurityKind.RECOVERY_REQUESTED}",
    version=1,
    kind=Kind.ALERT,
    good_for=_DAY,
    secrets={"cancel_code"},
    subject=Text(zh="有人申请移除您的通行密钥与动态口令", en="Are your passkeys to be removed?"),
    body=Text(
        zh="【通宝】{when} 有人以您的名义申请移除通行密钥与动态口令，{ready} 起生效。"
        "若非本人操作：用通行密钥登录，或在任一已登录的设备上，或在登录页输入取消码 {cancel_code}"
        " 即可取消，然后立即修改密码。",
        en="[Tongbao] At {when} somebody asked in your name to have your passkeys and "
        "authenticator app removed, from {ready} on. If this was not you, call it off: log in "
        "with your passkey, or on a device that is logged in, or with the code {cancel_code} on "
        "the log-in page. Then change your password.",
    ),
)


def _notice(kind: SecurityKind, *, zh: str, en: str, urgency: Kind = Kind.NOTICE) -> Template:
    return template(
        f"identity.{kind}",
        version=1,
        kind=urgency,
        good_for=_DAY,
        subject=Text(zh="账户安全提醒", en="About the security of your account"),
        body=Text(
            zh=f"【通宝】{zh}若非本人操作，请立即修改密码并结束其他会话。",
            en=f"[Tongbao] {en} If this was not you, change your password and end your other "
            "sessions now.",
        ),
    )


def _alert(kind: SecurityKind, *, zh: str, en: str) -> Template:
    return _notice(kind, zh=zh, en=en, urgency=Kind.ALERT)


NOTICES: Final[Mapping[SecurityKind, Template]] = {
    SecurityKind.NEW_DEVICE: _notice(
        SecurityKind.NEW_DEVICE,
        zh="您的账户于 {when} 在新设备登录：{device}。",
        en="Somebody logged in to your account on a new device at {when}: {device}.",
    ),
    SecurityKind.NEW_PLACE: _notice(
        SecurityKind.NEW_PLACE,
        zh="您的账户于 {when} 在新地点登录：{place}。",
        en="Somebody logged in to your account from a new place at {when}: {place}.",
    ),
    SecurityKind.IMPOSSIBLE_TRAVEL: _notice(
        SecurityKind.IMPOSSIBLE_TRAVEL,
        zh="您的账户于 {when} 在 {place} 登录，与上次登录相距过远，短时间内无法到达。",
        en="Somebody logged in to your account from {place} at {when}, too far from where you "
        "logged in before to have come in that time.",
    ),
    SecurityKind.LOG_INS_REFUSED: _notice(
        SecurityKind.LOG_INS_REFUSED,
        zh="您的账户截至 {when} 有多次登录失败，登录已暂停片刻；常用设备不受影响。",
        en="Until {when} several log-ins to your account failed, and logging in has paused; "
        "devices you have used before are not affected.",
    ),
    SecurityKind.SESSION_REUSED: _notice(
        SecurityKind.SESSION_REUSED,
        zh="{when} 发现您的一个会话凭据被重复使用，已结束该会话。",
        en="At {when} an old credential of one of your sessions was used again; the session "
        "was ended.",
    ),
    SecurityKind.PASSWORD_CHANGED: _alert(
        SecurityKind.PASSWORD_CHANGED,
        zh="您的登录密码已于 {when} 修改。",
        en="Your password was changed at {when}.",
    ),
    SecurityKind.PASSWORD_RESET: _alert(
        SecurityKind.PASSWORD_RESET,
        zh="您的登录密码已于 {when} 重设，所有会话均已结束。",
        en="Your password was reset at {when}; all sessions were ended.",
    ),
    SecurityKind.CONTACT_CHANGED: _alert(
        SecurityKind.CONTACT_CHANGED,
        zh="您的联系方式已于 {when} 变更。",
        en="A contact of yours was changed at {when}.",
    ),
    SecurityKind.PASSKEY_ADDED: _alert(
        SecurityKind.PASSKEY_ADDED,
        zh="您的账户已于 {when} 添加一个通行密钥，今后可凭它登录。",
        en="A passkey was added to your account at {when}; it lets its holder log in.",
    ),
    SecurityKind.PASSKEY_REMOVED: _alert(
        SecurityKind.PASSKEY_REMOVED,
        zh="您的账户已于 {when} 删除一个通行密钥。",
        en="A passkey of your account was removed at {when}.",
    ),
    SecurityKind.PASSKEY_SUSPENDED: _alert(
        SecurityKind.PASSKEY_SUSPENDED,
        zh="您的一个通行密钥可能已被复制，已于 {when} 停用。",
        en="Somebody may have a copy of one of your passkeys; it was suspended at {when}.",
    ),
    SecurityKind.TOTP_SET_UP: _alert(
        SecurityKind.TOTP_SET_UP,
        zh="您的账户已于 {when} 绑定动态口令。",
        en="An authenticator app was set up for your account at {when}.",
    ),
    SecurityKind.TOTP_REMOVED: _alert(
        SecurityKind.TOTP_REMOVED,
        zh="您的账户已于 {when} 解绑动态口令。",
        en="The authenticator app of your account was removed at {when}.",
    ),
    SecurityKind.RECOVERY_CODES_MADE: _alert(
        SecurityKind.RECOVERY_CODES_MADE,
        zh="您的账户已于 {when} 生成新的恢复码，此前的恢复码已作废。",
        en="New recovery codes were made for your account at {when}; older ones are void.",
    ),
    SecurityKind.RECOVERY_CODE_USED: _alert(
        SecurityKind.RECOVERY_CODE_USED,
        zh="您的一个恢复码已于 {when} 使用，剩余 {codes_left} 个。",
        en="One of your recovery codes was used at {when}; {codes_left} are left.",
    ),
    SecurityKind.PAYMENT_PASSWORD_CHANGED: _alert(
        SecurityKind.PAYMENT_PASSWORD_CHANGED,
        zh="您的支付密码已于 {when} 设置或修改。",
        en="Your payment password was set or changed at {when}.",
    ),
    SecurityKind.PAYMENT_PASSWORD_LOCKED: _alert(
        SecurityKind.PAYMENT_PASSWORD_LOCKED,
        zh="您的支付密码连续输错，已于 {when} 暂时锁定。",
        en="Your payment password was locked for a while at {when} after wrong attempts.",
    ),
    SecurityKind.EXTERNAL_LOGIN_LINKED: _alert(
        SecurityKind.EXTERNAL_LOGIN_LINKED,
        zh="您的账户已于 {when} 关联第三方账号 {provider}，今后可凭它登录。",
        en="An account at {provider} was linked to yours at {when}; it lets its holder log in.",
    ),
    SecurityKind.EXTERNAL_LOGIN_UNLINKED: _alert(
        SecurityKind.EXTERNAL_LOGIN_UNLINKED,
        zh="您的账户已于 {when} 解除与第三方账号 {provider} 的关联。",
        en="The account at {provider} was unlinked from yours at {when}.",
    ),
    SecurityKind.RECOVERY_REQUESTED: RECOVERY_REQUESTED,
    SecurityKind.RECOVERY_CANCELLED: _alert(
        SecurityKind.RECOVERY_CANCELLED,
        zh="移除您的通行密钥与动态口令的申请已于 {when} 取消。",
        en="The request to remove your passkeys and authenticator app was called off at {when}.",
    ),
    SecurityKind.FACTORS_RECOVERED: _alert(
        SecurityKind.FACTORS_RECOVERED,
        zh="您的通行密钥、动态口令与恢复码已于 {when} 全部移除，所有会话均已结束。",
        en="All your passkeys, your authenticator app and recovery codes were removed at {when}; "
        "all sessions were ended.",
    ),
    SecurityKind.CLIENT_MISPLACED: template(
        f"identity.{SecurityKind.CLIENT_MISPLACED}",
        version=1,
        kind=Kind.NOTICE,
        good_for=_DAY,
        subject=Text(zh="系统接入安全提醒", en="About the security of your system access"),
        body=Text(
            zh="【通宝】您企业的系统“{client}”的访问令牌于 {when} 在登记的网络之外被使用，"
            "已拒绝并作废。若非贵方系统所为，请立即更换该系统的密钥。",
            en="[Tongbao] At {when} a token of your firm's system “{client}” was used from outside "
            "the networks it has registered. It was refused and revoked. If this was not your own "
            "system, change its secret or key now.",
        ),
    ),
}
