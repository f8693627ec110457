"""Files of payments; each payment of one is told to its payee as any other."""

from collections.abc import Mapping
from typing import Any, Final

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import AMOUNT, COUNT, ID, Place
from tongbao.engagement.notices.service.declaring import PAYERS, tell
from tongbao.kernel.text import Text
from tongbao.products.bulk.events import FileExecuted, FileRejected

_LINK: Final = "/files/{file_id}"
_DONE: Final[Mapping[str, Place[Any]]] = {"file_id": ID, "settled": COUNT, "total": AMOUNT}

EXECUTED: Final = notice(
    "bulk.executed",
    category=Category.PAYMENTS,
    places=_DONE,
    title=Text(zh="付款文件已完成：{settled} 笔", en="A file was paid: {settled} payments"),
    body=Text(
        zh="付款文件已处理完毕，成功 {settled} 笔，合计 {total}。",
        en="A file of payments is done: {settled} were paid, {total} in all.",
    ),
    sms=Text(
        zh="付款文件已完成，成功{settled}笔，合计{total}。",
        en="A file of payments is done: {settled} paid, {total} in all.",
    ),
    link=_LINK,
)
IN_PART: Final = notice(
    "bulk.executed_in_part",
    category=Category.PAYMENTS,
    places={**_DONE, "rejected": COUNT},
    title=Text(zh="付款文件有 {rejected} 笔未付", en="{rejected} payments of a file were not made"),
    body=Text(
        zh="付款文件已处理完毕：成功 {settled} 笔，合计 {total}；{rejected} 笔未付，钱未动。"
        "逐笔原因见文件详情。",
        en="A file of payments is done: {settled} were paid, {total} in all; {rejected} were not, "
        "and their money did not move. The file says why, line by line.",
    ),
    sms=Text(
        zh="付款文件已完成：成功{settled}笔共{total}，{rejected}笔未付，原因请登录查看。",
        en="A file of payments: {settled} paid, {total} in all; {rejected} not made. Log in to see "
        "why.",
    ),
    link=_LINK,
)
REJECTED: Final = notice(
    "bulk.rejected",
    category=Category.PAYMENTS,
    places={"file_id": ID},
    title=Text(zh="付款文件未执行", en="A file of payments was not made"),
    body=Text(
        zh="付款文件要求全部成功，因有一笔不能付款，全部未付，钱未动。原因见文件详情。",
        en="A file that is paid as a whole or not at all has a payment that cannot be made: none "
        "was, and no money moved. The file says why.",
    ),
    sms=Text(
        zh="付款文件因一笔不能付款而全部未付，钱未动，原因请登录查看。",
        en="A file of payments was not made, for one of it cannot be; no money moved.",
    ),
    link=_LINK,
)


def _done(event: FileExecuted) -> dict[str, object]:
    return {"file_id": event.file_id, "settled": event.settled, "total": event.settled_total}


def _in_part(event: FileExecuted) -> dict[str, object]:
    return {**_done(event), "rejected": event.rejected}


tell(FileExecuted, EXECUTED, _done, roles=PAYERS, when=lambda event: not event.rejected)
tell(FileExecuted, IN_PART, _in_part, roles=PAYERS, when=lambda event: bool(event.rejected))
tell(FileRejected, REJECTED, lambda event: {"file_id": event.file_id}, roles=PAYERS)
