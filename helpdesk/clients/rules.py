"""What may name a company or a contact: mail domains, addresses, and the line they are found by. Pure."""

import re

_FREE_MAIL = """
    gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de live.com
    live.co.uk msn.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.co.jp
    ymail.com rocketmail.com aol.com icloud.com me.com mac.com proton.me protonmail.com pm.me
    tutanota.com tuta.com fastmail.com hey.com zoho.com mail.com gmx.com gmx.de gmx.net gmx.at
    gmx.ch web.de t-online.de freenet.de arcor.de 1und1.de posteo.de mailbox.org orange.fr free.fr
    wanadoo.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it wp.pl o2.pl onet.pl interia.pl
    seznam.cz email.cz centrum.cz abv.bg ukr.net i.ua meta.ua bigmir.net mail.ru bk.ru inbox.ru
    list.ru internet.ru xmail.ru vk.com yandex.ru yandex.com yandex.by yandex.kz yandex.ua ya.ru
    rambler.ru lenta.ru autorambler.ru myrambler.ro ro.ru narod.ru pochta.ru hotbox.ru tut.by
    mail.kz comcast.net verizon.net att.net sbcglobal.net btinternet.com sky.com virginmedia.com
    talktalk.net bigpond.com optusnet.com.au rediffmail.com qq.com 163.com 126.com sina.com
    naver.com daum.net hanmail.net
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())

_DOMAIN = re.compile(r"^(?=.{4,253}$)[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)+$")
_BREAKS = re.compile(r"[\s,;:<>()\"'«»/\\|]+")
_INSIDE = re.compile(r"[@._+-]+")
_LONGEST_WORD = 100


def address(typed: str) -> str:
    """A mail address as it is stored: trimmed and lower-case."""
    return typed.strip().lower()


def is_address(typed: str) -> bool:
    """Whether it has the shape of a mail address; whether it exists only a mail can tell."""
    local, at, domain = address(typed).rpartition("@")
    return bool(at and local) and len(local) <= 64 and not re.search(r"[\s<>,;]", local) and is_domain(domain)


def domain_of(email: str) -> str:
    """The part behind the last @, lower-case; "" when there is none."""
    return address(email).rpartition("@")[2] if "@" in email else ""


def domain(typed: str) -> str:
    """A mail domain as it is stored, also from "@firm.example" or "HTTPS://firm.example/"."""
    text = re.sub(r"^(?:https?://)?(?:www\.)?@?", "", typed.strip().lower())
    return text.split("/")[0].rstrip(".")


def is_domain(name: str) -> bool:
    """Whether it has the shape of a mail domain with at least one dot."""
    return _DOMAIN.match(name) is not None


def is_free_mail(name: str) -> bool:
    """Whether everybody may have an address there, so that it says nothing about the firm."""
    return name in FREE_MAIL


def folded(text: str) -> str:
    """For finding and sorting: case gone, ё as е."""
    return text.casefold().replace("ё", "е")


def words_of(text: str) -> list[str]:
    """The words of something typed or stored, folded; an address stays whole."""
    return [word[:_LONGEST_WORD] for word in _BREAKS.split(folded(text)) if word]


def lookup_line(texts: list[str], numbers: list[str]) -> str:
    """One line of all that a contact is found by: words, addresses whole and in pieces, numbers as digits.

    `numbers` are digit strings: the whole, the national part, whatever people may begin to type.
    """
    whole = [word for text in texts for word in words_of(text)]
    pieces = [piece for word in whole if _INSIDE.search(word) for piece in _INSIDE.split(word) if piece]
    return " ".join(dict.fromkeys([*whole, *pieces, *numbers]))


def parts_of(name: str, typed: str) -> tuple[tuple[str, bool], ...]:
    """The name in pieces, each with whether a typed word stands there; case and ё do not matter."""
    low = name.lower().replace("ё", "е")
    spots = [(low.find(word), len(word)) for word in words_of(typed) if len(low) == len(name)]
    pieces, at = [], 0
    for start, length in sorted(spot for spot in spots if spot[0] >= 0):
        if start < at:
            continue
        pieces += [(name[at:start], False), (name[start : start + length], True)]
        at = start + length
    return tuple(piece for piece in (*pieces, (name[at:], False)) if piece[0])
