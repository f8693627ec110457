"""The tables of the module, a file each for what belongs together."""

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
from tongbao.core.identity.models.sessions import DeviceRow, SessionRow, SessionSecretRow
from tongbao.core.identity.models.step_up import StepUpRow
from tongbao.core.identity.models.users import (
    TokenRow,
    UserPartyRow,
    UserRow,
)

__all__ = [
    "CeremonyRow",
    "DeviceRow",
    "ExternalFlowRow",
    "ExternalLoginRow",
    "ExternalRegistrationRow",
    "PasskeyRow",
    "PaymentPasswordRow",
    "RecoveryCodeRow",
    "SessionRow",
    "SessionSecretRow",
    "StepUpRow",
    "TokenRow",
    "TotpRow",
    "UserPartyRow",
    "UserRow",
]
