"""The sandbox's identity services: who may ask, and what is wrong with a request."""

import pytest
from fastapi.testclient import TestClient

from tongbao_sandbox import firms, people
from tongbao_sandbox.identity_services import TOKEN_DEFAULT
from tongbao_sandbox.main import create_app
from tongbao_sandbox.people import SPECIAL

PERSON = people.load().people[9]
QUESTION = {"id_number": PERSON.id_number, "name": PERSON.name}


@pytest.fixture(scope="module")
def app_client() -> TestClient:
    return TestClient(create_app(book=firms.load(count=5)))


@pytest.mark.parametrize("token", ["", "Bearer wrong", f"Basic {TOKEN_DEFAULT}"])
def test_nobody_asks_without_the_token(app_client: TestClient, token: str) -> None:
    answer = app_client.post(
        "/bureau/v1/identity-checks", json=QUESTION, headers={"Authorization": token}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "service.unauthenticated")


@pytest.mark.parametrize("selfie", ["not base64!", "a"])
def test_a_picture_comes_in_base64(app_client: TestClient, selfie: str) -> None:
    answer = app_client.post(
        "/face/v1/comparisons",
        json={"id_number": PERSON.id_number, "selfie": selfie},
        headers={"Authorization": f"Bearer {TOKEN_DEFAULT}"},
    )
    assert answer.status_code == 422


def test_the_first_people_are_there_for_what_goes_wrong(app_client: TestClient) -> None:
    listed = app_client.get("/sandbox/people").json()
    assert [each["look"] for each in listed[: len(SPECIAL)]] == [look for _, look, _ in SPECIAL]
    assert {each["look"] for each in listed[len(SPECIAL) :]} == {"alike"}


def test_the_representative_of_a_firm_is_one_of_the_people(app_client: TestClient) -> None:
    firm = firms.load(count=5).firms[0]
    path = f"/sandbox/registrations/{firm.registration_number}/representative"
    number = app_client.get(path).json()["id_number"]
    assert people.load().find(number) is not None
    assert app_client.get("/sandbox/registrations/none/representative").status_code == 404


def test_a_fault_of_no_service_is_refused(app_client: TestClient) -> None:
    answer = app_client.put("/sandbox/service-faults/nobody", json={"kind": "down"})
    assert answer.status_code == 422
