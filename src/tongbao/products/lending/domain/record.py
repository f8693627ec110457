"""The record of a decision: every input, every line, as one canonical document with its digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text
from tongbao.products.lending.domain.application import DecisionId, Reason
from tongbao.products.lending.domain.decision import Judgement, LimitLine, Outcome, RateLine
from tongbao.risk.rating.service import FeatureValues

FORMAT: Final = 1
DIFFERENCES_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class DataUsed:
    """Which fetch a decision rests on; `sha256` is the digest of its stored payload."""

    fetch_id: UUID
    sha256: str
    source: str
    period_from: date
    period_to: date
    row_count: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a decision was computed from.

    `assessment` is the rating's own document, None where the hard rules or the lack of data ended
    the matter before.
    """

    policy_version: str
    requested: Money | None
    exposure: Money
    data: DataUsed | None = None
    feature_set: str | None = None
    features: FeatureValues | None = None
    assessment: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as stored; `record` is the canonical document, `record_sha256` its digest."""

    id: DecisionId
    application_id: UUID
    outcome: Outcome
    limit: Money | None
    annual_rate: Rate | None
    policy_version: str
    fetch_id: UUID | None
    model_id: UUID | None
    record: Mapping[str, Any]
    record_sha256: str
    decided_at: datetime

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Return why the outcome is no approval."""
        return tuple(
            Reason(each["code"], _text_of(each["text"])) for each in self.record["reasons"]
        )

    @property
    def limit_lines(self) -> tuple[LimitLine, ...]:
        """Return the addends of the limit."""
        return tuple(
            LimitLine(
                each["code"],
                _text_of(each["text"]),
                Money.parse(each["amount"], self.record["currency"]),
            )
            for each in self.record["limit_lines"]
        )

    @property
    def rate_lines(self) -> tuple[RateLine, ...]:
        """Return the addends of the annual rate."""
        return tuple(
            RateLine(each["code"], _text_of(each["text"]), Rate.parse(each["rate"]))
            for each in self.record["rate_lines"]
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """What a decision computed again looks like beside the stored one.

    `differences` are JSON pointers into the record; equal means there are none, and the stored
    record still has its digest. `recomputed` is False for a decision taken for want of data: there
    is nothing to compute, only the digest is checked.
    """

    decision_id: UUID
    equal: bool
    recomputed: bool
    differences: tuple[str, ...]


class UnknownDecision(TongbaoError):
    """There is no such decision."""

    code = "lending.unknown_decision"
    kind = Kind.NOT_FOUND
    title = Text(zh="授信决定不存在", en="Unknown decision")


def document(inputs: Inputs, judgement: Judgement) -> dict[str, Any]:
    """Return the record of a decision as plain JSON values; amounts and rates are text."""
    data = inputs.data
    record = {
        "format": FORMAT,
        "currency": inputs.exposure.currency,
        "policy_version": inputs.policy_version,
        "requested": inputs.requested and inputs.requested.text,
        "exposure": inputs.exposure.text,
        "data": data
        and {
            "fetch_id": str(data.fetch_id),
            "sha256": data.sha256,
            "source": data.source,
            "period_from": data.period_from.isoformat(),
            "period_to": data.period_to.isoformat(),
            "row_count": data.row_count,
        },
        "feature_set": inputs.feature_set,
        "features": inputs.features,
        "assessment": inputs.assessment,
        "outcome": judgement.outcome.value,
        "reasons": [
            {"code": reason.code, "text": _both(reason.text)} for reason in judgement.reasons
        ],
        "limit": judgement.limit and judgement.limit.text,
        "limit_lines": [
            {"code": line.code, "text": _both(line.text), "amount": line.amount.text}
            for line in judgement.limit_lines
        ],
        "annual_rate": judgement.annual_rate and judgement.annual_rate.text,
        "rate_lines": [
            {"code": line.code, "text": _both(line.text), "rate": line.rate.text}
            for line in judgement.rate_lines
        ],
    }
    # As it will be read back: lists for tuples, text for enumerations.
    plain: dict[str, Any] = json.loads(canonical(record))
    return plain


def canonical(record: Mapping[str, Any]) -> str:
    """Return the one spelling of a record; floats by their shortest exact representation."""
    return json.dumps(
        record, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    )


def digest(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a record's one spelling."""
    return hashlib.sha256(canonical(record).encode()).hexdigest()


def differences(left: object, right: object, path: str = "") -> list[str]:
    """Return the JSON pointers at which two records differ (at most `DIFFERENCES_MAX`)."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        found = [
            each
            for key in sorted(left.keys() | right.keys())
            for each in differences(left.get(key), right.get(key), f"{path}/{key}")
        ]
    elif isinstance(left, list) and isinstance(right, list):
        found = [] if len(left) == len(right) else [path]
        for index, (one, other) in enumerate(zip(left, right, strict=False)):
            found += differences(one, other, f"{path}/{index}")
    else:
        found = [] if type(left) is type(right) and left == right else [path]
    return found[:DIFFERENCES_MAX]


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _text_of(both: Mapping[str, str]) -> Text:
    return Text(zh=both["zh"], en=both["en"])
