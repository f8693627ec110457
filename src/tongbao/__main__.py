"""`python -m tongbao` is the command `tongbao`."""

import sys

from tongbao.app.cli import main

sys.exit(main())
