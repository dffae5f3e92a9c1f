"""Both catalogues hold every sentence that can be seen, and every translation keeps its placeholders."""

import re

import pytest
from babel.messages.catalog import Catalog

from scripts.messages import LANGUAGES, catalogue, collect, missing

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def sentences() -> Catalog:
    return collect()


def keys(messages: Catalog) -> set[tuple[str | None, str]]:
    return {(each.context, str(each.id)) for each in messages if each.id}


def forms(value: object) -> list[str]:
    return [str(each or "") for each in (value if isinstance(value, list | tuple) else [value])]


def names(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def formats(text: str) -> bool:
    """Whether Python can fill the placeholders; a lone percent sign has to be doubled where there are any."""
    if not names(text):
        return True
    try:
        return bool(text % dict.fromkeys(names(text), 1))
    except (TypeError, ValueError):
        return False


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_every_sentence_and_no_other(language: str, sentences: Catalog) -> None:
    """`make messages` brings the catalogues in line."""
    kept = keys(catalogue(language))
    assert sorted(map(str, keys(sentences) - kept)) == []
    assert sorted(map(str, kept - keys(sentences))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    assert [message.id for message in missing(catalogue(language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_placeholders(language: str) -> None:
    """A plural form may leave the number out, but none may invent a placeholder."""
    wrong = []
    for message in catalogue(language):
        wanted, given = names(" ".join(forms(message.id))), [names(each) for each in forms(message.string)]
        if message.id and ((set().union(*given) | {"num"}) != wanted | {"num"}):
            wrong.append(message.id)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled_in(language: str) -> None:
    texts = [text for message in catalogue(language) for text in forms(message.id) + forms(message.string)]
    assert [text for text in texts if not formats(text)] == []
