"""What is read of pictures while the form is filled in: shown to whoever took them, read once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image

from tongbao.core.parties import service as parties
from tongbao.core.parties.service import EvidenceKind, Level
from tongbao.infra import files
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CUSTOMER, ANOTHER = new_id(), new_id()
CARD = {"name": "李雷", "number": "33010619900307123X"}


@dataclass
class Reader:
    """Stands for text recognition: says what it is told to, and counts."""

    card: dict[str, str] | None = field(default_factory=lambda: dict(CARD))
    times: int = 0

    async def id_card(self, front: bytes, back: bytes) -> dict[str, str] | None:
        assert front != back
        self.times += 1
        return self.card

    async def licence(self, picture: bytes) -> dict[str, str] | None:
        raise AssertionError(picture)


@dataclass
class World:
    database: Database
    case: parties.Case
    reader: Reader

    async def take(self, kind: str, shade: int, by: UUID = CUSTOMER) -> None:
        out = BytesIO()
        Image.new("RGB", (200, 150), (60 * shade, 90, 90)).save(out, "JPEG")
        async with self.database.write() as tx:
            await parties.submit_picture(
                tx,
                case_id=self.case.id,
                kind=EvidenceKind(kind),
                picture=await files.make_clean(out.getvalue()),
                name="",
                recorded_by=by,
                at=AT,
            )

    async def read(self) -> None:
        nobody: Any = None
        outside = parties.Outside(registry=nobody, bureau=nobody, face=nobody, reader=self.reader)
        await parties.read_pictures(self.database, outside, case_id=self.case.id, clock=lambda: AT)

    async def seen(self, by: UUID = CUSTOMER) -> tuple[bool, dict[str, str]] | None:
        async with self.database.read() as tx:
            case = await parties.get_case(tx, self.case.id)
            found = await parties.readings(tx, case, reader=by)
        reading = found.get(EvidenceKind.ID_CARD_READING)
        return None if reading is None else (reading.done, reading.fields)


async def begun(database: Database) -> World:
    async with database.write() as tx:
        person = await parties.register_person(tx, name="李雷", at=AT)
        case = await parties.open_case(
            tx, party_id=person.id, level=Level.STANDARD, opened_by=CUSTOMER, at=AT
        )
    return World(database, case, Reader())


async def test_both_sides_are_read_and_shown_to_whoever_took_them(database: Database) -> None:
    world = await begun(database)
    await world.take("id_card_front", 1)
    await world.read()
    assert (await world.seen(), world.reader.times) == (None, 0)  # one side is not enough
    await world.take("id_card_back", 2)
    assert await world.seen() == (False, {})
    await world.read()
    assert await world.seen() == (True, CARD)
    assert await world.seen(by=ANOTHER) is None
    await world.read()  # a second job finds nothing to do
    assert world.reader.times == 1


async def test_another_picture_is_read_anew(database: Database) -> None:
    world = await begun(database)
    await world.take("id_card_front", 1)
    await world.take("id_card_back", 2)
    await world.read()
    await world.take("id_card_front", 3)
    assert await world.seen() == (False, {})
    world.reader.card = None  # nothing here can read
    await world.read()
    assert await world.seen() == (True, {})


async def test_pictures_of_somebody_else_are_not_told(database: Database) -> None:
    world = await begun(database)
    await world.take("id_card_front", 1)
    await world.take("id_card_back", 2, by=ANOTHER)
    await world.read()
    assert await world.seen() is None
    assert await world.seen(by=ANOTHER) is None
