"""Messages to people, by SMS and e-mail: written with a transaction, sent by a job after it.

::

    CODE = template("identity.log_in_code", version=1, kind=Kind.CODE, secrets={"code"}, ...)

    await notify.send(tx, to=Recipient("phone", "+8613800138000"), template=CODE,
                      facts={}, secrets={"code": "314159"}, language="zh", at=at)

A message exists if and only if its transaction was committed. It is sent at least once, under its
own id, by which the gateway recognises a repetition. Addresses and secrets are sealed until the
message is gone, and then forgotten; what stays is a masked address and whether it arrived.
"""

from tongbao.infra.notify.gateway import MessageGateway
from tongbao.infra.notify.jobs import use
from tongbao.infra.notify.sending import (
    Channel,
    Outcome,
    Recipient,
    TooManyMessages,
    mask_address,
    outcomes,
    send,
)
from tongbao.infra.notify.templates import Kind, Template, template, templates

__all__ = [
    "Channel",
    "Kind",
    "MessageGateway",
    "Outcome",
    "Recipient",
    "Template",
    "TooManyMessages",
    "mask_address",
    "outcomes",
    "send",
    "template",
    "templates",
    "use",
]
