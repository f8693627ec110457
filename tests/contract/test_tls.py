"""The API's own TLS: version 1.3 and nothing older."""

import os
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.support.certificates import TRADITIONAL, certificate_pem, key_pem, new_key, pair
from tests.support.programs import free_port, program
from tongbao.infra.postgres import Urls

pytestmark = pytest.mark.slow

CURRENT = "/health/live"


@dataclass(frozen=True)
class Served:
    port: int
    certificate: Path

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)

    def shake_hands(self, context: ssl.SSLContext) -> str | None:
        """Return the version agreed on."""
        with (
            socket.create_connection(("127.0.0.1", self.port), 10) as raw,
            context.wrap_socket(raw, server_hostname="127.0.0.1") as secured,
        ):
            return secured.version()


@pytest.fixture(scope="module")
def served(
    fresh_database: Callable[..., Urls], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = pair(folder)
    made = Served(free_port(), certificate)
    environment = {"TONGBAO_DATABASE_URL": fresh_database().app, "TONGBAO_PORT": str(made.port)}
    files = ("--tls", str(certificate), str(key))
    with program("serve", *files, environment=environment, log=folder / "log") as api:

        def answers() -> bool:
            try:
                return made.shake_hands(made.context()) is not None
            except OSError:
                return False

        api.wait_until(answers, "handshake")
        yield made


def test_it_speaks_1_3(served: Served) -> None:
    assert served.shake_hands(served.context()) == "TLSv1.3"


def test_1_2_and_older_are_refused(served: Served) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1):
        context = served.context()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = version
        with pytest.raises(ssl.SSLError):
            served.shake_hands(context)


def test_only_over_tls_the_browser_is_told_to_stay_there(served: Served) -> None:
    address = f"https://127.0.0.1:{served.port}{CURRENT}"
    answer = httpx2.get(address, verify=served.context(), trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


def test_plain_http_gets_no_answer(served: Served) -> None:
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(f"http://127.0.0.1:{served.port}{CURRENT}", trust_env=False)


def test_a_key_in_another_form_is_named_and_nothing_is_served(tmp_path: Path) -> None:
    key = new_key()
    certificate_file, key_file = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate_file.write_bytes(certificate_pem(key))
    key_file.write_bytes(key_pem(key, TRADITIONAL))
    environment = {
        "TONGBAO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "TONGBAO_PORT": str(free_port()),
        "PYTHONUNBUFFERED": os.environ.get("PYTHONUNBUFFERED", "1"),
    }
    files = ("--tls", str(certificate_file), str(key_file))
    with program("serve", *files, environment=environment, log=tmp_path / "log") as api:
        assert api.process.wait(60) == 1
        assert "openssl pkcs8 -topk8 -nocrypt" in api.said()
        assert "Traceback" not in api.said()
