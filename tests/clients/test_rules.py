"""Domains, addresses and the line that contacts are found by."""

import pytest

from helpdesk.clients import rules


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("Signe.Holm@Halden.example", "halden.example"),
        ('"a@b"@firm.example', "firm.example"),
        ("nobody", ""),
        (" x@sub.firm.example ", "sub.firm.example"),
    ],
)
def test_the_domain_of_an_address_is_what_stands_behind_the_last_at(email: str, expected: str) -> None:
    assert rules.domain_of(email) == expected


@pytest.mark.parametrize(
    "typed", ["@firm.example", "https://firm.example/", "www.Firm.example", "firm.example."]
)
def test_a_domain_is_read_however_it_was_pasted(typed: str) -> None:
    assert rules.domain(typed) == "firm.example"


@pytest.mark.parametrize(
    "name", ["firm", "firm..example", "-firm.example", "fi rm.example", "", "a@b.example"]
)
def test_what_is_no_domain_is_not_taken_for_one(name: str) -> None:
    assert not rules.is_domain(name)


def test_a_russian_domain_is_a_domain() -> None:
    assert rules.is_domain("фирма.рф")


@pytest.mark.parametrize("name", ["gmail.com", "yandex.ru", "mail.ru", "gmx.de"])
def test_free_mail_says_nothing_about_a_firm(name: str) -> None:
    assert rules.is_free_mail(name)


@pytest.mark.parametrize(
    "email", ["a@b", "@firm.example", "a b@firm.example", "a@firm", "<a@firm.example>", ""]
)
def test_what_is_no_address_is_not_taken_for_one(email: str) -> None:
    assert not rules.is_address(email)


def test_the_lookup_line_holds_words_addresses_whole_and_in_pieces_and_numbers() -> None:
    line = rules.lookup_line(["Пётр Ёлкин", "Halden-Freight Ltd", "p.elkin@halden.example"], ["74955550172"])
    assert line.split() == [
        "петр", "елкин", "halden-freight", "ltd", "p.elkin@halden.example",
        "halden", "freight", "p", "elkin", "example", "74955550172",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "typed", "marked"),
    [
        ("Signe Holm", "sig", "[Sig]ne Holm"),
        ("Signe Holm", "olm ign", "S[ign]e H[olm]"),
        ("Пётр Ёлкин", "елк", "Пётр [Ёлк]ин"),
        ("Signe Holm", "zzz", "Signe Holm"),
        ("Straße", "STRASSE", "Straße"),
    ],
)
def test_what_was_typed_is_marked_in_a_name(name: str, typed: str, marked: str) -> None:
    parts = rules.parts_of(name, typed)
    assert "".join(f"[{part}]" if is_hit else part for part, is_hit in parts) == marked
