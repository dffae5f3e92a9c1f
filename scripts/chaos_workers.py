"""Worker processes that die, at a named point of the code or by kill -9, and are started again."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

AT_RANDOM, BY_ITSELF = "at random", "by itself"


@dataclass
class Workers:
    """`be_one` is what each process does: it is given the point at which it dies, None: nowhere of its own.

    `running` holds that point for each process, `died_at` how many died where.
    """

    be_one: Callable[[str | None], None]
    wanted: int
    plan: list[str] = field(default_factory=list)
    running: dict[int, str | None] = field(default_factory=dict)
    died_at: Counter[str] = field(default_factory=Counter)

    def start(self, armed: str | None) -> None:
        """One more, made from this process, which has imported everything already."""
        pid = os.fork()
        if pid:
            self.running[pid] = armed
            return
        try:
            self.be_one(armed)
        finally:
            os._exit(1)

    def fill(self, *, at_once: int) -> None:
        """Start as many as are missing; at most that many at once are to die at points of the plan."""
        while len(self.running) < self.wanted:
            to_die = sum(armed is not None for armed in self.running.values())
            self.start(self.plan.pop(0) if self.plan and to_die < at_once else None)

    def reap(self) -> list[str]:
        """Notice who died; the points at which it happened."""
        reached = []
        for pid in list(self.running):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                armed = self.running.pop(pid)
                died = armed is not None and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
                self.died_at[point_of(armed) if armed and died else BY_ITSELF] += 1
                reached += [armed] if armed and died else []
        return reached

    def kill_one(self, dice: random.Random, among: Collection[str | None] = (None,)) -> bool:
        """kill -9 for one of those armed like that; False when there is none."""
        free = sorted(pid for pid, armed in self.running.items() if armed in among)
        if free:
            self.kill(dice.choice(free))
            self.died_at[AT_RANDOM] += 1
        return bool(free)

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        del self.running[pid]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End them all; with SIGTERM each finishes what it does."""
        for pid in self.running:
            os.kill(pid, how)
        for pid in self.running:
            os.waitpid(pid, 0)
        self.running.clear()


def point_of(armed: str) -> str:
    """The point without the passing at which somebody dies there."""
    return armed.partition("/")[0]
