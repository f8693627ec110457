"""What of names and numbers is shown to others than their owner."""

from typing import Final

HEAD: Final = 6
TAIL: Final = 4
_SHORT: Final = 2


def masked_number(number: str) -> str:
    """Return an account number with its first six and last four digits: 990001*********0018."""
    hidden = max(len(number) - HEAD - TAIL, 0)
    return f"{number[:HEAD]}{'*' * hidden}{number[-TAIL:]}" if hidden else "*" * len(number)


def masked_name(name: str) -> str:
    """Return a name with what lies inside hidden: 王*明, *明; at most six signs are said."""
    if len(name) <= _SHORT:
        return "*" + name[1:]
    return f"{name[0]}{'*' * min(len(name) - _SHORT, TAIL)}{name[-1]}"
