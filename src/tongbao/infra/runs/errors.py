"""Why a run cannot go on or be seen."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class StepFailed(TongbaoError):
    """A step failed; what was done before is kept, and the run goes on there when started again."""

    code = "runs.step_failed"
    kind = Kind.UNAVAILABLE
    title = Text(zh="批处理步骤失败", en="A step failed")
    detail = Text(
        zh="{name} {day} 的步骤 {step} 失败:{error};已完成部分保留,重新启动后继续",
        en="Step {step} of {name} for {day} failed: {error}. What was done is kept; start it again",
    )


class UnknownRun(TongbaoError):
    """There is no work of this name, or it was never run for this day."""

    code = "runs.unknown_run"
    kind = Kind.NOT_FOUND
    title = Text(zh="批处理不存在", en="Unknown run")


class RunRefused(TongbaoError):
    """It cannot be run for this day now."""

    code = "runs.refused"
    kind = Kind.CONFLICT
    title = Text(zh="此刻不能运行", en="It cannot be run now")
    detail = Text(zh="{reason}", en="{reason}")
