"""Both halves of the chaos of mail, one after the other: what comes in, and what goes out."""

import subprocess
import sys
from pathlib import Path

HALVES = ("chaos_mail_in.py", "chaos_mail_out.py")


def main() -> int:
    """Run each with the same arguments; 0 when both went well."""
    here = Path(__file__).parent
    codes = [subprocess.call([sys.executable, str(here / half), *sys.argv[1:]]) for half in HALVES]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
