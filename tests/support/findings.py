"""What a run of schemathesis's engine found."""

from dataclasses import dataclass, field

from schemathesis.engine import Status, events
from schemathesis.engine.recorder import Interaction

REPLAYED = "idempotency-replayed"


def _said_again(check: str, interaction: Interaction | None) -> bool:
    """Tell whether a wrong request was answered as the one before it under the same key.

    A key stands for the request it came with first; headers beside it are not looked at again.
    """
    if check != "negative_data_rejection" or interaction is None or interaction.response is None:
        return False
    return REPLAYED in interaction.response.headers


@dataclass
class Findings:
    """What a run found."""

    phases: list[str] = field(default_factory=list)
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    succeeded: set[str] = field(default_factory=set)

    def take(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.PhaseFinished) and event.status is Status.SUCCESS:
            self.phases.append(event.phase.name.value)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            self.failed.append(str(event))
        elif isinstance(event, events.ScenarioFinished):
            for case_id, interaction in event.recorder.interactions.items():
                answer = interaction.response
                if answer is not None and answer.status_code in {200, 201, 202, 204}:
                    self.succeeded.add(event.recorder.cases[case_id].value.operation.label)
            for case_id, checks in event.recorder.checks.items():
                self.passed += sum(check.failure_info is None for check in checks)
                answered = event.recorder.interactions.get(case_id)
                for check in checks:
                    if check.failure_info is not None and not _said_again(check.name, answered):
                        operation = event.recorder.cases[case_id].value.operation.label
                        failure = check.failure_info.failure
                        self.failed.append(
                            f"{operation}: {check.name}: {failure.title}: {failure.message}\n"
                            f"{check.failure_info.code_sample}"
                        )
