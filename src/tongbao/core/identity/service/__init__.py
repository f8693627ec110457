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
from tongbao.core.identity.domain.devices import Device, DeviceFacts, DeviceId, UnknownDevice
from tongbao.core.identity.domain.factors import register as register_factor
from tongbao.core.identity.domain.passkeys import Passkey, PasskeyId, RelyingParty
from tongbao.core.identity.domain.sessions import (
    Ended,
    NewSession,
    Session,
    SessionId,
    UnknownSession,
)
from tongbao.core.identity.domain.step_up import (
    Action,
    Proof,
    StepUpChallenge,
    StepUpRefused,
    StepUpRequired,
    StepUpToken,
)
from tongbao.core.identity.service.configuration import Configuration, configure
from tongbao.core.identity.service.devices import list_devices, revoke_device
from tongbao.core.identity.service.logging_in import (
    authenticate,
    authenticate_many,
    log_in,
    log_out,
    revoke_tokens,
)
from tongbao.core.identity.service.passkeys import PasskeyFactor
from tongbao.core.identity.service.payment_passwords import payment_password_is_part_of
from tongbao.core.identity.service.proofs import PROVERS
from tongbao.core.identity.service.sessions import (
    BrowserSessions,
    begin_session,
    end_session,
    end_sessions,
    end_shown,
    list_sessions,
    purge_sessions,
    revoke_session,
)
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
    "BrowserSessions",
    "Configuration",
    "Device",
    "DeviceFacts",
    "DeviceId",
    "Ended",
    "LogInRefused",
    "LoggedIn",
    "LoginMalformed",
    "LoginTaken",
    "NewSession",
    "Passkey",
    "PasskeyId",
    "PasswordTooWeak",
    "Proof",
    "RelyingParty",
    "Role",
    "RolesMismatch",
    "Session",
    "SessionId",
    "StepUpChallenge",
    "StepUpRefused",
    "StepUpRequired",
    "StepUpToken",
    "UnknownDevice",
    "UnknownParties",
    "UnknownSession",
    "User",
    "UserId",
    "UserKind",
    "authenticate",
    "authenticate_many",
    "begin_session",
    "configure",
    "create_user",
    "end_session",
    "end_sessions",
    "end_shown",
    "find_user",
    "list_devices",
    "list_sessions",
    "log_in",
    "log_out",
    "payment_password_is_part_of",
    "purge_sessions",
    "revoke_device",
    "revoke_session",
    "revoke_tokens",
    "spend_step_up",
]
