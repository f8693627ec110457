"""Every operation of the API under generated requests, good and bad, from different callers.

No answer may be a server error or break the description: status, media type, headers and shape are
the documented ones, what the description forbids is refused, and nothing is done without a token.

Not asked for: `positive_data_acceptance`. The description cannot say what a check digit, a cursor,
a digest or a balance allows, so a request that fits it may still be refused.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.python import asgi

from tests.support.bank import Bank, Caller, own_logs, settings
from tongbao.app.main import create_app
from tongbao.core.identity.service import Role

DEEP = os.environ.get("TONGBAO_HYPOTHESIS") == "deep"
EXAMPLES = 200 if DEEP else 8
SHOWN_MAX = 20

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Findings:
    """What a run found."""

    phases: list[str] = field(default_factory=list)
    passed: int = 0
    failed: list[str] = field(default_factory=list)

    def take(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.PhaseFinished) and event.status is Status.SUCCESS:
            self.phases.append(event.phase.name.value)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            self.failed.append(str(event))
        elif isinstance(event, events.ScenarioFinished):
            for case_id, checks in event.recorder.checks.items():
                self.passed += sum(check.failure_info is None for check in checks)
                for check in checks:
                    if check.failure_info is not None:
                        operation = event.recorder.cases[case_id].value.operation.label
                        failure = check.failure_info.failure
                        self.failed.append(
                            f"{operation}: {check.name}: {failure.title}: {failure.message}\n"
                            f"{check.failure_info.code_sample}"
                        )


def put_through(bank: Bank, caller: Caller, **config: Any) -> Findings:
    """Run every phase there is against the application in this process."""
    with own_logs():
        app = create_app(settings(bank.urls))
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json",
        app,
        config=SchemathesisConfig.from_dict(
            {
                "headers": caller.headers,
                "generation": {"max-examples": EXAMPLES, "deterministic": not DEEP},
                "checks": {"positive_data_acceptance": {"enabled": False}},
                **config,
            }
        ),
    )
    # Whoever logs out has no token for what follows.
    narrowed = schema.exclude(operation_id="identity_log_out")
    findings = Findings()
    for event in from_schema(narrowed).execute():
        findings.take(event)
    return findings


@pytest.fixture(autouse=True)
def _applications() -> Iterator[None]:
    """Stop what was started in schemathesis's own loop."""
    yield
    asgi.shutdown_lifespans()


def assert_clean(findings: Findings) -> None:
    assert findings.failed == [], "\n\n".join(findings.failed[:SHOWN_MAX])
    assert findings.passed > 1_000
    assert len(findings.phases) >= 4, findings.phases


@pytest.fixture
async def operations(bank: Bank) -> Caller:
    return await bank.staff(Role.STAFF_OPERATIONS)


def test_operations_staff(bank: Bank, operations: Caller) -> None:
    assert_clean(put_through(bank, operations))
