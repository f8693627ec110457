"""The verifier: recompute from the postings what the ledger says, and name what differs."""

from dataclasses import dataclass

from sqlalchemy import text

from tongbao.infra.db import ReadSession

FINDINGS_MAX = 100
"""Findings of one kind that are named; one is already too many."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that contradicts the postings."""

    check: str
    subject: str
    expected: str
    found: str


CHECKS = {
    "sum of each asset is zero": """
        SELECT s.code AS subject, '0' AS expected,
               sum(a.debits_posted - a.credits_posted + coalesce(t.net, 0))::text AS found
          FROM ledger_account a JOIN ledger_asset s ON s.id = a.asset_id
          LEFT JOIN (SELECT account_id, sum(debits - credits) AS net
                       FROM ledger_tail GROUP BY account_id) t ON t.account_id = a.id
         GROUP BY s.code
        HAVING sum(a.debits_posted - a.credits_posted + coalesce(t.net, 0)) <> 0""",
    "counters equal the sum of postings": """
        WITH moved AS (
            SELECT account, sum(debit) AS debits, sum(credit) AS credits, count(*) AS postings
              FROM (SELECT debit_account_id AS account, amount AS debit, 0::bigint AS credit
                      FROM ledger_posting
                    UNION ALL SELECT credit_account_id, 0, amount FROM ledger_posting) AS leg
             GROUP BY account),
        tail AS (
            SELECT account_id, sum(debits) AS debits, sum(credits) AS credits,
                   sum(postings) AS postings
              FROM ledger_tail GROUP BY account_id)
        SELECT 'account ' || coalesce(a.uid::text, moved.account::text) AS subject,
               concat_ws('/', coalesce(moved.debits, 0), coalesce(moved.credits, 0),
                         coalesce(moved.postings, 0)) AS expected,
               concat_ws('/', a.debits_posted + coalesce(tail.debits, 0),
                         a.credits_posted + coalesce(tail.credits, 0),
                         a.version + coalesce(tail.postings, 0)) AS found
          FROM ledger_account a
          FULL JOIN moved ON moved.account = a.id
          LEFT JOIN tail ON tail.account_id = a.id
         WHERE (a.debits_posted + coalesce(tail.debits, 0),
                a.credits_posted + coalesce(tail.credits, 0),
                a.version + coalesce(tail.postings, 0))
               IS DISTINCT FROM
               (coalesce(moved.debits, 0), coalesce(moved.credits, 0),
                coalesce(moved.postings, 0))""",
    "versions have no gap and balances follow from one another": """
        WITH leg AS (
            SELECT debit_account_id AS account, debit_version AS version, debit_balance AS balance,
                   amount AS debit, 0::bigint AS credit
              FROM ledger_posting WHERE debit_version IS NOT NULL
            UNION ALL
            SELECT credit_account_id, credit_version, credit_balance, 0, amount
              FROM ledger_posting WHERE credit_version IS NOT NULL),
        run AS (
            SELECT a.uid, leg.version, leg.balance,
                   row_number() OVER w AS version_due,
                   sum(CASE WHEN a.debit_normal THEN leg.debit - leg.credit
                            ELSE leg.credit - leg.debit END) OVER w AS balance_due
              FROM leg JOIN ledger_account a ON a.id = leg.account
            WINDOW w AS (PARTITION BY leg.account ORDER BY leg.version ROWS UNBOUNDED PRECEDING))
        SELECT 'account ' || uid || ' version ' || version AS subject,
               version_due || '/' || balance_due AS expected, version || '/' || balance AS found
          FROM run WHERE version <> version_due OR balance IS DISTINCT FROM balance_due
         ORDER BY version""",
    "every transaction has its postings, in the assets of their accounts": """
        SELECT 'transaction ' || coalesce(t.uid::text, '#' || p.transaction_id) AS subject,
               'a booked transaction, ordinals from 1, one asset a posting' AS expected,
               concat_ws(' ', 'ordinal', p.ordinal, 'amount', p.amount) AS found
          FROM ledger_transaction t
          FULL JOIN ledger_posting p ON p.transaction_id = t.id
          LEFT JOIN ledger_account d ON d.id = p.debit_account_id
          LEFT JOIN ledger_account c ON c.id = p.credit_account_id
         WHERE t.id IS NULL OR p.ordinal IS NULL OR d.asset_id IS DISTINCT FROM p.asset_id
            OR c.asset_id IS DISTINCT FROM p.asset_id OR p.amount <= 0
            OR (p.ordinal > 1 AND NOT EXISTS (
                SELECT FROM ledger_posting q
                 WHERE q.transaction_id = p.transaction_id AND q.ordinal = p.ordinal - 1))""",
}


async def verify(tx: ReadSession) -> list[Finding]:
    """Return what contradicts the postings; empty means the books are sound.

    Reads the whole ledger: for a schedule or a restore drill, not for a request.
    """
    findings = []
    for check, query in CHECKS.items():
        rows = await tx.execute(text(f"{query} LIMIT {FINDINGS_MAX}"))
        findings += [
            Finding(check=check, subject=row.subject, expected=row.expected, found=row.found)
            for row in rows
        ]
    return findings
