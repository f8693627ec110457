"""A policy: which instructions of an organisation need whose signatures, and how many.

For each currency a policy has *bands*, each with the amount it reaches up to; the last is open. A
band has *stages*, and a stage wants signatures of `required` of its people: of everybody with one
of its roles there, or of the `members` it names. Stages are signed one after the other, or in any
order (`sequential`). Each person signs an instruction once, so whoever belongs to two stages counts
for one of them; in any order they count for the one where that helps most.

A band without stages wants nobody's signature: there the firm's other rules hold, as without a
policy. A currency the policy does not speak of cannot be paid in.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final, Literal, Protocol, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tongbao.core.approvals.domain.errors import NoRule, PolicyUnsound
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText, CurrencyCode, refusal

STAGES_MAX: Final = 5
REQUIRED_MAX: Final = 10
MEMBERS_MAX: Final = 50
BANDS_MAX: Final = 40

SignerRole = Literal["holder", "checker", "administrator"]


class _Part(BaseModel):
    """Part of a policy: nothing beyond what is declared, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(_Part):
    """So many signatures of these people: m of n."""

    model_config = ConfigDict(title="ApprovalStage")

    required: Annotated[int, Field(strict=True, ge=1, le=REQUIRED_MAX, description="m")]
    roles: Annotated[
        tuple[SignerRole, ...],
        Field(max_length=3, description="Everybody with one of these roles may sign"),
    ] = ()
    members: Annotated[
        tuple[UUID, ...],
        Field(max_length=MEMBERS_MAX, description="Instead of roles: these users may sign"),
    ] = ()

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if bool(self.roles) == bool(self.members):
            raise _unsound("stage_of_nobody")
        doubled = len(set(self.roles)) < len(self.roles) or len(set(self.members)) < len(
            self.members
        )
        if doubled or (self.members and len(self.members) < self.required):
            raise _unsound("more_than_there_are")
        return self

    def takes(self, *, user_id: UUID, role: str) -> bool:
        """Tell whether this user, who has this role, may sign for the stage."""
        return user_id in self.members or role in self.roles


class Rule(_Part):
    """What an instruction needs: stages, one after the other or in any order."""

    model_config = ConfigDict(title="ApprovalRule")

    stages: Annotated[tuple[Stage, ...], Field(max_length=STAGES_MAX)] = ()
    sequential: Annotated[
        bool, Field(strict=True, description="Each stage waits for the one before")
    ] = False

    @property
    def required(self) -> int:
        """How many signatures it takes in all."""
        return sum(stage.required for stage in self.stages)

    def able(self, *, user_id: UUID, role: str) -> frozenset[int]:
        """Return the stages that this user may sign for."""
        return frozenset(
            number
            for number, stage in enumerate(self.stages)
            if stage.takes(user_id=user_id, role=role)
        )


class Band(Rule):
    """The rule of amounts in one currency up to a bound."""

    model_config = ConfigDict(title="ApprovalBand")

    currency: CurrencyCode
    up_to: Annotated[AmountText | None, Field(description="Inclusive; null: any amount")] = None

    @model_validator(mode="after")
    def _above_zero(self) -> Self:
        bound = self.bound
        if bound is not None and (bound.minor <= 0 or bound.text != self.up_to):
            raise _unsound("bound_malformed")
        return self

    @property
    def bound(self) -> Money | None:
        """The most the band reaches; None: any amount."""
        try:
            return None if self.up_to is None else Money.parse(self.up_to, self.currency)
        except TongbaoError as error:
            raise refusal(error) from error


class Policy(_Part):
    """What an organisation's instructions need, by currency and amount, and what changing this."""

    model_config = ConfigDict(title="ApprovalPolicy")

    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=BANDS_MAX)]
    changes: Annotated[Rule, Field(description="What it takes to change or end the policy")]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for currency, bands in self.by_currency().items():
            bounds = [band.bound for band in bands]
            if bounds[-1] is not None or None in bounds[:-1]:
                raise _unsound("not_up_to_any_amount", currency)
            known = [bound for bound in bounds if bound is not None]
            if any(low >= high for low, high in pairwise(known)):
                raise _unsound("bands_out_of_order", currency)
        if not self.changes.stages:
            raise _unsound("changes_by_anybody")
        return self

    def by_currency(self) -> Mapping[str, list[Band]]:
        """Return the bands of each currency, as they are in order."""
        found: dict[str, list[Band]] = {}
        for band in self.bands:
            found.setdefault(band.currency, []).append(band)
        return found

    def rule_of(self, amount: Money) -> Rule:
        """Return what an instruction over `amount` needs. Raises `NoRule`."""
        for band in self.by_currency().get(amount.currency, ()):
            bound = band.bound
            if bound is None or amount <= bound:
                return Rule(stages=band.stages, sequential=band.sequential)
        raise NoRule(currency=amount.currency)


def allot(rule: Rule, able: Sequence[Collection[int]]) -> list[int | None]:
    """Return for each signature the stage it counts for, so that most count; None: not needed.

    `able` says which stages each may count for. A largest matching of signatures and places, by
    augmenting paths: a signature that has a place never loses it, though it may move to another
    stage. So the signatures that count are always among those that counted before.
    """
    held: list[list[int]] = [[] for _ in rule.stages]

    def place(signature: int, tried: set[int]) -> bool:
        for stage in sorted(able[signature]):
            if stage in tried:
                continue
            tried.add(stage)
            if len(held[stage]) < rule.stages[stage].required:
                held[stage].append(signature)
                return True
            for seat, other in enumerate(held[stage]):
                if place(other, tried):
                    held[stage][seat] = signature
                    return True
        return False

    for signature in range(len(able)):
        place(signature, set())
    counts: list[int | None] = [None] * len(able)
    for stage, signatures in enumerate(held):
        for signature in signatures:
            counts[signature] = stage
    return counts


def lacking(rule: Rule, counts: Sequence[int | None]) -> list[int]:
    """Return how many signatures each stage still lacks."""
    return [stage.required - list(counts).count(number) for number, stage in enumerate(rule.stages)]


def open_stages(rule: Rule, counts: Sequence[int | None]) -> frozenset[int]:
    """Return the stages that may be signed for now: all, or the first that lacks something."""
    wanting = [number for number, lacks in enumerate(lacking(rule, counts)) if lacks]
    if rule.sequential:
        return frozenset(wanting[:1])
    return frozenset(range(len(rule.stages))) if wanting else frozenset()


class GivenSignature(Protocol):
    """What the rules know of a signature that was given."""

    @property
    def user_id(self) -> UUID:
        """Whose it is."""

    @property
    def role(self) -> str:
        """As what they signed."""

    @property
    def stage(self) -> int:
        """The stage it was given for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where another signature counts, and how many are lacking once it is there."""

    stage: int
    lacking: int


def able_of(rule: Rule, given: Sequence[GivenSignature]) -> list[frozenset[int]]:
    """Return which stages each signature may count for: in sequence the one it was given for."""
    return [
        frozenset({each.stage})
        if rule.sequential
        else rule.able(user_id=each.user_id, role=each.role)
        for each in given
    ]


def placed(rule: Rule, given: Sequence[GivenSignature], eligible: frozenset[int]) -> Place | None:
    """Return where a further signature counts, of somebody eligible for these stages.

    None where it is not needed, or not yet.
    """
    able = able_of(rule, given)
    able.append(eligible & open_stages(rule, allot(rule, able)))
    counts = allot(rule, able)
    stage = counts[-1]
    return None if stage is None else Place(stage, sum(lacking(rule, counts)))


def can_be_signed(rule: Rule, people: Mapping[UUID, str]) -> bool:
    """Tell whether these people, by user and role, are enough to sign everything."""
    able = [rule.able(user_id=user_id, role=role) for user_id, role in people.items()]
    return not any(lacking(rule, allot(rule, able)))


def _unsound(why: str, currency: str = "") -> Exception:
    return refusal(PolicyUnsound(why=why, currency=currency))
