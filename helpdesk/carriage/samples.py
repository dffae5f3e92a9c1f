"""A sample file for each kind: our headers and three invented rows, to fill in or to try with."""

from collections.abc import Iterator, Mapping, Sequence

from helpdesk.carriage import comma
from helpdesk.carriage.cargo import FIELDS, Cargo

# One value a field, in the order of the fields; what is missing at the end stays empty.
ROWS: Mapping[Cargo, tuple[tuple[str, ...], ...]] = {
    Cargo.COMPANIES: (
        ("Brightwater Clinics", "brightwater.example", "+44 20 7946 0101", "en", "Europe/London", "yes"),
        ("Harbour Freight Office", "harbour.example; harbour-ops.example", "+44 161 496 0202", "en"),
        ("Северный ветер", "sevwind.example", "+7 495 123 45 67", "ru", "Europe/Moscow"),
    ),
    Cargo.CONTACTS: (
        ("Olga Petrova", "Северный ветер", "olga@sevwind.example", "+7 495 123 45 68", "Бухгалтер", "ru"),
        ("Ann Lee", "Brightwater Clinics", "ann.lee@brightwater.example", "+44 20 7946 0102", "Ward manager"),
        ("Tom Hart", "Harbour Freight Office", "tom@harbour.example; hart@harbour.example", "", "IT", "en"),
    ),
    Cargo.AGENTS: (
        ("mira.lang@yourfirm.example", "Mira Lang", "", "", "en"),
        ("jon.weir@yourfirm.example", "Jon Weir", "", "", "en"),
        ("vera.orlova@yourfirm.example", "Вера Орлова", "", "", "ru"),
    ),
    Cargo.ARTICLES: (
        ("A printer prints nothing", "1. Look whether its lamp is green.\n2. Print a test page.",
         "What to ask first", "en", "staff", "Printing", "draft"),
        ("How to reset your password", "1. Open the sign-in page.\n2. Press “Forgotten password”.",
         "For everybody", "en", "clients", "Sign-in", "published"),
        ("Не приходит почта", "1. Проверьте, есть ли место в ящике.\n2. Перезапустите программу.",
         "Первые шаги", "ru", "staff", "Почта", "draft"),
    ),
}  # fmt: skip


def lines(cargo: Cargo, *, language: str, teams: Sequence[str] = ()) -> Iterator[Sequence[str]]:
    """Headers and three rows; agents sit in teams that there are."""
    yield [field.head(language) for field in FIELDS[cargo]]
    for place, row in enumerate(ROWS[cargo]):
        cells = [*row, *([""] * (len(FIELDS[cargo]) - len(row)))]
        if cargo is Cargo.AGENTS and teams:
            cells[2 if place else 3] = teams[place % len(teams)]
        yield cells


def file(cargo: Cargo, *, language: str, teams: Sequence[str] = ()) -> bytes:
    """The sample as CSV."""
    return b"".join(comma.written(lines(cargo, language=language, teams=teams)))
