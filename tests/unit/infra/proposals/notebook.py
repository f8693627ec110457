"""An action of a made-up module: writing a note takes two people."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)

TABLE = """
    CREATE TABLE IF NOT EXISTS proposals_note (id uuid PRIMARY KEY, words text NOT NULL);
    GRANT SELECT, INSERT ON proposals_note TO tongbao_app;
"""


class Note(BaseModel):
    """What is written; `secret` is never shown."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    words: str
    secret: str = ""


class NoteRefused(TongbaoError):
    code = "proposals.test_refused"
    kind = Kind.REFUSED
    title = Text(zh="不写", en="Not written")


WRITE = Action(
    name="test.write",
    title=Text(zh="写字", en="Writing"),
    payload=Note,
    propose="notes:write",
    approve="notes:approve",
    lifetime=HOUR,
    hidden=frozenset({"secret"}),
)


@WRITE.executes
async def _write(tx: WriteSession, note: Note, by: Approved, _at: datetime) -> str:
    assert by.maker.id != by.approver.id
    await tx.execute(
        text("INSERT INTO proposals_note (id, words) VALUES (:id, :words)"), note.model_dump()
    )
    if note.words == "refused":
        raise NoteRefused
    return f"/notes/{note.id}"


class People:
    """Who there is; stands for whatever finds an actor by id."""

    def __init__(self) -> None:
        self.actors: dict[UUID, Actor] = {}

    def add(self, *held: str, party_id: UUID | None = None, person_id: UUID | None = None) -> Actor:
        actor = Actor(
            id=new_id(),
            kind="staff" if party_id is None else "customer",
            name="某人",
            party_ids=frozenset(() if party_id is None else {party_id}),
            permissions=frozenset(held),
            person_id=person_id,
        )
        self.actors[actor.id] = actor
        return actor

    async def find(self, _tx: ReadSession, user_id: UUID, _at: datetime) -> Actor | None:
        return self.actors.get(user_id)


def a_note(words: str = "hello") -> Note:
    return Note(id=new_id(), words=words)


async def is_written(tx: ReadSession, note: Note) -> bool:
    found = await tx.scalar(
        text("SELECT count(*) FROM proposals_note WHERE id = :id"), {"id": note.id}
    )
    return bool(found)
