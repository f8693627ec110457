"""A sentence a person reads, in Chinese and in English."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """Both wordings of one sentence; `{name}` places are filled by `say`."""

    zh: str
    en: str

    def say(self, language: Language, **facts: object) -> str:
        """Return the wording in `language` with its places filled from `facts`.

        A fact that is a `Text` itself is said in the same language.
        """
        template = self.zh if language == "zh" else self.en
        said = {
            name: fact.say(language) if isinstance(fact, Text) else fact
            for name, fact in facts.items()
        }
        return template.format(**said)
