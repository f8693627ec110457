"""What to do about a break: in words, and as a posting where it is clear which would settle it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tongbao.core.reconciliation.domain.nouns import Break, BreakKind, Pair
from tongbao.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`account` gets `amount` (minor units; negative: gives it), out of suspense.

    Without an account somebody has to find out whose money it is.
    """

    words: Text
    account: UUID | None
    amount: int


_IN_BANK: Final = Text(
    zh="通道与银行的结算不符：请通道补足或更正；如为银行手续费，记入手续费支出",
    en="The channel's statement and the bank's settlement differ: have the channel make it good;"
    " a charge of the bank goes to fees",
)
_IN_SUSPENSE: Final = Text(
    zh="款项挂账待查：确认收款人后入其账户，无法确认则退回",
    en="Taken into suspense: credit whom it is for once that is known, or return it",
)
_WORDS: Final = {
    (BreakKind.MISSING_HERE, True): Text(
        zh="通道已收款而我方未记账：确认收款人后入其账户，无法确认则退回",
        en="The channel took money in that was never booked: credit whom it is for, or return it",
    ),
    (BreakKind.MISSING_HERE, False): Text(
        zh="通道已付款而我方未记账：查明付款人后向其扣收，否则向通道追索",
        en="The channel paid out what was never booked: charge whom it was for, or claim it back",
    ),
    (BreakKind.MISSING_THERE, True): Text(
        zh="我方已付款记账而通道无此笔：冲回我方记账，款项退还付款账户",
        en="Booked as paid out, and the channel has nothing: give it back to the account it left",
    ),
    (BreakKind.MISSING_THERE, False): Text(
        zh="我方已收款记账而通道无此笔：冲回我方记账",
        en="Booked as received, and the channel has nothing: take it back from the account it went"
        " to",
    ),
    (BreakKind.AMOUNT, True): Text(
        zh="通道金额对我方较有利：按通道凭证更正对方科目",
        en="The channel's amount is better for us: correct the other side of our booking by its"
        " proof",
    ),
    (BreakKind.AMOUNT, False): Text(
        zh="通道金额对我方较不利：按通道凭证更正对方科目，或向通道追索",
        en="The channel's amount is worse for us: correct the other side of our booking, or claim"
        " it",
    ),
    (BreakKind.DOUBLED, True): Text(
        zh="同一笔被重复收取（或我方重复付出记账）：退还多出部分",
        en="Taken twice, or booked twice as paid out: give the excess back",
    ),
    (BreakKind.DOUBLED, False): Text(
        zh="同一笔被重复付出（或我方重复收入记账）：向通道追索或冲回重复记账",
        en="Paid twice, or booked twice as received: claim it back, or reverse the second booking",
    ),
}
_DAY: Final = Text(
    zh="双方金额一致、日期相差超过一天：核实后确认即可，无需记账",
    en="Both have it, more than a day apart: confirm it, nothing is to be booked",
)
_STATUS: Final = Text(
    zh="通道已成功而我方仍为在途：先查询该付款并推进其状态，记账后自动了结",
    en="Done at the channel and not decided here: inquire after the payment; booked, it clears",
)


def suggest(case: Break) -> Suggestion:
    """Return what to do about a case; the posting settles what of it is in suspense."""
    if case.pair is Pair.SUSPENSE:
        return Suggestion(_IN_SUSPENSE, None, case.parked)
    if case.pair is Pair.BANK:
        words = _DAY if case.kind is BreakKind.DAY else _IN_BANK
        return Suggestion(words, None, case.parked)
    if case.kind is BreakKind.DAY:
        return Suggestion(_DAY, None, case.parked)
    if case.kind is BreakKind.STATUS:
        return Suggestion(_STATUS, None, case.parked)
    return Suggestion(_WORDS[case.kind, case.difference > 0], case.counter_id, case.parked)
