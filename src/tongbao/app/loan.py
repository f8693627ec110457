"""`tongbao demo loan`: what a firm would see, as text."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from tongbao.app import wiring
from tongbao.app.demo.journey import Decided, borrow, decide
from tongbao.core.accounts import service as accounts
from tongbao.infra.db import Database
from tongbao.infra.settings import Settings
from tongbao.products.lending import service as lending
from tongbao_sandbox.firms import Firm

AT_ONCE = 4
"""Firms decided side by side: enough to keep both this process and the tax office busy."""

Say = Callable[[str], None]


async def decide_firms(
    database: Database, settings: Settings, firms: Sequence[Firm], *, say: Say, briefly: bool
) -> None:
    """Decide each firm and pay out what is approved; the last line says how many were decided."""
    wiring.connect_accounts(settings)
    wiring.connect_agreements(settings)
    tax_office = wiring.tax_office(settings)
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(firm: Firm) -> tuple[Firm, Decided]:
        async with turn:
            return firm, await decide(database, tax_office, firm)

    outcomes: Counter[str] = Counter()
    for finished in asyncio.as_completed([one(firm) for firm in firms]):
        firm, decided = await finished
        loan = None
        if decided.application.state is lending.State.APPROVED:
            loan = await borrow(database, decided)
        outcome = (
            decided.decision.outcome.value if decided.decision else decided.application.state.value
        )
        outcomes[outcome] += 1
        if briefly:
            say(_line(firm, decided, outcome))
        else:
            async with database.read() as tx:
                balance = await accounts.balance(tx, decided.customer.account.id)
            for line in _story(firm, decided, loan, balance):
                say(line)
    say(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
    say(f"{sum(outcomes.values())} firms decided")


def _line(firm: Firm, decided: Decided, outcome: str) -> str:
    decision = decided.decision
    if decision is not None and decision.limit is not None and decision.annual_rate is not None:
        return f"{firm.code:<6} {outcome:<9} {decision.limit} at {decision.annual_rate}"
    why = "; ".join(reason.text.en for reason in decision.reasons) if decision else ""
    return f"{firm.code:<6} {outcome:<9} {why}"


def _story(
    firm: Firm, decided: Decided, loan: lending.Loan | None, balance: accounts.AccountBalance
) -> list[str]:
    decision = decided.decision
    lines = [f"企业 firm         {firm.code}  {decided.customer.party.name}"]
    if decision is None:
        return [*lines, f"状态 state        {decided.application.state.value}"]
    used = decision.record.get("data")
    if used:
        lines.append(
            f"依据 data         {used['row_count']} 张增值税发票 VAT invoices,"
            f" {used['period_from']} – {used['period_to']}"
        )
    lines.append(f"决定 decision     {decision.outcome.value}")
    lines += [f"  原因 reason     {r.text.zh} / {r.text.en}" for r in decision.reasons]
    lines += _score(decision)
    if decision.limit_lines:
        lines.append(f"额度 limit        {decision.limit}")
        lines += [
            f"  {line.amount.text:>15}  {line.text.zh} / {line.text.en}"
            for line in decision.limit_lines
        ]
    if decision.annual_rate is not None:
        daily = lending.daily_interest_per_10000(decision.annual_rate)
        lines.append(
            f"年化利率 rate     {decision.annual_rate}"
            f"  (每借 1 万元每天利息 a day per 10,000: {daily.text})"
        )
        lines += [
            f"  {line.rate!s:>15}  {line.text.zh} / {line.text.en}" for line in decision.rate_lines
        ]
    if loan is not None:
        lines.append(f"放款 disbursed    {loan.principal} -> {decided.customer.account.number}")
    return [*lines, f"余额 balance      {balance.available}"]


def _score(decision: lending.Decision) -> list[str]:
    """Return the score with what each feature added, and what would improve it."""
    assessment = decision.record.get("assessment")
    if not assessment:
        return []
    lines = [
        (
            f"评分 score        {assessment['score']}  等级 grade {assessment['grade']}"
            f"  违约概率 PD {assessment['probability_of_default']:.2%}"
        )
    ]
    for each in assessment["contributions"]:
        name, value = each["name"], each["value_text"]
        lines.append(
            f"  {each['points']:>+6} / {each['best_points']:>+4}  {name['zh']} {value['zh']}"
            f" / {name['en']}: {value['en']}"
        )
    return lines + [
        f"  可改善 to improve  {each['improvement']['zh']} / {each['improvement']['en']}"
        for each in assessment["reasons"]
    ]
