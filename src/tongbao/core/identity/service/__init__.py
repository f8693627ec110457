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
from tongbao.core.identity.domain.sessions import (
    Ended,
    NewSession,
    Session,
    SessionId,
    UnknownSession,
)
from tongbao.core.identity.service.devices import list_devices, revoke_device
from tongbao.core.identity.service.logging_in import (
    authenticate,
    authenticate_many,
    log_in,
    log_out,
    revoke_tokens,
)
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
from tongbao.core.identity.service.users import create_user, find_user

__all__ = [
    "PERMISSIONS",
    "BrowserSessions",
    "Device",
    "DeviceFacts",
    "DeviceId",
    "Ended",
    "LogInRefused",
    "LoggedIn",
    "LoginMalformed",
    "LoginTaken",
    "NewSession",
    "PasswordTooWeak",
    "Role",
    "RolesMismatch",
    "Session",
    "SessionId",
    "UnknownDevice",
    "UnknownParties",
    "UnknownSession",
    "User",
    "UserId",
    "UserKind",
    "authenticate",
    "authenticate_many",
    "begin_session",
    "create_user",
    "end_session",
    "end_sessions",
    "end_shown",
    "find_user",
    "list_devices",
    "list_sessions",
    "log_in",
    "log_out",
    "purge_sessions",
    "revoke_device",
    "revoke_session",
    "revoke_tokens",
]
