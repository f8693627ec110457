"""Limits: counters of tallies, customers' own maxima by period, the rules a bank begins with.

Nothing had been used of limits before, so counters and reservations are made anew.
"""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NOBODY = UUID(int=0)
SINCE = datetime(2000, 1, 1, tzinfo=UTC)
PERIOD = "period ~ '^(transaction|day|month|year|[1-9][0-9]{0,3}h)$'"

# Yuan of one transfer, a day and a year by kind of party and level. Persons: the classes of bank
# accounts (银发〔2015〕392号, 银发〔2016〕302号, 银发〔2018〕16号): class III at level 1, class II at
# level 2, class I at level 3. Organisations, and level 3: the bank's own.
OUTGOING = (
    ("person", 0, 0, 0, 0),
    ("person", 1, 2_000, 2_000, 50_000),
    ("person", 2, 10_000, 10_000, 200_000),
    ("person", 3, 50_000_000, 50_000_000, None),
    ("organisation", 0, 0, 0, 0),
    ("organisation", 1, 50_000, 100_000, 1_000_000),
    ("organisation", 2, 500_000, 1_000_000, 20_000_000),
    ("organisation", 3, 50_000_000, 500_000_000, None),
)
# How far a day may be raised for some hours, where the law does not bound it.
RAISED = {("person", 3): 100_000_000, ("organisation", 3): 1_000_000_000}
KINDS = {"person": ("个人", "persons"), "organisation": ("单位", "organisations")}
PERIODS = {
    "transaction": ("单笔", "one payment"),
    "day": ("每日", "a day"),
    "year": ("每年", "a year"),
}

# Of other operations: code, tally, operation, kind, counted by, window, currency, maximum in whole
# units, beyond, titles.
OTHERS = (
    ("qr_static_day", "qr_static", "payments.qr.static", "person", ["party"], "day", "CNY", 500,
     "refuse", "静态条码付款每日限额", "Paying by static code, a day"),
    ("password_free_transaction", "password_free", "payments.password_free", "person", ["party"],
     "transaction", "CNY", 1_000, "refuse", "小额免密单笔限额", "Without a password, one payment"),
    ("password_free_day", "password_free", "payments.password_free", "person", ["party"], "day",
     "CNY", 3_000, "refuse", "小额免密每日限额", "Without a password, a day"),
    ("device_day", "device", "payments", "person", ["device"], "day", "CNY", 100_000_000,
     "refuse", "同一设备每日限额", "From one device, a day"),
    ("crossborder_person_day", "crossborder", "payments.crossborder", "person", ["party"], "day",
     "USD", 50_000, "review", "个人跨境付款每日限额", "Abroad, persons, a day"),
    ("crossborder_organisation_day", "crossborder", "payments.crossborder", "organisation",
     ["party"], "day", "USD", 1_000_000, "review", "单位跨境付款每日限额",
     "Abroad, organisations, a day"),
    ("fx_convenience_year", "fx_convenience", "fx.convenience", "person", ["party"], "year", "USD",
     50_000, "review", "个人年度便利化购汇额度", "Foreign exchange a year, persons"),
)  # fmt: skip

# What one unit is worth in yuan, to begin with: rounded, for limits alone. A bank sets its own.
RATES = (
    ("CNY", 2, "1"), ("USD", 2, "6.65"), ("EUR", 2, "7.75"), ("HKD", 2, "0.855"),
    ("GBP", 2, "8.85"), ("JPY", 0, "0.0435"), ("SGD", 2, "5.15"), ("AUD", 2, "4.4"),
    ("CAD", 2, "4.8"), ("CHF", 2, "8.35"), ("KRW", 0, "0.0048"), ("THB", 2, "0.205"),
)  # fmt: skip


def upgrade() -> None:
    op.execute(
        "DROP FUNCTION IF EXISTS limits_lines(text[], uuid[], text[], smallint[], text[], text[],"
        " text[], text[], text[], bigint[], timestamptz, date)"
    )
    op.execute("DROP FUNCTION IF EXISTS limits_used(text, text, date, timestamptz)")
    op.execute(
        "DROP FUNCTION IF EXISTS limits_reserve(uuid[], text[], uuid[], text[], smallint[],"
        " text[], text[], text[], text[], text[], bigint[], timestamptz, date)"
    )
    op.drop_table("limits_rolling")
    op.drop_table("limits_reservation")
    op.drop_table("limits_counter")
    _counters()
    _own_maxima()
    _rules()
    op.add_column("limits_reference_rate", sa.Column("valid_until", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_limits_reference_rate_valid"), "limits_reference_rate", "valid_until > valid_from"
    )
    _begin()


def _counters() -> None:
    op.create_table(
        "limits_counter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("used_day", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("used_month", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("used_year", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_day", sa.Date(), server_default=sa.text("'0001-01-01'"), nullable=False),
        sa.Column("tally", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "used_day >= 0 AND used_month >= used_day AND used_year >= used_month",
            name=op.f("ck_limits_counter_used"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limits_counter")),
        sa.UniqueConstraint("subject", "tally", name=op.f("uq_limits_counter_subject_tally")),
    )
    op.create_table(
        "limits_reservation",
        sa.Column("use_id", sa.Uuid(), nullable=False),
        sa.Column("counter_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("rolling", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_limits_reservation_amount")),
        sa.PrimaryKeyConstraint("use_id", "counter_id", name=op.f("pk_limits_reservation")),
    )
    op.create_index(
        "ix_limits_reservation_rolling",
        "limits_reservation",
        ["counter_id", "reserved_at"],
        postgresql_where=sa.text("rolling AND released_at IS NULL"),
    )


def _own_maxima() -> None:
    op.execute("DELETE FROM limits_own")
    op.drop_index(op.f("ix_limits_own_party_id_rule_code"), table_name="limits_own")
    op.alter_column("limits_own", "rule_code", new_column_name="tally")
    op.add_column("limits_own", sa.Column("period", sa.Text(), nullable=False))
    op.create_check_constraint(op.f("ck_limits_own_period"), "limits_own", PERIOD)
    op.drop_constraint(op.f("ck_limits_own_valid"), "limits_own")
    op.create_check_constraint(
        op.f("ck_limits_own_valid"), "limits_own", "valid_until >= valid_from"
    )
    op.create_index(
        op.f("ix_limits_own_party_id_tally_period"),
        "limits_own",
        ["party_id", "tally", "period"],
    )


def _rules() -> None:
    op.add_column("limits_rule", sa.Column("tally", sa.Text()))
    op.execute("UPDATE limits_rule SET tally = code")
    op.alter_column("limits_rule", "tally", nullable=False)
    op.create_check_constraint(
        op.f("ck_limits_rule_tally"), "limits_rule", "tally ~ '^[a-z][a-z0-9_]{2,63}$'"
    )
    op.add_column(
        "limits_rule",
        sa.Column("beyond", sa.Text(), server_default=sa.text("'refuse'"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_limits_rule_beyond"), "limits_rule", "beyond IN ('refuse', 'review')"
    )


def _begin() -> None:
    rules = sa.table(
        "limits_rule",
        *(
            sa.column(name)
            for name in (
                "code", "tally", "title_zh", "title_en", "beyond", "operation", "party_kind",
                "measure", "currency", "time_window", "valid_from",
            )
        ),
        sa.column("level", sa.SmallInteger()),
        sa.column("counted_by", sa.ARRAY(sa.Text())),
        sa.column("maximum", sa.BigInteger()),
        sa.column("raise_maximum", sa.BigInteger()),
        sa.column("set_by", sa.Uuid()),
    )  # fmt: skip
    op.bulk_insert(rules, [*_outgoing(), *_others()])
    rates = sa.table(
        "limits_reference_rate",
        *(sa.column(name) for name in ("currency", "scale", "valid_from")),
        sa.column("cny_per_unit", sa.Numeric()),
    )
    op.bulk_insert(
        rates,
        [
            {"currency": code, "scale": scale, "cny_per_unit": rate, "valid_from": SINCE}
            for code, scale, rate in RATES
        ],
    )


def _outgoing() -> list[dict[str, object]]:
    return [
        {
            "code": f"{kind}_{level}_{window}",
            "tally": "outgoing",
            "title_zh": f"{PERIODS[window][0]}付款限额（{KINDS[kind][0]}，认证等级 {level}）",
            "title_en": f"Payments, {PERIODS[window][1]} ({KINDS[kind][1]}, level {level})",
            "beyond": "refuse",
            "operation": "payments",
            "party_kind": kind,
            "level": level,
            "counted_by": ["party"],
            "measure": "amount",
            "currency": "CNY",
            "time_window": window,
            "maximum": yuan * 100,
            "raise_maximum": _fen(RAISED.get((kind, level)) if window == "day" else None),
            "valid_from": SINCE,
            "set_by": NOBODY,
        }
        for kind, level, *maxima in OUTGOING
        for window, yuan in zip(PERIODS, maxima, strict=True)
        if yuan is not None
    ]


def _others() -> list[dict[str, object]]:
    return [
        {
            "code": code,
            "tally": tally,
            "title_zh": title_zh,
            "title_en": title_en,
            "beyond": beyond,
            "operation": operation,
            "party_kind": kind,
            "level": None,
            "counted_by": counted_by,
            "measure": "amount",
            "currency": currency,
            "time_window": window,
            "maximum": units * 100,
            "raise_maximum": None,
            "valid_from": SINCE,
            "set_by": NOBODY,
        }
        for (
            code, tally, operation, kind, counted_by, window, currency, units, beyond, title_zh,
            title_en,
        ) in OTHERS
    ]  # fmt: skip


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * 100
