"""What a machine's subject is about, without whatever changes from mail to mail. Pure."""

import re

TROUBLE = re.compile(
    r"\b(?:problem|critical|crit|warning|warn|alert|alarm|down|firing|triggered|failed|failure|error|unreachable|"
    r"timeout|timed out|outage|degraded|unhealthy|emergency|disaster|high|average|incident)\b|"
    r"\b(?:störung|ausfall|fehler|warnung|kritisch)\b|"
    r"\b(?:авария|тревога|проблема|ошибка|сбой|предупреждение|недоступ\w+)\b",
    re.IGNORECASE,
)
OVER = (
    r"recover(?:y|ed)|resolved|cleared|restored|back to normal|back online|is back|behoben|entwarnung|"
    r"wieder (?:ok|da|erreichbar)|восстановлен\w*|устранен\w*|снова доступ\w+"
)
WELL = r"ok|up|healthy|normal"
RECOVERY = re.compile(rf"\b(?:{OVER}|{WELL})\b", re.IGNORECASE)
IS_OVER = re.compile(rf"(?<!not )(?<!not be )(?<!cannot be )\b(?:{OVER})\b", re.IGNORECASE)
IS_WELL = re.compile(rf"\b(?:{WELL})\b", re.IGNORECASE)
REPEATED = re.compile(
    r"\b(?:still|again|repeated|reminder|re-?notification|acknowledge(?:d|ment)|state|status|is|now|has|"
    r"info(?:rmation)?|severity|level|changed|to|from|was|flapping|at|since|for|seit|um)\b",
    re.IGNORECASE,
)
ANSWER = re.compile(r"^(?:\s*(?:re|aw|fwd?|wg|tr)\s*:)+", re.IGNORECASE)
TIME = re.compile(
    r"\b\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:z|[+-]\d\d:?\d\d)?)?\b|"
    r"\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]m)?\b|"
    r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b,?|"
    r"\b\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?: \d{4})?\b|"
    r"\b(?:utc|gmt|cet|cest|msk)\b",
    re.IGNORECASE,
)
# A number that names the thing stays: port 3 is not port 4.
NAMING = re.compile(
    r"\b((?:port|disk|drive|slot|interface|vlan|channel|lane|bay|unit|node|line|room|printer|queue|shard|pool|lun|"
    r"raid|host|server|sensor|zone|rack|gate|door|site|store|branch|pump|tank|camera|порт|диск|сервер|датчик)"
    r"[ #:]{1,2})(\d+)\b(?!\s?%|[.,]\d)",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"(?<![\w.-])[#№+-]?\d+(?:[.,:]\d+)*(?:\s?(?:%|°c?|ms|s|sec|min|h|d|[kmgt]i?b|mbps))?(?![\w-])",
    re.IGNORECASE,
)
LONG_HEX = re.compile(r"\b(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4}\b", re.IGNORECASE)
REST = re.compile(r"[\s\[\](){}<>*!:;,|~/=\"'-]+")
LENGTH = 200


def says_trouble(subject: str) -> bool:
    return bool(TROUBLE.search(subject))


def says_recovery(subject: str) -> bool:
    """All is well again. Words as short as OK count only where nothing speaks of trouble."""
    return bool(IS_OVER.search(subject) or (IS_WELL.search(subject) and not TROUBLE.search(subject)))


def topic_of(subject: str) -> str:
    """Equal for all mails about one thing: without times, measured numbers, and the words for its state.

    Numbers stay that are part of a name ("db-01") or follow what they count off ("port 3").
    """
    text = ANSWER.sub("", subject.casefold())
    text = NAMING.sub(lambda found: f"{found[1].strip()}_{found[2]}", TIME.sub(" ", text))
    for pattern in (LONG_HEX, NUMBER, RECOVERY, TROUBLE, REPEATED):
        text = pattern.sub(" ", text)
    return REST.sub(" ", text).strip(" .")[:LENGTH]
