"""The documents tell the truth where a machine can see it: links, names, codes, commands."""

import pkgutil
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer

import tongbao
from tests.support.source import MODULE_GROUPS
from tongbao.app.cli import cli
from tongbao.infra.settings import Settings
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.events import Event

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MODULES = sorted(
    folder
    for group in MODULE_GROUPS
    for folder in (ROOT / "src" / "tongbao" / group).iterdir()
    if (folder / "__init__.py").exists()
)

FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
CODE_SPAN = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
OUTSIDE = ("http://", "https://", "mailto:")
COMMAND = re.compile(
    r"(?:^|[`\s])tongbao "
    r"((?:agreements|audit|crypto|demo|rating|ledger|db|outbox|payments|privacy) [a-z-]+|[a-z]+)",
    re.MULTILINE,
)
VARIABLE = re.compile(r"\bTONGBAO_[A-Z_]+\b")
CODE = re.compile(r"`([a-z]+\.[a-z_]+)`")
# Read from the environment by something else than `Settings`.
OTHER_VARIABLES = {"TONGBAO_BENCH_POSTINGS", "TONGBAO_HYPOTHESIS", "TONGBAO_SANDBOX_TOKEN"}


def prose(text: str) -> str:
    """Return a document without its code."""
    return CODE_SPAN.sub("", FENCE.sub("", text))


def code(text: str) -> str:
    """Return the code of a document: its blocks and its spans."""
    blocks = [match[0] for match in FENCE.finditer(text)]
    return "\n".join([*blocks, *CODE_SPAN.findall(FENCE.sub("", text))])


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings as GitHub makes them."""
    plain = (re.sub(r"[`*_]|\[|\]\([^)]*\)", "", each) for each in HEADING.findall(prose(text)))
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in plain}


def dead_links(document: Path, text: str) -> Iterator[str]:
    """Yield the links of a document that lead nowhere inside the repository."""
    for link in LINK.findall(prose(text)):
        if not link.startswith(OUTSIDE) and not leads_somewhere(document, link):
            yield link


def leads_somewhere(document: Path, link: str) -> bool:
    """Tell whether file and heading of a relative link exist."""
    path, _, anchor = unquote(link).partition("#")
    target = (document.parent / path).resolve() if path else document
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or anchor in anchors(target.read_text("utf-8"))


@pytest.fixture(scope="module")
def codes() -> set[str]:
    """Every error code of the package."""
    for module in pkgutil.walk_packages(tongbao.__path__, "tongbao."):
        if not re.search(r"__main__|migrations\.(env|versions)", module.name):
            import_module(module.name)
    found: set[str] = set()
    pending = [TongbaoError]
    while pending:
        error = pending.pop()
        pending += error.__subclasses__()
        if error.__module__.startswith("tongbao.") and "code" in vars(error):
            found.add(error.code)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(document: Path) -> None:
    assert list(dead_links(document, document.read_text("utf-8"))) == []


def test_a_dead_link_is_found() -> None:
    text = "[a](nowhere.md) [b](README.md#no-such-heading) [c](../../etc/passwd) `[d](code.md)`"
    text += " [e](https://example.org) [f](README.md#what-you-need)"
    found = list(dead_links(ROOT / "README.md", text))
    assert found == ["nowhere.md", "README.md#no-such-heading", "../../etc/passwd"]


def test_every_module_has_its_page() -> None:
    pages = {page.stem for page in (ROOT / "docs" / "modules").glob("*.md")}
    assert [folder.name for folder in MODULES if folder.name not in pages] == []
    listed = (ROOT / "docs" / "modules" / "README.md").read_text("utf-8")
    assert [page for page in sorted(pages - {"README"}) if f"({page}.md)" not in listed] == []


@pytest.mark.parametrize("folder", MODULES, ids=lambda folder: folder.name)
def test_a_page_names_every_error_and_event_of_its_module(folder: Path, codes: set[str]) -> None:
    named = set(CODE.findall((ROOT / "docs" / "modules" / f"{folder.name}.md").read_text("utf-8")))
    own = {each for each in codes | Event.registry.keys() if each.startswith(f"{folder.name}.")}
    assert sorted(own - named) == []


@pytest.mark.parametrize("folder", MODULES, ids=lambda folder: folder.name)
def test_a_page_names_no_error_that_is_gone(folder: Path, codes: set[str]) -> None:
    text = (ROOT / "docs" / "modules" / f"{folder.name}.md").read_text("utf-8")
    _, _, rest = text.partition("## Errors")
    rows = [row.split("|")[1] for row in rest.partition("\n## ")[0].splitlines() if "|" in row]
    assert sorted(set(CODE.findall("".join(rows))) - codes) == []


def test_decisions_are_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text("utf-8")
    assert [page.name for page in folder.glob("0*.md") if f"({page.name})" not in listed] == []


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.match(r"[A-Za-z0-9._-]+", each)[0] for each in wanted}  # type: ignore[index]
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    told = {
        name
        for row in text.splitlines()
        if row.startswith("|")
        for name in re.findall(r"[A-Za-z0-9._-]+", row.split("|")[1])
    }
    assert sorted(names - told) == []


def test_commands_and_variables_exist() -> None:
    root = typer.main.get_command(cli)
    known = set()
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        known |= {name} if below is None else {f"{name} {each}" for each in below}
    variables = {f"TONGBAO_{name.upper()}" for name in Settings.model_fields} | OTHER_VARIABLES
    wrong = []
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        wrong += [
            f"{document.name}: {each}" for each in COMMAND.findall(code(text)) if each not in known
        ]
        wrong += [
            f"{document.name}: {each}" for each in VARIABLE.findall(text) if each not in variables
        ]
    assert wrong == []
