"""Work in named steps that is done once, however often it is begun or killed: an end of day."""

from tongbao.infra.runs.steps import Progress, Step, Work

__all__ = ["Progress", "Step", "Work"]
