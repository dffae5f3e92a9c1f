"""How a telephone number is read: as people type it into E.164, and back into something to look at."""

import re

import phonenumbers

DEFAULT_REGION = "GB"
_INTERNAL_DIGITS = 6
_TRUNK_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
_OPERATOR_ZEROS = re.compile(r"^\s*\(0\)\s*(?=\d)")
_WITHHELD = frozenset({"", "0", "anonymous", "unknown", "private", "withheld", "unavailable", "restricted"})


def e164(typed: str, region: str = DEFAULT_REGION) -> str | None:
    """The number in E.164 (ITU-T), or None when it cannot be one: withheld, a short internal number, a slip.

    `region` (ISO 3166 alpha-2) is where a number without country code is dialled. Extensions are left out.
    """
    if is_withheld(typed) or len(digits_of(typed)) <= _INTERNAL_DIGITS:
        return None
    try:
        number = phonenumbers.parse(_cleaned(typed), region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def shown(number: str | None, typed: str | None = None) -> str:
    """The number as one reads it aloud, "+44 20 5550 0172"; what was typed when it could not be read."""
    if not number:
        return (typed or "").strip()
    parsed = phonenumbers.parse(number, None)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def national_digits(number: str) -> str:
    """The digits of an E.164 number without its country code, as neighbours write it."""
    return str(phonenumbers.national_significant_number(phonenumbers.parse(number, None)))


def begun_digits(typed: str) -> str:
    """The digits of a number that is still being typed, without the (0) dialled only inside the country."""
    return digits_of(_cleaned(typed))


def digits_of(typed: str) -> str:
    """Only the digits, in ASCII."""
    return "".join(str(int(char)) for char in typed if char.isdecimal())


def looks_like_number(typed: str) -> bool:
    """Whether somebody types a number rather than a name: at least three digits and no letters."""
    return len(digits_of(typed)) >= 3 and not any(char.isalpha() for char in typed)


def is_withheld(typed: str) -> bool:
    """Whether the exchange told no number at all."""
    return typed.strip().lower() in _WITHHELD


def _cleaned(typed: str) -> str:
    """Without the (0) that is dialled only inside the country, and without slashes."""
    text = _OPERATOR_ZEROS.sub("0", typed)
    text = _TRUNK_IN_BRACKETS.sub(" ", text) if "+" in text or text.strip().startswith("00") else text
    return text.replace("/", " ")
