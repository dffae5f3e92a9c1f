"""The demo's child processes: started apart from the terminal, watched, and stopped in order by their ids."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

STOP_SECONDS = 8.0


class Child:
    """One `helpdesk` command running beside this one."""

    def __init__(self, *arguments: str, env: Mapping[str, str]) -> None:
        self.name = arguments[0]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk", *arguments], env=dict(env), start_new_session=True
        )

    @property
    def ended_with(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask it to end; after some seconds end it and what it started."""
        if self.ended_with is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def children(*commands: tuple[str, ...], env: Mapping[str, str]) -> Iterator[list[Child]]:
    """Run these commands while the block runs; the last one started is stopped first."""
    running: list[Child] = []
    try:
        running.extend(Child(*command, env=env) for command in commands)
        yield running
    finally:
        for child in reversed(running):
            child.stop()
