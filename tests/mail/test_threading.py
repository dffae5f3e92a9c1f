"""Which ticket a mail belongs to, and that no guess or forgery opens one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk.mail.compose import Outgoing, build
from helpdesk.mail.headers import Address
from helpdesk.mail.parsing import ParsedMail, parse
from helpdesk.mail.threading import (
    Evidence,
    Proof,
    evidence,
    prefix_of,
    subject_numbers,
    with_subject_tag,
    wrong_tokens,
)
from helpdesk.mail.tokens import (
    Token,
    make_marker,
    make_message_id,
    make_token,
    newest,
    read_markers,
    read_message_id,
    read_token,
    reply_address,
    without_markers,
)

SAMPLES = Path(__file__).parent / "samples"
KEYS = {1: b"first key of thirty-two bytes ....", 2: b"second key of thirty-two bytes ..."}
TOKEN = make_token(KEYS[2], 1042, 77, 2)
ADDRESS = reply_address("support@helpdesk.example", TOKEN)
OWN_ID = make_message_id(KEYS[1], 1042, 76, 1, domain="helpdesk.example", unique="o9")


def mail(**headers: str) -> ParsedMail:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return parse(f"From: eva@x.example\r\n{lines}\r\nHello".encode())


def test_a_reply_address_comes_back_as_its_ticket_and_message() -> None:
    assert read_token(ADDRESS, KEYS) == Token(1042, 77, 2)


def test_letter_case_of_the_local_part_does_not_matter() -> None:
    assert read_token(ADDRESS.upper(), KEYS) == Token(1042, 77, 2)


def test_a_reply_address_fits_into_a_local_part_and_carries_a_hundred_bits() -> None:
    long = reply_address("support@helpdesk.example", make_token(KEYS[1], 10**9, 10**10, 99))
    assert len(long.partition("@")[0]) <= 64
    assert len(TOKEN.rpartition(".")[2]) == 20
    longer = "customer.care.of.the.north@helpdesk.example"
    assert reply_address(longer, make_token(KEYS[1], 10**9, 10**10, 99)) == longer


def test_old_keys_stay_valid_and_the_newest_signs() -> None:
    assert newest(KEYS) == (2, KEYS[2])
    assert read_message_id(OWN_ID, KEYS) == Token(1042, 76, 1)


@pytest.mark.parametrize(
    "address",
    [
        "support@helpdesk.example",
        "support+anything@helpdesk.example",
        ADDRESS.replace("1042", "1043"),
        ADDRESS.replace(".77.", ".78."),
        ADDRESS.replace(".2.", ".1."),
        ADDRESS.replace(".2.", ".3."),
        ADDRESS.replace("+t.", "+m."),
        ADDRESS.replace("+t.", "+b."),
        ADDRESS.replace("@", "x@"),
        f"support+{TOKEN[:-1]}@helpdesk.example",
        "support+t.1042.77.2.@helpdesk.example",
        "support+t.1042.77.2." + "a" * 20 + "@helpdesk.example",
        "support+t." + "9" * 400 + ".1.1." + "a" * 20 + "@helpdesk.example",
        OWN_ID.strip("<>").replace("m.", "support+t.", 1),
    ],
)
def test_a_forged_or_damaged_token_is_no_token(address: str) -> None:
    assert read_token(address, KEYS) is None


def test_a_token_for_one_use_is_worth_nothing_in_another() -> None:
    assert read_message_id(f"<{TOKEN}@helpdesk.example>", KEYS) is None
    assert read_markers(f"[ref:{TOKEN}]", KEYS) == ()


def test_a_marker_is_found_in_a_quoted_body() -> None:
    marker = make_marker(KEYS[2], 1042, 77, 2)
    assert read_markers(f"> old words\n> {marker}\n", KEYS) == (Token(1042, 77, 2),)


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [HD#1042] Import", (1042,)),
        ("AW: [hd#1042] FW: [HD # 7]", (1042, 7)),
        ("[HD#1042] [HD#1042]", (1042,)),
        ("[XX#1042] HD#1042 [HD#] [HD#-5]", ()),
        ("[HD#99999999999999999999]", ()),
    ],
)
def test_ticket_numbers_are_read_from_subjects(subject: str, numbers: tuple[int, ...]) -> None:
    assert subject_numbers(subject, {"HD"}) == numbers


def test_letters_of_old_are_read_beside_those_of_now() -> None:
    assert subject_numbers("Re: [HD#7] AW: [bw#9] [INC#8]", {"BW", "HD"}) == (7, 9)
    assert subject_numbers("[HD#7]", set()) == ()


def test_a_tag_of_old_letters_gives_way_to_the_one_of_now() -> None:
    assert with_subject_tag("Re: [HD#5] Import [INC#77]", "BW", 5) == "[BW#5] Re: Import [INC#77]"
    assert prefix_of("[HD#5] Import") == "HD"
    assert prefix_of("Import [HD#5]") is None


def test_a_mark_that_is_not_ours_is_noticed() -> None:
    forged = mail(
        To=ADDRESS.replace("1042", "1043"),
        References=f"<a@x.example> {OWN_ID.replace('.76.', '.75.')}",
        Subject="Re: [HD#1042] x",
    )
    assert wrong_tokens(forged, KEYS) == (Proof.REPLY_ADDRESS, Proof.OWN_MESSAGE_ID)
    assert [one.kind for one in evidence(forged, KEYS, {"HD"})][-1] is Proof.SUBJECT_NUMBER
    ours = mail(To=ADDRESS, References=OWN_ID)
    assert wrong_tokens(ours, KEYS) == ()


def test_an_answer_carries_no_marks_but_its_own() -> None:
    marker = make_marker(KEYS[2], 1042, 77, 2)
    assert without_markers(f"> old words\n> {marker}\n") == "> old words\n> \n"


def test_a_subject_carries_one_tag() -> None:
    assert with_subject_tag("Re: [HD#5] Import", "HD", 5) == "[HD#5] Re: Import"
    assert with_subject_tag("", "HD", 5) == "[HD#5]"


def test_evidence_comes_in_its_order() -> None:
    found = evidence(
        mail(
            To=f"Support <{ADDRESS}>",
            Subject="Re: [HD#9] x",
            In_Reply_To="<a@x.example>",
            References=f"<old@x.example> {OWN_ID} <a@x.example>",
        ),
        KEYS,
        {"HD"},
    )
    assert found == (
        Evidence(Proof.REPLY_ADDRESS, Token(1042, 77, 2)),
        Evidence(Proof.OWN_MESSAGE_ID, Token(1042, 76, 1)),
        Evidence(Proof.STORED_MESSAGE_ID, message_id="<a@x.example>"),
        Evidence(Proof.STORED_MESSAGE_ID, message_id="<old@x.example>"),
        Evidence(Proof.SUBJECT_NUMBER, number=9),
    )


def test_a_wrong_token_leads_on_to_the_next_evidence() -> None:
    found = evidence(parse((SAMPLES / "answer_with_quote.eml").read_bytes()), KEYS, {"HD"})
    assert [one.kind for one in found] == [
        Proof.STORED_MESSAGE_ID,
        Proof.STORED_MESSAGE_ID,
        Proof.SUBJECT_NUMBER,
    ]


def test_a_client_who_answers_our_mail_is_recognised_three_times_over() -> None:
    ours = parse(
        build(
            Outgoing(
                from_name="Firm support",
                from_email="support@helpdesk.example",
                to=(Address("Eva", "eva@x.example"),),
                subject=with_subject_tag("Import", "HD", 1042),
                text=f"Please try.\n\n{make_marker(KEYS[2], 1042, 77, 2)}",
                message_id=make_message_id(KEYS[2], 1042, 77, 2, domain="helpdesk.example", unique="a1"),
                sent_at=datetime(2026, 6, 1, 10, 0, tzinfo=UTC),
                instance_id="desk-a",
                reply_to=ADDRESS,
            )
        )
    )
    quoted = "".join(f"> {line}\r\n" for line in ours.text.split("\n"))
    raw = (
        f"From: eva@x.example\r\nTo: {ours.reply_to[0].email}\r\nSubject: Re: {ours.subject}\r\n"
        f"In-Reply-To: {ours.message_id}\r\n\r\nIt works.\r\n\r\n{quoted}"
    )
    answer = parse(raw.encode())
    assert answer.reply.strip() == "It works."
    assert [one.kind for one in evidence(answer, KEYS, {"HD"})] == [
        Proof.REPLY_ADDRESS,
        Proof.OWN_MESSAGE_ID,
        Proof.MARKER,
        Proof.SUBJECT_NUMBER,
    ]
