"""Verbs of users: create and find them, log in and out, and who a token stands for."""

from tongbao.core.identity.domain import (
    PERMISSIONS,
    LoggedIn,
    LoginMalformed,
    LogInRefused,
    LoginTaken,
    PasswordTooWeak,
    Role,
    RolesMismatch,
    UnknownParties,
    User,
    UserId,
    UserKind,
)
from tongbao.core.identity.domain.factors import register as register_factor
from tongbao.core.identity.domain.passkeys import Passkey, PasskeyId, RelyingParty
from tongbao.core.identity.domain.step_up import (
    Action,
    Proof,
    StepUpChallenge,
    StepUpRefused,
    StepUpRequired,
    StepUpToken,
)
from tongbao.core.identity.service.configuration import Configuration, configure
from tongbao.core.identity.service.logging_in import authenticate, log_in, log_out
from tongbao.core.identity.service.passkeys import PasskeyFactor
from tongbao.core.identity.service.payment_passwords import payment_password_is_part_of
from tongbao.core.identity.service.proofs import PROVERS
from tongbao.core.identity.service.step_up import register_prover
from tongbao.core.identity.service.step_up import spend as spend_step_up
from tongbao.core.identity.service.totp import RecoveryCodeFactor, TotpFactor
from tongbao.core.identity.service.users import create_user, find_user

for _factor in (TotpFactor(), PasskeyFactor(), RecoveryCodeFactor()):
    register_factor(_factor)
for _proof, _prover in PROVERS.items():
    register_prover(_proof, _prover)

__all__ = [
    "PERMISSIONS",
    "Action",
    "Configuration",
    "LogInRefused",
    "LoggedIn",
    "LoginMalformed",
    "LoginTaken",
    "Passkey",
    "PasskeyId",
    "PasswordTooWeak",
    "Proof",
    "RelyingParty",
    "Role",
    "RolesMismatch",
    "StepUpChallenge",
    "StepUpRefused",
    "StepUpRequired",
    "StepUpToken",
    "UnknownParties",
    "User",
    "UserId",
    "UserKind",
    "authenticate",
    "configure",
    "create_user",
    "find_user",
    "log_in",
    "log_out",
    "payment_password_is_part_of",
    "spend_step_up",
]
