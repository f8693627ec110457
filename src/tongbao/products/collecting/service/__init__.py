"""Verbs of collecting: tills and their codes, links, codes that payers show, requests to pay."""

from tongbao.products.collecting.domain.collections import WORDS, Collection, Means
from tongbao.products.collecting.domain.errors import ChargeDeclined
from tongbao.products.collecting.domain.links import Link, LinkState
from tongbao.products.collecting.domain.pay_codes import PayCode, ShownCode
from tongbao.products.collecting.domain.requests import RequestState, RequestToPay, Side
from tongbao.products.collecting.domain.tills import Till
from tongbao.products.collecting.domain.views import Offer, PayPage, Receipt
from tongbao.products.collecting.service.approving import (
    PAYMENT,
    ProposedCollection,
    ask_code,
    ask_link,
    ask_request,
)
from tongbao.products.collecting.service.collecting import Payer
from tongbao.products.collecting.service.ending import (
    expire_links,
    expire_requests,
    remind_payers,
)
from tongbao.products.collecting.service.links import (
    NewLink,
    cancel_link,
    create_link,
    create_order,
    get_link,
    list_links,
    pay_link,
    pay_page,
)
from tongbao.products.collecting.service.pay_codes import (
    charge,
    disable_pay_code,
    enable_pay_code,
    pay_codes,
    show_pay_code,
)
from tongbao.products.collecting.service.reading import (
    Filter,
    list_collections,
    receipt,
)
from tongbao.products.collecting.service.requests import (
    Debtor,
    NewRequest,
    cancel_request,
    decline_request,
    get_request,
    list_requests,
    pay_request,
    request_payment,
)
from tongbao.products.collecting.service.rows import COLLECT
from tongbao.products.collecting.service.scanning import pay_code, scan
from tongbao.products.collecting.service.tills import (
    close_till,
    get_till,
    list_tills,
    open_till,
    till_code,
)

__all__ = [
    "COLLECT",
    "PAYMENT",
    "WORDS",
    "ChargeDeclined",
    "Collection",
    "Debtor",
    "Filter",
    "Link",
    "LinkState",
    "Means",
    "NewLink",
    "NewRequest",
    "Offer",
    "PayCode",
    "PayPage",
    "Payer",
    "ProposedCollection",
    "Receipt",
    "RequestState",
    "RequestToPay",
    "ShownCode",
    "Side",
    "Till",
    "ask_code",
    "ask_link",
    "ask_request",
    "cancel_link",
    "cancel_request",
    "charge",
    "close_till",
    "create_link",
    "create_order",
    "decline_request",
    "disable_pay_code",
    "enable_pay_code",
    "expire_links",
    "expire_requests",
    "get_link",
    "get_request",
    "get_till",
    "list_collections",
    "list_links",
    "list_requests",
    "list_tills",
    "open_till",
    "pay_code",
    "pay_codes",
    "pay_link",
    "pay_page",
    "pay_request",
    "receipt",
    "remind_payers",
    "request_payment",
    "scan",
    "show_pay_code",
    "till_code",
]
