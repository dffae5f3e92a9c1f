"""How far the client's clocks are, as far as changing a priority asks. Pure."""

from dataclasses import dataclass

PRESSED_PERCENT = 90


@dataclass(frozen=True, kw_only=True)
class ClockUse:
    """How much of the fullest of the client's clocks is used, in percent, and whether one was missed."""

    percent: int = 0
    breached: bool = False

    @property
    def is_pressed(self) -> bool:
        """Whether lowering the priority now could hide something."""
        return self.breached or self.percent > PRESSED_PERCENT
