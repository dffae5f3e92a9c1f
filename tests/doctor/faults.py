"""Faults to plant in a healthy desk: what is done, the line that must name it, and the words of its cure."""

RULE = "insert into routing_rule (position, name, conditions, placement, active, created_at) "
GONE = """insert into team
(name, line, is_default, answers_client, assignment, position, created_at, retired_at)
values ('Gone', 2, false, true, 'manual', 9, now(), now());"""
TO_GONE = """select 1, 'Printers', '{"words": ["printer"]}', jsonb_build_object('team_id', id), true, now()
from team where name = 'Gone'"""
ALL_FIRST = """values (1, 'Everything', '{"words": []}', '{"line": 1}', true, now()),
(2, 'Printers', '{"words": ["printer"]}', '{"line": 2}', true, now())"""
FOR_NOBODY = """values (1, 'Sales', '{"mailbox_ids": [4711]}', '{"line": 1}', true, now())"""
OWN_ADDRESS = """update account set email = 'support@fernhill.example'
where person_id in (select id from person where name = 'Sam Ito')"""
RESTORED = """insert into outbox (key, kind, rfc_message_id, subject, body, language, due_at, created_at)
values ('k', 'reply', '<k@x>', 's', 'b', 'en', now() - interval '1 day', now() - interval '1 day');
update firm set mail_stopped_at = '2026-03-04 11:00Z', mail_stopped_because = 'restored',
backup_made_at = now()"""
MOVED = """update firm set mail_stopped_at = now(), mail_stopped_because = 'moved',
moved_to = 'db.example/desk'"""
ANOTHER_MAILBOX = """insert into mailbox
(address, name, language, imap_host, imap_port, imap_encryption, imap_user, imap_secret,
smtp_encryption, created_at)
select 'help@fernhill.example', name, language, imap_host, imap_port, imap_encryption, imap_user, imap_secret,
smtp_encryption, now() from mailbox"""
VERIFIED = """insert into event (kind, effective_at, recorded_at, actor_id, payload)
select 'sla.clocks_verified', now() - interval '{ago}', now() - interval '{ago}', id,
'{{"v": 1, "tickets": 200, "differences": {differences}, "ticket_ids": [], "until_id": 9}}'
from person where kind = 'system'"""

UNCOMPUTED = """insert into ticket (public_id, subject, channel, type, state, priority, language, company_id,
contact_id, line, team_id, owner_team_id, held_since, created_at, active_at, last_event_at)
select gen_random_uuid(), 'Lost', 'mail', 'incident', 'new', 'P3', 'en', contact.company_id,
contact.id, 1, team.id, team.id, now(), now(), now(), now() from contact, team
where team.line = 1 and team.is_default limit 1;
insert into ticket_sla (ticket_id, policy_version_id, failing_since, failure)
select ticket.id, version.id, now(), 'KeyError' from ticket, sla_policy_version version limit 1"""

PLANTED = {
    "no administrator": (
        "update \"grant\" set until = now() - interval '1 day'",
        "No administrator can sign in.",
        "helpdesk create-admin",
    ),
    "an administrator who never came in": (
        'update account set password_hash = null where person_id in (select person_id from "grant")',
        "No administrator can sign in.",
        "helpdesk create-admin",
    ),
    "a line without a default team": (
        "update team set is_default = false where line = 2",
        "Line 2 has no default team.",
        "make a team of line 2 the default",
    ),
    "a team without people": (
        "update membership set until = now() from team where team.id = team_id and line = 3",
        "Nobody who can sign in is in the team Developers, the default of line 3.",
        "open Developers and add somebody",
    ),
    "no default policy": (
        "update sla_policy set is_default = false",
        "There is no default SLA policy.",
        "Under Settings, SLA policies, make one the default",
    ),
    "a policy without targets": (
        "delete from sla_target",
        "The policy Standard has no targets in force",
        "open Standard and give it times per priority",
    ),
    "a policy that is not in force yet": (
        "update sla_policy_version set valid_from = now() + interval '9 days'",
        "The policy Standard has no targets in force",
        "open Standard and give it times per priority",
    ),
    "a policy in a calendar that is put away": (
        "update calendar set retired_at = now()",
        "The policy Standard counts in the calendar Office, which is out of use.",
        "open Standard and choose another calendar",
    ),
    "a policy under which nobody hears of a missed deadline": (
        "delete from sla_policy_step where percent = 100",
        "Under the policy Standard nobody is told when a client's deadline is missed.",
        "choose whom to tell at 100 percent",
    ),
    "a calendar without hours": (
        "delete from calendar_window",
        "The calendar Office is never open",
        "open Office and enter its opening hours",
    ),
    "an unknown time zone": (
        "update calendar_version set zone = 'Europe/Nowhere'",
        "The calendar Office has a time zone that nobody knows: Europe/Nowhere.",
        "open Office and choose a zone from the list",
    ),
    "a rule to a retired team": (
        GONE + RULE + TO_GONE,
        "The rule Printers sends to a team that was retired.",
        "open Printers and choose another team",
    ),
    "a rule behind one that takes all": (
        RULE + ALL_FIRST,
        "The rule Printers is never reached: Everything above it asks nothing",
        "move Everything to the end",
    ),
    "a rule for a mailbox that is off": (
        RULE + FOR_NOBODY,
        "The rule Sales can never match",
        "open Sales and choose a mailbox in use",
    ),
    "no mailbox": (
        "update mailbox set active = false",
        "There is no mailbox: mail cannot come in.",
        "connect the address that clients write to",
    ),
    "a client with the desk's own address": (
        "update contact_address set email = 'support@fernhill.example'",
        "support@fernhill.example is a mailbox of the desk and also the address of Hanna Bell",
        "open Hanna Bell and take support@fernhill.example away",
    ),
    "a colleague with the desk's own address": (
        OWN_ADDRESS,
        "support@fernhill.example is a mailbox of the desk and also the address of Sam Ito",
        "give Sam Ito an address of their own",
    ),
    "a worker that does not run": (
        "update heartbeat set beat_at = now() - interval '1 hour'",
        "No worker has shown itself lately.",
        "helpdesk worker",
    ),
    "a job that fails": (
        "update heartbeat set error = 'KeyError'",
        "The job sweep failed in its last run (KeyError).",
        "worker's log",
    ),
    "a restored copy": (
        RESTORED,
        "This is a restored copy: mail stands still since 2026-03-04 11:00 UTC.",
        "helpdesk start-mail",
    ),
    "a desk that was left behind": (
        MOVED,
        "This desk has moved to db.example/desk",
        "Set DATABASE_URL",
    ),
    "tables of a newer program": (
        "update alembic_version set version_num = '9999'",
        "The tables are newer (9999) than this program.",
        "or a newer one",
    ),
    "clocks that are not what the log says": (
        VERIFIED.format(differences=3, ago="1 hour"),
        "Clocks that are not what the log says: 3 differences, found ",
        "add --rebuild",
    ),
    "clocks that nobody verified for days": (
        VERIFIED.format(differences=0, ago="4 days"),
        "The clocks were last verified ",
        "helpdesk sla verify",
    ),
    "a ticket whose clocks cannot be computed": (
        UNCOMPUTED,
        "The clocks of some tickets cannot be computed, so nobody hears of their deadlines: #",
        "tries each of them again every hour",
    ),
}
