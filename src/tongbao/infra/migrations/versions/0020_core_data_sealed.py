"""Core data sealed: what lay in clear is sealed with its owner's key and found by a blind tag.

What is there is moved here and now, so the keys of sealed fields must be there if anything is.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from tongbao.infra import crypto
from tongbao.infra.crypto.moving import boxes_beside

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ROWS = 1_000
SEALED = (
    ("identity_contact", "address", "user_id"),
    ("identity_step_up", "facts", "user_id"),
    ("infra_file", "content", "owner_id"),
    ("parties_contact", "value", "party_id"),
    ("parties_document", "number", "party_id"),
    ("parties_evidence", "facts", "party_id"),
)
FOUND = {"identity_contact": "address", "parties_contact": "value", "parties_document": "number"}


def upgrade() -> None:
    """Widen the tables, move what is there, narrow them."""
    op.execute("ALTER TABLE parties_evidence DISABLE TRIGGER USER")
    _widen()
    _gather()
    for table, column, owner in SEALED:
        _seal(table, column, owner)
    _make_match_keys_anew()
    _narrow()
    op.execute("ALTER TABLE parties_evidence ENABLE TRIGGER USER")


def _widen() -> None:
    for table, column, _ in SEALED:
        op.add_column(table, sa.Column(f"{column}_sealed", sa.LargeBinary(), nullable=True))
    for table, column in FOUND.items():
        op.add_column(table, sa.Column(f"{column}_blind", sa.LargeBinary(), nullable=True))
    op.add_column("infra_file", sa.Column("media_type", sa.Text(), nullable=True))
    op.add_column("infra_file", sa.Column("width", sa.Integer(), nullable=True))
    op.add_column("infra_file", sa.Column("height", sa.Integer(), nullable=True))
    op.add_column("infra_file", sa.Column("pages", sa.SmallInteger(), nullable=True))
    op.add_column("infra_file", sa.Column("content", sa.LargeBinary(), nullable=True))
    op.add_column("parties_evidence", sa.Column("party_id", sa.Uuid(), nullable=True))


def _gather() -> None:
    """Bring what is sealed beside its owner; end what is short-lived, or there twice."""
    op.execute(
        "UPDATE parties_evidence e SET party_id = c.party_id"
        " FROM parties_case c WHERE c.id = e.case_id"
    )
    op.execute(
        "UPDATE infra_file f SET media_type = c.media_type, width = c.width, height = c.height,"
        " pages = c.pages, content = c.content FROM infra_file_content c WHERE c.sha256 = f.sha256"
    )
    op.execute("DELETE FROM identity_code")  # good for minutes; people ask for another one
    op.execute(  # two spellings of one e-mail address
        "UPDATE parties_contact c SET removed_at = now(), is_primary = false"
        " FROM parties_contact o WHERE o.party_id = c.party_id AND o.kind = c.kind"
        " AND lower(o.value) = lower(c.value) AND o.removed_at IS NULL AND c.removed_at IS NULL"
        " AND (o.is_primary, c.id) > (c.is_primary, o.id)"
    )


def _seal(table: str, column: str, owner: str) -> None:
    bind, found = op.get_bind(), FOUND.get(table)
    for rows in _rows(table, column, owner):
        boxes = boxes_beside(bind, owners={row["owner"] for row in rows})
        changed = []
        for row in rows:
            value = row["value"]
            plain = json.dumps(value) if isinstance(value, dict) else value
            sealed = boxes[row["owner"]].seal(
                plain, field=f"{table}.{column}_sealed", row=row["id"]
            )
            changed.append({"row": row["id"], "sealed": sealed})
            if found:
                # Letters of documents are upper case already; e-mail addresses are found in lower.
                key = value if table == "parties_document" else value.lower()
                changed[-1]["blind"] = crypto.blind(key, field=f"{table}.{column}_blind")
        blind = f", {column}_blind = :blind" if found else ""
        update = f"UPDATE {table} SET {column}_sealed = :sealed{blind} WHERE id = :row"  # noqa: S608
        bind.execute(sa.text(update), changed)


def _rows(table: str, column: str, owner: str) -> Iterator[list[Mapping[str, Any]]]:
    after = "00000000-0000-0000-0000-000000000000"
    select = sa.text(
        f"SELECT id, {owner} AS owner, {column} AS value FROM {table}"  # noqa: S608
        " WHERE id > :after ORDER BY id LIMIT :rows"
    )
    while rows := list(
        op.get_bind().execute(select, {"after": after, "rows": ROWS}).mappings().all()
    ):
        yield [dict(row) for row in rows]
        after = rows[-1]["id"]


def _make_match_keys_anew() -> None:
    """Documents and contacts are compared by their tags now."""
    bind = op.get_bind()
    op.execute("DELETE FROM parties_match_key WHERE left(key, 2) IN ('d:', 'p:', 'e:')")
    made = [
        (row.party_id, f"d:{_digest(f'{row.type} {row.number_blind.hex()}')}")
        for row in bind.execute(
            sa.text("SELECT party_id, type, number_blind FROM parties_document")
        )
    ]
    made += [
        (row.party_id, f"{row.kind[0]}:{_digest(row.value_blind.hex())}")
        for row in bind.execute(
            sa.text(
                "SELECT party_id, kind, value_blind FROM parties_contact WHERE removed_at IS NULL"
            )
        )
    ]
    if made:
        bind.execute(
            sa.text(
                "INSERT INTO parties_match_key (party_id, key) VALUES (:party_id, :key)"
                " ON CONFLICT DO NOTHING"
            ),
            [{"party_id": party_id, "key": key} for party_id, key in made],
        )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _narrow() -> None:
    for table, column, _ in SEALED:
        op.alter_column(table, f"{column}_sealed", nullable=False)
        op.drop_column(table, column)
    for table, column in FOUND.items():
        op.alter_column(table, f"{column}_blind", nullable=False)
        op.create_check_constraint(
            op.f(f"ck_{table}_{column}_blind_length"),
            table,
            f"octet_length({column}_blind) = 32",
        )
    op.drop_column("identity_code", "subject")
    op.add_column("identity_code", sa.Column("subject_sealed", sa.LargeBinary(), nullable=False))
    op.create_unique_constraint(
        op.f("uq_identity_contact_channel_address_blind"),
        "identity_contact",
        ["channel", "address_blind"],
    )
    op.drop_index(op.f("ix_infra_file_sha256"), table_name="infra_file")
    op.drop_constraint(op.f("fk_infra_file_sha256"), "infra_file", type_="foreignkey")
    op.drop_table("infra_file_content")
    op.alter_column("infra_file", "media_type", nullable=False)
    for name, rule in (
        ("sha256", "octet_length(sha256) = 32"),
        ("content", "octet_length(content_sealed) BETWEEN 1 AND 8389632"),
        ("media_type", "media_type IN ('image/jpeg', 'application/pdf')"),
    ):
        op.create_check_constraint(op.f(f"ck_infra_file_{name}"), "infra_file", rule)
    op.create_index(
        "uq_parties_contact_value",
        "parties_contact",
        ["party_id", "kind", "value_blind"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(op.f("ix_parties_contact_value_blind"), "parties_contact", ["value_blind"])
    op.create_index(
        "uq_parties_document_current",
        "parties_document",
        ["party_id", "type", "number_blind"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.alter_column("parties_evidence", "party_id", nullable=False)
    op.create_index(op.f("ix_parties_evidence_party_id"), "parties_evidence", ["party_id"])
    op.create_foreign_key(
        op.f("fk_parties_evidence_party_id"),
        "parties_evidence",
        "parties_party",
        ["party_id"],
        ["id"],
    )
