"""Limits against a small model: batches, windows, giving back, raises, in any order."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.risk.limits.conftest import AT, Rules
from tongbao.infra.db import Database, undone
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Dimension, Use, Window

PARTIES = [new_id() for _ in range(2)]
CHANNELS = ["web", "phone"]
MAXIMA = {"day": 100, "month": 160, "rolling": 120, "channel": 70}

moves = st.tuples(st.sampled_from([0, 1]), st.sampled_from([0, 1]), st.integers(1, 60))
steps = st.lists(
    st.one_of(
        st.lists(moves, min_size=1, max_size=5).map(lambda batch: ("reserve", batch)),
        st.integers(0, 30).map(lambda which: ("release", which)),
        st.integers(1, 30).map(lambda hours: ("wait", hours)),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Model:
    """What is used, kept as the list of uses that stand."""

    standing: dict[UUID, tuple[Use, datetime]] = field(default_factory=dict)

    def used(self, use: Use, at: datetime) -> dict[str, int]:
        sums: dict[str, int] = defaultdict(int)
        today = business_date(at)
        for other, when in self.standing.values():
            if other.party_id != use.party_id:
                continue
            day: date = business_date(when)
            minor = other.amount.minor
            sums["day"] += minor * (day == today)
            sums["month"] += minor * (day.replace(day=1) == today.replace(day=1))
            sums["rolling"] += minor * (when > at - timedelta(hours=36))
            sums["channel"] += minor * (day == today and other.channel == use.channel)
        return sums

    def reserve(self, use: Use, at: datetime) -> str:
        used, minor = self.used(use, at), use.amount.minor
        if any(used[name] + minor > most for name, most in MAXIMA.items()):
            return "refused"
        self.standing[use.id] = (use, at)
        return "reserved"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=steps)
async def test_every_answer_is_the_models(
    database: Database, steps: list[tuple[str, object]]
) -> None:
    async with database.write() as tx, undone(tx):
        rules = Rules(tx)
        party = frozenset({Dimension.PARTY})
        await rules.set("day", maximum=MAXIMA["day"])
        await rules.set("month", window=Window.MONTH, maximum=MAXIMA["month"])
        await rules.set(
            "rolling", window=Window.ROLLING, rolling_hours=36, maximum=MAXIMA["rolling"]
        )
        await rules.set(
            "channel", counted_by=party | {Dimension.CHANNEL}, maximum=MAXIMA["channel"]
        )
        model, at, made = Model(), AT, list[UUID]()
        for verb, given_ in steps:
            if verb == "wait":
                assert isinstance(given_, int)
                at += timedelta(hours=given_)
            elif verb == "release" and made:
                assert isinstance(given_, int)
                use_id = made[given_ % len(made)]
                stood = model.standing.pop(use_id, None) is not None
                assert (await limits.release(tx, [use_id], at=at) == {use_id}) is stood
            elif verb == "reserve":
                assert isinstance(given_, list)
                uses = [
                    rules.use(minor, party_id=PARTIES[who], channel=CHANNELS[how])
                    for who, how, minor in given_
                ]
                made.extend(use.id for use in uses)
                assert await rules.take(*uses, at=at) == [model.reserve(use, at) for use in uses]
