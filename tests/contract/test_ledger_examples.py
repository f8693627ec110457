"""The examples of docs/modules/ledger.md, pasted one after the other into a shell.

They run against `tongbao serve` with the demo's log-in; the worker's minute is a step here.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.programs import answers, free_port, program
from tongbao.app import demo, wiring
from tongbao.core.identity import service as identity
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import Database
from tongbao.infra.postgres import Urls
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now

PAGE = Path(__file__).parents[2] / "docs" / "modules" / "ledger.md"
BIN = Path(sys.executable).parent
ADDRESS = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(autouse=True)
def _tools() -> None:
    for tool in ("bash", "curl", "openssl", "sed"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} on this machine")


def blocks(language: str) -> list[str]:
    text = PAGE.read_text("utf-8")
    return [match[2] for match in BLOCK.finditer(text) if match[1] == language]


class Shell:
    """A shell that somebody pastes into, block by block."""

    END = "--- end of block"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.complaints = folder / "stderr.log"
        with self.complaints.open("wb") as complaints:
            self.process = subprocess.Popen(
                ["bash", "-u", "-o", "pipefail"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                cwd=folder,
                env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "no_proxy": "*"},
            )

    def paste(self, block: str) -> list[str]:
        """Run a block, and return the lines it prints."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{block}\necho '{self.END}'\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline().rstrip("\n")) != self.END:
            assert self.process.poll() is None, self.complaints.read_text()
            lines.append(line)
        assert self.complaints.read_text() == ""
        return lines

    def close(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@dataclass(frozen=True)
class Pasted:
    """The shell, and the platform it talks to."""

    shell: Shell
    database: Database
    settings: Settings
    address: str

    async def a_minute_later(self) -> None:
        """Do what the worker does each minute."""
        async with self.database.write() as tx:
            await ledger.extend_tree(tx, signer=wiring.ledger_key(self.settings), at=now())


@pytest_asyncio.fixture
async def pasted(fresh_database: Callable[..., Urls], tmp_path: Path) -> AsyncIterator[Pasted]:
    urls, port = fresh_database(), free_port()
    settings = Settings(database_url=urls.app, database_role="", data_dir=tmp_path / ".tongbao")
    database = Database.connect(urls.app, pool_size=2)
    (login,) = [each for each in demo.LOGINS if each.login == "system"]
    async with database.write() as tx:
        await identity.create_user(
            tx,
            login=login.login,
            password=login.password,
            name=login.name,
            kind=login.kind,
            roles=login.roles,
            at=now(),
        )
    environment = {
        "TONGBAO_DATABASE_URL": urls.app,
        "TONGBAO_MIGRATION_DATABASE_URL": urls.owner,
        "TONGBAO_DATABASE_ROLE": "",
        "TONGBAO_DATA_DIR": str(settings.data_dir),
        "TONGBAO_PORT": str(port),
    }
    address = f"http://127.0.0.1:{port}"
    with program("serve", environment=environment, log=tmp_path / "serve.log") as served:
        served.wait_until(lambda: answers(f"{address}/health/ready"), "answer")
        terminal = Shell(tmp_path)
        yield Pasted(terminal, database, settings, address)
        terminal.close()
    await database.close()


async def test_the_examples_do_what_they_say(pasted: Pasted) -> None:
    first, *rest = blocks("sh")
    assert ADDRESS in first
    said = [pasted.shell.paste(first.replace(ADDRESS, pasted.address))]
    for block in rest:
        if "check_proof.py" in block:
            await pasted.a_minute_later()
            (checker,) = [each for each in blocks("python") if "cryptography" in each]
            (pasted.shell.folder / "check_proof.py").write_text(checker)
        said.append(pasted.shell.paste(block))
    login, accounts, posted, card, batch, reads, proofs = said
    assert login == []
    assert re.fullmatch(r"cash [0-9a-f-]{36}, Ms Li [0-9a-f-]{36}", accounts[0])

    assert [re.findall(r'"status":"?(\w+)', line)[0] for line in posted] == [
        "posted",
        "duplicate",
        "posted",
        "422",
    ]
    assert '"credit_balance":"100.00"' in posted[0]
    assert '"debit_balance":"60.00"' in posted[2]  # of the dry run
    assert "ledger.insufficient_funds" in posted[3]

    held, before, captured, reversed_, after = card
    assert '"posted":"100.00"' in before
    assert '"available":"70.00"' in before
    assert '"debit_balance":"75.00"' in captured
    assert '"status":"posted"' in held
    assert '"status":"posted"' in reversed_
    assert '"posted":"85.00"' in after
    assert '"available":"85.00"' in after

    assert re.findall(r'"code":"([\w.]+)"', batch[0]) == [
        "ledger.batch_refused",
        "ledger.insufficient_funds",
    ]
    assert len(reads) == 8
    for line in reads:
        assert "urn:tongbao:problem" not in line, line
    assert '"posted":"0.00"' in reads[0]
    assert "SLIP-1" in reads[3]
    assert "SLIP-1" in reads[4]

    assert '"tree_size":' in proofs[0]
    assert proofs[1].startswith("covered: ")
    assert "'amount': '10000'" in proofs[1]
    assert '"path":[]' in proofs[2]


def test_every_block_is_one_that_is_run() -> None:
    text = PAGE.read_text("utf-8")
    assert text.count("```sh") == len(blocks("sh")) == 7
