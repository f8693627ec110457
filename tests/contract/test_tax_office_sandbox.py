"""The sandbox's tax office over real HTTP: its promise to the platform, each way to break it."""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import httpx2
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema

from tests.support.findings import Findings
from tongbao_sandbox import firms
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.main import TOKEN_DEFAULT, create_app
from tongbao_sandbox.server import running

HEADERS = {
    "Authorization": f"Bearer {TOKEN_DEFAULT}",
    "X-Consent-Id": "0190f3b2-7c1e-7d7a-9a55-0f6f5b3f2a11",
}
CONTROL = "/sandbox/faults/tax-office"
BOOK = firms.load(count=8)
APP = create_app(book=BOOK)
NUMBER = BOOK.firm("S1").registration_number
TRADES = "/channels/wallet-b/v3/pay/transactions"
PATH = f"/tax/v1/taxpayers/{NUMBER}/invoices"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(APP) as url:
        yield url


@pytest.fixture
def client(address: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address, headers=HEADERS, timeout=5) as opened:
        yield opened
        opened.delete(CONTROL).raise_for_status()


def put(client: httpx2.Client, kind: str, **more: Any) -> None:
    client.put(CONTROL, json={"kind": kind, **more}).raise_for_status()


def walk(client: httpx2.Client, registration_number: str, limit: int) -> list[dict[str, Any]]:
    """Return every page of a taxpayer."""
    path = f"/tax/v1/taxpayers/{registration_number}/invoices"
    parameters: dict[str, Any] = {"limit": limit}
    pages: list[dict[str, Any]] = []
    while parameters:
        assert len(pages) < 200
        pages.append(client.get(path, params=parameters).raise_for_status().json())
        following = pages[-1]["next"]
        parameters = {"limit": limit, "cursor": following} if following else {}
    return pages


@pytest.mark.parametrize("firm", BOOK.firms, ids=[firm.code for firm in BOOK.firms])
def test_every_page_of_every_firm_keeps_the_promise(
    client: httpx2.Client, firm: firms.Firm
) -> None:
    pages = walk(client, firm.registration_number, 700)
    items = [item for page in pages for item in page["items"]]
    head = {key: pages[0][key] for key in ("taxpayer", "period", "totals")}

    assert all({key: page[key] for key in head} == head for page in pages)
    assert head["taxpayer"] == {
        "registration_number": firm.registration_number,
        "name": firm.name,
    }
    assert head["totals"] == {
        "count": len(items),
        "amount": str(sum((Decimal(item["amount"]) for item in items), Decimal("0.00"))),
        "tax": str(sum((Decimal(item["tax"]) for item in items), Decimal("0.00"))),
    }
    assert len({item["id"] for item in items}) == len(items)
    days = [item["issued_on"] for item in items]
    assert days == sorted(days)
    assert head["period"]["from"] <= days[0]
    assert days[-1] <= head["period"]["to"]
    assert date.fromisoformat(head["period"]["to"]) == BOOK.period[1]


def test_the_api_tells_what_the_book_holds(client: httpx2.Client) -> None:
    items = [item for page in walk(client, NUMBER, 5_000) for item in page["items"]]
    invoices = BOOK.invoices("S1")

    assert [item["direction"] == "out" for item in items] == invoices.out.tolist()
    assert [item["void"] for item in items] == invoices.void.tolist()
    assert [item["issued_on"] for item in items] == invoices.issued_on.astype(str).tolist()
    assert [int(item["number"]) for item in items] == invoices.number.tolist()
    assert [item["counterparty"] for item in items] == [
        invoices.labels[code] for code in invoices.counterparty
    ]
    fen = [int(Decimal(item["amount"]) * 100) for item in items]
    assert fen == invoices.amount_minor.tolist()


def test_a_slow_office_starts_at_once_and_dribbles(client: httpx2.Client) -> None:
    right = client.get(PATH, params={"limit": 100}).json()
    put(client, "slow", seconds=1.0)

    begun = time.perf_counter()
    pieces: list[tuple[float, bytes]] = []
    with client.stream("GET", PATH, params={"limit": 100}, timeout=0.5) as response:
        pieces += [(time.perf_counter() - begun, chunk) for chunk in response.iter_raw()]

    assert len(pieces) > 10
    assert pieces[0][0] < 0.5
    assert pieces[-1][0] > 0.8
    assert response.status_code == 200
    assert httpx2.Response(200, content=b"".join(piece for _, piece in pieces)).json() == right


def test_a_silent_office_lets_the_caller_wait(client: httpx2.Client) -> None:
    put(client, "silent", seconds=0.6, times=2)

    with pytest.raises(httpx2.ReadTimeout):
        client.get(PATH, timeout=0.3)
    begun = time.perf_counter()
    assert client.get(PATH).status_code == 200
    assert time.perf_counter() - begun > 0.5


def test_others_are_served_while_one_waits(client: httpx2.Client) -> None:
    put(client, "silent", seconds=30, registration_number=NUMBER)
    with pytest.raises(httpx2.ReadTimeout):
        client.get(PATH, timeout=0.2)

    other = f"/tax/v1/taxpayers/{BOOK.firm('S3').registration_number}/invoices"
    assert client.get(other).status_code == 200


def test_an_answer_is_cut_off_in_the_middle(client: httpx2.Client) -> None:
    put(client, "cut_off", times=1)

    with pytest.raises(httpx2.TransportError):
        client.get(PATH)
    assert client.get(PATH).status_code == 200


def test_a_flood_goes_on_until_the_caller_hangs_up(client: httpx2.Client) -> None:
    put(client, "flood", times=1)
    received = 0
    with client.stream("GET", PATH) as response:
        for chunk in response.iter_raw():
            received += len(chunk)
            if received > 20_000_000:
                break

    assert received > 20_000_000
    assert client.get(PATH).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"), [("down", 503), ("error", 500), ("garbage", 200), ("malformed", 200)]
)
def test_the_other_faults_arrive_as_they_are(client: httpx2.Client, kind: str, status: int) -> None:
    put(client, kind, times=1)

    assert client.get(PATH).status_code == status
    assert client.get(PATH).json()["totals"]["count"] == len(BOOK.invoices("S1"))


def test_a_full_page_is_small_enough_to_be_quick() -> None:
    book: FirmBook = firms.load(count=2)
    with running(create_app(book=book)) as url:
        path = f"{url}/tax/v1/taxpayers/{book.firm('S2').registration_number}/invoices"
        response = httpx2.get(path, params={"limit": 5_000}, headers=HEADERS)

    assert len(response.json()["items"]) == 5_000
    assert len(response.content) < 1_200_000


FAULTS = ("/sandbox/faults/", "/sandbox/service-faults/", "/sandbox/channels/{channel}/faults")


def sets_a_fault(operation: Any) -> bool:
    return operation.path.startswith(FAULTS) and operation.method.upper() in {"PUT", "DELETE"}


def put_through(*, faults: bool) -> Findings:
    """Run every phase of the engine against a sandbox of its own, in this process.

    What sets faults is tried by itself: what it sets would strike everything else.
    """
    described = schemathesis.openapi.from_asgi(
        "/openapi.json",
        create_app(book=BOOK),
        config=SchemathesisConfig.from_dict(
            {
                "headers": HEADERS,
                "generation": {"max-examples": 4, "deterministic": True},
                # The description cannot say what a signature or a check digit allows.
                "checks": {"positive_data_acceptance": {"enabled": False}},
                "operations": [
                    {  # a reader of this path takes its last step for a payment's reference
                        "include-path": [f"{TRADES}/native", f"{TRADES}/codepay"],
                        "checks": {"unsupported_method": {"enabled": False}},
                    }
                ],
            }
        ),
    )
    schema = described.exclude(lambda ctx: sets_a_fault(ctx.operation) is not faults)
    findings = Findings()
    for event in from_schema(schema).execute():
        findings.take(event)
    return findings


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(("faults", "passed_min"), [(False, 1_000), (True, 100)])
def test_the_documented_interface_holds_under_hostile_input(
    faults: bool,  # noqa: FBT001
    passed_min: int,
) -> None:
    findings = put_through(faults=faults)
    assert findings.failed == []
    assert findings.passed >= passed_min
    assert all(label.startswith(("PUT", "DELETE")) for label in findings.succeeded) is faults
