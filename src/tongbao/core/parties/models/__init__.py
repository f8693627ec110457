"""Tables of parties, a file for each matter."""

from tongbao.core.parties.models.cases import CaseRow, CaseStepRow, EvidenceRow
from tongbao.core.parties.models.duplicates import DuplicateRow, MatchKeyRow
from tongbao.core.parties.models.parties import (
    LevelChangeRow,
    PartyRow,
    RiskRatingRow,
    StatusChangeRow,
)
from tongbao.core.parties.models.profiles import (
    AddressRow,
    ContactRow,
    DocumentRow,
    OrganisationRow,
    PersonRow,
    RelationshipRow,
)

__all__ = [
    "AddressRow",
    "CaseRow",
    "CaseStepRow",
    "ContactRow",
    "DocumentRow",
    "DuplicateRow",
    "EvidenceRow",
    "LevelChangeRow",
    "MatchKeyRow",
    "OrganisationRow",
    "PartyRow",
    "PersonRow",
    "RelationshipRow",
    "RiskRatingRow",
    "StatusChangeRow",
]
