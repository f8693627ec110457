"""Work in named steps that is done once, however often it is begun or killed: an end of day.

::

    await carry_out(database, name="end_of_day", day=day, steps=STEPS, clock=now)

A step is a function that does one bounded piece on the transaction it is given and says where the
next piece goes on (`Work`). That place is stored on the same transaction: a piece is done once.
"""

from tongbao.infra.runs.engine import Told, carry_out, note_finished
from tongbao.infra.runs.errors import DayNotOver, DayOutOfOrder, StepFailed
from tongbao.infra.runs.reading import last_finished
from tongbao.infra.runs.registry import Startable, declare
from tongbao.infra.runs.steps import Progress, Step, Work

__all__ = [
    "DayNotOver",
    "DayOutOfOrder",
    "Progress",
    "Startable",
    "Step",
    "StepFailed",
    "Told",
    "Work",
    "carry_out",
    "declare",
    "last_finished",
    "note_finished",
]
