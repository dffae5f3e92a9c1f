"""What may be carried in and out: the fields of each kind, and by which headers people call them. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Cargo(StrEnum):
    """What one file is about."""

    COMPANIES = "companies"
    CONTACTS = "contacts"
    AGENTS = "agents"
    ARTICLES = "articles"


@dataclass(frozen=True)
class Field:
    """A column that we know: its header in English and in Russian, and others by which it is recognised."""

    code: str
    en: str
    ru: str
    also: tuple[str, ...] = ()
    is_required: bool = False

    def head(self, language: str) -> str:
        """The header in that language, as exports write it and imports know it."""
        return self.ru if language == "ru" else self.en


DESK_ID = Field("id", "Desk ID", "Номер в системе", ())
LANGUAGE = Field("language", "Language", "Язык", ("lang", "locale", "langue", "sprache"))
ZONE = Field("zone", "Time zone", "Часовой пояс", ("timezone", "zone", "tz", "zeitzone"))
NOTE = Field(
    "note", "Note", "Заметка", ("notes", "comment", "comments", "remark", "комментарий", "примечание")
)
COLLEAGUES = Field("colleagues_answer", "Colleagues may answer", "Коллеги могут отвечать", ())
VIP = Field("vip", "VIP", "Особо важный", ("important", "key account", "вип", "важный", "важный клиент"))
_MAIL = (
    "email",
    "emails",
    "e-mails",
    "mail",
    "email address",
    "e-mail address",
    "почта",
    "электронная почта",
    "адрес почты",
    "эл. почта",
    "имейл",
    "емейл",
    "адрес электронной почты",
)
_PHONE = (
    "phones",
    "telephone",
    "tel",
    "phone number",
    "mobile",
    "mobile phone",
    "cell",
    "telefon",
    "тел",
    "номер телефона",
    "мобильный",
    "мобильный телефон",
    "рабочий телефон",
    "телефоны",
)
_FIRM = (
    "company name",
    "firm",
    "firma",
    "organisation",
    "organization",
    "client",
    "customer",
    "account",
    "account name",
    "unternehmen",
    "фирма",
    "организация",
    "клиент",
    "название компании",
    "контрагент",
    "наименование организации",
)

FIELDS: Mapping[Cargo, tuple[Field, ...]] = {
    Cargo.COMPANIES: (
        Field("name", "Company", "Компания", (*_FIRM, "name", "название", "наименование"), True),
        Field(
            "domains",
            "Mail domains",
            "Почтовые домены",
            (
                "domain",
                "domains",
                "mail domain",
                "website",
                "web site",
                "домен",
                "домены",
                "почтовый домен",
                "сайт",
            ),
        ),
        Field("phone", "Phone", "Телефон", ("main phone", "main number", *_PHONE, "общий телефон")),
        LANGUAGE,
        ZONE,
        VIP,
        COLLEAGUES,
        Field("systems", "Systems", "Системы", ("equipment", "products", "оборудование", "продукты")),
        NOTE,
        DESK_ID,
    ),
    Cargo.CONTACTS: (
        Field(
            "name",
            "Name",
            "Имя",
            (
                "contact",
                "full name",
                "contact name",
                "person",
                "фио",
                "ф.и.о.",
                "контакт",
                "полное имя",
                "имя и фамилия",
                "контактное лицо",
            ),
            True,
        ),
        Field("company", "Company", "Компания", _FIRM, True),
        Field("emails", "E-mail", "Эл. адрес", _MAIL),
        Field("phones", "Phone", "Телефон", _PHONE),
        Field("position", "Position", "Должность", ("job title", "job", "role", "title", "роль")),
        LANGUAGE,
        ZONE,
        VIP,
        NOTE,
        DESK_ID,
    ),
    Cargo.AGENTS: (
        Field("email", "E-mail", "Эл. адрес", (*_MAIL, "login"), True),
        Field(
            "name",
            "Name",
            "Имя",
            ("agent", "full name", "person", "фио", "ф.и.о.", "сотрудник", "полное имя", "имя и фамилия"),
        ),
        Field(
            "teams",
            "Member of teams",
            "Участник команд",
            ("team", "teams", "group", "groups", "группа", "группы", "команда", "команды", "отдел"),
        ),
        Field(
            "leads",
            "Leads teams",
            "Руководит командами",
            ("lead of", "leads", "team lead", "руководит", "руководитель групп", "лид"),
        ),
        LANGUAGE,
    ),
    Cargo.ARTICLES: (
        Field("title", "Title", "Название", ("name", "subject", "heading", "заголовок", "тема"), True),
        Field(
            "body",
            "Text",
            "Текст",
            ("body", "content", "article", "instruction", "содержание", "статья", "инструкция"),
            True,
        ),
        Field("summary", "Summary", "Кратко", ("abstract", "description", "описание", "аннотация")),
        LANGUAGE,
        Field(
            "audience",
            "For whom",
            "Для кого",
            ("audience", "visibility", "visible to", "доступ", "аудитория"),
        ),
        Field("section", "Section", "Раздел", ("category", "folder", "topic", "категория", "рубрика")),
        Field("state", "State", "Состояние", ("status", "published", "статус", "опубликовано")),
    ),
}


def field_of(cargo: Cargo, code: str) -> Field:
    """The field of that code. Raises LookupError when this kind has none."""
    for field in FIELDS[cargo]:
        if field.code == code:
            return field
    raise LookupError(f"{cargo} have no field {code}.")


def guess(cargo: Cargo, headers: Sequence[str]) -> list[str | None]:
    """For each header the field that it probably means, each field once; None for what says nothing to us.

    A field's own header wins over its other names, whatever the order of the columns.
    """
    meant: list[str | None] = [None] * len(headers)
    plain = [_plain(header) for header in headers]
    for names in (_own_names, _other_names):
        for field in FIELDS[cargo]:
            wanted = {_plain(name) for name in names(field)}
            if field.code in meant:
                continue
            for place, header in enumerate(plain):
                if meant[place] is None and header in wanted:
                    meant[place] = field.code
                    break
    return meant


def missing(cargo: Cargo, mapping: Sequence[str | None]) -> list[Field]:
    """The required fields that no column fills."""
    return [field for field in FIELDS[cargo] if field.is_required and field.code not in mapping]


def _own_names(field: Field) -> tuple[str, ...]:
    return field.en, field.ru


def _other_names(field: Field) -> tuple[str, ...]:
    return field.also


def _plain(header: str) -> str:
    """Only letters and digits, folded: "E-Mail:", "e mail" and "EMAIL*" are one word."""
    return re.sub(r"[\W_]+", "", header.casefold().replace("ё", "е"))
