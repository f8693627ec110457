"""An exported file proves its signatures; altered in any place it does not, and says where.

Each alteration is tried twice: as somebody makes it who has the file, and as the bank itself could
make it, sealing the file anew.
"""

import copy
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.approval_files import (
    BANK,
    DEVICE,
    IDS,
    KEYS,
    File,
    b64,
    by_key,
    by_passkey,
    honest,
    sealed,
    spki,
)
from tongbao.core.approvals.domain.proof import Flaw, verify
from tongbao.infra.signing import SigningKey

Alter = Callable[[File], object]


def flaws(file: File, **more: Any) -> list[tuple[str, str]]:
    found = verify(file, bank_keys=[BANK.public.raw], **more)
    return sorted((each.flaw.value, each.where) for each in found)


def altered(file: File, alter: Alter) -> File:
    changed = copy.deepcopy(file)
    alter(changed)
    return changed


def test_an_honest_file_proves_itself_to_anybody_with_the_bank_s_key() -> None:
    file = honest()
    assert flaws(file) == []
    # However it is written down again: the canonical form is what counts.
    assert flaws(json.loads(json.dumps(file, indent=7, sort_keys=True))) == []
    known = {spki(KEYS["anna"]), spki(DEVICE.key)}
    assert flaws(file, known=known) == []
    assert flaws(file, known=known - {spki(KEYS["anna"])}) == [
        ("key_unknown", f"anna ({IDS['anna']})")
    ]
    assert [each.flaw for each in verify(file, bank_keys=[SigningKey.new().public.raw])] == [
        Flaw.SEAL_UNTRUSTED
    ]


def set_(*path: str | int, to: object) -> Alter:
    def alter(file: Any) -> None:
        for step in path[:-1]:
            file = file[step]
        file[path[-1]] = to

    return alter


ANNA, BING = (f"{who} ({IDS[who]})" for who in ("anna", "bing"))
DOCUMENT = [("document_altered", "document"), ("not_this_document", BING)]
UNSIGNED = sorted([*DOCUMENT, ("signature_invalid", ANNA)])
LATER = "2026-03-10T04:00:00+00:00"


def swap_proofs(file: File) -> None:
    one, two = file["signatures"]
    one["proof"]["signature"], two["proof"]["signature"] = (
        two["proof"]["signature"],
        one["proof"]["signature"],
    )


def weaker_policy(file: File) -> None:
    file["policy"]["bands"][0]["stages"][0]["required"] = 1
    del file["signatures"][1]


def another_key(file: File) -> None:
    """Anna's signature by somebody else's key, properly signed."""
    file["signatures"][0] = by_key(file, "thief")


def twice(file: File) -> None:
    file["signatures"][1] = {**by_key(file, "anna"), "signed_at": "2026-03-02T04:02:00+00:00"}


def by_the_maker(file: File) -> None:
    file["signatures"][0]["signer"]["id"] = IDS["maker"]


def flag(file: File) -> None:
    file["signatures"][1] = by_passkey(file, "bing", wrong={"flags": 0x01}, minute=2)


def other_site(file: File) -> None:
    wrong = {"origin": "https://evil.example", "rp_id": "evil.example"}
    file["signatures"][1] = by_passkey(file, "bing", wrong=wrong, minute=2)


def other_document(file: File) -> None:
    wrong = {"challenge": urlsafe_b64encode(bytes(32)).decode()}
    file["signatures"][1] = by_passkey(file, "bing", wrong=wrong, minute=2)


ALTERATIONS: dict[str, tuple[Alter, list[tuple[str, str]]]] = {
    "amount": (set_("document", "amount", to="20000.01"), UNSIGNED),
    "payee": (set_("document", "payee", "account_number", to="9900010000000000034"), UNSIGNED),
    "payer": (set_("document", "party", "id", to=IDS["chen"]), UNSIGNED),
    "content": (set_("document", "content", "remittance", to="货款"), UNSIGNED),
    "more content": (set_("document", "content", "more", to=1), UNSIGNED),
    "deadline": (set_("document", "expires_at", to="2026-03-09T04:00:01+00:00"), UNSIGNED),
    "instruction": (set_("document", "id", to=IDS["anna"]), UNSIGNED),
    "digest": (set_("digest", to="0" * 64), [("document_altered", "document")]),
    "currency": (
        set_("document", "currency", to="USD"),
        sorted([*UNSIGNED, ("policy_altered", "policy")]),
    ),
    "policy": (weaker_policy, [("policy_altered", "policy")]),
    "signatures removed": (
        lambda file: file["signatures"].pop(),
        [("too_few_signatures", "signatures")],
    ),
    "signatures swapped": (
        swap_proofs,
        [("signature_invalid", ANNA), ("signature_invalid", BING)],
    ),
    "key id": (set_("signatures", 0, "key", "id", to="0" * 64), [("key_altered", ANNA)]),
    "role": (
        set_("signatures", 0, "signer", "role", to="viewer"),
        [("not_a_signer", ANNA), ("too_few_signatures", "signatures")],
    ),
    "by the maker": (by_the_maker, [("signed_by_maker", f"anna ({IDS['maker']})")]),
    "one signs twice": (twice, [("signed_twice", ANNA)]),
    "voided": (
        set_("signatures", 0, "voided_at", to=LATER),
        [("too_few_signatures", "signatures")],
    ),
    "signed too late": (
        set_("signatures", 1, "signed_at", to=LATER),
        [("signed_too_late", BING)],
    ),
    "user not verified": (flag, [("user_not_verified", BING)]),
    "passkey of another site": (other_site, [("wrong_site", BING)]),
    "passkey over another document": (other_document, [("not_this_document", BING)]),
    "site": (set_("relying_party", "id", to="evil.example"), [("wrong_site", BING)]),
    "kind": (
        set_("signatures", 1, "kind", to="ed25519"),
        [("unreadable", BING)],
    ),
    "garbled base64": (set_("signatures", 0, "proof", "signature", to="%"), [("unreadable", ANNA)]),
    "garbled key": (
        set_("signatures", 0, "key", "public_key", to=b64(b"no key")),
        [("key_altered", ANNA), ("signature_invalid", ANNA)],
    ),
    "another member": (set_("more", to=1), [("unreadable", "more")]),
    "a member less": (lambda file: file.pop("policy"), [("unreadable", "policy")]),
    "another format": (set_("format", to="x"), [("unreadable", "format")]),
    "no moment": (
        set_("signatures", 0, "signed_at", to="yesterday"),
        [("unreadable", "signatures.0.signed_at")],
    ),
    "another state": (set_("state", to="lost"), [("unreadable", "state")]),
}


@pytest.mark.parametrize("name", sorted(ALTERATIONS))
def test_what_the_bank_itself_alters_is_named(name: str) -> None:
    alter, expected = ALTERATIONS[name]
    assert flaws(sealed(altered(honest(), alter))) == sorted(expected)


@pytest.mark.parametrize("name", sorted(ALTERATIONS))
def test_what_anybody_else_alters_breaks_the_seal_as_well(name: str) -> None:
    alter, expected = ALTERATIONS[name]
    readable = expected[0][0] != "unreadable" or "(" in expected[0][1]
    seal = [("seal_invalid", "seal")] if readable else []
    assert flaws(altered(honest(), alter)) == sorted([*expected, *seal])


@pytest.mark.parametrize(
    "alter",
    [
        set_("state", to="refused"),
        set_("decided_at", to=None),
        set_("signatures", 0, "signer", "name", to="Anna"),
        set_("signatures", 0, "signed_at", to="2026-03-02T04:01:01+00:00"),
        set_("relying_party", "origin", to="http://localhost:8000/"),
        another_key,
    ],
)
def test_what_only_the_bank_says_is_held_by_its_seal(alter: Alter) -> None:
    assert ("seal_invalid", "seal") in flaws(altered(honest(), alter))


def test_whoever_knows_the_approvers_keys_need_not_take_the_bank_s_word() -> None:
    file = sealed(altered(honest(), another_key))
    assert flaws(file) == []
    known = {spki(KEYS["anna"]), spki(DEVICE.key)}
    assert flaws(file, known=known) == [("key_unknown", ANNA)]


def test_the_order_of_stages_is_proven() -> None:
    stages = [{"required": 1, "roles": ["checker"], "members": []}] * 2
    file = honest(*stages, sequential=True)
    assert flaws(file) == []
    early = set_("signatures", 1, "signed_at", to="2026-03-02T04:00:30+00:00")
    assert flaws(sealed(altered(file, early))) == [("signed_out_of_turn", BING)]
    first = set_("signatures", 1, "stage", to=0)
    assert flaws(sealed(altered(file, first))) == [("too_few_signatures", "signatures")]


def test_an_open_instruction_may_lack_signatures() -> None:
    file = honest(state="open")
    file["signatures"].pop()
    assert flaws(sealed(file)) == []


HOSTILE: list[Any] = [
    {},
    {"format": "tongbao.approval-export.1"},
    {**honest(), "document": []},
    {**honest(), "signatures": {}},
    {**honest(), "signatures": [None]},
    {**honest(), "signatures": honest()["signatures"] * 101},
    {**honest(), "policy": {"bands": []}, "seal": None},
    {**honest(), "digest": 2**60},
    {**honest(), "digest": "\ud800"},
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_file_is_refused_in_words(number: int) -> None:
    assert flaws(HOSTILE[number])


def test_client_data_that_is_no_json_is_unreadable() -> None:
    file = honest()
    file["signatures"][1]["proof"]["client_data_json"] = b64(b"[" * 40_000)
    found = flaws(sealed(file))
    assert ("unreadable", BING) in found
    assert b64decode(file["signatures"][0]["proof"]["signature"])
