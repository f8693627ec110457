"""Alerts of the audit trail, to the people whose duty it is to look at them.

The trail knows nobody's name or address, and identity nothing of alerts: here they meet. A message
says what kind of pattern it is and where to look, and nothing about whom it is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter

from tongbao.core.identity import service as identity
from tongbao.infra import notify
from tongbao.infra.audit.events import AlertOpened
from tongbao.infra.db import WriteSession
from tongbao.infra.outbox import Consumer
from tongbao.kernel.text import Language, Text

UNHEARD: Final = Counter(
    "tongbao_audit_alerts_unheard", "Alerts that no auditor has a contact to be told of"
)
RULES: Final[Mapping[str, Text]] = {
    "mass_reveal": Text(zh="大量查看完整信息", en="many values revealed"),
    "administrator_out_of_hours": Text(
        zh="管理员在工作时间外操作", en="an administrator out of hours"
    ),
    "repeated_denial_actor": Text(zh="同一用户反复被拒绝", en="repeated denials of one user"),
    "repeated_denial_address": Text(
        zh="同一网络地址反复被拒绝", en="repeated denials of one address"
    ),
}
ALERT: Final = notify.template(
    "audit.alert",
    version=1,
    kind=notify.Kind.ALERT,
    good_for=timedelta(days=1),
    subject=Text(zh="审计告警", en="An alert of the audit trail"),
    body=Text(
        zh="【通宝】审计告警：{rule}（{entries} 条记录）。告警编号 {alert}，"
        "请登录后台查看并填写处理结论。",
        en="[Tongbao] Alert of the audit trail: {rule} ({entries} entries). Alert {alert}: "
        "log in, look at it, and close it with what you found.",
    ),
)

_log = structlog.stdlib.get_logger(__name__)


def consumer() -> Consumer:
    """Return who listens for alerts; from now on, as old ones are seen in the list."""
    return Consumer(name="app.audit_alerts", handles={AlertOpened: _opened}, start="now")


async def _opened(tx: WriteSession, event: AlertOpened, at: datetime) -> None:
    def facts(language: Language) -> Mapping[str, str]:
        return {
            "rule": RULES[event.rule].say(language) if event.rule in RULES else event.rule,
            "entries": str(event.entries),
            "alert": str(event.alert_id),
        }

    told = await identity.tell_role(
        tx, role=identity.Role.AUDITOR, template=ALERT, facts=facts, at=at
    )
    if not told:
        UNHEARD.inc()
        _log.error("audit_alert_unheard", alert_id=str(event.alert_id), rule=event.rule)
