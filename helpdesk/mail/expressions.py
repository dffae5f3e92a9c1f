"""Expressions that administrators write for numbers in subjects: read in linear time, whatever they say."""

import re2

from helpdesk.errors import N_, BadInput

LENGTH = 200
NUMBER_LENGTH = 100
SUBJECT_LENGTH = 1_000
MEMORY = 1 << 20
NO_EXPRESSION = N_("This is no expression that can be used: %(why)s.")
NO_GROUP = N_("Put round brackets around the part that is the number, once: for example %(example)s.")
EXAMPLE = r"(INC\d{5,})"


def check(expression: str, field: str) -> None:
    """Raises BadInput at the field unless it is a short expression with one group; nothing that looks back
    or ahead can be written, so that none can take for ever.
    """
    if not 0 < len(expression) <= LENGTH:
        raise BadInput(N_("An expression has between 1 and %(most)s characters."), field, most=LENGTH)
    try:
        groups = _compiled(expression).groups
    except re2.error as trouble:
        raise BadInput(NO_EXPRESSION, field, why=_words(trouble)) from trouble
    if groups != 1:
        raise BadInput(NO_GROUP, field, example=EXAMPLE)


def number_in(expression: str, subject: str) -> str | None:
    """What the group holds, with single blanks and in capitals; None if nothing, or no such expression."""
    try:
        pattern = _compiled(expression)
    except re2.error:
        return None
    found = pattern.search(subject[:SUBJECT_LENGTH]) if pattern.groups else None
    number = " ".join((found[1] or "").split()).upper() if found else ""
    return number[:NUMBER_LENGTH] or None


def _compiled(expression: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors, options.max_mem, options.case_sensitive = False, MEMORY, False
    return re2.compile(expression, options)


def _words(trouble: Exception) -> str:
    said = trouble.args[0] if trouble.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
