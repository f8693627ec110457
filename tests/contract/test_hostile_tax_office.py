"""A tax office that fails, dawdles or lies: the application waits, or a person is asked to look.

It never decides on data that cannot be true, and goes on by itself when the fault is over.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.support.bank import Bank, Customer, problem
from tongbao.core.identity.service import Role
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao_sandbox.book import Firm
from tongbao_sandbox.uscc import registration_number

# Nobody answered, or not in time: nothing is known of the firm.
WAITS = ("down", "error", "cut_off", "silent", "slow")
# Somebody answered, and it cannot be true.
LIES = (
    "wrong_totals",
    "repeat_page",
    "truncated",
    "garbage",
    "malformed",
    "other_taxpayer",
    "endless",
    "flood",
)
ATTEMPTS_MAX = 9
TRUE_ROWS = 3_981


@dataclass(frozen=True)
class Applicant:
    """A firm with an application, and a tax office that does wrong to this firm alone."""

    bank: Bank
    firm: Customer
    consent_id: str
    path: str

    async def misbehave(self, kind: str, **facts: object) -> None:
        number = self.firm.firm.registration_number
        await self.bank.outside.misbehave(kind, registration_number=number, **facts)

    async def seen(self) -> dict[str, Any]:
        """Return the application as it stands."""
        found: dict[str, Any] = await self.firm.get(self.path)
        return found

    async def worked(self) -> dict[str, Any]:
        """Let time pass and the worker work; return the application."""
        self.bank.let_time_pass()
        await self.bank.work()
        return await self.seen()

    async def reason(self, language: str) -> str:
        answer = await self.firm.ask("GET", self.path, language=language)
        return str(answer.json()["reason"]["text"])

    def fetches(self) -> int:
        return self.bank.rows("sources_fetch")["sources_fetch"]


async def apply(bank: Bank, firm: Customer) -> Applicant:
    account, consent = await firm.open_account(), await firm.consent()
    submitted = await firm.post("/lending/applications", {"account_id": account["id"]})
    return Applicant(bank, firm, consent["id"], f"/lending/applications/{submitted['id']}")


@pytest.fixture
async def applicant(bank: Bank) -> AsyncIterator[Applicant]:
    yield await apply(bank, await bank.customer())
    await bank.outside.behave()


def states(application: dict[str, Any]) -> list[str]:
    return [step["to_state"] for step in application["steps"]]


async def assert_said_in_words(applicant: Applicant) -> None:
    """Hold that the reason is for people: both languages, no names of ours or of libraries."""
    chinese, english = await applicant.reason("zh"), await applicant.reason("en")
    assert english.isascii()
    assert not chinese.isascii()
    for said in (chinese, english):
        assert "{" not in said
        for inside in ("vat_invoices", "HTTP", "Error", "Timeout"):
            assert inside not in said


@pytest.mark.parametrize("kind", WAITS)
async def test_no_answer_makes_the_application_wait_and_go_on_by_itself(
    applicant: Applicant, kind: str
) -> None:
    before = applicant.fetches()
    await applicant.misbehave(kind, seconds=20)
    waiting = await applicant.worked()
    assert waiting["state"] == "waiting"
    assert waiting["reason"]["code"] == "lending.waiting_for_source"
    await assert_said_in_words(applicant)
    assert waiting["decision"] is None
    pause = datetime.fromisoformat(waiting["next_attempt_at"]) - now()
    assert timedelta(0) < pause <= timedelta(seconds=15)
    assert applicant.fetches() == before

    await applicant.bank.work()  # it is not yet time
    assert (await applicant.seen())["attempts"] == 1

    await applicant.bank.outside.behave()
    decided = await applicant.worked()
    assert states(decided) == ["submitted", "collecting", "waiting", "collecting", "approved"]
    assert decided["attempts"] == 2
    assert decided["next_attempt_at"] is None
    assert decided["data"]["row_count"] == TRUE_ROWS
    assert applicant.fetches() == before + 1


async def test_a_short_outage_is_not_even_noticed(applicant: Applicant) -> None:
    await applicant.misbehave("down", times=1)
    assert states(await applicant.worked()) == ["submitted", "collecting", "approved"]


async def test_an_outage_without_end_ends_in_a_clear_refusal(applicant: Applicant) -> None:
    await applicant.misbehave("down")
    pauses = []
    for attempt in range(1, ATTEMPTS_MAX):
        waiting = await applicant.worked()
        assert (waiting["state"], waiting["attempts"]) == ("waiting", attempt)
        pauses.append(datetime.fromisoformat(waiting["next_attempt_at"]) - now())
    assert pauses == sorted(pauses)
    refused = await applicant.worked()
    assert refused["state"] == "refused"
    assert refused["reason"]["code"] == "lending.source_unavailable"
    await assert_said_in_words(applicant)
    assert refused["decision"]["outcome"] == "refused"
    assert refused["decision"]["features"] is None
    # Nothing is left behind that would keep the firm from applying again.
    await applicant.bank.outside.behave()
    again = await applicant.firm.post(
        "/lending/applications", {"account_id": refused["account_id"]}
    )
    await applicant.bank.work()
    decided = await applicant.firm.get(f"/lending/applications/{again['id']}")
    assert decided["state"] == "approved"


@pytest.mark.parametrize("kind", LIES)
async def test_data_that_cannot_be_true_is_put_before_a_person(
    applicant: Applicant, kind: str
) -> None:
    before = applicant.fetches()
    await applicant.misbehave(kind)
    referred = await applicant.worked()
    assert referred["state"] == "referred"
    assert referred["reason"]["code"] == "lending.source_untrustworthy"
    await assert_said_in_words(applicant)
    assert referred["decision"]["outcome"] == "referred"
    assert referred["decision"]["features"] is referred["decision"]["rating"] is None
    assert referred["offer"] is referred["data"] is None
    assert applicant.fetches() == before

    risk = await applicant.bank.staff(Role.STAFF_RISK)
    verdict = {"verdict": "collect_again", "note": "税务局已更正 / corrected by the tax office"}
    await applicant.bank.outside.behave()
    await risk.post(f"{applicant.path}/review", verdict)
    decided = await applicant.worked()
    assert states(decided)[-3:] == ["submitted", "collecting", "approved"]
    assert decided["data"]["row_count"] == TRUE_ROWS


async def test_a_lie_told_once_is_forgiven(applicant: Applicant) -> None:
    await applicant.misbehave("wrong_totals", times=1)
    decided = await applicant.worked()
    assert states(decided) == ["submitted", "collecting", "approved"]
    assert decided["data"]["row_count"] == TRUE_ROWS


async def test_a_person_may_refuse_in_their_own_words(applicant: Applicant) -> None:
    await applicant.misbehave("truncated")
    await applicant.worked()
    risk = await applicant.bank.staff(Role.STAFF_RISK)
    verdict = {"verdict": "refuse", "note": "税务数据无法核实"}
    await risk.post(f"{applicant.path}/review", verdict)
    refused = await applicant.seen()
    assert refused["state"] == "refused"
    assert refused["reason"]["text"] == verdict["note"]
    again = await risk.ask("POST", f"{applicant.path}/review", json=verdict, key=str(new_id()))
    assert problem(again) == (409, "lending.illegal_transition")


async def test_a_firm_the_tax_office_does_not_know_is_refused(bank: Bank) -> None:
    unknown = Firm("X", "无名有限公司", registration_number("nobody knows"))
    applicant = await apply(bank, await bank.customer(unknown))
    refused = await applicant.worked()
    assert refused["state"] == "refused"
    assert refused["reason"]["code"] == "lending.taxpayer_unknown"
    await assert_said_in_words(applicant)


async def withdraw(applicant: Applicant) -> None:
    path = f"/agreements/consents/{applicant.consent_id}/withdrawal"
    assert (await applicant.firm.post(path))["status"] == "withdrawn"


async def test_a_consent_withdrawn_while_waiting_is_respected(applicant: Applicant) -> None:
    before = applicant.fetches()
    await applicant.misbehave("down", times=100)
    assert (await applicant.worked())["state"] == "waiting"
    await withdraw(applicant)
    left = await faults(applicant)
    closed = await applicant.worked()
    assert closed["state"] == "closed"
    assert closed["reason"]["code"] == "lending.consent_withdrawn"
    assert closed["decision"] is None
    assert await faults(applicant) == left, "the tax office was asked without a consent"
    assert applicant.fetches() == before


async def faults(applicant: Applicant) -> object:
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{applicant.bank.outside.url}/sandbox/faults/tax-office")
        return answer.raise_for_status().json()


async def during_the_download(applicant: Applicant) -> "asyncio.Task[None]":
    """Return the worker's work when it is in the middle of fetching."""
    await applicant.misbehave("slow", seconds=0.3)  # a page; well within the limits
    working = asyncio.create_task(applicant.bank.work())
    async with asyncio.timeout(10):
        while (await applicant.seen())["state"] != "collecting":  # noqa: ASYNC110 - it is in the database
            await asyncio.sleep(0.01)
    return working


async def test_a_consent_withdrawn_during_the_download_is_respected(applicant: Applicant) -> None:
    before = applicant.fetches()
    working = await during_the_download(applicant)
    await withdraw(applicant)
    assert not working.done()
    await working
    closed = await applicant.seen()
    assert closed["state"] == "closed"
    assert closed["reason"]["code"] == "lending.consent_withdrawn"
    assert closed["data"] is None
    assert applicant.fetches() == before


async def test_a_consent_given_anew_during_the_download_is_for_a_new_application(
    applicant: Applicant,
) -> None:
    before = applicant.fetches()
    working = await during_the_download(applicant)
    await withdraw(applicant)
    anew = await applicant.firm.consent()
    assert not working.done()
    await working
    closed = await applicant.seen()
    assert (closed["state"], closed["reason"]["code"]) == ("closed", "lending.consent_withdrawn")
    assert applicant.fetches() == before
    await applicant.bank.outside.behave()
    again = await applicant.firm.post("/lending/applications", {"account_id": closed["account_id"]})
    await applicant.bank.work()
    decided = await applicant.firm.get(f"/lending/applications/{again['id']}")
    assert decided["state"] == "approved"
    assert decided["data"]["consent_id"] == anew["id"] != applicant.consent_id
