"""What is kept no longer goes, and what has no end is refused."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tongbao.app import privacy, tables, wiring
from tongbao.core.identity.models import SecurityEventRow, TokenRow, UserRow
from tongbao.infra import jobs, retention
from tongbao.infra.auth import new_token
from tongbao.infra.data_classes import Keep
from tongbao.infra.db import Database
from tongbao.infra.tables import Base
from tongbao.kernel.ids import new_id

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
tables.load()
TOKENS = next(rule for rule in retention.rules(Base) if rule.table == "identity_token")


def test_whatever_is_kept_for_a_while_only_is_deleted_by_some_job() -> None:
    tables.load()
    ending = {
        entry.table
        for entry in privacy.register()
        if entry.keep in {Keep.SHORT, Keep.LOGS_6_MONTHS, Keep.PROMISED}
    }
    by_rule = {rule.table for rule in retention.rules(Base)}
    by_job = retention.OWN_JOBS.keys()
    assert not by_rule & by_job
    assert not (by_rule | by_job) & retention.NO_JOB.keys()
    assert by_rule | by_job | retention.NO_JOB.keys() == ending


def test_the_jobs_that_are_named_exist() -> None:
    wiring.load_jobs()
    assert set(retention.OWN_JOBS.values()) | {"infra.retention.delete_over"} <= jobs.task_names()


def test_a_rule_names_a_column_of_its_table() -> None:
    tables.load()
    for rule in retention.rules(Base):
        assert rule.column in Base.metadata.tables[rule.table].columns


async def a_user(database: Database) -> UUID:
    user_id = new_id()
    async with database.write() as tx:
        tx.add(
            UserRow(
                id=user_id,
                login=f"user-{user_id.hex[-12:]}",
                name="测试",
                kind="customer",
                roles=["customer"],
                password_hash="-",
                created_at=AT,
            )
        )
    return user_id


@pytest.mark.parametrize(
    ("table", "age", "gone"),
    [
        ("identity_token", timedelta(days=1, seconds=1), True),
        ("identity_token", timedelta(days=1), False),
        ("identity_token", timedelta(), False),
        ("identity_security_event", timedelta(days=183, seconds=1), True),
        ("identity_security_event", timedelta(days=183), False),
    ],
)
async def test_rows_go_after_their_time_and_not_before(
    database: Database, table: str, age: timedelta, *, gone: bool
) -> None:
    user_id = await a_user(database)
    row: TokenRow | SecurityEventRow = (
        TokenRow(
            token_sha256=new_token()[1],
            user_id=user_id,
            issued_at=AT - age - timedelta(hours=1),
            expires_at=AT - age,
        )
        if table == "identity_token"
        else SecurityEventRow(
            id=new_id(), user_id=user_id, kind="new_device", facts={}, happened_at=AT - age
        )
    )
    async with database.write() as tx:
        tx.add(row)
    rule = next(each for each in retention.rules(Base) if each.table == table)
    await retention.delete_over(database, rule, at=AT)
    async with database.read() as tx:
        of_user = type(row).user_id == user_id
        left = await tx.scalar(select(func.count()).select_from(type(row)).where(of_user))
    assert left == (0 if gone else 1)


async def test_more_than_a_batch_goes_at_once_and_again_is_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = await a_user(database)
    async with database.write() as tx:
        tx.add_all(
            TokenRow(
                token_sha256=new_token()[1],
                user_id=user_id,
                issued_at=AT - timedelta(days=9),
                expires_at=AT - timedelta(days=8),
            )
            for _ in range(7)
        )
    monkeypatch.setattr(retention, "BATCH", 3)
    assert await retention.delete_over(database, TOKENS, at=AT) >= 7
    assert await retention.delete_over(database, TOKENS, at=AT) == 0


async def test_a_row_that_somebody_holds_waits_for_the_next_day(database: Database) -> None:
    user_id = await a_user(database)
    token = TokenRow(
        token_sha256=new_token()[1],
        user_id=user_id,
        issued_at=AT - timedelta(days=9),
        expires_at=AT - timedelta(days=8),
    )
    async with database.write() as tx:
        tx.add(token)
    of_user = select(TokenRow.token_sha256).where(TokenRow.user_id == user_id)
    async with database.write() as holder:
        await holder.execute(of_user.with_for_update())
        await retention.delete_over(database, TOKENS, at=AT)
    async with database.read() as tx:
        assert len((await tx.scalars(of_user)).all()) == 1
    await retention.delete_over(database, TOKENS, at=AT)
    async with database.read() as tx:
        assert (await tx.scalars(of_user)).all() == []
