"""What messages say: each text once, with a version, in Chinese and in English."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from string import Formatter
from typing import Final

from tongbao.kernel.text import Language, Text


class Kind(StrEnum):
    """What a message is for: a code somebody waits for, a notice, an alert, or information.

    An alert tells of a change that lets somebody in or keeps somebody out. Information tells of
    ordinary business. Each kind has bounds of its own, so that whoever can cause the one cannot
    have the other held back.
    """

    CODE = "code"
    NOTICE = "notice"
    ALERT = "alert"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One text. `facts` fill its places; `secrets` do too, and are kept sealed until it is sent.

    A message that could not be sent for `good_for` is not sent any more. A change of the words is
    a new `version`.
    """

    name: str
    version: int
    kind: Kind
    subject: Text
    body: Text
    good_for: timedelta
    facts: frozenset[str]
    secrets: frozenset[str]

    def render(self, language: Language, values: dict[str, str]) -> tuple[str, str]:
        """Return subject and body with their places filled; every place must be."""
        return self.subject.say(language, **values), self.body.say(language, **values)


_TEMPLATES: Final[dict[tuple[str, int], Template]] = {}


def template(
    name: str,
    *,
    version: int,
    kind: Kind,
    subject: Text,
    body: Text,
    good_for: timedelta,
    secrets: Collection[str] = (),
) -> Template:
    """Declare a template; raise ValueError for a name and version that are taken."""
    made = Template(
        name=name,
        version=version,
        kind=kind,
        subject=subject,
        body=body,
        good_for=good_for,
        facts=_places((subject.zh, subject.en, body.zh, body.en)) - frozenset(secrets),
        secrets=frozenset(secrets),
    )
    if _TEMPLATES.setdefault((name, version), made) != made:
        msg = f"two templates are {name} version {version}"
        raise ValueError(msg)
    return made


def find_template(name: str, version: int) -> Template:
    """Return a template of a message that was written before; raises KeyError."""
    return _TEMPLATES[name, version]


def templates() -> tuple[Template, ...]:
    """Return every template declared by the modules imported so far."""
    return tuple(_TEMPLATES.values())


def _places(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)
