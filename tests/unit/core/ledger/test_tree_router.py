"""`/api/v1/ledger/tree` and proofs: answers, codes, who may ask, and checking without us."""

import json
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI

from tests.support.ledger_tree import Tree, planted
from tests.unit.core.conftest import Caller, Staff
from tongbao.core.identity.domain import Role
from tongbao.core.ledger.router import api
from tongbao.infra.postgres import Urls
from tongbao.infra.signing import PublicKey, SigningKey, public_keys
from tongbao.lib import merkle

URL = "/api/v1/ledger"
GUIDE = Path(__file__).parents[4] / "docs" / "modules" / "ledger.md"
Problem = Callable[[httpx2.Response], tuple[int, str]]

NOBODY = "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10"


@pytest_asyncio.fixture
async def tree(fresh_database: Callable[..., Urls]) -> AsyncIterator[Tree]:
    async with planted(fresh_database) as made:
        yield made


@pytest.fixture
def app(app: FastAPI, tree: Tree) -> FastAPI:
    app.state.database = tree.database
    app.include_router(api)
    return app


@pytest.fixture
def auditor(staff: Staff) -> Caller:
    return staff(Role.AUDITOR)


async def get(client: httpx2.AsyncClient, who: Caller, path: str) -> dict[str, Any]:
    response = await client.get(URL + path, headers=who.headers)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_the_newest_checkpoint_and_an_older_one(
    client: httpx2.AsyncClient, auditor: Caller, tree: Tree
) -> None:
    old, new = await tree.grow(2), await tree.grow(3)
    newest = await get(client, auditor, "/tree/checkpoint")
    assert newest["tree_size"] == 5
    assert newest["root"] == new.root.hex()
    assert newest["key_id"] == tree.key.public.id
    assert newest["signed_text"] == new.signed_text
    older = await get(client, auditor, "/tree/checkpoint?tree_size=2")
    assert older["root"] == old.root.hex()


async def test_a_proof_of_consistency_over_http(
    client: httpx2.AsyncClient, auditor: Caller, tree: Tree
) -> None:
    old, new = await tree.grow(3), await tree.grow(4)
    proof = await get(client, auditor, "/tree/consistency?from=3&to=7")
    assert proof["old"]["root"] == old.root.hex()
    assert merkle.verify_consistency(
        old_size=3,
        new_size=7,
        old_root=old.root,
        new_root=new.root,
        proof=[bytes.fromhex(each) for each in proof["path"]],
    )


async def test_a_proof_is_checked_by_the_program_of_the_guide(
    client: httpx2.AsyncClient, auditor: Caller, tree: Tree, tmp_path: Path
) -> None:
    ids = await tree.book(11, reference='票据 "七"', metadata={"键": "值"})
    await tree.extend()
    (program,) = re.findall(r"```python\n(import json.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    public = tmp_path / "ledger-public.pem"
    public.write_text(tree.key.public.pem)

    def check(proof: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(proof), "utf-8")
        command = [sys.executable, "-c", program, str(file), str(public)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    proof = await get(client, auditor, f"/transactions/{ids[6]}/proof")
    done = check(proof)
    assert done.returncode == 0, done.stderr
    assert f"covered: {ids[6]}" in done.stdout
    forged = proof | {"leaf": proof["leaf"].replace('"amount":"1"', '"amount":"9"')}
    assert forged["leaf"] != proof["leaf"]
    assert "AssertionError" in check(forged).stderr
    text = proof["checkpoint"]["signed_text"].replace("\n11\n", "\n12\n")
    forged = proof | {"checkpoint": proof["checkpoint"] | {"signed_text": text}}
    assert "InvalidSignature" in check(forged).stderr


async def test_the_keys_offered_to_anybody_check_a_checkpoint_and_no_other(
    app: FastAPI, client: httpx2.AsyncClient, auditor: Caller, tree: Tree
) -> None:
    retired = SigningKey.new().public
    app.state.checkpoint_keys = lambda: [tree.key.public, retired]
    await tree.grow(3)
    checkpoint = await get(client, auditor, "/tree/checkpoint")
    offered = (await client.get(f"{URL}/tree/keys")).json()
    assert [each["key_id"] for each in offered] == [checkpoint["key_id"], retired.id]
    assert {each["algorithm"] for each in offered} == {"Ed25519"}
    message, signature = checkpoint["signed_text"].encode(), b64decode(checkpoint["signature"])
    keys = [PublicKey.of_bytes(b64decode(each["public_key"])) for each in offered]
    assert [key.verifies(message, signature) for key in keys] == [True, False]


async def test_a_key_that_cannot_be_read_is_said_so(
    app: FastAPI, client: httpx2.AsyncClient, problem: Problem, tmp_path: Path
) -> None:
    app.state.checkpoint_keys = lambda: public_keys([tmp_path / "nowhere.pem"])
    response = await client.get(f"{URL}/tree/keys")
    assert problem(response) == (503, "signing.key_unusable")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/tree/checkpoint?tree_size=3", (404, "ledger.checkpoint_not_found")),
        ("/tree/consistency?from=1&to=3", (404, "ledger.checkpoint_not_found")),
        ("/tree/consistency?from=2&to=1", (422, "ledger.sizes_out_of_order")),
        ("/tree/consistency?from=0&to=1", (422, "request.invalid")),
        ("/tree/consistency?from=1", (422, "request.invalid")),
        (f"/tree/checkpoint?tree_size={2**63}", (422, "request.invalid")),
        (
            f"/transactions/{NOBODY}/proof",
            (404, "ledger.transaction_not_found"),
        ),
        ("/transactions/7/proof", (422, "request.invalid")),
        ("/transactions/LATE/proof", (404, "ledger.not_in_tree")),
        ("/transactions/DAMAGED/proof", (422, "ledger.tree_damaged")),
    ],
)
async def test_what_cannot_be_answered_has_its_code(
    client: httpx2.AsyncClient,
    auditor: Caller,
    tree: Tree,
    problem: Problem,
    path: str,
    answer: tuple[int, str],
) -> None:
    (damaged,) = await tree.book(1)
    await tree.extend()
    tree.tamper("UPDATE ledger_transaction SET type = 'x'")
    (late,) = await tree.book(1)
    response = await client.get(
        URL + path.replace("LATE", str(late)).replace("DAMAGED", str(damaged)),
        headers=auditor.headers,
    )
    assert problem(response) == answer


async def test_before_the_first_checkpoint(
    client: httpx2.AsyncClient, auditor: Caller, problem: Problem
) -> None:
    response = await client.get(f"{URL}/tree/checkpoint", headers=auditor.headers)
    assert problem(response) == (404, "ledger.checkpoint_not_found")


async def test_proofs_are_for_those_who_may_read_the_ledger(
    client: httpx2.AsyncClient, caller: Callable[..., Caller], problem: Problem
) -> None:
    customer = caller("customer", [Role.CUSTOMER])
    paths = (
        "/tree/checkpoint",
        "/tree/consistency?from=1&to=2",
        f"/transactions/{NOBODY}/proof",
    )
    for path in paths:
        assert problem(await client.get(URL + path))[0] == 401
        response = await client.get(URL + path, headers=customer.headers)
        assert problem(response) == (403, "auth.forbidden")
