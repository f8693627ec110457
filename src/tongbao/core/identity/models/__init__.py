"""The tables of the module, a file each for what belongs together."""

from tongbao.core.identity.models.clients import (
    ClientAssertionRow,
    ClientKeyRow,
    ClientRow,
    ClientSecretRow,
    ClientTokenRow,
)
from tongbao.core.identity.models.external_logins import (
    ExternalFlowRow,
    ExternalLoginRow,
    ExternalRegistrationRow,
)
from tongbao.core.identity.models.factors import (
    CeremonyRow,
    PasskeyRow,
    PaymentPasswordRow,
    RecoveryCodeRow,
    TotpRow,
)
from tongbao.core.identity.models.logging_in import (
    AttemptRow,
    ChallengeRow,
    CodeRow,
    ContactRow,
    SecurityEventRow,
)
from tongbao.core.identity.models.memberships import (
    IS_CURRENT,
    CompanyRow,
    InvitationRow,
    MembershipRow,
)
from tongbao.core.identity.models.recoveries import RecoveryRow
from tongbao.core.identity.models.sessions import DeviceRow, SessionRow, SessionSecretRow
from tongbao.core.identity.models.step_up import StepUpRow
from tongbao.core.identity.models.users import (
    TokenRow,
    UserRow,
)

__all__ = [
    "IS_CURRENT",
    "AttemptRow",
    "CeremonyRow",
    "ChallengeRow",
    "ClientAssertionRow",
    "ClientKeyRow",
    "ClientRow",
    "ClientSecretRow",
    "ClientTokenRow",
    "CodeRow",
    "CompanyRow",
    "ContactRow",
    "DeviceRow",
    "ExternalFlowRow",
    "ExternalLoginRow",
    "ExternalRegistrationRow",
    "InvitationRow",
    "MembershipRow",
    "PasskeyRow",
    "PaymentPasswordRow",
    "RecoveryCodeRow",
    "RecoveryRow",
    "SecurityEventRow",
    "SessionRow",
    "SessionSecretRow",
    "StepUpRow",
    "TokenRow",
    "TotpRow",
    "UserRow",
]
