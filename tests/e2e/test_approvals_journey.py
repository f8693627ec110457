"""A firm sets two of three, a maker pays, two approvers sign, and the file proves it offline."""

import json
from base64 import b64decode
from pathlib import Path

from typer.testing import CliRunner

from tests.support.bank import Caller, done, problem
from tests.support.company import CNY, Company, Signer, b64, company, pem, sign_by_passkey
from tongbao.app.cli import cli
from tongbao.core.approvals.service.configuration import configuration
from tongbao.kernel.ids import new_id

__all__ = ["company"]


async def wrong_answers_sign_nothing(who: Caller, approval_id: str) -> None:
    """A passkey of another site, page or document, or whose user was not verified."""
    path = f"/approvals/{approval_id}"
    options = (await who.get(f"{path}/passkey-options"))["options"]
    for wrong in (
        {"origin": "https://evil.example"},
        {"challenge": b64(bytes(32))},
        {"rp_id": "evil.example"},
        {"flags": 0x01},
        {"cross_origin": True},
    ):
        body = {"kind": "passkey", "credential": who.device.get(options, **wrong)}
        refused = await who.ask("POST", f"{path}/signatures", json=body)
        assert problem(refused) == (422, "approvals.signature_refused"), wrong


async def test_two_of_three_sign_a_payment_and_the_file_proves_it(
    company: Company, tmp_path: Path
) -> None:
    key = str(new_id())
    held = await company.pay(key)
    assert held.status_code == 202, held.text
    assert done(await company.pay(key)) == held.json()  # answered again, opened once
    approval = await company.people["maker"].get(f"/approvals/{held.json()['approval_id']}")
    assert held.headers["location"] == f"/api/v1/approvals/{approval['id']}"
    assert (approval["state"], approval["lacking"], approval["waits_for_me"]) == (
        "open",
        [2],
        False,
    )
    said = json.loads(approval["document"])
    assert (said["amount"], said["currency"]) == ("300.00", CNY)
    assert said["payee"]["account_number"] == company.order["creditor_account_number"]

    anna, bing = company.people["anna"], company.people["bing"]
    signer = Signer(anna, company.ids["anna"])
    await signer.register()
    listed = await anna.get("/approvals", party_id=company.holder.party_id, state="open")
    assert [each["waits_for_me"] for each in listed["items"]] == [True]
    one = done(await signer.sign(approval))
    assert (one["state"], one["lacking"]) == ("open", [1])
    assert await company.balance() == "1000.00"
    assert problem(await signer.sign(approval)) == (409, "approvals.already_signed")

    await bing._add_passkey()
    await wrong_answers_sign_nothing(bing, approval["id"])
    two = done(await sign_by_passkey(bing, approval))
    assert two["state"] == "executed"
    assert await company.balance() == "700.00"
    paid = done(await company.bank.http.get(two["location"], headers=company.holder.headers))
    assert (paid["status"], paid["amount"]["amount"]) == ("settled", "300.00")

    chen = Signer(company.people["chen"], company.ids["chen"])
    await chen.register()
    assert problem(await chen.sign(approval)) == (409, "approvals.already_decided")
    assert await company.balance() == "700.00"

    stranger = await company.bank.customer()
    hidden = await stranger.ask("GET", f"/approvals/{approval['id']}")
    assert problem(hidden) == (404, "approvals.unknown_approval")
    exported = await anna.ask("GET", f"/approvals/{approval['id']}/export")
    assert exported.status_code == 200
    file, bank_key, known = (tmp_path / name for name in ("a.json", "bank.pem", "known.pem"))
    file.write_bytes(exported.content)
    bank_key.write_text(configuration().seal_key.public.pem)
    spki = [b64decode(each["key"]["public_key"]) for each in exported.json()["signatures"]]
    known.write_bytes(b"".join(map(pem, spki)))
    command = ["payments", "verify-signatures", str(file), "--key", str(bank_key)]
    proven = CliRunner().invoke(cli, [*command, "--approvers", str(known)])
    assert proven.exit_code == 0, proven.output
    assert "ed25519" in proven.output
    assert "passkey" in proven.output
    file.write_text(exported.text.replace('"300.00"', '"900.00"'))
    altered = CliRunner().invoke(cli, [*command, "--json"])
    assert altered.exit_code == 1
    flaws = {each["flaw"] for each in json.loads(altered.output)["findings"]}
    assert flaws >= {"document_altered", "signature_invalid", "not_this_document", "seal_invalid"}


async def test_the_policy_changes_under_itself(company: Company) -> None:
    looser = company.two_of_three()
    looser["bands"][1]["stages"][0]["required"] = 1
    opened = await company.holder.ask("PUT", company.policy_path, json=looser)
    assert opened.status_code == 202, opened.text
    change = opened.json()
    assert change["instruction"] == "approvals.change_policy"
    assert (await company.holder.get(company.policy_path))["version"] == 1
    states = []
    for who in ("anna", "bing"):
        await company.people[who]._add_passkey()
        states.append(done(await sign_by_passkey(company.people[who], change))["state"])
    assert states == ["open", "executed"]
    now_in_use = await company.holder.get(company.policy_path)
    assert (now_in_use["version"], now_in_use["approval_id"]) == (2, change["id"])
    assert now_in_use["policy"]["bands"][1]["stages"][0]["required"] == 1
    ended = await company.holder.ask("DELETE", company.policy_path)
    assert ended.status_code == 202
    for who in ("bing", "chen"):
        caller = company.people[who]
        if who == "chen":
            await caller._add_passkey()
        done(await sign_by_passkey(caller, ended.json()))
    gone = await company.holder.ask("GET", company.policy_path)
    assert problem(gone) == (404, "approvals.no_policy")
    versions = (await company.holder.get(f"{company.policy_path}/versions"))["items"]
    assert [(each["version"], each["policy"] is None) for each in versions] == [
        (3, True),
        (2, False),
        (1, False),
    ]
