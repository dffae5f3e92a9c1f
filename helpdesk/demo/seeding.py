"""`helpdesk seed`: the demo's firm with any number of tickets."""

from helpdesk.demo.firm import found_firm


def seed_tickets(count: int, *, seed: int) -> None:
    """Write `count` tickets into the demo's firm, the same ones for the same `seed`."""
    found_firm()
