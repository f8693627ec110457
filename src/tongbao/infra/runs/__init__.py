"""Work in named steps that is done once, however often it is begun or killed: an end of day.

::

    await carry_out(database, name="end_of_day", day=day, steps=STEPS, clock=now)

A step is a function that does one bounded piece on the transaction it is given and says where the
next piece goes on (`Work`). That place is stored on the same transaction: a piece is done once.
"""

from tongbao.infra.runs.engine import carry_out, last_finished
from tongbao.infra.runs.errors import StepFailed
from tongbao.infra.runs.steps import Progress, Step, Work

__all__ = ["Progress", "Step", "StepFailed", "Work", "carry_out", "last_finished"]
