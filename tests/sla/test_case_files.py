"""Files of cases: our own known answers, what `helpdesk sla replay` says, and whatever cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from helpdesk.sla import casefile
from helpdesk.sla.casefile import differences
from helpdesk.sla.cases import results
from helpdesk.sla.cli import sla_commands

FOLDER = Path(__file__).parent / "cases"
FILE = FOLDER / "desk.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
FOUND = results(DOCUMENT)
TERMS_DOCUMENT: dict[str, Any] = yaml.safe_load((FOLDER / "terms.yaml").read_text(encoding="utf-8"))
ALL_FOUND = FOUND | results(TERMS_DOCUMENT)
ALL_CASES = [*DOCUMENT["cases"], *TERMS_DOCUMENT["cases"]]

TERMS = """
calendars:
  OFFICE: {tz: Europe/Prague, weekly: {mon: [['09:00', '17:00']], tue: [[09:00, 17:00]]}}
policies:
  PLAIN: {targets: {resolution: {P1: {target: 3600, calendar: OFFICE}}}}
cases:
- {id: GOOD, kind: due, calendar: OFFICE, start: 2026-06-08T07:00:00Z, add: 60}
"""
CREATED = "{at: 2026-06-08T07:00:00Z, type: create, priority: P1, policy: PLAIN}"


def replay(tmp_path: Path, text: str | bytes, *options: str) -> Result:
    file = tmp_path / "cases.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return CliRunner().invoke(sla_commands, ["replay", str(file), *options])


def ticket(*events: str, more: str = "") -> str:
    """A file with a good case and one of a ticket to which this happened."""
    rows = ", ".join(events)
    return f"{TERMS}- {{id: ODD, kind: clock, as_of: 2026-06-08T08:00:00Z, events: [{rows}]{more}}}\n"


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case["id"])
def test_a_known_case_has_its_known_answer(case: dict[str, Any]) -> None:
    assert list(differences(case["expected"], ALL_FOUND[case["id"]])) == []


def test_the_answers_are_one_object_by_id() -> None:
    done = CliRunner().invoke(sla_commands, ["replay", str(FILE), "--json"])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert list(found) == [case["id"] for case in DOCUMENT["cases"]]
    assert found["HOURS-01"] == FOUND["HOURS-01"]


def test_a_check_without_a_difference_ends_with_0() -> None:
    done = CliRunner().invoke(sla_commands, ["replay", str(FILE), "--check"])
    assert (done.exit_code, done.output) == (0, f"Cases: {len(FOUND)} as expected.\n")


def test_a_difference_ends_with_1_and_names_case_expected_and_found(tmp_path: Path) -> None:
    more = ", expected: {clocks: {resolution: {state: running, target: 3600, elapsed: 3601, remaining: 0,"
    more += " due_at: 2026-06-08T08:00:00Z, breached: true, breach_event_at: 2026-06-08T08:00:00Z}}}"
    done = replay(tmp_path, ticket(CREATED, more=more), "--check")
    assert done.exit_code == 1
    assert done.output == (
        "ODD: clocks.resolution.elapsed: expected 3601, found 3600\n"
        "Cases: 0 as expected, 1 not, 1 expect nothing.\n"
    )


def test_with_the_answers_as_json_a_difference_goes_to_the_error_stream(tmp_path: Path) -> None:
    done = replay(tmp_path, ticket(CREATED, more=", expected: {}"), "--json", "--check")
    assert done.exit_code == 1
    assert set(json.loads(done.stdout)) == {"GOOD", "ODD"}
    assert "ODD: clocks: expected nothing" in done.stderr


def test_without_options_the_answers_are_written_line_by_line(tmp_path: Path) -> None:
    done = replay(tmp_path, ticket(CREATED))
    assert done.exit_code == 0
    assert done.output.splitlines()[:3] == ["GOOD", "  due_at: 2026-06-08T07:01:00Z", "ODD"]


BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "no YAML": ("cases: [a", "cases.yaml, line 2: did not find expected ',' or ']'."),
    "an object of Python": (
        "cases: !!python/object/apply:os.getcwd []",
        "cases.yaml, line 1: could not determine a constructor",
    ),
    "no text": (b"\xff\xfe\x00", "cases.yaml is no text in UTF-8."),
    "a file of nothing": ("", "The file holds no cases"),
    "a list": ("- 1", "The file holds no cases"),
    "no list of cases": ("calendars: {}", "The file: “cases” is missing."),
    "nested without end": ("[" * 100_000, "it is nested too deeply"),
    "a list inside itself": ("cases: &a [*a]", "it is nested too deeply"),
    "aliases that unfold without end": (
        "\n".join(["a0: &a0 [1, 1]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]),
        "it holds more than two million values, each alias counted as what it stands for",
    ),
    "a name twice": ("cases: []\ncalendars: {}\ncases: []", "“cases” stands twice"),
    "a day that no month has": ("cases: [2026-02-31]", "day is out of range for month"),
    "an endless number": ("cases: [" + "9" * 5000 + "]", "cases.yaml cannot be read"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_file_that_cannot_be_read_gets_a_sentence(what: str, tmp_path: Path) -> None:
    text, sentence = BAD_FILES[what]
    done = replay(tmp_path, text, "--json")
    assert (done.exit_code, done.stdout) == (2, "{}\n")
    assert sentence in done.stderr


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(sla_commands, ["replay", str(tmp_path / "none.yaml")])
    assert (done.exit_code, done.output) == (2, "none.yaml cannot be read: No such file or directory.\n")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casefile, "LARGEST", 10)
    done = replay(tmp_path, TERMS)
    assert (done.exit_code, done.output) == (2, "cases.yaml is larger than 16 MiB; split it.\n")


def test_an_expected_instant_beyond_all_years_differs_like_any_other(tmp_path: Path) -> None:
    expecting = "add: 60, expected: {due_at: 9999-12-31T23:59:59-14:00}}"
    done = replay(tmp_path, TERMS.replace("add: 60}", expecting), "--check")
    assert done.exit_code == 1
    assert "GOOD: due_at: expected 9999-12-31T23:59:59-14:00, found 2026-06-08T07:01:00Z" in done.output


BAD_CASES = {
    "- {kind: due}": "Case number 2 has no id.",
    "- 7": "Case number 2 has no id.",
    "- {id: GOOD, kind: due}": "More than one case is called “GOOD”; only the first was read.",
    "- {id: A}": "Case A: “kind” is missing.",
    "- {id: A, kind: dew}": "Case A: “kind” is one of elapsed, due, clock, not “dew”.",
    "- {id: A, kind: due, calendar: OFFICE, add: 5}": "Case A: “start” is missing.",
    "- {id: A, kind: due, calendar: OFFICE, start: 2026-06-08, add: soon}": (
        "Case A: add is a whole number of seconds, not “soon”."
    ),
    "- {id: A, kind: due, calendar: NIGHT, start: '2026-06-08', add: 5}": (
        "Case A: There is no calendar “NIGHT” in the file."
    ),
    "- {id: A, kind: elapsed, calendar: OFFICE, from: lunch, to: '2026-06-08'}": (
        "Case A: “from” is an instant such as 2026-03-02T09:00:00Z, not “lunch”."
    ),
    "- {id: A, kind: elapsed, calendar: OFFICE, from: '9999-01-01', to: '2026-06-08'}": "Case A: “from” is",
    "- {id: A, kind: clock, as_of: '2026-06-08'}": "Case A: “events” is missing.",
    "- {id: A, kind: clock, as_of: '2026-06-08', events: 7}": "Case A: “events” is a list, not “7”.",
    "- {id: A, kind: clock, as_of: '2026-06-08', events: []}": "Case A: no event creates the ticket.",
}


@pytest.mark.parametrize("row", BAD_CASES)
def test_a_case_that_cannot_be_read_gets_a_sentence_and_spoils_no_other(row: str, tmp_path: Path) -> None:
    done = replay(tmp_path, f"{TERMS}{row}\n", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout) == {"GOOD": {"due_at": "2026-06-08T07:01:00Z"}}
    assert BAD_CASES[row] in done.stderr


AT = "at: 2026-06-08T07:10:00Z"
BAD_EVENTS = {
    "{type: agent_reply}": "Case ODD, event 2: “at” is missing.",
    f"{{{AT}}}": "Case ODD, event 2: “type” is missing.",
    "7": "Case ODD: “event 2” holds names with their values, not “7”.",
    f"{{{AT}, type: status, to: gone}}": "Case ODD, event 2: “to” is one of new, open",
    f"{{{AT}, type: status, to: [[gone]]}}": "Case ODD, event 2: “to” is one of new, open",
    f"{{{AT}, type: policy, to: GOLD}}": "Case ODD, event 2: there is no policy “GOLD” in the file.",
    f"{{{AT}, type: line, to: second}}": "Case ODD, event 2: “second” is no line; L1 is.",
    f"{{{AT}, type: agent_reply, by: nobody}}": "Case ODD, event 2: “by” is one of customer",
    f"{{{AT}, type: void, event: 9}}": "Case ODD, event 2: “event” is the id of an event of this case",
    f"{{{AT}, type: calendar_edit, calendar: OFFICE, becomes: V2}}": (
        "Case ODD, event 2: there is no calendar “V2” in the file."
    ),
}


@pytest.mark.parametrize("event", BAD_EVENTS)
def test_an_event_that_cannot_be_read_is_named(event: str, tmp_path: Path) -> None:
    done = replay(tmp_path, ticket(CREATED, event), "--json")
    assert (done.exit_code, set(json.loads(done.stdout))) == (2, {"GOOD"})
    assert BAD_EVENTS[event] in done.stderr


BAD_TERMS = {
    "OFFICE: {tz: Europe/Atlantis, weekly: {}}": "Calendar OFFICE: There is no time zone called",
    "OFFICE: {weekly: {}}": "Calendar OFFICE: “tz” is missing.",
    "OFFICE: {tz: UTC, weekly: {mon: [['09:00', '25:00']]}}": "Calendar OFFICE: Working hours lie between",
    "OFFICE: {tz: UTC, weekly: {mon: [['nine', '17:00']]}}": "“nine” is not a time of day such as '09:30'.",
    "OFFICE: {tz: UTC, weekly: {mon: ['09:00']}}": "hours are pairs such as ['09:00', '17:00']",
    "OFFICE: {tz: UTC, weekly: {monday: []}}": "“monday” is one of mon, tue, wed",
    "OFFICE: {tz: UTC, holidays: [{date: '2026-05-01', from: '14:00', to: '10:00'}]}": "must end after",
    "OFFICE: {tz: UTC, holidays: [{md: 13-40}]}": "There is no day 40 in month 13.",
    "OFFICE: {tz: UTC, overrides: {soon: []}}": "is a date such as 2026-12-24, not “soon”",
    "OFFICE: {tz: UTC, overrides: {2026-12-24T10:00:00: []}}": "2026-12-24, not “2026-12-24T10:00:00”",
    "OFFICE: never": "“OFFICE” holds names with their values, not “never”.",
}


@pytest.mark.parametrize("calendar", BAD_TERMS)
def test_a_calendar_that_cannot_be_is_named_with_each_case_that_counts_in_it(
    calendar: str, tmp_path: Path
) -> None:
    case = "{id: A, kind: due, calendar: OFFICE, start: 2026-06-08T07:00:00Z, add: 60}"
    done = replay(tmp_path, f"calendars: {{{calendar}}}\ncases: [{case}]", "--json")
    assert (done.exit_code, done.stdout) == (2, "{}\n")
    assert BAD_TERMS[calendar] in done.stderr
    assert "Case A: " in done.stderr


BAD_POLICIES = {
    "{targets: {patience: {P1: {target: 1, calendar: OFFICE}}}}": "“patience” is one of first_response",
    "{targets: {resolution: {P1: {target: -1, calendar: OFFICE}}}}": "a whole number of seconds, not “-1”",
    "{targets: {resolution: {P1: {target: 60}}}}": "“calendar” is missing",
    "{targets: {resolution: {P1: {target: 60, calendar: NIGHT}}}}": "There is no calendar “NIGHT” in",
    "{on_change: forget}": "“on_change” is one of carry, retroactive, restart, not “forget”",
    "{pause_statuses: [lunch]}": "“pause_statuses” is some of new, open",
    "{pause_statuses: [[lunch]]}": "“pause_statuses” is some of new, open",
    "{forgive: perhaps}": "“forgive” is true or false, not “perhaps”",
}


@pytest.mark.parametrize("policy", BAD_POLICIES)
def test_a_policy_that_cannot_be_is_named(policy: str, tmp_path: Path) -> None:
    text = ticket(CREATED).replace("{targets: {resolution: {P1: {target: 3600, calendar: OFFICE}}}}", policy)
    done = replay(tmp_path, text, "--json")
    assert (done.exit_code, set(json.loads(done.stdout))) == (2, {"GOOD"})
    assert BAD_POLICIES[policy] in done.stderr


def test_an_event_that_no_clock_knows_is_left_out_and_said(tmp_path: Path) -> None:
    done = replay(tmp_path, ticket(CREATED, f"{{{AT}, type: coffee}}"), "--json")
    assert done.exit_code == 0
    assert done.stderr == "Case ODD, event 2: no clock knows what “coffee” is, so it was left out.\n"


def test_a_note_a_machine_and_an_assignment_stop_no_clock(tmp_path: Path) -> None:
    silent = [f"{{{AT}, type: {what}}}" for what in ("internal_note", "auto_reply", "assign")]
    silent += [f"{{{AT}, type: agent_reply, {how}}}" for how in ("by: system", "public: false", "auto: true")]
    alone, among = replay(tmp_path, ticket(CREATED)), replay(tmp_path, ticket(CREATED, *silent))
    assert (among.output, among.exit_code) == (alone.output, 0)


def test_a_voided_event_never_happened(tmp_path: Path) -> None:
    pause, void = f"{{{AT}, type: status, to: resolved, id: x}}", f"{{{AT}, type: void, event: x}}"
    alone, undone = replay(tmp_path, ticket(CREATED)), replay(tmp_path, ticket(CREATED, pause, void))
    assert undone.output == alone.output


def test_a_type_of_tickets_may_have_a_target_of_its_own(tmp_path: Path) -> None:
    text = ticket(CREATED.replace("P1,", "P1, ticket_type: defect,"))
    text = text.replace(
        "calendar: OFFICE}}}}", "calendar: OFFICE, types: {defect: {target: 7, calendar: OFFICE}}}}}}"
    )
    found = json.loads(replay(tmp_path, text, "--json").stdout)
    assert found["ODD"]["clocks"]["resolution"]["target"] == 7


def test_the_verdict_of_a_ticket_is_told_on_wish(tmp_path: Path) -> None:
    found = json.loads(replay(tmp_path, ticket(CREATED, more=", verdict: true"), "--json").stdout)
    assert found["ODD"]["missed"] is True


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_example_of_the_guide_is_right(language: str, tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs/guide" / language / "manager/07-settle-an-argument.md"
    example = page.read_text("utf-8").split("```")[1]
    done = replay(tmp_path, example, "--check")
    assert (done.exit_code, done.output) == (0, "Cases: 2 as expected.\n")
