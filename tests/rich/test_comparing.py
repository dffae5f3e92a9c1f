"""Two texts in one: what stayed, what went, what came; words know their look, so bold alone is a change."""

from helpdesk.rich.comparing import MOST_WORDS, Act, Piece, compared, is_told
from helpdesk.rich.marked import words_in, words_of

LETTER = "<div>Hello,<br>please <strong>restart</strong> it.</div><ul><li>one</li></ul>"


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.act, piece.text) for piece in compared(words_in(before), words_in(after))]


def test_words_that_differ_stand_between_those_that_stayed() -> None:
    assert told("We answer within a day, as always.", "We answer within two hours, as always.") == [
        ("same", "We answer within "),
        ("gone", "a day, "),
        ("new", "two hours, "),
        ("same", "as always."),
    ]
    assert told("The same.", "The same.") == [("left_out", "… ")]
    assert told("", "All new") == [("new", "All new")]


def test_a_rewritten_sentence_is_no_patchwork_of_the_little_words_both_have() -> None:
    acts = [
        act for act, _ in told("Is the lamp on? Look at the scanner.", "Switch the thing off at the wall.")
    ]
    assert acts == ["gone", "new"]


def test_what_stayed_far_from_a_difference_is_left_out_unless_all_is_wanted() -> None:
    before, after = (f"{'so ' * 30}{word} {'on ' * 30}end" for word in ("red", "blue"))
    pieces = compared(words_in(before), words_in(after))
    assert [piece.act for piece in pieces] == ["left_out", "same", "gone", "new", "same", "left_out"]
    assert pieces[1].text == "so " * 8
    whole = compared(words_in(before), words_in(after), whole=True)
    assert "".join(piece.text for piece in whole if piece.act != "new") == before
    assert "".join(piece.text for piece in whole if piece.act != "gone") == after


def test_texts_too_long_to_compare_go_and_come_whole() -> None:
    long = [("x " * (MOST_WORDS + 1)).join(ends) for ends in (("a ", " b"), ("c ", " d"))]
    assert [act for act, _ in told(*long)] == ["gone", "new"]


def test_a_look_alone_is_a_change_and_lists_and_links_are_spelt_out() -> None:
    plainly = LETTER.replace("<strong>", "").replace("</strong>", "")
    assert compared(words_of(plainly), words_of(LETTER))[1:3] == (
        Piece(Act.GONE, "restart "),
        Piece(Act.NEW, "restart", ("strong",)),
    )
    longer = LETTER.replace("</ul>", "<li><em>two</em> <a href='https://x.example'>there</a></li></ul>")
    news = [piece for piece in compared(words_of(LETTER), words_of(longer)) if piece.act == "new"]
    assert [(piece.text, piece.looks) for piece in news] == [
        ("\n- ", ()),
        ("two", ("em",)),
        (" there <https://x.example>", ()),
    ]


def test_looks_within_each_other_and_signs_from_outside_do_no_harm() -> None:
    words = words_of("<strong>a <em>b</em></strong>\ufdd1<pre>c\n\ufdd0d</pre>")
    assert [(word.text, word.looks) for word in words] == [
        ("a ", ("strong",)),
        ("b", ("strong", "em")),
        ("\n", ()),
        ("\n", ()),
        ("c", ("code",)),
        ("\n", ("code",)),
        ("d", ("code",)),
    ]
    assert not is_told(compared(words, words))
