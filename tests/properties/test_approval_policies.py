"""The rules of policies against a reference that tries every way: m of n, roles, stages, bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.approvals.domain.policy import (
    Band,
    Policy,
    Rule,
    Stage,
    allot,
    can_be_signed,
    lacking,
    placed,
)
from tongbao.kernel.money import Money

USERS = tuple(UUID(int=number) for number in range(1, 7))
ROLES = ("holder", "checker", "administrator")


@dataclass(frozen=True)
class Signature:
    """A signature as the rules see it."""

    user_id: UUID
    role: str
    stage: int


@st.composite
def stages(draw: st.DrawFn) -> Stage:
    required = draw(st.integers(1, 3))
    if draw(st.booleans()):
        roles = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True))
        return Stage.model_validate({"required": required, "roles": roles})
    members = draw(st.lists(st.sampled_from(USERS), min_size=required, max_size=4, unique=True))
    return Stage(required=required, members=tuple(members))


rules = st.builds(
    Rule,
    stages=st.lists(stages(), min_size=1, max_size=3).map(tuple),
    sequential=st.booleans(),
)
people = st.fixed_dictionaries({user: st.sampled_from(ROLES) for user in USERS})


def most_that_count(rule: Rule, able: Sequence[frozenset[int]]) -> int:
    """Try every way to count signatures for stages; return the largest number that fits."""
    best = 0
    for choice in product(*[[None, *sorted(each)] for each in able]):
        used = [choice.count(number) for number in range(len(rule.stages))]
        if all(n <= stage.required for n, stage in zip(used, rule.stages, strict=True)):
            best = max(best, sum(used))
    return best


@given(rules, people)
def test_as_many_signatures_count_as_possible(rule: Rule, roles: dict[UUID, str]) -> None:
    able = [rule.able(user_id=user, role=role) for user, role in roles.items()]
    counts = allot(rule, able)
    counted = [stage for stage in counts if stage is not None]
    assert len(counted) == most_that_count(rule, able)
    for stages_of, stage in zip(able, counts, strict=True):
        assert stage is None or stage in stages_of
    assert all(n >= 0 for n in lacking(rule, counts))
    assert sum(lacking(rule, counts)) == rule.required - len(counted)
    assert can_be_signed(rule, roles) == (len(counted) == rule.required)


def walk(rule: Rule, roles: dict[UUID, str], order: Sequence[UUID]) -> list[Signature]:
    """Have people sign in an order; who is not asked for signs not."""
    given_: list[Signature] = []
    for user in order:
        place = placed(rule, given_, rule.able(user_id=user, role=roles[user]))
        if place is None:
            continue
        given_.append(Signature(user, roles[user], place.stage))
        assert place.lacking == rule.required - len(given_)
        if not place.lacking:
            break
    return given_


@given(rules, people, st.permutations(USERS))
def test_each_signature_taken_counts_until_all_are_there(
    rule: Rule, roles: dict[UUID, str], order: list[UUID]
) -> None:
    """Nobody signs in vain or twice; nothing is complete with fewer than is asked for."""
    taken = walk(rule, roles, order)
    assert len({each.user_id for each in taken}) == len(taken) <= rule.required
    for each in taken:
        assert rule.stages[each.stage].takes(user_id=each.user_id, role=each.role)
    if not rule.sequential:
        # In any order, whoever can complete it does, whoever came first.
        assert (len(taken) == rule.required) == can_be_signed(rule, roles)
    stages_of = [each.stage for each in taken]
    if rule.sequential:
        assert stages_of == sorted(stages_of)
        for number, stage in enumerate(rule.stages[: max(stages_of, default=0)]):
            assert stages_of.count(number) == stage.required


@given(rules, people)
def test_a_further_signature_is_refused_once_it_is_complete(
    rule: Rule, roles: dict[UUID, str]
) -> None:
    for order in list(permutations(USERS))[:6]:
        taken = walk(rule, roles, order)
        if len(taken) == rule.required:
            for user in USERS:
                assert placed(rule, taken, rule.able(user_id=user, role=roles[user])) is None


@given(
    st.lists(st.integers(1, 10**9), min_size=0, max_size=5, unique=True).map(sorted),
    st.integers(1, 2 * 10**9),
)
def test_the_first_band_that_reaches_the_amount_decides(bounds: list[int], minor: int) -> None:
    bands = tuple(
        Band(
            currency="CNY",
            up_to=None if bound is None else Money(bound, "CNY").text,
            stages=(Stage(required=number + 1, roles=("checker",)),),
        )
        for number, bound in enumerate([*bounds, None])
    )
    policy = Policy(bands=bands, changes=Rule(stages=(Stage(required=1, roles=("holder",)),)))
    expected = sum(bound < minor for bound in bounds) + 1
    assert policy.rule_of(Money(minor, "CNY")).required == expected
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
