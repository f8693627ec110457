"""Why a run cannot go on, or cannot be started."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class StepFailed(TongbaoError):
    """A step failed; what was done before is kept, and the run goes on there when started again."""

    code = "runs.step_failed"
    kind = Kind.UNAVAILABLE
    title = Text(zh="批处理步骤失败", en="A step failed")
    detail = Text(
        zh="{name} {day} 的步骤 {step} 失败：{error}。已完成的部分已保留，重新启动后继续",
        en="Step {step} of {name} for {day} failed: {error}. What was done is kept; start it again",
    )


class UnknownWork(TongbaoError):
    """There is no work of this name that is done in runs."""

    code = "runs.unknown_work"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此批处理", en="Unknown work")
    detail = Text(zh="没有名为 {name} 的批处理", en="No work is called {name}")


class DayNotOver(TongbaoError):
    """Nothing is done with a day that is not over."""

    code = "runs.day_not_over"
    kind = Kind.CONFLICT
    title = Text(zh="营业日尚未结束", en="The day is not over")
    detail = Text(
        zh="{day} 尚未结束，当前营业日为 {business_date}",
        en="{day} is not over; the business date is {business_date}",
    )


class DayOutOfOrder(TongbaoError):
    """Days follow one another without gaps, and this one lies before the first."""

    code = "runs.day_out_of_order"
    kind = Kind.CONFLICT
    title = Text(zh="须按日期顺序处理", en="Days follow one another")
    detail = Text(
        zh="{day} 早于应处理的第一天 {first_day}",
        en="{day} lies before the first day there is to do, {first_day}",
    )
