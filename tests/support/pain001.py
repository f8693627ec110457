"""Messages of pain.001.001.09, sound or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@dataclass(frozen=True)
class Payment:
    """One transaction as it is written."""

    account: str
    name: str
    amount: str
    end_to_end_id: str = "NOTPROVIDED"
    currency: str = "CNY"
    remittance: str = "工资"
    more: str = ""

    @property
    def xml(self) -> str:
        return (
            f"<CdtTrfTxInf><PmtId><EndToEndId>{self.end_to_end_id}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="{self.currency}">{self.amount}</InstdAmt></Amt>'
            f"<Cdtr><Nm>{self.name}</Nm></Cdtr>"
            f"<CdtrAcct><Id><Othr><Id>{self.account}</Id></Othr></Id></CdtrAcct>"
            f"<RmtInf><Ustrd>{self.remittance}</Ustrd></RmtInf>{self.more}</CdtTrfTxInf>"
        )


def message(
    account: str,
    payments: Sequence[Payment],
    *,
    message_id: str = "MSG-1",
    before: str = "",
    **said: Any,
) -> bytes:
    """A message with one payment information; what it says of itself may be said otherwise."""
    count = said.get("count", len(payments))
    total = said.get("total", f"{sum(round(float(each.amount) * 100) for each in payments) / 100}")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<Document xmlns="{NAMESPACE}">'
        f"<CstmrCdtTrfInitn><GrpHdr><MsgId>{message_id}</MsgId>"
        f"<CreDtTm>2025-11-20T09:00:00</CreDtTm><NbOfTxs>{count}</NbOfTxs>"
        f"<CtrlSum>{total}</CtrlSum><InitgPty><Nm>甲</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>PMT-1</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<NbOfTxs>{said.get('part_count', count)}</NbOfTxs>"
        f"<ReqdExctnDt><Dt>{said.get('on', '2025-11-21')}</Dt></ReqdExctnDt>"
        f"<Dbtr><Nm>甲</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>"
        f"<DbtrAgt><FinInstnId><Nm>Tongbao</Nm></FinInstnId></DbtrAgt>"
        f"{''.join(each.xml for each in payments)}</PmtInf></CstmrCdtTrfInitn></Document>"
    ).encode()
