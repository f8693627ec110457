"""A receipt as PDF: what its template is given, in either language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tongbao.core.payments.domain import Kind, PaymentOrder
from tongbao.core.payments.domain.receipts import TITLE, Receipt
from tongbao.core.payments.service.receipts.configuration import configuration
from tongbao.infra import pdf
from tongbao.infra.pdf.words import confirming_qr, grouped, moment, shown
from tongbao.kernel.capitals import capitals
from tongbao.kernel.clock import business_date
from tongbao.kernel.codes import printed
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

RECEIPT: Final = pdf.Template.of("tongbao.core.payments", "pdf/receipt.typ")

_TRANSFER: Final = Text(zh="转账", en="Transfer")
_KINDS: Final = {
    Kind.TOP_UP: Text(zh="充值", en="Top-up"),
    Kind.WITHDRAWAL: Text(zh="提现", en="Withdrawal"),
    Kind.REFUND: Text(zh="退款", en="Refund"),
    Kind.RETURN: Text(zh="退汇", en="Return"),
    Kind.VERIFICATION: Text(zh="验卡", en="Verification of a card"),
}


async def receipt_paper(
    receipt: Receipt,
    payment: PaymentOrder,
    further: Sequence[tuple[Text, str]],
    *,
    at: datetime,
) -> bytes:
    """Return a receipt as PDF, not sealed yet: the same bytes for the same values.

    `further` is what other modules have said of the payment, label and value.
    """
    language, on = receipt.language, business_date(at)
    chosen, title = configuration(), TITLE.say(language)
    bank = chosen.bank.say(language)
    return await pdf.render(
        RECEIPT,
        {
            "title": title,
            "language": language,
            "date": {"year": on.year, "month": on.month, "day": on.day},
            "head": bank,
            "foot": f"{title}  {printed(receipt.code)}",
            "bank": bank,
            "seal": chosen.bank.zh,
            "issued": moment(at),
            "code": printed(receipt.code),
            "address": f"{chosen.origin}/verify",
            "id": str(receipt.id),
            "amount": shown(payment.amount),
            "capitals": capitals(payment.amount) if payment.amount.currency == "CNY" else None,
            "facts": [[each.say(language), value] for each, value in (*_facts(payment), *further)],
        },
        pictures={"qr": confirming_qr(receipt.code, origin=chosen.origin)},
    )


def _facts(payment: PaymentOrder) -> list[tuple[Text, str]]:
    """Return what the receipt says of a payment: label and value."""
    kind = _KINDS.get(payment.kind, _TRANSFER)
    fee = Money(payment.fee_minor, payment.amount.currency)
    arrived = payment.amount - fee if payment.kind is Kind.TOP_UP else payment.amount
    return [
        (Text(zh="业务类型", en="Kind"), f"{kind.zh} {kind.en}"),
        (Text(zh="付款时间", en="Paid at"), moment(payment.settled_at or payment.initiated_at)),
        (Text(zh="付款人", en="Payer"), payment.debtor_name),
        (Text(zh="付款账号", en="Payer's account"), grouped(payment.debtor_account_number)),
        (Text(zh="收款人", en="Payee"), payment.creditor_name),
        (Text(zh="收款账号", en="Payee's account"), grouped(payment.creditor_account_number)),
        (Text(zh="附言", en="Remittance"), payment.remittance or "—"),
        (Text(zh="手续费", en="Fee"), shown(fee)),
        (Text(zh="到账金额", en="Arrived"), shown(arrived)),
        (Text(zh="业务参考号", en="End-to-end id"), payment.end_to_end_id),
        (Text(zh="付款编号", en="Payment"), str(payment.id)),
    ]
