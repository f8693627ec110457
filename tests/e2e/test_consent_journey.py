"""A consent from its text to its end, and an agreement from its words to its sealed copy."""

import asyncio
import hashlib
import json
import re
from base64 import b64decode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from tests.support.bank import Bank, Customer, done, problem
from tongbao.app.cli import cli
from tongbao.core.agreements.service import canonical
from tongbao.core.identity.service import Role
from tongbao.infra.signing import PublicKey
from tongbao.kernel.ids import new_id

DRAWN = {"amount": "300000.00", "currency": "CNY"}
PDF = {"Content-Type": "application/pdf"}


@dataclass(frozen=True)
class Walked:
    """A firm that consented, borrowed twice in two languages, and then took its consent back."""

    firm: Customer
    account: dict[str, Any]
    consent: dict[str, Any]
    applications: dict[str, dict[str, Any]]
    agreements: dict[str, str]
    waiting: dict[str, Any]


async def borrow(bank: Bank, firm: Customer, account: str, language: str) -> tuple[Any, str]:
    """Apply, be approved and accept; return the application and the agreement's id."""
    applied = await firm.post("/lending/applications", {"account_id": account})
    path = f"/lending/applications/{applied['id']}"
    await bank.work()
    words = await firm.get(f"{path}/agreement", amount=DRAWN["amount"], language=language)
    accepted = await firm.stepped_up(
        "POST",
        f"{path}/acceptance",
        json={"amount": DRAWN, "language": language, "text_digest": words["text_digest"]},
        key=str(new_id()),
    )
    return await firm.get(path), str(done(accepted)["agreement_id"])


@pytest.fixture(scope="module")
async def walked(bank: Bank) -> Walked:
    firm = await bank.customer()
    account = await firm.open_account()
    body = {"account_id": account["id"]}

    # Nothing is collected without a consent, and asking for one is not giving it.
    refused = await firm.ask("POST", "/lending/applications", json=body, key=str(new_id()))
    assert problem(refused) == (422, "agreements.consent_missing")
    await firm.ask_consent()
    refused = await firm.ask("POST", "/lending/applications", json=body, key=str(new_id()))
    assert problem(refused) == (422, "agreements.consent_missing")

    consent = await firm.consent()
    applications, agreements = {}, {}
    for language in ("zh", "en"):
        application, agreement = await borrow(bank, firm, account["id"], language)
        applications[language], agreements[language] = application, agreement
    await bank.work()  # the documents are sealed

    # A third application waits for the tax office when the consent is withdrawn.
    number = firm.firm.registration_number
    await bank.outside.misbehave("down", registration_number=number, times=1_000)
    waiting = await firm.post("/lending/applications", body)
    await bank.work()
    waiting = await firm.get(f"/lending/applications/{waiting['id']}")
    assert waiting["state"] == "waiting"
    withdrawn = await firm.post(f"/agreements/consents/{consent['id']}/withdrawal")
    assert withdrawn["status"] == "withdrawn"
    await bank.outside.behave()
    return Walked(firm, account, consent, applications, agreements, waiting)


async def test_the_consent_was_used_for_what_it_was_given(walked: Walked) -> None:
    for application in walked.applications.values():
        assert application["data"]["consent_id"] == walked.consent["id"]
    assert walked.consent["recipient"] == "tongbao"
    assert walked.consent["scope"]["months_max"] == 48
    assert walked.consent["retention"]["days"] == 183


async def test_the_very_next_fetch_is_refused_and_nothing_is_asked_of_the_source(
    bank: Bank, walked: Walked
) -> None:
    before = bank.rows("sources_fetch")
    bank.let_time_pass()
    await bank.work()
    stopped = await walked.firm.get(f"/lending/applications/{walked.waiting['id']}")
    assert stopped["state"] == "closed"
    assert stopped["reason"]["code"] == "lending.consent_withdrawn"
    for language in ("zh", "en"):
        path = f"/lending/applications/{walked.waiting['id']}"
        said = await walked.firm.ask("GET", path, language=language)
        assert said.json()["reason"]["text"].isascii() == (language == "en")
    states = bank.query(
        "SELECT DISTINCT status::text FROM procrastinate_jobs"
        " WHERE args ->> 'application_id' = %s AND scheduled_at IS NOT NULL",
        walked.waiting["id"],
    )
    assert states == [("cancelled",)]
    again = await walked.firm.ask(
        "POST",
        "/lending/applications",
        json={"account_id": walked.account["id"]},
        key=str(new_id()),
    )
    assert problem(again) == (422, "agreements.consent_missing")
    assert bank.rows("sources_fetch") == before


async def test_the_firm_sees_what_was_fetched_on_its_consent_and_nobody_else_does(
    bank: Bank, walked: Walked
) -> None:
    path = f"/sources/consents/{walked.consent['id']}/fetches"
    first = await walked.firm.get(path, limit=1)
    rest = await walked.firm.get(path, limit=1, after=first["next"])
    fetches = [*first["items"], *rest["items"]]
    assert rest["next"] is None
    used = [application["data"]["row_count"] for application in walked.applications.values()]
    assert sorted(each["row_count"] for each in fetches) == sorted(used)
    for each in fetches:
        assert each["source"] == "tax.vat_invoices"
        assert each["deleted_at"] is None  # loans run on them, though the consent is withdrawn
        assert each["keep_until"] > each["fetched_at"]
        assert "payload" not in each
    auditor = await bank.staff(Role.AUDITOR)
    assert len((await auditor.get(path))["items"]) == 2
    for stranger in (await bank.customer(), await bank.service()):
        refused = await stranger.ask("GET", path)
        assert problem(refused) == (404, "agreements.unknown_consent")


async def test_whoever_depended_on_it_was_told(bank: Bank, walked: Walked) -> None:
    await bank.work()
    risk = await bank.staff(Role.STAFF_RISK)
    granted = {each["id"] for each in walked.applications.values()}
    open_reviews = [
        each
        for each in (await risk.get("/lending/reviews", limit=200))["items"]
        if each["application_id"] in granted
    ]
    assert {each["application_id"] for each in open_reviews} == granted
    assert all(each["loan_id"] for each in open_reviews)
    review = open_reviews[0]
    kept = {"outcome": "kept", "note": "还款正常,额度保留"}
    closed = await risk.post(f"/lending/reviews/{review['id']}/closure", kept)
    assert closed["outcome"] == "kept"
    again = await risk.ask(
        "POST", f"/lending/reviews/{review['id']}/closure", json=kept, key=str(new_id())
    )
    assert problem(again) == (409, "lending.review_closed")
    forbidden = await walked.firm.ask("GET", "/lending/reviews")
    assert problem(forbidden) == (403, "auth.forbidden")


async def test_the_history_has_a_receipt_for_each_line_that_proves_itself(
    walked: Walked, tmp_path: Path
) -> None:
    path = f"/agreements/consents/{walked.consent['id']}"
    history = await walked.firm.get(f"{path}/history")
    assert [each["status"] for each in history] == ["granted", "withdrawn"]
    assert all(each["recorded_by"] and each["text_digest"] for each in history)
    (published,) = await walked.firm.get("/agreements/keys")
    key = PublicKey.of_bytes(b64decode(published["public_key"]))
    pem, file = tmp_path / "key.pem", tmp_path / "receipt.json"
    pem.write_text(published["pem"])
    for line, state in zip(history, ("given", "withdrawn"), strict=True):
        answer = await walked.firm.get(f"{path}/receipt", record_id=line["id"])
        assert answer["receipt"]["event"]["event_state"] == state
        signed = canonical(answer["receipt"]).encode()
        assert key.verifies(signed, b64decode(answer["signature"]))
        file.write_text(json.dumps(answer))
        assert await run("agreements", "verify", str(file), "--key", str(pem)) == 0
        answer["receipt"]["event"]["event_state"] = "expired"
        file.write_text(json.dumps(answer))
        assert await run("agreements", "verify", str(file), "--key", str(pem)) == 1
        for language, title in (("zh", "授权回执"), ("en", "Consentreceipt")):
            printed = await walked.firm.ask(
                "GET", f"{path}/receipt.pdf", params={"record_id": line["id"]}, language=language
            )
            assert printed.headers["content-type"] == "application/pdf"
            held = words(printed.content)
            assert title in held
            assert line["id"] in held


async def test_an_agreement_is_sealed_in_both_languages_word_for_word(walked: Walked) -> None:
    for language, agreement_id in walked.agreements.items():
        agreement = await walked.firm.get(f"/agreements/{agreement_id}")
        assert agreement["language"] == language
        digest = hashlib.sha256(agreement["text"].encode()).hexdigest()
        assert agreement["text_digest"] == digest == agreement["evidence"]["text_digest"]
        assert agreement["evidence"]["user_id"] == agreement["signed_by"]
        assert agreement["evidence"]["factors"]
        document = await download(walked.firm, agreement_id)
        held = words(document)
        for line in agreement["text"].splitlines():
            assert blankless(line) in held, line
        assert digest in held
        assert "人民币叁拾万元整" in held


async def test_a_sealed_agreement_is_proven_with_the_certificate_alone(
    walked: Walked, tmp_path: Path
) -> None:
    (pem,) = (await walked.firm.get("/agreements/certificates"))["pem"]
    certificate, file = tmp_path / "certificate.pem", tmp_path / "agreement.pdf"
    certificate.write_text(pem)
    document = await download(walked.firm, walked.agreements["zh"])

    async def verified(content: bytes) -> int:
        file.write_bytes(content)
        return await run("agreements", "verify", str(file), "--certificate", str(certificate))

    assert await verified(document) == 0
    for copy in altered(document):
        assert await verified(copy) == 1


async def test_the_bank_says_of_any_copy_what_it_is(bank: Bank, walked: Walked) -> None:
    document = await download(walked.firm, walked.agreements["en"])
    genuine = await verification(walked.firm, document)
    assert (genuine["finding"], genuine["agreement_id"]) == ("genuine", walked.agreements["en"])
    for copy in altered(document):
        found = await verification(walked.firm, copy)
        assert found["finding"] in {"altered", "unreadable"}
        assert found["agreement_id"] is None
    # A stranger learns that it is genuine, and not whose it is.
    stranger = await bank.customer()
    seen = await verification(stranger, document)
    assert (seen["finding"], seen["agreement_id"]) == ("genuine", None)
    hidden = await stranger.ask("GET", f"/agreements/{walked.agreements['en']}/document")
    assert problem(hidden) == (404, "agreements.unknown_agreement")
    no_pdf = await stranger.ask("POST", "/agreements/verifications", content=b"x", headers=PDF)
    assert problem(no_pdf) == (422, "pdf.unreadable")


def altered(document: bytes) -> list[bytes]:
    """Return copies with a byte flipped in a page, something appended, and the seal cut off."""
    at = document.index(b"stream\n") + 20
    flipped = document[:at] + bytes([document[at] ^ 1]) + document[at + 1 :]
    return [flipped, document + b"\n% appended\n", document[: document.rindex(b"%%EOF") - 200]]


async def download(who: Customer, agreement_id: str) -> bytes:
    answer = await who.ask("GET", f"/agreements/{agreement_id}/document")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


async def verification(who: Customer, content: bytes) -> dict[str, Any]:
    answer = await who.ask("POST", "/agreements/verifications", content=content, headers=PDF)
    found: dict[str, Any] = done(answer)
    return found


def blankless(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def words(document: bytes) -> str:
    """Return the text of a document without blanks, as a reader copies it; page feet left out."""
    pages = PdfReader(BytesIO(document)).pages
    return blankless("".join(page.extract_text() for page in pages))


async def run(*arguments: str) -> int:
    """Return the exit code of a command, which has a thread to itself as it has a process."""
    return (await asyncio.to_thread(CliRunner().invoke, cli, list(arguments))).exit_code
