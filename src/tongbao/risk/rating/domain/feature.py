"""What a feature is: one number about a firm, with the words to explain it."""

from dataclasses import dataclass

from tongbao.kernel.text import Text
from tongbao.lib.scorecard import Direction, Unit

FeatureValues = dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A declared feature.

    Attributes
    ----------
    code : str
        Stable name; a new meaning gets a new code and a new version of the feature set.
    name, description : Text
        What a person reads.
    unit : Unit
        `share` lies in 0..1 (shown as a percentage), `ratio` is any fraction.
    direction : Direction
        What a credit officer expects; the scorecard is held to it.
    scored : bool
        False if the value is kept for rules and reports and never offered to the scorecard.
    """

    code: str
    name: Text
    description: Text
    unit: Unit
    direction: Direction
    scored: bool = True
