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
        """Return the wording in `language` with its places filled from `facts`."""
        template = self.zh if language == "zh" else self.en
        return template.format(**facts)
