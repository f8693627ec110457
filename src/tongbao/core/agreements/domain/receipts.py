"""What a party receives for a consent and for its end: a record that machines read.

The members are those of ISO/IEC TS 27560:2023 (consent record information structure), which took
over the Kantara Initiative's consent receipt; where that leaves the values open, they are ours.
"""

from typing import Any, Final

from tongbao.core.agreements.domain.consent_texts import NAMES, TONGBAO, ConsentText
from tongbao.core.agreements.domain.consents import Consent, ConsentRecord, ConsentStatus
from tongbao.kernel.text import Text

SCHEMA: Final = "ISO/IEC TS 27560:2023"
JURISDICTION: Final = "CN"
STATES: Final = {
    ConsentStatus.GRANTED: "given",
    ConsentStatus.WITHDRAWN: "withdrawn",
    ConsentStatus.REPLACED: "replaced",
    ConsentStatus.EXPIRED: "expired",
}


def receipt_of(consent: Consent, record: ConsentRecord, text: ConsentText) -> dict[str, Any]:
    """Return the receipt of one line of a consent's history: JSON without floating point."""
    return {
        "schema_version": SCHEMA,
        "receipt_id": str(record.id),
        "record_id": str(consent.id),
        "pii_principal_id": str(consent.party_id),
        "pii_processing": {
            "privacy_notice": {
                "version": consent.text_version,
                "sha256": consent.text_digest,
                "title": _both(text.title),
            },
            "language": ["zh", "en"],
            "purposes": [_purpose(consent)],
        },
        "event": {
            "event_type": "explicit_consent",
            "event_state": STATES[record.status],
            "event_time": record.recorded_at.isoformat(),
            "entity_id": None if record.recorded_by is None else str(record.recorded_by),
            "validity_duration": f"P{text.valid_for.days}D",
            "valid_from": consent.granted_at.isoformat(),
            "valid_until": consent.expires_at.isoformat(),
        },
        "party_identification": [
            {
                "party_id": TONGBAO,
                "party_role": "pii_controller",
                "party_name": _both(NAMES[TONGBAO]),
            },
            {"party_id": str(consent.party_id), "party_role": "pii_principal"},
        ],
    }


def _purpose(consent: Consent) -> dict[str, Any]:
    others = [] if consent.recipient == TONGBAO else [consent.recipient]
    return {
        "purpose": consent.purpose,
        "purpose_name": _both(NAMES[consent.purpose]),
        "lawful_basis": "consent",
        "pii_information": [
            {"pii_type": name, "pii_name": _both(NAMES[name]), "pii_source": consent.source}
            for name in consent.scope.data
        ],
        "pii_period": {"months_max": consent.scope.months_max},
        "pii_controllers": [TONGBAO],
        "collection_method": {"source": consent.source, "name": _both(NAMES[consent.source])},
        "processing_method": "automated_decision_with_review_by_a_person_on_request",
        "storage_locations": [JURISDICTION],
        "jurisdictions": [JURISDICTION],
        "retention_period": {
            "days": consent.retention.days,
            "days_after_contract": consent.retention.days_after_contract,
        },
        "recipients": [consent.recipient],
        "recipient_third_parties": others,
        "withdrawal_method": f"POST /api/v1/agreements/consents/{consent.id}/withdrawal",
        "privacy_rights": ["access", "copy", "correction", "explanation", "review", "complaint"],
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
