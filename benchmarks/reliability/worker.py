"""A worker whose leases are short, so that what a killed one held is soon taken over."""

from __future__ import annotations

import signal
import sys
from datetime import timedelta
from pathlib import Path

from teichaku.config.boot import start

LEASE = timedelta(seconds=6)


def main() -> None:
    """Nothing; jobs were run until SIGTERM. The file that is named says that it has started."""
    start(None, lang="ja")
    from teichaku.core.worker import Worker

    worker = Worker(lease=LEASE)
    signal.signal(signal.SIGTERM, lambda number, frame: worker.stop())
    Path(sys.argv[1]).touch()
    worker.run()


if __name__ == "__main__":
    main()
