"""Which parties may be one: keys, scores, and the pairs staff work."""

import secrets
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.parties import service as parties
from tongbao.core.parties.domain import duplicates as rules
from tongbao.core.parties.domain.duplicates import Features, Ground
from tongbao.core.parties.domain.levels import PartyKind
from tongbao.core.parties.service import Verdict, matching
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
BORN = date(1990, 3, 7)
STAFF = new_id()
NAMES = st.text(alphabet="李雷韩梅王伟张建国秀英Ada ", min_size=1, max_size=6)


def features(name: str = "李雷", **more: object) -> Features:
    return Features(new_id(), PartyKind.PERSON, name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("李雷", "李雷", True),
        ("李磊", "李雷", True),  # they sound the same
        ("张建国", "张建国 ", True),
        ("Ada Lovelace", "Lovelace, Ada", True),
        ("JOSÉ GARCIA", "Jose Garcia", True),
        ("李雷", "韩梅梅", False),
        ("王伟", "张丽华", False),
    ],
)
def test_names_are_alike_as_written_or_as_they_sound(one: str, other: str, *, alike: bool) -> None:
    assert (rules.name_score(one, other) >= rules.NAME_SCORE_MIN) is alike


@pytest.mark.parametrize(
    ("one", "other", "grounds", "candidate"),
    [
        ({"documents": {"a"}}, {"documents": {"a"}}, [Ground.DOCUMENT, Ground.NAME], True),
        ({"born_on": BORN}, {"born_on": BORN}, [Ground.BIRTH_DATE, Ground.NAME], True),
        ({"phones": {"1"}}, {"phones": {"1"}}, [Ground.PHONE, Ground.NAME], True),
        ({}, {}, [Ground.NAME], False),
        (
            {"phones": {"1"}, "born_on": BORN},
            {"phones": {"1"}, "born_on": date(1965, 1, 2), "name": "韩梅梅"},
            [Ground.PHONE],
            False,
        ),
        ({"born_on": BORN}, {"born_on": BORN, "name": "韩梅梅"}, [Ground.BIRTH_DATE], False),
        ({"documents": {"a"}}, {"documents": {"a"}, "name": "韩梅梅"}, [Ground.DOCUMENT], True),
    ],
)
def test_what_makes_a_pair_worth_a_look(
    one: dict[str, object], other: dict[str, object], grounds: list[Ground], *, candidate: bool
) -> None:
    made = [
        features(**{k: frozenset(v) if isinstance(v, set) else v for k, v in each.items()})  # type: ignore[arg-type]
        for each in (one, other)
    ]
    score, found = rules.compare(*made)
    assert list(found) == grounds
    assert (score >= rules.CANDIDATE_SCORE_MIN) is candidate


@given(NAMES, NAMES, st.booleans(), st.booleans())
def test_a_score_is_the_same_from_either_side_and_bounded(
    name: str,
    other_name: str,
    phone: bool,  # noqa: FBT001 - drawn
    born: bool,  # noqa: FBT001 - drawn
) -> None:
    facts = {
        "phones": frozenset({"1"}) if phone else frozenset(),
        "born_on": BORN if born else None,
    }
    one, other = features(name, **facts), features(other_name, **facts)
    assert rules.compare(one, other) == rules.compare(other, one)
    assert 0 <= rules.compare(one, other)[0] <= 100


@given(NAMES, NAMES)
def test_whoever_is_a_candidate_shares_a_key(name: str, other_name: str) -> None:
    """The law of blocking: looking under the keys misses only what a mistyped sound hides."""
    one = features(name, born_on=BORN, phones=frozenset({"1"}))
    other = features(other_name, phones=frozenset({"1"}))
    score, _ = rules.compare(one, other)
    if score >= rules.CANDIDATE_SCORE_MIN:
        assert rules.match_keys(one) & rules.match_keys(other)


def test_keys_hold_no_numbers() -> None:
    number = id_number()
    keys = rules.match_keys(
        features(documents=frozenset({f"id_card {number}"}), phones=frozenset({"+8613800138000"}))
    )
    assert len(keys) == 2
    assert not any(number in key or "13800138000" in key for key in keys)


def test_organisations_and_persons_are_never_one() -> None:
    one = features("同名")
    other = Features(new_id(), PartyKind.ORGANISATION, "同名")
    assert rules.compare(one, other) == (0, ())


async def known(tx: WriteSession, name: str, born_on: date | None = None) -> parties.Party:
    party = await parties.register_person(tx, name=name, at=AT)
    await parties.record_person(
        tx,
        party_id=party.id,
        facts=parties.PersonFacts(pinyin=None, born_on=born_on),
        recorded_by=STAFF,
        at=AT,
    )
    return party


async def pairs(tx: WriteSession, party: parties.Party) -> list[parties.Duplicate]:
    return list((await parties.duplicates(tx, party_id=party.id)).items)


async def test_the_same_document_is_found_and_told(tx: WriteSession) -> None:
    number = id_number(order=f"{secrets.randbelow(1000):03}")
    one, other = await known(tx, "李雷"), await known(tx, "韩梅梅")
    for party in (one, other):
        await parties.record_document(
            tx,
            party_id=party.id,
            type=parties.DocumentType.ID_CARD,
            number=number,
            valid_from=date(2020, 6, 1),
            valid_until=None,
            recorded_by=STAFF,
            at=AT,
        )
    (pair,) = await pairs(tx, one)
    assert await pairs(tx, other) == [pair]
    assert pair.grounds == (Ground.DOCUMENT,)
    told = await tx.scalar(
        text(
            "SELECT count(*) FROM infra_outbox WHERE type = 'parties.duplicate_found'"
            " AND payload->>'duplicate_id' = :id"
        ),
        {"id": str(pair.id)},
    )
    assert told == 1
    assert await matching.look(tx, party_id=one.id, at=AT) == [], "a known pair is no news"


async def test_like_sounding_names_with_one_birth_date_are_found(tx: WriteSession) -> None:
    born = date(1970, 1, 1 + secrets.randbelow(28))
    one, other = await known(tx, "欧阳晓蕾", born), await known(tx, "欧阳小雷", born)
    assert [pair.grounds for pair in await pairs(tx, one)] == [(Ground.BIRTH_DATE, Ground.NAME)]
    assert await pairs(tx, await known(tx, "欧阳晓蕾", date(1971, 2, 3))) == []
    assert len(await pairs(tx, other)) == 1


async def test_a_phone_shared_in_a_family_is_no_pair(tx: WriteSession) -> None:
    number = f"137{secrets.randbelow(10**8):08}"
    mother, child = await known(tx, "王秀英", date(1960, 1, 1)), await known(tx, "李明")
    for party in (mother, child):
        await parties.add_contact(
            tx, party_id=party.id, kind=parties.ContactKind.PHONE, value=number, at=AT
        )
    assert await pairs(tx, mother) == []
    again = await known(tx, "王秀英")
    await parties.add_contact(
        tx, party_id=again.id, kind=parties.ContactKind.PHONE, value=number, at=AT
    )
    assert [{pair.party_id, pair.other_id} for pair in await pairs(tx, again)] == [
        {mother.id, again.id}
    ]


async def test_a_pair_is_worked_once_and_nothing_is_merged(tx: WriteSession) -> None:
    born = date(1975, 1, 1 + secrets.randbelow(28))
    one, other = await known(tx, "诸葛长青", born), await known(tx, "诸葛长青", born)
    (pair,) = await pairs(tx, one)
    assert await matching.open_pairs(tx, one.id) == 1
    worked = await parties.work_duplicate(
        tx,
        duplicate_id=pair.id,
        verdict=Verdict.NOT_SAME,
        reason="双胞胎,已核对",
        worked_by=STAFF,
        at=AT,
    )
    assert (worked.verdict, worked.worked_by, worked.worked_at) == (Verdict.NOT_SAME, STAFF, AT)
    assert await matching.open_pairs(tx, one.id) == 0
    with pytest.raises(parties.DuplicateAlreadyWorked):
        await parties.work_duplicate(
            tx, duplicate_id=pair.id, verdict=Verdict.SAME, reason="又", worked_by=STAFF, at=AT
        )
    with pytest.raises(parties.UnknownDuplicate):
        await parties.work_duplicate(
            tx, duplicate_id=new_id(), verdict=Verdict.SAME, reason="无", worked_by=STAFF, at=AT
        )
    assert {(await parties.get(tx, each.id)).name for each in (one, other)} == {"诸葛长青"}


async def test_looking_reads_an_index_however_many_parties_there_are(tx: WriteSession) -> None:
    await tx.execute(
        text("""
        WITH made AS (
            INSERT INTO parties_party (id, kind, name, registered_at)
            SELECT gen_random_uuid(), 'person', '某人' || i, now() FROM generate_series(1, 20000) i
            RETURNING id
        )
        INSERT INTO parties_match_key (key, party_id)
        SELECT 'b:' || row_number() OVER (), id FROM made
    """)
    )
    await tx.execute(text("SET LOCAL enable_seqscan = on"))
    plan = await tx.execute(
        text(
            "EXPLAIN SELECT party_id FROM parties_match_key WHERE key = 'b:19900307:li'"
            " AND party_id <> gen_random_uuid() ORDER BY party_id DESC LIMIT 50"
        )
    )
    lines = " ".join(row[0] for row in plan)
    assert "Index" in lines
    assert "Seq Scan" not in lines


async def test_a_key_that_everybody_shares_is_bounded(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "COMPARED_MAX", 3)
    number = f"136{secrets.randbelow(10**8):08}"
    made = []
    for _ in range(8):
        party = await parties.register_person(tx, name="公孙同名", at=AT)
        await parties.add_contact(
            tx, party_id=party.id, kind=parties.ContactKind.PHONE, value=number, at=AT
        )
        made.append(party)
    assert len(await pairs(tx, made[-1])) == 3
