"""Showing core data whole: what can be shown, and what its owner confirms first."""

from enum import StrEnum
from uuid import UUID

from tongbao.core.identity.service import Action


class Subject(StrEnum):
    """What can be shown whole."""

    CONTACT = "contact"
    DOCUMENT = "document"
    EVIDENCE = "evidence"
    PICTURE = "picture"


def reveal_action(subject: Subject, *, party_id: UUID, object_id: UUID) -> Action:
    """Return what customers confirm by step-up before they see data on them whole."""
    facts = {"party_id": str(party_id), "subject": subject.value, "id": str(object_id)}
    return Action(kind="privacy.reveal", facts=facts)
