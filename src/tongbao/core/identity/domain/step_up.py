"""Step-up: a second look at one exact action, by the user, right before it is done.

What is confirmed is an action's digest: SHA-256 over its kind and facts in canonical JSON. It goes
into the challenge that a passkey signs, or into the words of the message that carries a code, and
the token that comes of it is good for this digest alone, once.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

CHALLENGE_LIFETIME: Final = timedelta(minutes=3)
TOKEN_LIFETIME: Final = timedelta(minutes=3)
ATTEMPTS_MAX: Final = 5
"""Wrong proofs for one challenge."""
FAILURES_MAX: Final = 10
"""Wrong proofs of one user, whatever the challenges, in `FAILURES_PERIOD`."""
FAILURES_PERIOD: Final = timedelta(minutes=15)
FRESH: Final = timedelta(minutes=5)
"""So long after a log-in by a code its session needs no other proof to add the first factor."""
NONCE_BYTES: Final = 16
FACTS_MAX: Final = 20
FACT_NAME_LENGTH_MAX: Final = 64
FACT_LENGTH_MAX: Final = 500
_DOMAIN: Final = b"tongbao step-up 1\n"


class Proof(StrEnum):
    """What a user can show for an action."""

    PASSKEY = "passkey"
    CODE = "code"  # sent with the action's words to a verified contact
    CODE_AND_TOTP = "code_and_totp"  # both, of somebody whose only own factor is the app
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"  # of somebody who has lost the factor it stands in for
    PAYMENT_PASSWORD = "payment_password"  # noqa: S105 - a word of the API
    PASSWORD = "password"  # noqa: S105 - only of somebody who has nothing better yet


OWN_PROOFS: Final = frozenset({Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.TOTP, Proof.RECOVERY_CODE})
"""Those of a factor that the user has set up themselves."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What proves an action of one kind, the best first, and what people read of it."""

    text: Text
    proofs: tuple[Proof, ...]


_OF_FACTORS: Final = (Proof.PASSKEY, Proof.TOTP, Proof.RECOVERY_CODE)
_OF_A_FIRST_FACTOR: Final = (*_OF_FACTORS, Proof.CODE, Proof.PASSWORD)
_OF_THE_PROFILE: Final = (Proof.PASSKEY, Proof.TOTP, Proof.CODE)
_OF_A_NEWCOMER: Final = (*_OF_THE_PROFILE, Proof.PASSWORD)

RULES: Final[Mapping[str, Rule]] = {
    "accounts.restraint.approve": Rule(
        Text(zh="复核账户限制或扣划", en="Approving a restraint or a deduction"),
        (Proof.PASSKEY, Proof.TOTP),
    ),
    "accounts.close": Rule(
        Text(zh="销户", en="Closing an account"), (Proof.PASSKEY, Proof.TOTP, Proof.CODE)
    ),
    "accounts.awaken": Rule(
        Text(zh="唤醒休眠账户", en="Awakening a dormant account"),
        (Proof.PASSKEY, Proof.TOTP, Proof.CODE),
    ),
    # A code of an authenticator app says nothing of payee and amount, so it confirms no payment
    # alone (as PSD2's dynamic linking, RTS article 5, has it).
    "payments.transfer.large": Rule(
        Text(zh="大额转账", en="A large transfer"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "payments.transfer.approve": Rule(
        Text(zh="复核付款", en="Approving a payment"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "payments.transfer.new_payee": Rule(
        Text(zh="向新收款人转账", en="A transfer to a new payee"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE, Proof.PAYMENT_PASSWORD),
    ),
    "bulk.execute": Rule(
        Text(zh="执行付款文件", en="Paying a file of payments"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "bulk.approve": Rule(
        Text(zh="复核付款文件", en="Approving a file of payments"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "approvals.key.add": Rule(
        Text(zh="登记签名密钥", en="Registering a signing key"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "approvals.policy.set": Rule(
        Text(zh="设定会签规则", en="Setting the approval policy"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "collecting.pay_code.enable": Rule(
        Text(zh="开通付款码", en="Paying by showing codes"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "payments.payee.confirm": Rule(
        Text(zh="确认收款人", en="Confirming a payee"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE, Proof.PAYMENT_PASSWORD),
    ),
    "payments.standing.create": Rule(
        Text(zh="设立定期付款", en="A standing order"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "payments.standing.approve": Rule(
        Text(zh="复核定期付款", en="Approving a standing order"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "payments.bills.mandate": Rule(
        Text(zh="签约代扣", en="A mandate to pay bills"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "payments.one_click.set": Rule(
        Text(zh="开通或提高一键付", en="One-click pay, or more of it"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "deposits.open.large": Rule(
        Text(zh="大额存款", en="A large deposit"), (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE)
    ),
    "deposits.break.large": Rule(
        Text(zh="大额存款提前支取", en="Taking out a large deposit before its time"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "payments.limits.raise": Rule(
        Text(zh="临时提高限额", en="Raising a limit for a time"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "payments.limits.loosen": Rule(
        Text(zh="放宽自设限额", en="A higher limit of one's own"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    # A contract says what it is about in its words, so what proves a payment proves its signature.
    "lending.accept": Rule(
        Text(zh="签署贷款合同", en="Signing a loan agreement"),
        (Proof.PASSKEY, Proof.CODE_AND_TOTP, Proof.CODE),
    ),
    "identity.totp.set_up": Rule(
        Text(zh="绑定动态口令", en="Setting up an authenticator app"), _OF_A_FIRST_FACTOR
    ),
    "identity.totp.remove": Rule(
        Text(zh="解绑动态口令", en="Removing the authenticator app"), _OF_FACTORS
    ),
    "identity.recovery_codes.replace": Rule(
        Text(zh="更换恢复码", en="New recovery codes"), _OF_FACTORS
    ),
    "identity.passkey.add": Rule(
        Text(zh="添加通行密钥", en="Adding a passkey"), _OF_A_FIRST_FACTOR
    ),
    "identity.passkey.remove": Rule(Text(zh="删除通行密钥", en="Removing a passkey"), _OF_FACTORS),
    "identity.payment_password.set": Rule(
        Text(zh="设置支付密码", en="Setting the payment password"), _OF_A_NEWCOMER
    ),
    "identity.external_login.link": Rule(
        Text(zh="关联第三方账号", en="Linking a third-party account"), _OF_A_NEWCOMER
    ),
    "identity.external_login.unlink": Rule(
        Text(zh="解除第三方账号关联", en="Unlinking a third-party account"), _OF_A_NEWCOMER
    ),
    "identity.contact.change": Rule(
        Text(zh="更换手机号或邮箱", en="Changing the phone number or e-mail"), _OF_A_NEWCOMER
    ),
    "privacy.erase": Rule(Text(zh="删除个人信息", en="Erasing personal data"), _OF_A_NEWCOMER),
    "privacy.export": Rule(Text(zh="导出个人信息", en="Exporting personal data"), _OF_A_NEWCOMER),
    "privacy.reveal": Rule(
        Text(zh="查看完整个人信息", en="Seeing personal data whole"), _OF_A_NEWCOMER
    ),
    "identity.limits.change": Rule(Text(zh="调整限额", en="Changing limits"), _OF_THE_PROFILE),
}

COOLED: Final = frozenset(
    {
        "accounts.close",
        "identity.contact.change",
        "identity.limits.change",
        "lending.accept",
        *(
            kind
            for kind in RULES
            if kind.startswith(("approvals.", "bulk.", "collecting.", "deposits.", "payments."))
        ),
    }
)
"""What waits after a recovery: a thief who got so far takes nothing out and shuts nobody out."""


def believed(able: Sequence[Proof], *, protected: bool) -> tuple[Proof, ...]:
    """Return which of the proofs that a user could give are believed.

    A sent code proves nothing of somebody `protected` by a factor of their own: with a copied SIM
    card a thief would get past it. The log-in password serves only who has nothing better: whoever
    stole it must not be able to confirm anything with it that a stolen phone would be needed for.
    """
    if protected:
        return tuple(each for each in able if each not in (Proof.CODE, Proof.PASSWORD))
    better = tuple(each for each in able if each is not Proof.PASSWORD)
    return better or tuple(able)


@dataclass(frozen=True, slots=True)
class Action:
    """One exact thing to be done: its kind and every fact that matters."""

    kind: str
    facts: Mapping[str, str]

    @property
    def rule(self) -> Rule:
        """What proves it. Raises `UnknownAction`."""
        found = RULES.get(self.kind)
        if found is None:
            raise UnknownAction
        return found

    @property
    def digest(self) -> bytes:
        """SHA-256 of the canonical form: what is signed. Raises `UnknownAction`."""
        if len(self.facts) > FACTS_MAX or not all(map(_fits, self.facts, self.facts.values())):
            raise UnknownAction
        document = {"facts": dict(self.facts), "kind": self.kind}
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(_DOMAIN + text.encode()).digest()


def _fits(name: str, fact: str) -> bool:
    return 0 < len(name) <= FACT_NAME_LENGTH_MAX and len(fact) <= FACT_LENGTH_MAX


@dataclass(frozen=True, slots=True)
class StepUpChallenge:
    """What the user is asked to prove, and until when."""

    id: UUID
    proof: Proof
    digest: bytes
    expires_at: datetime
    options: Mapping[str, Any] | None
    """For a passkey: what `navigator.credentials.get` takes; for a code: where it was sent."""


@dataclass(frozen=True, slots=True)
class StepUpToken:
    """Lets one exact action pass, once. Shown once, stored only as its SHA-256."""

    token: str
    expires_at: datetime


class UnknownAction(TongbaoError):
    """No action of this kind is ever confirmed, or it has facts that no action has."""

    code = "identity.step_up_unknown_action"
    kind = Kind.INVALID
    title = Text(zh="不支持的操作类型", en="No such action")


class StepUpRequired(TongbaoError):
    """The action needs the user's confirmation; nothing was done."""

    code = "identity.step_up_required"
    kind = Kind.FORBIDDEN
    title = Text(zh="需要再次确认", en="Please confirm once more")
    detail = Text(
        zh="{action_text}须由您本人确认后带 Step-Up-Token 请求头重试。",
        en="{action_text} needs your confirmation; then try again with a Step-Up-Token header.",
    )

    def __init__(self, *, action: Action, proofs: tuple[Proof, ...], token_refused: bool) -> None:
        super().__init__(
            action={"kind": action.kind, "facts": dict(action.facts)},
            action_text=action.rule.text,
            action_digest=action.digest.hex(),
            proofs=[proof.value for proof in proofs],
            token_refused=token_refused,
        )


class StepUpRefused(TongbaoError):
    """The one answer to a wrong proof and to a challenge that is unknown, used or too old."""

    code = "identity.step_up_refused"
    kind = Kind.FORBIDDEN
    title = Text(zh="确认失败", en="Not confirmed")
    detail = Text(
        zh="验证未通过，或该确认已失效，请重新发起。",
        en="The proof is wrong, or this confirmation is over; please start again.",
    )


class StepUpLocked(TongbaoError):
    """Too many wrong proofs."""

    code = "identity.step_up_locked"
    kind = Kind.LIMITED
    title = Text(zh="验证失败次数过多", en="Too many wrong attempts")
    detail = Text(
        zh="请在 {retry_after_seconds} 秒后再试。", en="Try again in {retry_after_seconds} seconds."
    )


class ProofUnavailable(TongbaoError):
    """The user cannot prove this action in this way."""

    code = "identity.step_up_proof_unavailable"
    kind = Kind.REFUSED
    title = Text(zh="不能用此方式确认", en="It cannot be confirmed in this way")
    detail = Text(zh="可用方式：{proofs}", en="Possible: {proofs}")
