"""What people and callers read: two languages everywhere, and stable codes."""

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from string import Formatter

import tongbao
from tests.support.source import MODULE_GROUPS, files
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.events import Event

CHINESE = re.compile(r"[一-鿿]")
# Between Chinese characters stand Chinese signs; codes, figures and formats keep their own.
HALF_WIDTH = re.compile(r"[一-鿿][,;:?!(]|[,;:?!)][一-鿿]")
CODE = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")
# Prefixes of what lies below the business; a business module uses its own name.
TECHNICAL_PREFIXES = {
    "infra": {
        "audit": {"audit"},
        "auth": {"auth"},
        "crypto": {"crypto"},
        "browser": {"auth"},
        "flow": {"flow"},
        "files": {"files"},
        "idempotency": {"idempotency"},
        "ocr": {"ocr"},
        "migrations": {"migrations"},
        "notify": {"notify"},
        "outbox": {"outbox"},
        "passwords": {"passwords"},
        "pdf": {"pdf"},
        "postgres": {"postgres"},
        "proposals": {"proposals"},
        "runs": {"runs"},
        "signing": {"signing"},
        "tls": {"tls"},
        "turns": {"service"},
        "webhooks": {"webhooks"},
        "web": {"request", "idempotency", "database"},
    },
    "lib": {"emvco": {"emvco"}, "iso20022": {"iso20022"}},
    "kernel": {
        "clock": {"clock"},
        "currencies": {"money"},
        "decimals": {"money"},
        "money": {"money"},
        "page": {"page"},
        "rate": {"money"},
    },
}


def _texts() -> Iterator[tuple[str, str, str]]:
    """Where each text written in the source stands, and its two wordings."""
    for file in files():
        if "tongbao.kernel" not in file.text:
            continue
        for node in file.nodes():
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Text", "text.Text"}:
                words = {keyword.arg: _literal(keyword.value) for keyword in node.keywords}
                if None not in words:  # else `**` brings them from somewhere
                    yield file.at(node), words.get("zh", ""), words.get("en", "")


def _literal(node: ast.expr) -> str:
    """A string as written; what is put into it at run time is "{}"."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_literal(part) for part in parts)
    return "{}"


def test_every_text_is_in_chinese_and_in_english() -> None:
    texts = list(_texts())
    assert len(texts) > 100
    assert not [
        where
        for where, zh, en in texts
        if not (CHINESE.search(zh) or "{}" in zh) or not en or CHINESE.search(en)
    ]


def test_chinese_is_written_with_chinese_signs() -> None:
    assert not [where for where, zh, _ in _texts() if HALF_WIDTH.search(zh)]


def test_both_wordings_of_a_text_have_the_same_places() -> None:
    def places(words: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(words) if name}

    assert not [where for where, zh, en in _texts() if places(zh) != places(en)]


def _import_everything() -> None:
    for module in pkgutil.walk_packages(tongbao.__path__, "tongbao."):
        if not re.search(r"__main__|migrations\.(env|versions)", module.name):
            import_module(module.name)


def _errors(of: type[TongbaoError] = TongbaoError) -> Iterator[type[TongbaoError]]:
    for error in of.__subclasses__():
        if error.__module__.startswith("tongbao."):
            yield error
        yield from _errors(error)


def test_error_codes_are_unique_and_begin_with_their_module() -> None:
    _import_everything()
    owners: dict[str, type[TongbaoError]] = {}
    wrong = []
    for error in sorted(set(_errors()), key=lambda e: (e.__module__, e.__qualname__)):
        if "code" not in vars(error):
            if not error.__subclasses__():
                wrong.append(f"{error.__qualname__} has no code of its own")
            continue
        if owners.setdefault(error.code, error) is not error:
            wrong.append(f"{error.code} is declared twice")
        group, module = error.__module__.split(".")[1:3]
        prefix = error.code.partition(".")[0]
        allowed = {module} if group in MODULE_GROUPS else TECHNICAL_PREFIXES[group][module]
        if not CODE.fullmatch(error.code) or prefix not in allowed:
            wrong.append(f"{error.__module__}.{error.__qualname__}: {error.code}")
    assert len(owners) > 50
    assert not wrong


def test_event_types_begin_with_their_module_and_speak_of_the_past() -> None:
    _import_everything()
    wrong = [
        type_
        for type_, event in Event.registry.items()
        if event.__module__.startswith("tongbao.")
        if type_.partition(".")[0] != event.__module__.split(".")[2]
        or event.__module__.split(".")[3:] != ["events"]
        or not CODE.fullmatch(type_)
    ]
    assert Event.registry
    assert not wrong
