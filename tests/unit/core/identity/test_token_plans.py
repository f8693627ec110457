"""What a session planned while there were few tokens must not cost when there are many."""

from collections.abc import Callable

import psycopg
import pytest

from tests.support.plans import UNTIL_PLANNED, rows_read
from tests.unit.core.conftest import AT
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.infra.auth import new_token
from tongbao.infra.db import Database
from tongbao.infra.postgres import Urls

FEW = 32
MANY = 2_000

TOKENS = """
    INSERT INTO identity_token (token_sha256, user_id, issued_at, expires_at)
    SELECT hash, %s, %s, %s::timestamptz + interval '1 hour'
      FROM unnest(%s::bytea[]) AS hash
"""


@pytest.mark.slow
async def test_no_plan_reads_all_tokens(fresh_database: Callable[..., Urls]) -> None:
    urls = fresh_database()
    database = Database.connect(urls.app)
    try:
        async with database.write() as tx:
            user = await identity.create_user(
                tx,
                login="many",
                password="correct horse battery",
                name="many",
                kind=UserKind.SERVICE,
                roles=[Role.SERVICE],
                at=AT,
            )
        tokens = [new_token() for _ in range(MANY)]

        def issue(some: list[tuple[str, bytes]]) -> None:
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                owner.execute(TOKENS, (user.id, AT, AT, [hashed for _, hashed in some]))

        issue(tokens[:FEW])
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE identity_token, identity_user")
        asked = [token for token, _ in tokens[:FEW]]
        async with database.read() as reading:
            for _ in range(UNTIL_PLANNED):
                await identity.authenticate_many(reading, asked, AT)
            issue(tokens[FEW:])
            before = await rows_read(reading, "identity_token")
            actors = await identity.authenticate_many(reading, [t for t, _ in tokens[-FEW:]], AT)
            after = await rows_read(reading, "identity_token")
        assert all(actor is not None and actor.id == user.id for actor in actors)
        assert after - before < MANY
    finally:
        await database.close()
