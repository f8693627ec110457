"""No connector to a source can be used without a consent: who may make and call what."""

import ast
from pathlib import Path

import grimp

from tests.support.source import SOURCE, files

GATEWAYS = "tongbao.core.sources.gateways"
GATE = "tongbao.core.sources.service.fetching"
GATE_FILE = "tongbao/core/sources/service/fetching.py"


def calls(name: str) -> set[str]:
    """Return the files, outside tests, in which something of this name is called."""
    return {
        file.name
        for file in files()
        for node in file.nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name
    }


def gateway_classes() -> list[ast.ClassDef]:
    """Return the classes of the adapters that speak HTTP: every one in `gateways` but shapes."""
    found = []
    for path in sorted((SOURCE / "tongbao/core/sources/gateways").glob("*.py")):
        tree = ast.parse(Path(path).read_text("utf-8"))
        found += [
            node
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            and any(isinstance(each, ast.AsyncFunctionDef) for each in node.body)
        ]
    return found


def test_connectors_are_known_to_the_gate_alone() -> None:
    graph = grimp.build_graph("tongbao", cache_dir=None)
    importers = {
        importer
        for module in graph.find_descendants(GATEWAYS) | {GATEWAYS}
        for importer in graph.find_modules_that_directly_import(module)
        if not importer.startswith(GATEWAYS)
    }
    # The door names the type of a connector, so that others can hand one back; no more.
    assert importers == {GATE, "tongbao.core.sources.service"}
    door = (SOURCE / "tongbao/core/sources/service/__init__.py").read_text("utf-8")
    assert [line for line in door.splitlines() if GATEWAYS in line] == [
        f"from {GATEWAYS} import Connector"
    ]


def test_passages_and_tickets_are_made_at_the_gate_alone() -> None:
    assert calls("Passage") == {GATE_FILE}
    assert calls("FetchTicket") == {GATE_FILE}


def test_a_ticket_is_made_after_the_consent_was_required_and_a_passage_asks_for_it() -> None:
    tree = ast.parse((SOURCE / GATE_FILE).read_text("utf-8"))
    functions = {n.name: ast.unparse(n) for n in tree.body if isinstance(n, ast.AsyncFunctionDef)}
    begins = functions["begin_fetch"]
    assert begins.index("agreements.require_consent(") < begins.index("FetchTicket(")
    download = functions["download"]
    assert download.index("agreements.check_consent(") < download.index("Passage(ticket, check)")
    assert "agreements.require_consent(" in functions["record_fetch"]


def test_every_connector_has_one_way_in_and_that_takes_a_passage() -> None:
    classes = gateway_classes()
    assert {"Connector", "TaxOfficeGateway"} <= {each.name for each in classes}
    for each in classes:
        public = [
            node
            for node in each.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
        ]
        assert [node.name for node in public] == ["fetch"], each.name
        arguments = public[0].args
        taken = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs][1:]
        annotations = [ast.unparse(one.annotation) for one in taken if one.annotation]
        assert annotations == ["Passage"], each.name


def test_every_request_to_a_source_is_preceded_by_the_question() -> None:
    """The only function that sends is called from the only loop that asks, right after it did."""
    tree = ast.parse((SOURCE / "tongbao/core/sources/gateways/tax_office.py").read_text("utf-8"))
    (gateway,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and "Gateway" in n.name)
    methods = {n.name: ast.unparse(n) for n in gateway.body if isinstance(n, ast.AsyncFunctionDef)}
    senders = [name for name, body in methods.items() if "client.stream(" in body]
    assert senders == ["_get"]
    assert [name for name, body in methods.items() if "self._get(" in body] == ["_page"]
    page = methods["_page"]
    assert page.index("for attempt") < page.index("passage.check()") < page.index("self._get(")
