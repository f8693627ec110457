"""`/api/v1/kyc`: a customer's way, staff's work, uploads and their attacks over HTTP."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx2
import pytest
from PIL import Image
from sqlalchemy import select

from tests.unit.core.conftest import AT, Caller, Customer, Staff
from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.identity.domain import Role
from tongbao.core.parties import service as parties
from tongbao.core.parties.service.cases import move
from tongbao.infra import files
from tongbao.infra.db import Database
from tongbao.infra.files.models import FileRow
from tongbao.kernel.ids import new_id

URL = "/api/v1/kyc"
Problem = Callable[[httpx2.Response], tuple[int, str]]
CARD: dict[str, Any] = {
    "name": "李雷",
    "number": id_number(),
    "sex": "male",
    "born_on": "1990-03-07",
    "issuing_authority": "杭州市公安局",
    "valid_from": "2020-06-01",
    "valid_until": "2040-06-01",
}


def picture(**options: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", (200, 150), (10, 90, 90)).save(out, "JPEG", **options)
    return out.getvalue()


class Applicant:
    """A customer with an open case."""

    def __init__(self, client: httpx2.AsyncClient, caller: Caller, case: dict[str, Any]) -> None:
        self.client, self.caller, self.case = client, caller, case
        self.path = f"{URL}/cases/{case['id']}"

    async def upload(
        self, body: bytes, *, kind: str = "face", name: str = "a.jpg", **headers: str
    ) -> httpx2.Response:
        return await self.client.post(
            f"{URL}/pictures",
            params={"case_id": self.case["id"], "kind": kind, "name": name},
            content=body,
            headers={"Content-Type": "image/jpeg", **self.caller.headers, **headers},
        )

    async def put(self, path: str, body: object) -> httpx2.Response:
        return await self.client.put(f"{self.path}/{path}", json=body, headers=self.caller.headers)


@pytest.fixture
async def applicant(client: httpx2.AsyncClient, customer: Customer) -> Applicant:
    caller = await customer("李雷")
    opened = await client.post(
        f"{URL}/cases",
        json={"party_id": str(caller.party_id), "level": 3},
        headers=caller.headers,
    )
    assert opened.status_code == 201, opened.text
    return Applicant(client, caller, opened.json())


async def test_an_application_says_what_to_hand_in(applicant: Applicant, client: Any) -> None:
    assert applicant.case["missing"] == ["face", "id_card", "id_card_back", "id_card_front"]
    changed = (await applicant.put("id-card", CARD)).json()
    assert (changed["state"], changed["missing"]) == (
        "evidence",
        ["face", "id_card_back", "id_card_front"],
    )
    assert changed["evidence"][0]["facts"] is None, "facts are for those who check identities"
    for kind in ("face", "id_card_back", "id_card_front"):
        assert (await applicant.upload(picture(), kind=kind)).status_code == 201
    asked = await client.post(f"{applicant.path}/check", headers=applicant.caller.headers)
    assert asked.json()["state"] == "checking"


async def test_what_is_missing_is_said(
    applicant: Applicant, client: httpx2.AsyncClient, problem: Problem
) -> None:
    await applicant.put("id-card", CARD)
    answer = await client.post(f"{applicant.path}/check", headers=applicant.caller.headers)
    assert problem(answer) == (409, "parties.case_incomplete")
    assert answer.json()["missing"] == "face, id_card_back, id_card_front"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": "330106199003071111"}, "parties.document_number_malformed"),
        ({"valid_until": "2019-01-01"}, "parties.document_dates_wrong"),
        ({"name": "李\u202e雷"}, "parties.name_malformed"),
        ({"issuing_authority": "\u200b"}, "parties.evidence_field_malformed"),
        ({"address": "a\u2028b"}, "parties.evidence_field_malformed"),
        ({"level": 3}, "request.invalid"),
        ({"born_on": 0}, "request.invalid"),
    ],
)
async def test_facts_that_cannot_be_are_named(
    applicant: Applicant, problem: Problem, change: dict[str, object], code: str
) -> None:
    answer = await applicant.put("id-card", CARD | change)
    assert problem(answer) == (422, code)


async def test_a_person_has_no_licence(applicant: Applicant, problem: Problem) -> None:
    licence = {
        "name": "甲",
        "registration_number": "91110000600037341L",
        "form": "company",
        "legal_form": "有限责任公司",
        "legal_representative": "李雷",
        "founded_on": "2016-05-18",
        "valid_until": None,
        "business_scope": "批发",
    }
    answer = await applicant.put("business-licence", licence)
    assert problem(answer) == (422, "parties.evidence_not_for_kind")


async def test_one_case_at_a_time_and_one_level_up(
    applicant: Applicant, client: httpx2.AsyncClient, problem: Problem
) -> None:
    body = {"party_id": str(applicant.caller.party_id), "level": 1}
    again = await client.post(f"{URL}/cases", json=body, headers=applicant.caller.headers)
    assert problem(again) == (409, "parties.case_open")
    assert again.json()["case_id"] == applicant.case["id"]


async def test_what_is_anothers_looks_like_what_is_not_there(
    applicant: Applicant, client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    other = await customer("韩梅梅")
    await applicant.upload(picture())
    own = applicant.case["id"]
    unknown_case, unknown_party = (404, "parties.unknown_case"), (404, "parties.unknown_party")
    for case_id in (own, new_id()):
        params = {"case_id": str(case_id), "kind": "face"}
        for answer in (
            await client.get(f"{URL}/cases/{case_id}", headers=other.headers),
            await client.put(f"{URL}/cases/{case_id}/id-card", json=CARD, headers=other.headers),
            await client.post(f"{URL}/cases/{case_id}/check", headers=other.headers),
            await client.post(
                f"{URL}/pictures", params=params, content=picture(), headers=other.headers
            ),
        ):
            assert problem(answer) == unknown_case
    body = {"party_id": str(applicant.caller.party_id), "level": 1}
    opened = await client.post(f"{URL}/cases", json=body, headers=other.headers)
    assert problem(opened) == unknown_party
    listed = await client.get(
        f"{URL}/cases",
        params={"party_id": str(applicant.caller.party_id)},
        headers=other.headers,
    )
    assert problem(listed) == unknown_party


async def test_pairs_are_for_staff(
    client: httpx2.AsyncClient, customer: Customer, staff: Staff, problem: Problem
) -> None:
    own = await customer("李雷")
    refused = await client.get(f"{URL}/duplicates", headers=own.headers)
    assert problem(refused) == (403, "auth.forbidden")
    seen = await client.get(f"{URL}/duplicates", headers=staff(Role.STAFF_RISK).headers)
    assert seen.status_code == 200


async def test_a_list_has_ones_own_cases_and_staff_sees_all(
    applicant: Applicant, client: httpx2.AsyncClient, customer: Customer, staff: Staff
) -> None:
    other = await customer("韩梅")
    body = {"party_id": str(other.party_id), "level": 1}
    theirs = await client.post(f"{URL}/cases", json=body, headers=other.headers)

    async def listed(headers: dict[str, str]) -> dict[str, str]:
        answer = await client.get(f"{URL}/cases", headers=headers)
        assert answer.status_code == 200
        return {each["id"]: each["party_name"] for each in answer.json()["items"]}

    own, foreign = applicant.case["id"], theirs.json()["id"]
    assert set(await listed(applicant.caller.headers)) == {own}
    seen = await listed(staff(Role.STAFF_RISK).headers)
    assert own in seen
    assert seen[foreign] == "韩梅"


async def needing_staff(database: Database, case_id: str) -> None:
    """Bring a case to staff, as a check with a doubtful answer does."""
    async with database.write() as tx:
        case = await parties.get_case(tx, case_id)  # type: ignore[arg-type]
        for state in (parties.State.CHECKING, parties.State.NEEDS_STAFF):
            await move(
                tx,
                case,
                state,
                reason="test",
                by=None,
                at=AT,
                findings=[{"finding": "face_unsure", "about": ""}],
            )
            case = await parties.get_case(tx, case_id)  # type: ignore[arg-type]


async def test_staff_decide_what_a_machine_would_not(
    applicant: Applicant,
    client: httpx2.AsyncClient,
    database: Database,
    staff: Staff,
    problem: Problem,
) -> None:
    await applicant.put("id-card", CARD)
    await needing_staff(database, applicant.case["id"])
    shown = await client.get(
        applicant.path, headers={**applicant.caller.headers, "Accept-Language": "zh"}
    )
    (finding,) = shown.json()["findings"]
    assert finding["reason"] == "人脸比对结果不确定"
    assert "工作人员" in finding["next_step"]
    body = {"approve": True, "reason": "已视频核实"}
    own = await client.post(
        f"{applicant.path}/decision", json=body, headers=applicant.caller.headers
    )
    assert problem(own) == (403, "auth.forbidden")
    risk = staff(Role.STAFF_RISK)
    evidence = (await client.get(applicant.path, headers=risk.headers)).json()["evidence"]
    assert evidence[0]["facts"]["number"] == "3301**********" + CARD["number"][-4:]
    done = await client.post(f"{applicant.path}/decision", json=body, headers=risk.headers)
    assert done.json()["state"] == "approved"
    level = await client.get(
        f"/api/v1/parties/{applicant.caller.party_id}/level", headers=applicant.caller.headers
    )
    assert level.json()["level"] == 3
    again = await client.post(f"{applicant.path}/decision", json=body, headers=risk.headers)
    assert problem(again) == (409, "parties.case_state_wrong")


async def test_the_member_of_staff_who_entered_it_does_not_decide_it(
    applicant: Applicant,
    client: httpx2.AsyncClient,
    database: Database,
    staff: Staff,
    problem: Problem,
) -> None:
    maker = staff(Role.STAFF_OPERATIONS)
    entered = await client.put(f"{applicant.path}/id-card", json=CARD, headers=maker.headers)
    assert entered.status_code == 200
    await needing_staff(database, applicant.case["id"])
    body = {"approve": True, "reason": "没问题"}
    own = await client.post(f"{applicant.path}/decision", json=body, headers=maker.headers)
    assert problem(own) == (403, "parties.same_person")
    other = staff(Role.STAFF_OPERATIONS)
    done = await client.post(f"{applicant.path}/decision", json=body, headers=other.headers)
    assert done.json()["state"] == "approved"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "files.empty"),
        (b"<svg onload='alert(1)'/>", 422, "files.wrong_type"),
        (b"GIF89a" + b"\x00" * 99, 422, "files.wrong_type"),
        (b"PK\x03\x04" + b"\x00" * 99, 422, "files.wrong_type"),
        (picture()[:200], 422, "files.unreadable"),
        (b"%PDF-1.7 nonsense", 422, "files.unsafe"),
        (b"\xff\xd8\xff" + b"\x00" * files.BYTES_MAX, 413, "request.too_large"),
    ],
)
async def test_what_is_no_picture_is_a_precise_problem(
    applicant: Applicant, problem: Problem, body: bytes, status: int, code: str
) -> None:
    for media_type in ("image/jpeg", "text/html", "multipart/form-data; boundary=x"):
        answer = await applicant.upload(body, kind="id_card_front", **{"Content-Type": media_type})
        assert problem(answer) == (status, code)


async def test_the_larger_body_is_for_pictures_only(
    applicant: Applicant, client: httpx2.AsyncClient, problem: Problem
) -> None:
    answer = await client.put(
        f"{applicant.path}/id-card",
        content=b" " * (1024 * 1024 + 1),
        headers={**applicant.caller.headers, "Content-Type": "application/json"},
    )
    assert problem(answer) == (413, "request.too_large")


async def test_nothing_of_a_refused_upload_is_kept(
    applicant: Applicant, database: Database
) -> None:
    await applicant.upload(picture()[:200])
    async with database.read() as tx:
        kept = await tx.scalars(
            select(FileRow).where(FileRow.owner_id == applicant.caller.party_id)
        )
        assert kept.all() == []


async def test_a_picture_lies_sealed_in_the_database(
    applicant: Applicant, database: Database
) -> None:
    file_id = (await applicant.upload(picture())).json()["file_id"]
    async with database.read() as tx:
        stored = await files.get(tx, UUID(file_id))
        content = await files.content(tx, stored)
        sealed = await tx.scalar(select(FileRow.content_sealed).where(FileRow.id == stored.id))
    assert content.startswith(b"\xff\xd8\xff")
    assert sealed is not None
    assert content[:16] not in sealed
    assert content[-64:] not in sealed


async def test_there_is_a_last_picture(applicant: Applicant, problem: Problem) -> None:
    for quality in range(40, 52):
        assert (await applicant.upload(picture(quality=quality))).status_code == 201
    assert problem(await applicant.upload(picture())) == (422, "parties.too_many")


async def test_a_repeated_upload_under_one_key_is_one(
    applicant: Applicant, client: httpx2.AsyncClient
) -> None:
    key = str(new_id())
    first, again = [await applicant.upload(picture(), **{"Idempotency-Key": key}) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
