"""Which files of tests take how long: where a run's time goes is not told by its slowest tests."""

from collections import Counter, defaultdict
from operator import itemgetter
from typing import Final

import pytest

SHOWN: Final = 30


def tell(reporter: pytest.TerminalReporter) -> None:
    """Write the files that took longest, with all that was done for their tests."""
    seconds: defaultdict[str, float] = defaultdict(float)
    tests: Counter[str] = Counter()
    for reports in reporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = report.nodeid.partition("::")[0]
                seconds[file] += report.duration
                tests[file] += report.when == "call"
    reporter.section(f"slowest {SHOWN} of {len(seconds)} files")
    for file, taken in sorted(seconds.items(), key=itemgetter(1), reverse=True)[:SHOWN]:
        reporter.write_line(f"{taken:7.1f} s {tests[file]:5} tests  {file}")
