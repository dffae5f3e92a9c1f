"""How a person is drawn where no picture exists: initials and one of eight tints. Pure."""

TINTS = 8


def initials(name: str) -> str:
    """The first letters of the first and the last word; one letter for a single word, a dot for none."""
    words = [word for word in name.replace("(", " ").split() if word[0].isalnum()]
    if not words:
        return "·"
    return "".join(word[0].upper() for word in (words[:1] if len(words) == 1 else (words[0], words[-1])))


def tint(person_id: int) -> int:
    """The number of the person's tint, always the same for one person (1 to 8)."""
    return person_id % TINTS + 1
