"""The sandbox's tax office over HTTP, a rating model, and firms that bank here."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import httpx2
import numpy as np
import pytest
from sqlalchemy import text, update

from tests.support import consents
from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.parties import service as parties
from tongbao.core.sources import service as sources
from tongbao.core.sources.service import DownloadLimits
from tongbao.infra.auth import Actor, ActorKind
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.lib.scorecard import Scorecard
from tongbao.products.lending import service
from tongbao.products.lending.domain.decision import decide, hard_rules
from tongbao.products.lending.domain.policy import IN_USE
from tongbao.products.lending.service import processing
from tongbao.risk.rating import service as rating
from tongbao.risk.rating.domain import training
from tongbao.risk.rating.domain.grades import DEFAULT_BANDS
from tongbao.risk.rating.models import RatingModelRow
from tongbao_sandbox import firms
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.main import TOKEN_DEFAULT, create_app
from tongbao_sandbox.server import running

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

LIMITS = DownloadLimits(
    connect_seconds_max=2.0,
    read_seconds_max=10.0,
    total_seconds_max=20.0,
    attempts_max=2,
    backoff_seconds=0.01,
)


@cache
def firm_book() -> FirmBook:
    return firms.load(count=150, seed=7)


@cache
def features_of(code: str) -> rating.FeatureValues:
    columns = firm_book().invoices(code)
    table = rating.InvoiceTable(
        outgoing=columns.out,
        issued_on=columns.issued_on,
        counterparty=columns.counterparty.astype(np.int64),
        amount_minor=columns.amount_minor,
        tax_minor=columns.tax_minor,
        void=columns.void,
    )
    return rating.features(table, as_of=firm_book().period[1])


@cache
def scorecard() -> Scorecard:
    """Fit a card on the labelled firms; without the cross-validation, which takes its time."""
    samples = [
        rating.Sample(code=firm.code, features=features_of(firm.code), defaulted=firm.defaulted)
        for firm in firm_book().firms
        if firm.defaulted is not None
    ]
    return training._fit(*training._columns(sorted(samples, key=lambda sample: sample.code)))


@dataclass(frozen=True)
class Kinds:
    """Codes of the made-up firms by what will become of them."""

    good: list[str]
    capped: list[str]
    low_grade: list[str]
    against_the_rules: list[str]


@cache
def kinds() -> Kinds:
    """Sort the firms; `good` ones get more than 300,000 yuan and less than the cap."""
    found = Kinds([], [], [], [])
    for firm in firm_book().firms:
        values = features_of(firm.code)
        if hard_rules(values, IN_USE):
            found.against_the_rules.append(firm.code)
            continue
        default = scorecard().score(values).probability_of_default
        judged = decide(
            IN_USE,
            values=values,
            grade=DEFAULT_BANDS.grade(default),
            probability_of_default=default,
            requested=None,
            exposure=Money.zero("CNY"),
        )
        if judged.annual_rate is None:
            found.low_grade.append(firm.code)
        elif judged.limit == IN_USE.cap:
            found.capped.append(firm.code)
        elif judged.limit is not None and judged.limit > Money.parse("300000.00", "CNY"):
            found.good.append(firm.code)
    return found


async def activate_model(tx: WriteSession) -> UUID:
    """Make our model the active one; whoever commits this undoes it by `deactivate_models`."""
    await deactivate_models(tx)
    latest = await tx.scalar(text("SELECT coalesce(max(version), 0) FROM rating_model"))
    row = RatingModelRow(
        id=new_id(),
        name=rating.DEFAULT_MODEL,
        version=int(latest or 0) + 1,
        feature_set=rating.FEATURE_SET,
        card={"scorecard": scorecard().to_json(), "bands": DEFAULT_BANDS.to_json()},
        report={},
        data_fingerprint="0" * 64,
        created_at=AT,
        active=True,
    )
    tx.add(row)
    await tx.flush()
    return row.id


async def deactivate_models(tx: WriteSession) -> None:
    await tx.execute(update(RatingModelRow).values(active=False))


@dataclass(frozen=True)
class Office:
    """The sandbox's tax office."""

    url: str

    def gateway(self, limits: DownloadLimits = LIMITS) -> sources.Connector:
        return sources.connect_tax_office(
            base_url=f"{self.url}/tax", token=TOKEN_DEFAULT, limits=limits
        )

    def impatient(self) -> sources.Connector:
        return self.gateway(replace(LIMITS, read_seconds_max=0.1))

    async def misbehave(self, kind: str, **facts: object) -> None:
        async with httpx2.AsyncClient() as client:
            answer = await client.put(
                f"{self.url}/sandbox/faults/tax-office", json={"kind": kind, **facts}
            )
            answer.raise_for_status()

    async def behave(self) -> None:
        async with httpx2.AsyncClient() as client:
            (await client.delete(f"{self.url}/sandbox/faults/tax-office")).raise_for_status()


@pytest.fixture(scope="session")
def served() -> Iterator[Office]:
    with running(create_app(book=firm_book())) as url:
        yield Office(url)


@pytest.fixture
async def office(served: Office) -> AsyncIterator[Office]:
    yield served
    await served.behave()


def actor_for(
    *party_ids: UUID, kind: ActorKind = "customer", roles: Iterable[Role] = (Role.CUSTOMER,)
) -> Actor:
    return Actor(
        id=new_id(),
        kind=kind,
        name="测试",
        party_ids=frozenset(party_ids),
        permissions=permissions(roles),
    )


@dataclass(frozen=True)
class Customer:
    """A firm that banks here, and who acts for it."""

    party: parties.Party
    account: accounts.DepositAccount
    actor: Actor
    consent: agreements.Consent | None


async def new_customer(
    tx: WriteSession, code: str, *, consent: bool = True, currency: str = "CNY"
) -> Customer:
    firm = firm_book().firm(code)
    party = await parties.register_organisation(
        tx, name=firm.name, registration_number=firm.registration_number, at=AT
    )
    account = await accounts.open_account(tx, party_id=party.id, currency=currency, at=AT)
    given = await grant(tx, party.id) if consent else None
    return Customer(party, account, actor_for(party.id), given)


async def grant(tx: WriteSession, party_id: UUID) -> agreements.Consent:
    return await consents.grant(tx, party_id, at=AT)


async def withdraw(tx: WriteSession, consent: agreements.Consent | None) -> None:
    assert consent is not None
    await agreements.withdraw_consent(tx, consent_id=consent.id, withdrawn_by=new_id(), at=AT)


async def download(
    tx: WriteSession,
    ticket: sources.FetchTicket,
    connector: sources.Connector,
    *,
    at: datetime = AT,
) -> processing.Received:
    """Download while the consent is known on the test's own transaction only."""
    return await processing._download(
        ticket, connector, read=lambda: nullcontext(tx), clock=lambda: at
    )


async def attempt(
    tx: WriteSession, application_id: UUID, gateway: sources.Connector, *, at: datetime = AT
) -> service.Application:
    """Process an application on one transaction, that the test rolls back."""
    begun = await processing.begin(tx, application_id=application_id, at=at)
    assert begun is not None
    received = await download(tx, begun.ticket, gateway, at=at)
    await processing.finish(tx, attempt=begun, received=received, at=at)
    return await service.get(tx, application_id)


async def jobs_of(tx: WriteSession, application_id: UUID) -> list[tuple[str, datetime | None]]:
    rows = await tx.execute(
        text(
            "SELECT task_name, scheduled_at FROM procrastinate_jobs"
            " WHERE args ->> 'application_id' = :id ORDER BY id"
        ),
        {"id": str(application_id)},
    )
    return [(row.task_name, row.scheduled_at) for row in rows]


async def events_of(tx: WriteSession, subject: UUID) -> list[str]:
    rows = await tx.execute(
        text("SELECT type FROM infra_outbox WHERE subject = :id ORDER BY seq"),
        {"id": str(subject)},
    )
    return [row.type for row in rows]
