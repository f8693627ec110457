"""The verifier: recompute from the postings what the ledger says, and name what differs."""

from sqlalchemy import text

from tongbao.core.ledger.service import history
from tongbao.infra.db import ReadSession
from tongbao.infra.tree import FINDINGS_MAX, NO_HURRY, Finding

CHECKS = {
    "sum of each asset is zero": """
        SELECT s.code AS subject, '0' AS expected,
               sum(a.debits_posted - a.credits_posted + coalesce(t.net, 0))::text AS found
          FROM ledger_account a JOIN ledger_asset s ON s.id = a.asset_id
          LEFT JOIN (SELECT account_id, sum(debits - credits) AS net
                       FROM ledger_tail GROUP BY account_id) t ON t.account_id = a.id
         GROUP BY s.code
        HAVING sum(a.debits_posted - a.credits_posted + coalesce(t.net, 0)) <> 0""",
    "counters equal the sum of postings and of what is held": """
        WITH leg AS (
            SELECT debit_account_id AS account, amount AS debit, 0::bigint AS credit,
                   0::bigint AS debit_held, 0::bigint AS credit_held, 1 AS postings
              FROM ledger_posting
            UNION ALL
            SELECT credit_account_id, 0, amount, 0, 0, 1 FROM ledger_posting
            UNION ALL
            SELECT h.debit_account_id, 0, 0, h.amount, 0, 0 FROM ledger_hold h
             WHERE NOT EXISTS (SELECT FROM ledger_transaction r
                                WHERE r.pending_id = h.transaction_id)
            UNION ALL
            SELECT h.credit_account_id, 0, 0, 0, h.amount, 0 FROM ledger_hold h
             WHERE NOT EXISTS (SELECT FROM ledger_transaction r
                                WHERE r.pending_id = h.transaction_id)
        ), due AS (
            SELECT account, sum(debit) AS debits, sum(credit) AS credits,
                   sum(debit_held) AS debits_held, sum(credit_held) AS credits_held,
                   sum(postings) AS postings
              FROM leg GROUP BY account
        ), tail AS (
            SELECT account_id, sum(debits) AS debits, sum(credits) AS credits,
                   sum(debits_pending) AS debits_held, sum(credits_pending) AS credits_held,
                   sum(postings) AS postings
              FROM ledger_tail GROUP BY account_id
        ), both_sides AS (
            SELECT coalesce(a.uid::text, '#' || due.account) AS uid,
                   concat_ws('/', coalesce(due.debits, 0), coalesce(due.credits, 0),
                             coalesce(due.debits_held, 0), coalesce(due.credits_held, 0),
                             coalesce(due.postings, 0)) AS expected,
                   concat_ws('/', a.debits_posted + coalesce(tail.debits, 0),
                             a.credits_posted + coalesce(tail.credits, 0),
                             a.debits_pending + coalesce(tail.debits_held, 0),
                             a.credits_pending + coalesce(tail.credits_held, 0),
                             a.version + coalesce(tail.postings, 0)) AS found
              FROM ledger_account a
              FULL JOIN due ON due.account = a.id
              LEFT JOIN tail ON tail.account_id = a.id)
        SELECT 'account ' || uid AS subject, expected, found
          FROM both_sides WHERE expected <> found""",
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
    "every transaction has what belongs to its kind": """
        SELECT 'transaction ' || t.uid AS subject,
               CASE WHEN t.kind = 'pending' THEN 'holds' WHEN t.kind IN ('void', 'expiry')
                    THEN 'nothing' ELSE 'postings' END AS expected,
               concat(p.n, ' postings, ', h.n, ' holds') AS found
          FROM ledger_transaction t,
               LATERAL (SELECT count(*) AS n FROM ledger_posting WHERE transaction_id = t.id) p,
               LATERAL (SELECT count(*) AS n FROM ledger_hold WHERE transaction_id = t.id) h
         WHERE (p.n > 0) IS DISTINCT FROM (t.kind IN ('posted', 'capture', 'reversal'))
            OR (h.n > 0) IS DISTINCT FROM (t.kind = 'pending')""",
    "every posting and hold belongs to a transaction, in the asset of its accounts": """
        SELECT concat('transaction ', coalesce(t.uid::text, '#' || m.transaction_id),
                      ' ordinal ', m.ordinal) AS subject,
               'a transaction, the asset of both accounts, an amount' AS expected,
               concat('asset ', m.asset_id, ', amount ', m.amount) AS found
          FROM (SELECT transaction_id, ordinal, asset_id, debit_account_id, credit_account_id,
                       amount
                  FROM ledger_posting
                UNION ALL
                SELECT transaction_id, ordinal, asset_id, debit_account_id, credit_account_id,
                       amount
                  FROM ledger_hold) m
          LEFT JOIN ledger_transaction t ON t.id = m.transaction_id
          LEFT JOIN ledger_account d ON d.id = m.debit_account_id
          LEFT JOIN ledger_account c ON c.id = m.credit_account_id
         WHERE t.id IS NULL OR d.asset_id IS DISTINCT FROM m.asset_id
            OR c.asset_id IS DISTINCT FROM m.asset_id OR m.amount <= 0""",
    "the open list is what is pending and not resolved": """
        SELECT 'transaction ' || coalesce(t.uid::text, u.uid::text, '#' || o.transaction_id)
                   AS subject,
               CASE WHEN t.id IS NULL THEN 'resolved'
                    ELSE concat('open, expires ', t.expires_at) END AS expected,
               CASE WHEN o.transaction_id IS NULL THEN 'not listed'
                    ELSE concat('listed, expires ', o.expires_at) END AS found
          FROM (SELECT t.id, t.uid, t.expires_at FROM ledger_transaction t
                 WHERE t.kind = 'pending' AND NOT EXISTS (
                       SELECT FROM ledger_transaction r WHERE r.pending_id = t.id)) t
          FULL JOIN ledger_open_pending o ON o.transaction_id = t.id
          LEFT JOIN ledger_transaction u ON u.id = o.transaction_id
         WHERE t.id IS NULL OR o.transaction_id IS NULL
            OR o.expires_at IS DISTINCT FROM t.expires_at""",
    "every resolution is the only one of an earlier pending transaction": """
        SELECT 'transaction ' || r.uid AS subject,
               'resolves a pending transaction, alone' AS expected,
               concat('resolves ', coalesce(t.kind, 'nothing'), ' ',
                      coalesce(t.uid::text, '#' || r.pending_id)) AS found
          FROM (SELECT id, uid, pending_id,
                       row_number() OVER (PARTITION BY pending_id ORDER BY id) AS n
                  FROM ledger_transaction WHERE pending_id IS NOT NULL) r
          LEFT JOIN ledger_transaction t ON t.id = r.pending_id
         WHERE r.n > 1 OR t.kind IS DISTINCT FROM 'pending' OR t.id > r.id""",
    "captures and reversals stay within what they capture or reverse": """
        SELECT concat('transaction ', o.uid, ' ordinal ', m.ordinal) AS subject,
               concat('at most ', coalesce(h.amount, p.amount)) AS expected, m.amount::text AS found
          FROM (SELECT coalesce(t.pending_id, t.reverses_id) AS target, t.kind, q.ordinal,
                       sum(q.amount) AS amount
                  FROM ledger_transaction t JOIN ledger_posting q ON q.transaction_id = t.id
                 WHERE t.kind IN ('capture', 'reversal') GROUP BY 1, 2, 3) m
          LEFT JOIN ledger_transaction o ON o.id = m.target
          LEFT JOIN ledger_hold h ON m.kind = 'capture'
               AND h.transaction_id = m.target AND h.ordinal = m.ordinal
          LEFT JOIN ledger_posting p ON m.kind = 'reversal'
               AND p.transaction_id = m.target AND p.ordinal = m.ordinal
         WHERE m.amount > coalesce(h.amount, p.amount, 0)""",
    "the list of reversed amounts is the sum of reversals": """
        SELECT concat('transaction ', coalesce(o.uid::text, '#' || x.id), ' ordinal ', x.ordinal)
                   AS subject,
               concat(coalesce(x.due, 0), ' of ', p.amount) AS expected,
               concat(coalesce(x.reversed, 0), ' of ', x.amount) AS found
          FROM (SELECT coalesce(m.id, r.transaction_id) AS id,
                       coalesce(m.ordinal, r.ordinal) AS ordinal, m.due, r.reversed, r.amount
                  FROM (SELECT t.reverses_id AS id, q.ordinal, sum(q.amount) AS due
                          FROM ledger_transaction t JOIN ledger_posting q ON q.transaction_id = t.id
                         WHERE t.kind = 'reversal' GROUP BY 1, 2) m
                  FULL JOIN ledger_reversed r
                    ON r.transaction_id = m.id AND r.ordinal = m.ordinal) x
          LEFT JOIN ledger_transaction o ON o.id = x.id
          LEFT JOIN ledger_posting p ON p.transaction_id = x.id AND p.ordinal = x.ordinal
         WHERE (coalesce(x.due, 0), p.amount) IS DISTINCT FROM (x.reversed, x.amount)""",
    "nothing was booked into a closed period": """
        SELECT 'transaction ' || t.uid AS subject,
               concat('not effective from ', p.starts_on, ' until ', p.ends_on,
                      ', closed through #', p.closed_through) AS expected,
               concat('#', t.id, ' effective on ', t.effective_on) AS found
          FROM ledger_period p
          JOIN ledger_transaction t ON t.effective_on >= p.starts_on AND t.effective_on < p.ends_on
         WHERE t.id > p.closed_through""",
    **history.CHECKS,
}


async def verify(tx: ReadSession) -> list[Finding]:
    """Return what contradicts the postings; empty means the books are sound.

    Reads the whole ledger: for a schedule or a restore drill, not for a request. Statements of
    the caller's transaction may take as long as they do from here on.
    """
    await tx.execute(NO_HURRY)
    findings = []
    for check, query in CHECKS.items():
        rows = await tx.execute(text(f"{query} LIMIT {FINDINGS_MAX}"))
        findings += [
            Finding(check=check, subject=row.subject, expected=row.expected, found=row.found)
            for row in rows
        ]
    return findings
