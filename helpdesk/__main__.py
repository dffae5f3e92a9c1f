"""The `helpdesk` command; while its many definitions are read nothing is garbage, so the collector rests."""

import gc

gc.disable()  # a fifth of the time until a command begins was spent on looking

from helpdesk.cli import main as begin  # noqa: E402


def main() -> None:
    """Begin; what there is by now lives to the end and is never looked at again."""
    gc.freeze()
    gc.enable()
    begin()


if __name__ == "__main__":
    main()
