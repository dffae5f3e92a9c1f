"""What may name a company or a contact: mail domains, addresses, and the line they are found by. Pure."""

import re
from enum import StrEnum

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

# Ends of domains under which anybody registers: the commoner two-part ones of the registries, and a few where
# a provider hands out names. The public list of such suffixes has thousands; these are what people do type.
_SUFFIXES = """
    co.uk org.uk ac.uk gov.uk ltd.uk plc.uk me.uk net.uk sch.uk nhs.uk com.au net.au org.au edu.au
    gov.au co.nz org.nz net.nz co.za org.za com.br net.br org.br com.ar com.mx com.co com.pe com.tr
    org.tr com.cn net.cn org.cn com.hk com.sg com.my com.tw com.ph com.vn com.ua net.ua org.ua
    kiev.ua co.il org.il co.in net.in org.in co.jp or.jp ne.jp ac.jp co.kr or.kr co.id co.th com.eg
    com.sa com.ru org.ru net.ru pp.ru msk.ru spb.ru com.by com.kz org.kz com.pl net.pl org.pl co.at
    or.at com.es com.pt com.gr com.cy com.mt com.ro co.rs co.ke com.ng co.hu com.de
    onmicrosoft.com github.io herokuapp.com azurewebsites.net web.app blogspot.com wordpress.com
"""
PUBLIC_SUFFIXES = frozenset(_SUFFIXES.split())

_DOMAIN = re.compile(r"^(?=.{4,253}$)[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)+$")
_BREAKS = re.compile(r"[\s,;:<>()\"'«»/\\|]+")
_INSIDE = re.compile(r"[@._+-]+")
_LONGEST_WORD = 100
BELOW = "*."  # in front of a domain: all below it


class ReturnKind(StrEnum):
    """Why mail came back: no such address, the box is full, a rule of the other side, or only late."""

    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"
    DELAYED = "delayed"


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
    """A mail domain as it is stored, also from "@firm.example" or "HTTPS://firm.example/".

    One with letters beyond ASCII becomes what travels in mail, "xn--..." (IDNA, RFC 3490).
    """
    text = re.sub(r"^(?:https?://)?(?:www\.)?@?", "", typed.strip().lower())
    name = text.split("/")[0].rpartition("@")[2].rstrip(".")
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def domain_shown(name: str) -> str:
    """A stored domain as people write it: its own letters instead of "xn--..."."""
    try:
        return name.encode("ascii").decode("idna") if "xn--" in name else name
    except UnicodeError:
        return name


def is_domain(name: str) -> bool:
    """Whether it has the shape of a mail domain with at least one dot."""
    return _DOMAIN.match(name) is not None


def is_mail_domain(name: str) -> bool:
    """The same, or a star in front of one: "*.firm.example" is everything below it, not itself."""
    return is_domain(bare_domain(name))


def bare_domain(name: str) -> str:
    """Without the star in front."""
    return name.removeprefix(BELOW)


def domains_for(name: str) -> list[str]:
    """What a company may have entered for mail from that domain, the one that fits best first."""
    parts = domain(name).split(".")
    return [".".join(parts), *(BELOW + ".".join(parts[at:]) for at in range(1, len(parts) - 1))]


def is_public_suffix(name: str) -> bool:
    """Whether many firms have their own domains below it, so that it belongs to none of them."""
    return bare_domain(name) in PUBLIC_SUFFIXES


def is_free_mail(name: str) -> bool:
    """Whether everybody may have an address there, so that it says nothing about the firm."""
    return bare_domain(name) in FREE_MAIL


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
