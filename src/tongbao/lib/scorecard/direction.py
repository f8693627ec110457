"""Which way a feature is expected to speak."""

from enum import StrEnum


class Direction(StrEnum):
    """What a larger value means for the risk of a firm."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    EITHER = "either"  # not known beforehand: the training data choose, still monotone
