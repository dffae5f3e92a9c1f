"""Folding of history and signatures: no word is ever lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.mail.parsing import parse
from helpdesk.mail.plaintext import html_to_text
from helpdesk.mail.quotes import fold
from tests.effort import effort

HEADS = [
    "On Mon, 1 Jun 2026 at 10:00, Firm support <support@helpdesk.example> wrote:",
    "On Mon, 1 Jun 2026 at 10:00, Firm support\n<support@helpdesk.example> wrote:",
    "Am 01.06.2026 um 10:00 schrieb Firm support:",
    "Le 1 juin 2026 à 10:00, Firm support a écrit :",
    "El 01/06/2026 a las 10:00, Firm support escribió:",
    "Il giorno 1 giu 2026 alle 10:00 Firm support ha scritto:",
    "Em 01/06/2026 10:00, Firm support escreveu:",
    "Op 01-06-2026 om 10:00 schreef Firm support:",
    "Den 2026-06-01 10:00, skrev Firm support:",
    "W dniu 01.06.2026 10:00, Firm support pisze:",
    "1 июня 2026 г., 10:00, Firm support <support@helpdesk.example> написал:",
    "Понедельник, 1 июня 2026, 10:00 +03:00 от Firm support <support@helpdesk.example> написала:",
    "01.06.2026 10:00, Firm support пишет:",
    '01.06.2026, 10.00, "Firm support" <support@helpdesk.example>:',
    "пн, 1 июн. 2026 г. в 10:00, Firm support <support@helpdesk.example>:",
    "2026-06-01 10:00 GMT+03:00 Firm support <support@helpdesk.example>:",
    'In data 1 giugno 2026 10:00:00 "Firm support" <support@helpdesk.example> ha scritto:',
    "tir. 1. jun. 2026 kl. 10:00 skrev Firm support <support@helpdesk.example\n>:",
    "2026.06.01. 10:00 keltezéssel, Firm support írta:",
    "1 Haz 2026 Pzt 10:00 tarihinde Firm support <support@helpdesk.example> şunu yazdı:",
    "Dne 1. 6. 2026 v 10:00 Firm support napsal:",
    "On Mon, 1 Jun 2026 10:00:00 +0300 Firm support <support@helpdesk.example> wrote",
    "---- On Mon, 1 Jun 2026 10:00:00 +0300 support@helpdesk.example wrote ----",
    "2026年6月1日 10:00，Firm support <support@helpdesk.example> 写道：",
]


@pytest.mark.parametrize("head", HEADS)
def test_what_follows_an_attribution_is_folded(head: str) -> None:
    found = fold(f"It works.\n\n{head}\n> Please try.\n> Bye\n")
    assert found.reply == "It works.\n\n"


@pytest.mark.parametrize(
    "history",
    [
        "-----Original Message-----\nFrom: a\nold words",
        "-------- Исходное сообщение --------\nстарые слова",
        "From: Support <s@helpdesk.example>\nSent: Monday\nTo: Eva\nSubject: Help\n\nold words",
        "________________________________\nFrom: Support\nSent: Monday\nTo: Eva\n\nold words",
        "От: Поддержка\nОтправлено: понедельник\nКому: Ева\nТема: Помощь\n\nстарые слова",
        "## Please write above this line ##\nold words",
        "-- \nEva Lang\nHead of sales",
        "> old words\n> more",
    ],
)
def test_history_and_signatures_are_folded(history: str) -> None:
    assert fold(f"New words\n\n{history}\n").reply.strip() == "New words"


@pytest.mark.parametrize(
    "text",
    [
        "> question one\nanswer one\n> question two\nanswer two\n",
        f"{HEADS[0]}\n> question\n\nThe answer stands below.\n",
        f"Hello\n{HEADS[0]}\n> question\nanswer inside\n> more\n",
        "> only a quote\n",
        "-- \nonly a signature\n",
        "Regards to all of them, and I wrote:\nthis is mine\n",
        "From: here to there\nit is far\n",
        f"My answers are below in red.\n\n{HEADS[0]}\nWhich room?\nRoom 3.\n",
        f"Отвечаю ниже в тексте.\n\n{HEADS[0]}\nКакая комната?\nТретья.\n",
        "We met on 12.03.2026 at 10:00 and I wrote:\nthat it is broken\n> as you see\nin room 3\n",
        "",
    ],
)
def test_nothing_is_folded_where_words_could_be_lost(text: str) -> None:
    assert fold(text).reply == text


@pytest.mark.parametrize("head", HEADS)
def test_the_line_right_above_an_attribution_is_the_clients(head: str) -> None:
    assert (
        fold(f"It fails since 12.03.2026.\n{head}\n> Please try.\n").reply == "It fails since 12.03.2026.\n"
    )


def test_a_signature_below_the_history_is_no_answer_to_it() -> None:
    text = f"It works.\n\n{HEADS[0]}\n> Please try.\n\n-- \nEva Lang\nHead of sales\n"
    assert fold(text).reply == "It works.\n\n"


@given(st.text(alphabet="> \n-:abОтFrom", max_size=300))
def test_the_two_halves_are_always_the_whole(text: str) -> None:
    found = fold(text)
    assert found.reply + found.quoted == text
    assert found.reply.strip() or not text.strip()


GMAIL = (
    '<div dir="ltr">It works, thanks.</div><br><div class="gmail_quote"><div class="gmail_attr">'
    "On Mon, 1 Jun 2026 at 10:00, Firm support &lt;<a href='mailto:s@helpdesk.example'>s@helpdesk.example"
    "</a>&gt; wrote:<br></div><blockquote>Please try.<br>Bye</blockquote></div>"
)
OUTLOOK = (
    "<p>It works, thanks.</p><div style='border:none'><p><b>From:</b> Firm support &lt;s@helpdesk.example&gt;"
    "<br><b>Sent:</b> Monday<br><b>To:</b> Eva<br><b>Subject:</b> Help</p></div><p>Please try.</p>"
)


@pytest.mark.parametrize("html", [GMAIL, OUTLOOK], ids=["gmail", "outlook"])
def test_an_answer_in_html_alone_is_folded_too(html: str) -> None:
    assert fold(html_to_text(html)).reply.strip() == "It works, thanks."


UNKNOWN_WORDS = "<p>Lähde: Tuki &lt;s@helpdesk.example&gt;<br>Aika: maanantai</p><p>Kokeile tätä.</p>"


@pytest.mark.parametrize(
    "opening",
    ['<div id="appendonsend"></div><hr>', "<hr><div id='x_divRplyFwdMsg' dir='ltr'>",
     '<div class="yahoo_quoted">', '<div class="protonmail_quote">',
     "<div class=gmail_quote>", '<span id="OLK_SRC_BODY_SECTION">'],
)  # fmt: skip
def test_the_programs_own_divider_is_believed_in_any_language(opening: str) -> None:
    raw = f"Content-Type: text/html\r\n\r\n<p>Toimii, kiitos.</p>{opening}{UNKNOWN_WORDS}</div>".encode()
    found = parse(raw)
    assert found.reply.strip() == "Toimii, kiitos."
    assert "Kokeile" in found.text
    assert "\ue002" not in found.text


def test_an_answer_below_the_programs_own_divider_folds_nothing() -> None:
    raw = (
        b"Content-Type: text/html\r\n\r\n<p>Hello</p><div class='gmail_quote'>"
        b"<blockquote>Which room?</blockquote></div><p>Room 3.</p>"
    )
    found = parse(raw)
    assert found.reply == found.text


def test_words_below_a_quotation_in_html_stay_in_sight() -> None:
    text = html_to_text(f"{GMAIL}<p>My answer stands below.</p>")
    assert fold(text).reply == text


@pytest.mark.parametrize("filler", [" ", ">", "> "])
def test_one_endless_line_is_looked_at_only_where_it_begins(filler: str) -> None:
    text = f"The door is stuck.\n\nFrom: Ada\n{filler * 4_000_000}x\nSent: today\nTo: Eva\nold words\n"
    folded, cost = effort(lambda: fold(text))
    assert folded.reply.startswith("The door is stuck.")
    assert folded.reply + folded.quoted == text
    assert cost < 200


HEAVY = {
    "attributions": f"{HEADS[0]}\nwords\n> old\n",
    "a date and a colon": "2026:\n",
    "blanks behind a verb": f"On 2026 wrote{' ' * 250}x:\n",
    "rules": f"{'-' * 380}@:\n",
    "marks of quotation": f"    {'>' * 370}@:\n",
    "signs of an address": f"1.June <{'@' * 380}:\n",
    "headings": f"{'#' * 490}\n",
    "single letters": "a\n",
}


@pytest.mark.parametrize("line", HEAVY.values(), ids=HEAVY)
def test_many_lines_that_look_like_history_cost_little(line: str) -> None:
    text = f"The door is stuck.\n\n{line * (200_000 // len(line))}\n> old\nlast words\n"
    folded, cost = effort(lambda: fold(text))
    assert folded.reply == text
    assert cost < 100


def test_an_endless_attribute_is_read_once() -> None:
    html = f"<div {'id=' * 40_000}>gmail_quote</div>"
    text, cost = effort(lambda: html_to_text(html, marks_history=True))
    assert text == "gmail_quote"
    assert cost < 100
