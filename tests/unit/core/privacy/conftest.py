"""The whole application, and a person with one of everything that is core."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image

from tests.support.bank import Bank, Caller, bank, done, outside, trained
from tongbao.core.identity.service import Role, UserKind

__all__ = ["bank", "outside", "trained"]

ID_NUMBER = "330106199003071236"
PHONE, EMAIL = "+8613800138271", "han.meimei.reveal@example.com"


@dataclass(frozen=True)
class Person:
    """A customer who is a person: their log-in, and what is known of them."""

    caller: Caller
    party_id: str
    ids: Mapping[str, str]

    def path(self, what: str, *, of: str | None = None) -> str:
        """Return where one thing is revealed."""
        plural = {"evidence": "evidence"}.get(what, f"{what}s")
        return f"/privacy/parties/{of or self.party_id}/{plural}/{self.ids[what]}/reveal"


def picture() -> bytes:
    """Return a picture that nobody sent before."""
    body = BytesIO()
    Image.effect_noise((640, 400), 60).convert("RGB").save(body, "JPEG")
    return body.getvalue()


async def person_of(bank: Bank) -> Person:
    operations = await bank.staff()
    party = await operations.post("/parties", {"kind": "person", "name": "韩梅梅"})
    party_id = party["id"]
    headers = await bank._log_in(UserKind.CUSTOMER, Role.CUSTOMER, [UUID(party_id)])
    caller = Caller(bank.http, headers)
    phone = await caller.post(f"/parties/{party_id}/contacts", {"kind": "phone", "value": PHONE})
    document = await operations.post(
        f"/parties/{party_id}/documents",
        {
            "type": "id_card",
            "number": ID_NUMBER,
            "valid_from": "2020-06-01",
            "valid_until": "2040-06-01",
        },
    )
    case = await caller.post("/kyc/cases", {"party_id": party_id, "level": 3})
    handed_in = done(
        await caller.ask(
            "PUT",
            f"/kyc/cases/{case['id']}/id-card",
            json={
                "name": "韩梅梅",
                "number": ID_NUMBER,
                "sex": "male",
                "born_on": "1990-03-07",
                "issuing_authority": "杭州市公安局",
                "valid_from": "2020-06-01",
                "valid_until": "2040-06-01",
            },
        )
    )
    uploaded = done(
        await caller.ask(
            "POST",
            "/kyc/pictures",
            params={"case_id": case["id"], "kind": "face", "name": "../../身份证.html"},
            content=picture() + b"<script>alert(2)</script>",
        )
    )
    ids = {
        "contact": phone["id"],
        "document": document["id"],
        "evidence": handed_in["evidence"][0]["id"],
        "picture": uploaded["file_id"],
    }
    return Person(caller, party_id, ids)


@pytest.fixture(scope="module")
async def person(bank: Bank) -> Person:
    return await person_of(bank)
