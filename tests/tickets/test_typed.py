"""What is typed into the search box is taken apart as people mean it."""

import pytest

from helpdesk.tickets import typed
from helpdesk.tickets.rules import State


@pytest.mark.parametrize("text", ["1042", "#1042", "HD#1042", "[HD#1042]", " [hd#1042] ", "Ф1#1042"])
def test_a_number_is_read_in_every_spelling(text: str) -> None:
    assert typed.read(text).number == 1042


@pytest.mark.parametrize("text", ["1042a", "10 42", "+7 912", "", "#", "9" * 13, "HD-1042", "line:2"])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert typed.read(text).number is None


@pytest.mark.parametrize(
    ("text", "words", "phrases"),
    [
        ("Принтёр  ПЕЧАТАЕТ", ("принтер", "печатает"), ()),
        ('"paper tray" jam', ("jam",), ("paper tray",)),
        ("«пустой лист»", (), ("пустой лист",)),
        ('half "open', ("half", "open"), ()),
        ("http://x.example/a", ("http", "x.example", "a"), ()),
        ("hanna@bright.example", ("hanna@bright.example",), ()),
        ("!!! ??? ''", (), ()),
        ('""', (), ()),
        ("a b c d e f g h i j", tuple("abcdefgh"), ()),
    ],
)
def test_words_and_phrases_are_kept_apart(text: str, words: tuple[str], phrases: tuple[str]) -> None:
    found = typed.read(text)
    assert (found.words, found.phrases) == (words, phrases)


def test_prefixes_narrow_in_both_languages() -> None:
    found = typed.read('client:"Halden Freight" line:2 tag:VIP state:waiting printer')
    assert (found.clients, found.lines, found.tags) == (("halden freight",), (2,), ("vip",))
    assert found.states == (State.WAITING_CLIENT, State.WAITING_THIRD_PARTY)
    assert (found.words, found.is_narrowed) == (("printer",), True)
    russian = typed.read("клиент:Ёлкин линия:1 метка:касса состояние:закрыт")
    assert (russian.clients, russian.lines, russian.states) == (("елкин",), (1,), (State.CLOSED,))


@pytest.mark.parametrize("text", ["line:9", "line:x", "line:²", "state:blue", "line:99999999999999999999"])
def test_a_prefix_that_means_nothing_is_remarked_on(text: str) -> None:
    found = typed.read(text)
    assert (len(found.remarks), found.is_narrowed) == (1, False)
