from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.ids import new_id, new_id_text, uuid_text


def test_ids_are_uuids_of_version_7() -> None:
    made = new_id()
    assert type(made) is UUID  # not a look-alike: psycopg and pydantic go by the type
    assert made.version == 7


def test_ids_made_later_sort_later() -> None:
    made = [new_id() for _ in range(1_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_as_text_is_one_too() -> None:
    text = new_id_text()
    assert str(UUID(text)) == text
    assert UUID(text).version == 7


@given(st.uuids())
def test_the_text_is_the_libraries(value: UUID) -> None:
    assert uuid_text(value) == str(value)
