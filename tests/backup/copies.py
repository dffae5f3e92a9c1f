"""Comparing two desks row by row and file by file, in words of SQL that the program itself does not use."""

import hashlib
from pathlib import Path

import psycopg2

NAMES = """
select table_name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name"""
SUM = """
select count(*), md5(coalesce(string_agg(t::text, '|' order by t::text collate "C"), '')) from "{}" t"""
# What a restored copy says about itself, and the sign-ins that ended.
ITS_OWN = frozenset({"event", "firm", "web_session"})


def plain(url: str) -> str:
    return url.replace("+psycopg2", "")


def ask(url: str, question: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(plain(url), options="-c timezone=UTC")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def table_names(url: str) -> list[str]:
    return [str(name) for (name,) in ask(url, NAMES)]


def sums(url: str) -> dict[str, tuple[object, ...]]:
    """Number of rows and one sum over all columns, the generated ones too, of every table."""
    return {name: ask(url, SUM.format(name))[0] for name in table_names(url)}


def without_its_own(found: dict[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
    return {name: value for name, value in found.items() if name not in ITS_OWN}


def files(folder: Path) -> dict[str, str]:
    """Every stored file with the sum of what is really in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
