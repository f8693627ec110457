"""The end of day asked for over HTTP, by the command, and by the worker; rates by two people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.support.bank import Bank, bank, outside, problem, trained
from tests.support.interest_bank import Bank as Days
from tests.unit.app.conftest import Tongbao
from tongbao.app import eod
from tongbao.app import jobs as app_jobs
from tongbao.core.identity.domain import Role
from tongbao.infra import runs
from tongbao.infra.db import Database
from tongbao.infra.jobs import JobContext, task_names
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.money import Rate
from tongbao.lib.interest.accrual import Tiers

__all__ = ["bank", "outside", "trained"]

RATES: dict[str, Any] = {
    "product": "current",
    "currency": "CNY",
    "mode": "slice",
    "tiers": [
        {"starts_at": {"amount": "0.00", "currency": "CNY"}, "annual_rate": "0.0005"},
        {"starts_at": {"amount": "50000.00", "currency": "CNY"}, "annual_rate": "0.001"},
    ],
    "reason": "挂牌利率调整",
}


@pytest.fixture(autouse=True)
def _begins_with_the_first_booking() -> None:
    eod.begin_with(None)


async def test_rates_are_proposed_approved_and_read_by_everybody(bank: Bank) -> None:
    product, compliance = (
        await bank.staff(Role.STAFF_PRODUCT),
        await bank.staff(Role.STAFF_COMPLIANCE),
    )
    tomorrow = (business_date(now()) + timedelta(days=1)).isoformat()
    proposal = await product.post("/rates", {**RATES, "valid_from": tomorrow})
    assert (proposal["state"], proposal["action"]) == ("pending", "accounts.rates")
    before = await bank.anybody.get("/rates", currency="CNY")
    assert tomorrow not in [each["valid_from"] for each in before]
    own = await product.ask(
        "POST", f"/proposals/{proposal['id']}/approval", json={"digest": proposal["digest"]}
    )
    assert own.status_code == 403
    await compliance.post(f"/proposals/{proposal['id']}/approval", {"digest": proposal["digest"]})
    (found,) = await bank.anybody.get("/rates", currency="CNY", product="current")
    assert found == {
        **{name: RATES[name] for name in ("product", "currency", "mode", "tiers")},
        "valid_from": tomorrow,
        "day_count": "act/360",
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tiers": []}, "request.invalid"),
        ({"tiers": RATES["tiers"][1:]}, "request.invalid"),
        ({"tiers": RATES["tiers"] + RATES["tiers"][1:]}, "request.invalid"),
        ({"currency": "USD"}, "request.invalid"),
        ({"mode": "sometimes"}, "request.invalid"),
        ({"day_count": "30/360"}, "accounts.tiers_refused"),
        ({"reason": ""}, "request.invalid"),
        ({"product": "gold"}, "request.invalid"),
    ],
)
async def test_rates_that_cannot_be_are_refused_at_once(
    bank: Bank, change: dict[str, object], code: str
) -> None:
    product = await bank.staff(Role.STAFF_PRODUCT)
    body = {**RATES, "valid_from": "2100-01-01", **change}
    assert problem(await product.ask("POST", "/rates", json=body)) == (422, code)


async def test_staff_starts_the_end_of_day_and_looks_at_it(bank: Bank) -> None:
    operations = await bank.staff(Role.STAFF_OPERATIONS)
    today = business_date(now())
    first = today - timedelta(days=2)
    eod.begin_with(first)
    over = await operations.ask("POST", "/runs", json={"name": eod.NAME, "day": today.isoformat()})
    assert problem(over) == (409, "runs.day_not_over")
    early = {"name": eod.NAME, "day": (first - timedelta(days=1)).isoformat()}
    assert problem(await operations.ask("POST", "/runs", json=early)) == (
        409,
        "runs.day_out_of_order",
    )
    assert problem(await operations.ask("POST", "/runs", json={"name": "nothing"})) == (
        404,
        "runs.unknown_work",
    )
    started = await operations.post("/runs", {"name": eod.NAME, "day": first.isoformat()})
    assert started == {"name": eod.NAME, "title": "End of day", "day": first.isoformat()}
    await bank.work()
    auditor = await bank.staff(Role.AUDITOR)
    run = (await auditor.get("/runs", name=eod.NAME))["items"][-1]
    assert (run["day"], run["status"]) == (first.isoformat(), "done")
    assert [step["name"] for step in run["steps"]] == [step.name for step in eod.STEPS]
    assert {step["status"] for step in run["steps"]} == {"done"}
    assert all(step["seconds"] >= 0 for step in run["steps"])
    # Every day that is missing, once.
    await operations.post("/runs", {"name": eod.NAME})
    await operations.post("/runs", {"name": eod.NAME})
    await bank.work()
    page = await auditor.get("/runs", name=eod.NAME, limit=1)
    (latest,) = page["items"]
    assert latest["day"] == (today - timedelta(days=1)).isoformat()
    assert (await auditor.get("/runs", name=eod.NAME, after=page["next"]))["items"] == [run]


async def test_days_are_ended_in_order_and_not_before_they_are_over(
    fresh_database: object,
) -> None:
    urls = fresh_database()  # type: ignore[operator]
    database = Database.connect(urls.app, role=APP_ROLE)
    at = datetime(2026, 5, 4, 15, 59, 59, tzinfo=UTC)  # a second before midnight in China
    async with database.read() as tx:
        assert await eod.days_to_end(tx, None, at) == []  # nothing was ever booked
    days = Days(database, first=date(2026, 5, 2))
    await days.set_rate(Tiers.flat(Rate.percent("1.00")))
    await days.move(await days.open(), 100)
    async with database.read() as tx:
        assert await eod.days_to_end(tx, None, at) == [date(2026, 5, 2), date(2026, 5, 3)]
        with pytest.raises(runs.DayNotOver):
            await eod.days_to_end(tx, date(2026, 5, 4), at)
        with pytest.raises(runs.DayOutOfOrder):
            await eod.days_to_end(tx, date(2026, 5, 1), at)
        after = at + timedelta(seconds=1)
        assert (await eod.days_to_end(tx, None, after))[-1] == date(2026, 5, 4)
    ended = await eod.end_days(database, clock=lambda: at, upto=date(2026, 5, 2))
    assert ended == [date(2026, 5, 2)]
    async with database.read() as tx:
        assert await eod.days_to_end(tx, None, at) == [date(2026, 5, 3)]
        assert await eod.days_to_end(tx, date(2026, 5, 2), at) == []
    await database.close()


async def test_the_worker_does_it_at_night_and_on_wish(fresh_database: object) -> None:
    urls = fresh_database()  # type: ignore[operator]
    database = Database.connect(urls.app, role=APP_ROLE)
    days = Days(database, first=business_date(now()) - timedelta(days=2))
    await days.move(await days.open(), 100)
    context = JobContext(database=database, at=now())
    await app_jobs.end_of_day(context, day=days.first.isoformat())
    async with database.read() as tx:
        assert await runs.last_finished(tx, eod.NAME) == days.first
    await app_jobs.end_of_day_nightly(context)
    await app_jobs.end_of_day_nightly(context)
    async with database.read() as tx:
        assert await eod.days_to_end(tx, None, now()) == []
    assert {eod.TASK, "app.end_of_day.nightly"} <= task_names()
    await database.close()


def test_the_command(tongbao: Tongbao, of_its_own: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    del of_its_own
    assert tongbao("eod").lines == ["No day was left to end"]
    yesterday = business_date(now()) - timedelta(days=1)
    first = yesterday - timedelta(days=1)
    monkeypatch.setenv("TONGBAO_END_OF_DAY_FIRST", first.isoformat())
    ended = tongbao("eod", "--date", first.isoformat())
    assert (ended.status, ended.lines) == (0, [f"1 days ended, up to {first}"])
    assert f"{first} accounts.accrue: 0 done" in ended.err.splitlines()
    ended = tongbao("eod")
    assert ended.lines == [f"1 days ended, up to {yesterday}"]
    refused = tongbao("eod", "--date", (yesterday + timedelta(days=1)).isoformat())
    assert refused.status == 1
    assert "is not over" in refused.err
