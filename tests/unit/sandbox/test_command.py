import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tongbao_sandbox.__main__ import main

COMMAND = [sys.executable, "-m", "tongbao_sandbox"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": "src", "TONGBAO_SANDBOX_TOKEN": "another token"}


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the sandbox on a free port; give the process and its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, "--port", str(port), *arguments],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        assert process.stdout is not None
        assert address in process.stdout.readline()
        for _ in range(100):
            try:
                httpx2.get(f"{address}/health").raise_for_status()
                break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield process, address
    finally:
        process.kill()
        process.communicate(timeout=10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_told_to_stop(number: signal.Signals) -> None:
    with started("--firms", "5", "--seed", "9") as (process, address):
        firms = httpx2.get(f"{address}/sandbox/firms").json()
        assert [firm["code"] for firm in firms] == ["S1", "S2", "S3", "S4", "S5"]
        page = httpx2.get(
            f"{address}/tax/v1/taxpayers/{firms[0]['registration_number']}/invoices?limit=1",
            headers={
                "Authorization": "Bearer another token",
                "X-Consent-Id": "0190f3b2-7c1e-7d7a-9a55-0f6f5b3f2a11",
            },
        )
        assert page.status_code == 200

        process.send_signal(number)
        _, errors = process.communicate(timeout=10)

        assert (process.returncode, errors) == (0, "")


def test_a_port_in_use_is_said_and_not_shared() -> None:
    with started("--firms", "2") as (_, address):
        port = address.rpartition(":")[2]
        second = subprocess.run(
            [*COMMAND, "--port", port, "--firms", "2"],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert second.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in second.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--invoices", "x.csv"], "given together"),
        (["--invoices", "/no/x.csv", "--enterprises", "/no/y.csv"], "no such file"),
        (["--firms", "1"], "number of firms must be"),
        (["--seed", "-1"], "seed must be"),
        (["--as-of", "2050-01-01"], "as_of must lie"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2

    complaint = capsys.readouterr().err
    assert expected in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--as-of", "soon"], ["--firms", "many"], ["--nonsense"]])
def test_a_bad_option_is_a_usage_error(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
