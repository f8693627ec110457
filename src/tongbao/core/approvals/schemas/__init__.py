"""API shapes of approvals."""

from tongbao.core.approvals.schemas.approvals import (
    AnySignatureIn,
    ApprovalOut,
    InstructionRefusalIn,
    PasskeyOptionsOut,
    StateName,
)
from tongbao.core.approvals.schemas.keys import KeyIn, KeyOut, KeysOut
from tongbao.core.approvals.schemas.policies import LiftingIn, PoliciesOut, PolicyIn, PolicyOut

__all__ = [
    "AnySignatureIn",
    "ApprovalOut",
    "InstructionRefusalIn",
    "KeyIn",
    "KeyOut",
    "KeysOut",
    "LiftingIn",
    "PasskeyOptionsOut",
    "PoliciesOut",
    "PolicyIn",
    "PolicyOut",
    "StateName",
]
