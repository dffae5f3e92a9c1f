"""The few errors whose text may be shown to a person."""


def N_(sentence: str) -> str:  # noqa: N802
    """Mark a sentence for the catalogues that is kept in English and translated when it is shown."""
    return sentence


class DomainError(Exception):
    """Something the desk does not do; its text is a sentence for the person who asked.

    The English sentence and what fills it are kept apart: whoever shows it says it in the reader's language.
    """

    def __init__(self, sentence: str = "", /, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence, self.values = sentence, values


class RuleViolation(DomainError):
    """The request breaks a rule of the desk (answered with 409)."""


class StaleChange(DomainError):
    """Somebody else changed the same thing meanwhile (answered with 409, both texts kept)."""


class NotPermitted(DomainError):
    """The person may see the thing but not do this to it (answered with 403)."""


class BadInput(DomainError):
    """The shape of what was sent is wrong (answered with 422);

    `field` names the place, None means the whole.
    """

    def __init__(self, sentence: str, field: str | None = None, /, **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field
