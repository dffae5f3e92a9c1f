"""Passwords that people choose everywhere: made only of well-known words, keyboard rows and numbers. Pure."""

import re

SHORTEST_RUN = 3
LONGEST_PERIOD = 6
LONGEST_NUMBER = 4
PLAIN = str.maketrans("@431!0$57", "aaeiiosst")
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "!@#$%^&*()",
)
_LIST = """
    password passwort passw0rd pass word parol gfhjkm qwerty login letmein welcome access secret master
    admin administrator root user username guest test testing tester demo default changeme change temp
    temporary system server computer laptop internet office company firm work helpdesk desk support
    service ticket manager operator engineer hello goodbye iloveyou ilove i love you forever always never
    baby angel princess sunshine summer winter spring autumn monday friday january february march april
    june july august september october november december dragon monkey shadow football baseball soccer
    hockey basketball superman batman starwars pokemon master killer freedom whatever trustno trust no one
    nothing blink jordan michael jennifer jessica charlie thomas andrew daniel george robert matthew
    ashley nicole hunter ranger buster tigger ginger cookie chocolate cheese banana orange apple flower
    purple silver golden diamond money lucky happy please open sesame the my your is a and to in new year
    old best first last good bad пароль привет админ администратор вход логин любовь люблю тебя меня
    солнышко солнце зима весна лето осень сервер компьютер работа поддержка система пользователь тест
    секрет доступ россия москва спартак зенит наташа марина максим сергей андрей александр дмитрий котенок
    здравствуй спасибо пожалуйста навсегда ghbdtn fyutk vfrcbv yfnfif
"""
WORDS = frozenset(_LIST.split())


def is_common(password: str) -> bool:
    """Whether it would be among the first that somebody tries."""
    folded = password.casefold().replace("ё", "е")
    return _repeats(folded) or any(_is_made_of_known(each) for each in (folded, folded.translate(PLAIN)))


def _repeats(text: str) -> bool:
    """One short piece again and again."""
    return any(text == (text[:n] * (len(text) // n + 1))[: len(text)] for n in range(1, LONGEST_PERIOD + 1))


def _is_made_of_known(text: str) -> bool:
    """Whether words, rows and short numbers cover it without a gap; signs between them do not count."""
    return all(_covered(piece) for piece in re.findall(r"\w+", text.replace("_", " "))) or _is_run(text)


def _covered(piece: str) -> bool:
    reached = {0}
    for end in range(1, len(piece) + 1):
        if any(_is_known(piece, start, end) for start in tuple(reached)):
            reached.add(end)
    return len(piece) in reached


def _is_known(piece: str, start: int, end: int) -> bool:
    part = piece[start:end]
    return part in WORDS or _is_run(part) or (part.isdecimal() and _is_short_number(piece, start, end))


def _is_short_number(piece: str, start: int, end: int) -> bool:
    """At most a year, and not a part of a longer number."""
    is_whole = not piece[start - 1 : start].isdecimal() and not piece[end : end + 1].isdecimal()
    return end - start <= LONGEST_NUMBER and is_whole


def _is_run(piece: str) -> bool:
    if len(piece) < SHORTEST_RUN:
        return False
    return any(piece in row or piece in row[::-1] for row in ROWS)
