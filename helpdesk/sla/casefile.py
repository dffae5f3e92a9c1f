"""A file of cases from outside: read without trust, and its answers compared with what it expects."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, SequenceNode

from helpdesk.sla.given import CaseError, quoted

LARGEST = 16 * 1024 * 1024
MOST_NODES = 2_000_000  # what aliases unfold to; a file of ten thousand cases has a tenth of that
DEEPEST = 40


def document_in(file: Path) -> Any:
    """What the YAML file says: plain values only. Raises CaseError when it cannot be read safely."""
    try:
        if file.stat().st_size > LARGEST:
            raise CaseError("%(file)s is larger than 16 MiB; split it.", file=file.name)
        return _parsed(file.read_text("utf-8"), file.name)
    except OSError as problem:
        raise CaseError("%(file)s cannot be read: %(why)s.", file=file.name, why=problem.strerror) from None
    except UnicodeDecodeError:
        raise CaseError("%(file)s is no text in UTF-8.", file=file.name) from None


def _parsed(text: str, name: str) -> Any:
    loader = yaml.CSafeLoader(text)
    try:
        _check_depth(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _measure(node, {}, 0)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as problem:
        where = f", line {problem.problem_mark.line + 1}" if problem.problem_mark else ""
        why = problem.problem or problem.context or "it is no YAML"
        raise CaseError("%(file)s%(where)s: %(why)s.", file=name, where=where, why=why) from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as problem:
        why = str(problem).splitlines()[0][:200] if str(problem) else "it is nested too deeply"
        raise CaseError("%(file)s cannot be read: %(why)s.", file=name, why=why.rstrip(".")) from None
    finally:
        loader.dispose()


def _check_depth(text: str) -> None:
    """Refuse what is nested deeply before the C parser builds it, which ends the process far enough down."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError("it is nested too deeply")


def _measure(node: Node, known: dict[int, int], depth: int) -> int:
    """How many values the node unfolds to; refuses what is too deep, too many, or stands twice."""
    if id(node) in known:
        return known[id(node)]
    if depth > DEEPEST:
        raise ValueError("it is nested too deeply")
    total = 1 + sum(_measure(child, known, depth + 1) for child in _children(node))
    if total > MOST_NODES:
        raise ValueError("it holds more than two million values, each alias counted as what it stands for")
    known[id(node)] = total
    return total


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, SequenceNode):
        yield from node.value
    elif isinstance(node, MappingNode):
        seen = set()
        for key, value in node.value:
            if isinstance(key.value, str) and key.value in seen:
                line = key.start_mark.line + 1
                raise ValueError(
                    f"{quoted(key.value)} stands twice in one list of names, again in line {line}"
                )
            seen.add(key.value if isinstance(key.value, str) else None)
            yield from (key, value)


def differences(expected: object, found: object, at: str = "") -> Iterator[tuple[str, str, str]]:
    """(where, expected, found) for each place in which two results are not the same."""
    expected, found = plain(expected), plain(found)
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in [*expected, *(key for key in found if key not in expected)]:
            deeper = f"{at}.{key}" if at else str(key)
            yield from differences(expected.get(key, NOTHING), found.get(key, NOTHING), deeper)
    elif expected != found or type(expected) is not type(found):
        yield at or "result", said(expected), said(found)


class _Nothing:
    """What stands where a key is missing."""


NOTHING = _Nothing()


def plain(value: object) -> object:
    """The value as JSON has it: names are texts, and an instant that YAML recognised is text again."""
    if isinstance(value, datetime):
        return _instant_text(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _instant_text(aware: datetime) -> str:
    try:
        return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (
        OverflowError
    ):  # the first or last hours that YAML can name, in a zone in which UTC has no year left
        return aware.isoformat()


def said(value: object) -> str:
    """A value in a sentence."""
    words = {None: "none", True: "true", False: "false"}
    if value is NOTHING:
        return "nothing"
    if value is None or isinstance(value, bool):
        return words[value]
    return str(value)
