"""The process that tries whether an HTML body can be cleaned in time; it says so by ending well."""

import resource
import sys

from helpdesk.mail.cleaning import clean_html

CPU_SECONDS = 3  # whoever looks at the mail waits as long again
MEMORY_BYTES = 1024**3


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    clean_html(sys.stdin.buffer.read().decode("utf-8", "replace"))


if __name__ == "__main__":
    main()
