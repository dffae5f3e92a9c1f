"""The form of a mailbox as it was typed."""

from dataclasses import dataclass, field


@dataclass
class Typed:
    """The fields as they stand in the form; passwords apart, so that they never get into a page."""

    values: dict[str, str]
    passwords: dict[str, str] = field(repr=False)
    errors: dict[str, str] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
