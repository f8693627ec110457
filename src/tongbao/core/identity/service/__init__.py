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
from tongbao.core.identity.service.authentication import authenticate, authenticate_many
from tongbao.core.identity.service.logging_in import log_in, log_out
from tongbao.core.identity.service.oauth import client_actors
from tongbao.core.identity.service.users import create_user, find_user

__all__ = [
    "PERMISSIONS",
    "LogInRefused",
    "LoggedIn",
    "LoginMalformed",
    "LoginTaken",
    "PasswordTooWeak",
    "Role",
    "RolesMismatch",
    "UnknownParties",
    "User",
    "UserId",
    "UserKind",
    "authenticate",
    "authenticate_many",
    "client_actors",
    "create_user",
    "find_user",
    "log_in",
    "log_out",
]
