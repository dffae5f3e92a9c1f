"""Tables of the desk."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("ticket_number", start=1001)))
    op.create_table(
        "calendar",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("name", name=op.f("uq_calendar_name")),
    )
    op.create_table(
        "company",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "client",
                "unknown",
                "own",
                name="companykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="client",
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("main_phone", sa.Text(), nullable=True),
        sa.Column("main_phone_e164", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("vip", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("systems", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_index(op.f("ix_company_main_phone_e164"), "company", ["main_phone_e164"], unique=False)
    op.create_index("ix_company_sort_key", "company", ["sort_key", "id"], unique=False)
    op.create_index(
        "uq_company_system_kind",
        "company",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind <> 'client'"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "human", "system", name="personkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(
        "uq_person_system", "person", ["kind"], unique=True, postgresql_where=sa.text("kind = 'system'")
    )
    op.create_table(
        "rate_bucket",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_start", name=op.f("pk_rate_bucket")),
    )
    op.create_table(
        "routing_rule",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("placement", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
        sa.UniqueConstraint("position", name=op.f("uq_routing_rule_position")),
    )
    op.create_table(
        "sla_policy",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy")),
        sa.UniqueConstraint("name", name=op.f("uq_sla_policy_name")),
    )
    op.create_index(
        "uq_sla_policy_default",
        "sla_policy",
        ["is_default"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column(
            "theme",
            sa.Enum(
                "auto", "light", "dark", name="theme", native_enum=False, create_constraint=True, length=40
            ),
            server_default="auto",
            nullable=False,
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_account_email_lower")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "article",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "staff", "clients", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "retired",
                name="articlestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("section", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_article_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
    )
    op.create_table(
        "calendar_version",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_version_calendar_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_calendar_version_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_version")),
        sa.UniqueConstraint("calendar_id", "n", name=op.f("uq_calendar_version_calendar_id_n")),
    )
    op.create_table(
        "company_domain",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.CheckConstraint("domain = lower(domain)", name=op.f("ck_company_domain_domain_lower")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_company_domain_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_domain")),
        sa.UniqueConstraint("domain", name=op.f("uq_company_domain_domain")),
    )
    op.create_index(op.f("ix_company_domain_company_id"), "company_domain", ["company_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("vip", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("lookup", sa.Text(), server_default="", nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_contact_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("person_id", "company_id", name=op.f("uq_contact_person_id_company_id")),
    )
    op.create_index(op.f("ix_contact_company_id"), "contact", ["company_id"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_contract_company_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name=op.f("fk_contract_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    op.create_index(op.f("ix_contract_company_id"), "contract", ["company_id"], unique=False)
    op.create_table(
        "form_receipt",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_form_receipt_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_receipt")),
        sa.UniqueConstraint("person_id", "token", name=op.f("uq_form_receipt_person_id_token")),
    )
    op.create_index(op.f("ix_form_receipt_created_at"), "form_receipt", ["created_at"], unique=False)
    op.create_table(
        "grant",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "manager",
                "administrator",
                name="grantkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("company_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
    )
    op.create_index(op.f("ix_grant_person_id"), "grant", ["person_id"], unique=False)
    op.create_table(
        "sla_policy_version",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_change", sa.Text(), server_default="carry", nullable=False),
        sa.Column("reopen", sa.Text(), server_default="resume", nullable=False),
        sa.Column("reopen_grace_s", sa.BigInteger(), server_default="604800", nullable=False),
        sa.Column("ola_reentry", sa.Text(), server_default="resume", nullable=False),
        sa.Column("pause_states", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "thresholds",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{75,90,100}'"),
            nullable=False,
        ),
        sa.Column("forgive", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_sla_policy_version_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["sla_policy.id"], name=op.f("fk_sla_policy_version_policy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy_version")),
        sa.UniqueConstraint("policy_id", "n", name=op.f("uq_sla_policy_version_policy_id_n")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("answers_client", sa.Boolean(), nullable=False),
        sa.Column(
            "assignment",
            sa.Enum(
                "manual",
                "round_robin",
                "least_loaded",
                name="assignment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="manual",
            nullable=False,
        ),
        sa.Column("round_robin_after_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("line between 1 and 3", name=op.f("ck_team_line")),
        sa.ForeignKeyConstraint(
            ["round_robin_after_id"], ["person.id"], name=op.f("fk_team_round_robin_after_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_index(
        "uq_team_default_line", "team", ["line"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "article_text",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stems",
            postgresql.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('russian', title), 'A') || setweight(to_tsvector('russian', summary), 'B') || setweight(to_tsvector('russian', left(body, 200000)), 'C')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', summary), 'B') || setweight(to_tsvector('simple', left(body, 200000)), 'C')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_text_article_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_article_text_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_text")),
        sa.UniqueConstraint(
            "article_id", "language", "version", name=op.f("uq_article_text_article_id_language_version")
        ),
    )
    op.create_index("ix_article_text_stems", "article_text", ["stems"], unique=False, postgresql_using="gin")
    op.create_index("ix_article_text_words", "article_text", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "calendar_holiday",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("from_md", sa.Text(), nullable=True),
        sa.Column("until_md", sa.Text(), nullable=True),
        sa.Column("from_min", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("to_min", sa.SmallInteger(), server_default="1440", nullable=False),
        sa.CheckConstraint(
            "(day is null) <> (from_md is null)", name=op.f("ck_calendar_holiday_once_or_yearly")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["calendar_version.id"], name=op.f("fk_calendar_holiday_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_holiday")),
    )
    op.create_index(op.f("ix_calendar_holiday_version_id"), "calendar_holiday", ["version_id"], unique=False)
    op.create_table(
        "calendar_override",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("from_min", sa.SmallInteger(), nullable=True),
        sa.Column("to_min", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["calendar_version.id"], name=op.f("fk_calendar_override_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_override")),
    )
    op.create_index(
        op.f("ix_calendar_override_version_id"), "calendar_override", ["version_id"], unique=False
    )
    op.create_table(
        "calendar_window",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("from_min", sa.SmallInteger(), nullable=False),
        sa.Column("to_min", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "from_min between 0 and 1439 and to_min between 0 and 1440",
            name=op.f("ck_calendar_window_minutes"),
        ),
        sa.CheckConstraint("weekday between 0 and 6", name=op.f("ck_calendar_window_weekday")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["calendar_version.id"], name=op.f("fk_calendar_window_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_window")),
    )
    op.create_index(op.f("ix_calendar_window_version_id"), "calendar_window", ["version_id"], unique=False)
    op.create_table(
        "contact_address",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("undeliverable_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_contact_address_email_lower")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_address_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_address")),
        sa.UniqueConstraint("email", name=op.f("uq_contact_address_email")),
    )
    op.create_index(op.f("ix_contact_address_contact_id"), "contact_address", ["contact_id"], unique=False)
    op.create_table(
        "contact_phone",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_phone_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_phone")),
        sa.UniqueConstraint("contact_id", "typed", name=op.f("uq_contact_phone_contact_id_typed")),
    )
    op.create_index(op.f("ix_contact_phone_contact_id"), "contact_phone", ["contact_id"], unique=False)
    op.create_index(op.f("ix_contact_phone_e164"), "contact_phone", ["e164"], unique=False)
    op.create_table(
        "mailbox",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("plus_addressing", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("imap_host", sa.Text(), nullable=True),
        sa.Column("imap_port", sa.BigInteger(), nullable=True),
        sa.Column(
            "imap_encryption",
            sa.Enum(
                "tls",
                "starttls",
                "none",
                name="encryption",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="tls",
            nullable=False,
        ),
        sa.Column("imap_user", sa.Text(), nullable=True),
        sa.Column("imap_secret", sa.LargeBinary(), nullable=True),
        sa.Column("imap_folder", sa.Text(), server_default="INBOX", nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("smtp_host", sa.Text(), nullable=True),
        sa.Column("smtp_port", sa.BigInteger(), nullable=True),
        sa.Column(
            "smtp_encryption",
            sa.Enum(
                "tls",
                "starttls",
                "none",
                name="smtp_encryption",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="starttls",
            nullable=False,
        ),
        sa.Column("smtp_user", sa.Text(), nullable=True),
        sa.Column("smtp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("address = lower(address)", name=op.f("ck_mailbox_address_lower")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_mailbox_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
        sa.UniqueConstraint("address", name=op.f("uq_mailbox_address")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("member", "lead", name="teamrole", native_enum=False, create_constraint=True, length=40),
            server_default="member",
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_membership_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_team_id", "membership", ["team_id"], unique=False)
    op.create_index(
        "uq_membership_person_id_team_id_current",
        "membership",
        ["person_id", "team_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "sla_target",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum(
                "first_response",
                "next_response",
                "update",
                "resolution",
                "ola",
                name="metric",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("line", sa.SmallInteger(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(metric = 'ola') = (line is not null)", name=op.f("ck_sla_target_ola_has_line")),
        sa.CheckConstraint("seconds > 0", name=op.f("ck_sla_target_seconds")),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_sla_target_calendar_id")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["sla_policy_version.id"], name=op.f("fk_sla_target_policy_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_target")),
        sa.UniqueConstraint(
            "policy_version_id",
            "metric",
            "line",
            "priority",
            "type",
            name=op.f("uq_sla_target_policy_version_id_metric_line_priority_type"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("id_hash", name=op.f("uq_web_session_id_hash")),
    )
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('ticket_number')"), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "mail", "phone", "desk", name="channel", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "type",
            sa.Enum(
                "incident",
                "request",
                "question",
                "defect",
                "improvement",
                name="tickettype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "open",
                "waiting_client",
                "waiting_third_party",
                "resolved",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority",
            sa.Enum(
                "P1", "P2", "P3", "P4", name="priority", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "impact",
            sa.Enum(
                "one_person",
                "department",
                "company",
                name="impact",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "urgency",
            sa.Enum(
                "nuisance",
                "detour",
                "standstill",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=True),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_team_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handover_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("return_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("opened_by_machine", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unanswered_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), server_default="", nullable=False),
        sa.Column("first_contact", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reopen_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("client_message_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "discard_reason",
            sa.Enum(
                "spam",
                "wrong_number",
                "machine_chatter",
                "test",
                name="discardreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("follows_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "sort_due", sa.DateTime(timezone=True), server_default=sa.text("'infinity'"), nullable=False
        ),
        sa.Column("event_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), nullable=True),
        sa.Column("preview", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "stems",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('russian', left(subject, 2000))", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state in ('resolved', 'closed')) = (resolved_at is not null)",
            name=op.f("ck_ticket_resolved_at"),
        ),
        sa.CheckConstraint(
            "(discarded_at is null) = (discard_reason is null)", name=op.f("ck_ticket_discarded_with_reason")
        ),
        sa.CheckConstraint("line between 1 and 3", name=op.f("ck_ticket_line")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_ticket_assignee_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_ticket_company_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_ticket_contact_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["ticket.id"], name=op.f("fk_ticket_follows_id")),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_ticket_mailbox_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["ticket.id"], name=op.f("fk_ticket_merged_into_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_ticket_owner_id")),
        sa.ForeignKeyConstraint(["owner_team_id"], ["team.id"], name=op.f("fk_ticket_owner_team_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_ticket_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ticket_public_id")),
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_ticket_assignee_due_open",
        "ticket",
        ["assignee_id", "sort_due", "id"],
        unique=False,
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.create_index("ix_ticket_company_id", "ticket", ["company_id", "id"], unique=False)
    op.create_index("ix_ticket_contact_id", "ticket", ["contact_id", "id"], unique=False)
    op.create_index("ix_ticket_created_at", "ticket", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_due_open",
        "ticket",
        ["sort_due", "id"],
        unique=False,
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.create_index(
        "ix_ticket_line_due_open",
        "ticket",
        ["line", "sort_due", "id"],
        unique=False,
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.create_index(
        "ix_ticket_owner_due_open",
        "ticket",
        ["owner_id", "sort_due", "id"],
        unique=False,
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.create_index(
        "ix_ticket_owner_team_due_open",
        "ticket",
        ["owner_team_id", "sort_due", "id"],
        unique=False,
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.create_index("ix_ticket_resolved_at", "ticket", ["resolved_at", "id"], unique=False)
    op.create_index("ix_ticket_stems", "ticket", ["stems"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_ticket_team_due_open",
        "ticket",
        ["team_id", "sort_due", "id"],
        unique=False,
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.create_index("ix_ticket_team_resolved", "ticket", ["team_id", "resolved_at", "id"], unique=False)
    op.create_table(
        "article_use",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "linked",
                "solved",
                "did_not_help",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_use_article_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_article_use_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_article_use_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_use")),
        sa.UniqueConstraint("article_id", "ticket_id", name=op.f("uq_article_use_article_id_ticket_id")),
    )
    op.create_index(op.f("ix_article_use_ticket_id"), "article_use", ["ticket_id"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("in", "out", name="direction", native_enum=False, create_constraint=True, length=40),
            server_default="in",
            nullable=False,
        ),
        sa.Column("number_typed", sa.Text(), nullable=True),
        sa.Column("number_e164", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "solved",
                "kept",
                "escalated",
                "joined",
                "noted",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_call_contact_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["person.id"], name=op.f("fk_call_operator_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_call_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index("ix_call_contact_id", "call", ["contact_id", "id"], unique=False)
    op.create_index(op.f("ix_call_number_e164"), "call", ["number_e164"], unique=False)
    op.create_index("ix_call_started_at", "call", ["started_at", "id"], unique=False)
    op.create_index(op.f("ix_call_ticket_id"), "call", ["ticket_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "client",
                "reply",
                "note",
                name="messagekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_draft_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("ticket_id", "person_id", name=op.f("uq_draft_ticket_id_person_id")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=True),
        sa.Column("voids_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_event_ticket_id")),
        sa.ForeignKeyConstraint(["voids_id"], ["event.id"], name=op.f("fk_event_voids_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_event_idem_key")),
        sa.UniqueConstraint("ticket_id", "seq", name=op.f("uq_event_ticket_id_seq")),
    )
    op.create_index("ix_event_kind_recorded_at", "event", ["kind", "recorded_at"], unique=False)
    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=True),
        sa.Column(
            "envelope_to",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "processed",
                "ignored",
                "quarantined",
                "discarded",
                name="inboundstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="received",
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rfc_message_id", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("from_email", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column(
            "evidence",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_inbound_mail_mailbox_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_inbound_mail_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint(
            "mailbox_id",
            "folder",
            "uidvalidity",
            "uid",
            name=op.f("uq_inbound_mail_mailbox_id_folder_uidvalidity_uid"),
        ),
    )
    op.create_index("ix_inbound_mail_rfc_message_id", "inbound_mail", ["rfc_message_id"], unique=False)
    op.create_index(op.f("ix_inbound_mail_sha256"), "inbound_mail", ["sha256"], unique=False)
    op.create_index("ix_inbound_mail_state", "inbound_mail", ["state", "id"], unique=False)
    op.create_index(
        "ix_inbound_mail_waiting",
        "inbound_mail",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_participant_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_participant_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("ticket_id", "person_id", name=op.f("uq_participant_ticket_id_person_id")),
    )
    op.create_index("ix_participant_person_id", "participant", ["person_id"], unique=False)
    op.create_table(
        "read_mark",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_read_mark_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_read_mark_ticket_id")),
        sa.PrimaryKeyConstraint("person_id", "ticket_id", name=op.f("pk_read_mark")),
    )
    op.create_table(
        "routing_decision",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("rule_name", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("because", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("placement", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["routing_rule.id"], name=op.f("fk_routing_decision_rule_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_routing_decision_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_decision")),
    )
    op.create_index(op.f("ix_routing_decision_ticket_id"), "routing_decision", ["ticket_id"], unique=False)
    op.create_table(
        "sla_clock",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum(
                "first_response",
                "next_response",
                "update",
                "resolution",
                "ola",
                name="metric",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("line", sa.SmallInteger(), nullable=True),
        sa.Column("cycle", sa.SmallInteger(), nullable=False),
        sa.Column("epoch", sa.SmallInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("calendar_version_id", sa.BigInteger(), nullable=True),
        sa.Column("target_s", sa.BigInteger(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "running",
                "paused",
                "stopped",
                "cancelled",
                "idle",
                name="clockphase",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("elapsed_s", sa.BigInteger(), nullable=False),
        sa.Column("checkpoint_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_once", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_fire_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_percent", sa.SmallInteger(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"], ["calendar_version.id"], name=op.f("fk_sla_clock_calendar_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["sla_policy_version.id"], name=op.f("fk_sla_clock_policy_version_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sla_clock_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_clock")),
        sa.UniqueConstraint(
            "ticket_id",
            "metric",
            "line",
            "cycle",
            name=op.f("uq_sla_clock_ticket_id_metric_line_cycle"),
            postgresql_nulls_not_distinct=True,
        ),
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_sla_clock_breached_at",
        "sla_clock",
        ["breached_at"],
        unique=False,
        postgresql_where=sa.text("breached_at is not null"),
    )
    op.create_index("ix_sla_clock_metric_stopped_at", "sla_clock", ["metric", "stopped_at"], unique=False)
    op.create_index(
        "ix_sla_clock_next_fire_at",
        "sla_clock",
        ["next_fire_at"],
        unique=False,
        postgresql_where=sa.text("next_fire_at is not null"),
    )
    op.create_table(
        "sla_firing",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum(
                "first_response",
                "next_response",
                "update",
                "resolution",
                "ola",
                name="metric",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("line", sa.SmallInteger(), nullable=True),
        sa.Column("cycle", sa.SmallInteger(), nullable=False),
        sa.Column("epoch", sa.SmallInteger(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder_line", sa.SmallInteger(), nullable=False),
        sa.Column("holder_team_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_sla_firing_holder_id")),
        sa.ForeignKeyConstraint(["holder_team_id"], ["team.id"], name=op.f("fk_sla_firing_holder_team_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sla_firing_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_firing")),
        sa.UniqueConstraint(
            "ticket_id",
            "metric",
            "line",
            "cycle",
            "epoch",
            "percent",
            name=op.f("uq_sla_firing_ticket_id_metric_line_cycle_epoch_percent"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_sla_firing_at", "sla_firing", ["at"], unique=False)
    op.create_table(
        "ticket_sla",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=True),
        sa.Column("missed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_ticket_sla_contract_id")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["sla_policy_version.id"], name=op.f("fk_ticket_sla_policy_version_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_sla_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_sla")),
    )
    op.create_table(
        "event_text",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_text_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_text")),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "escalation",
                "return",
                "move",
                name="handoverkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_line", sa.SmallInteger(), nullable=False),
        sa.Column("from_team_id", sa.BigInteger(), nullable=False),
        sa.Column("from_person_id", sa.BigInteger(), nullable=True),
        sa.Column("to_line", sa.SmallInteger(), nullable=False),
        sa.Column("to_team_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_s", sa.BigInteger(), nullable=False),
        sa.Column("symptom", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", sa.Text(), server_default="", nullable=False),
        sa.Column("tried", sa.Text(), server_default="", nullable=False),
        sa.Column("configuration", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "reason_code",
            sa.Enum(
                "answered",
                "information_missing",
                "steps_not_tried",
                "wrong_line",
                "client_can_do_it",
                "duplicate",
                name="returnreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_handover_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_handover_event_id")),
        sa.ForeignKeyConstraint(["from_person_id"], ["person.id"], name=op.f("fk_handover_from_person_id")),
        sa.ForeignKeyConstraint(["from_team_id"], ["team.id"], name=op.f("fk_handover_from_team_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_handover_ticket_id")),
        sa.ForeignKeyConstraint(["to_team_id"], ["team.id"], name=op.f("fk_handover_to_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("event_id", name=op.f("uq_handover_event_id")),
    )
    op.create_index("ix_handover_at", "handover", ["at"], unique=False)
    op.create_index("ix_handover_ticket_id", "handover", ["ticket_id", "id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "client",
                "reply",
                "note",
                name="messagekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum(
                "public", "internal", name="visibility", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "mail", "phone", "desk", name="channel", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("has_html", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reply_until", sa.BigInteger(), nullable=True),
        sa.Column(
            "recipients",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("is_machine", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_unverified", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "evidence",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("inbound_mail_id", sa.BigInteger(), nullable=True),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stems",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('russian', left(text, 200000))", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind <> 'note' or visibility = 'internal'", name=op.f("ck_message_note_internal")
        ),
        sa.CheckConstraint("kind <> 'reply' or visibility = 'public'", name=op.f("ck_message_reply_public")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_message_call_id")),
        sa.ForeignKeyConstraint(
            ["inbound_mail_id"], ["inbound_mail.id"], name=op.f("fk_message_inbound_mail_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_message_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
    )
    op.create_index("ix_message_stems", "message", ["stems"], unique=False, postgresql_using="gin")
    op.create_index("ix_message_ticket_id", "message", ["ticket_id", "id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_notice_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_notice_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_person_id_id", "notice", ["person_id", "id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=True),
        sa.Column("inline", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_attachment_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attachment_public_id")),
    )
    op.create_index(op.f("ix_attachment_message_id"), "attachment", ["message_id"], unique=False)
    op.create_index(op.f("ix_attachment_sha256"), "attachment", ["sha256"], unique=False)
    op.create_table(
        "mail_reference",
        sa.Column("rfc_message_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_mail_reference_message_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_mail_reference_ticket_id")),
        sa.PrimaryKeyConstraint("rfc_message_id", name=op.f("pk_mail_reference")),
    )
    op.create_index(op.f("ix_mail_reference_ticket_id"), "mail_reference", ["ticket_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reply",
                "acknowledgement",
                "notice",
                name="outboxkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=True),
        sa.Column("rfc_message_id", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column(
            "references",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("reply_token", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_outbox_mailbox_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_outbox_message_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_outbox_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sa.UniqueConstraint("rfc_message_id", name=op.f("uq_outbox_rfc_message_id")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["kind", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("finished_at is null"),
    )
    op.create_index(op.f("ix_outbox_message_id"), "outbox", ["message_id"], unique=False)
    op.create_index("ix_outbox_ticket_id", "outbox", ["ticket_id"], unique=False)
    op.create_table(
        "outbox_recipient",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("field", sa.Text(), server_default="to", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "accepted",
                "delayed",
                "bounced",
                "uncertain",
                "failed",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_outbox_recipient_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_recipient")),
    )
    op.create_index(op.f("ix_outbox_recipient_outbox_id"), "outbox_recipient", ["outbox_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_recipient_outbox_id"), table_name="outbox_recipient")
    op.drop_table("outbox_recipient")
    op.drop_index("ix_outbox_ticket_id", table_name="outbox")
    op.drop_index(op.f("ix_outbox_message_id"), table_name="outbox")
    op.drop_index("ix_outbox_due", table_name="outbox", postgresql_where=sa.text("finished_at is null"))
    op.drop_table("outbox")
    op.drop_index(op.f("ix_mail_reference_ticket_id"), table_name="mail_reference")
    op.drop_table("mail_reference")
    op.drop_index(op.f("ix_attachment_sha256"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_message_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_notice_person_id_id", table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_message_ticket_id", table_name="message")
    op.drop_index("ix_message_stems", table_name="message", postgresql_using="gin")
    op.drop_table("message")
    op.drop_index("ix_handover_ticket_id", table_name="handover")
    op.drop_index("ix_handover_at", table_name="handover")
    op.drop_table("handover")
    op.drop_table("event_text")
    op.drop_table("ticket_sla")
    op.drop_index("ix_sla_firing_at", table_name="sla_firing")
    op.drop_table("sla_firing")
    op.drop_index(
        "ix_sla_clock_next_fire_at",
        table_name="sla_clock",
        postgresql_where=sa.text("next_fire_at is not null"),
    )
    op.drop_index("ix_sla_clock_metric_stopped_at", table_name="sla_clock")
    op.drop_index(
        "ix_sla_clock_breached_at",
        table_name="sla_clock",
        postgresql_where=sa.text("breached_at is not null"),
    )
    op.drop_table("sla_clock")
    op.drop_index(op.f("ix_routing_decision_ticket_id"), table_name="routing_decision")
    op.drop_table("routing_decision")
    op.drop_table("read_mark")
    op.drop_index("ix_participant_person_id", table_name="participant")
    op.drop_table("participant")
    op.drop_index(
        "ix_inbound_mail_waiting", table_name="inbound_mail", postgresql_where=sa.text("state = 'received'")
    )
    op.drop_index("ix_inbound_mail_state", table_name="inbound_mail")
    op.drop_index(op.f("ix_inbound_mail_sha256"), table_name="inbound_mail")
    op.drop_index("ix_inbound_mail_rfc_message_id", table_name="inbound_mail")
    op.drop_table("inbound_mail")
    op.drop_index("ix_event_kind_recorded_at", table_name="event")
    op.drop_table("event")
    op.drop_table("draft")
    op.drop_index(op.f("ix_call_ticket_id"), table_name="call")
    op.drop_index("ix_call_started_at", table_name="call")
    op.drop_index(op.f("ix_call_number_e164"), table_name="call")
    op.drop_index("ix_call_contact_id", table_name="call")
    op.drop_table("call")
    op.drop_index(op.f("ix_article_use_ticket_id"), table_name="article_use")
    op.drop_table("article_use")
    op.drop_index("ix_ticket_team_resolved", table_name="ticket")
    op.drop_index(
        "ix_ticket_team_due_open",
        table_name="ticket",
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.drop_index("ix_ticket_stems", table_name="ticket", postgresql_using="gin")
    op.drop_index("ix_ticket_resolved_at", table_name="ticket")
    op.drop_index(
        "ix_ticket_owner_team_due_open",
        table_name="ticket",
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.drop_index(
        "ix_ticket_owner_due_open",
        table_name="ticket",
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.drop_index(
        "ix_ticket_line_due_open",
        table_name="ticket",
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.drop_index(
        "ix_ticket_due_open",
        table_name="ticket",
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.drop_index("ix_ticket_created_at", table_name="ticket")
    op.drop_index("ix_ticket_contact_id", table_name="ticket")
    op.drop_index("ix_ticket_company_id", table_name="ticket")
    op.drop_index(
        "ix_ticket_assignee_due_open",
        table_name="ticket",
        postgresql_where=sa.text("state not in ('resolved', 'closed')"),
    )
    op.drop_table("ticket")
    op.drop_index(op.f("ix_web_session_account_id"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_table("sla_target")
    op.drop_index(
        "uq_membership_person_id_team_id_current",
        table_name="membership",
        postgresql_where=sa.text("until is null"),
    )
    op.drop_index("ix_membership_team_id", table_name="membership")
    op.drop_table("membership")
    op.drop_table("mailbox")
    op.drop_index(op.f("ix_contact_phone_e164"), table_name="contact_phone")
    op.drop_index(op.f("ix_contact_phone_contact_id"), table_name="contact_phone")
    op.drop_table("contact_phone")
    op.drop_index(op.f("ix_contact_address_contact_id"), table_name="contact_address")
    op.drop_table("contact_address")
    op.drop_index(op.f("ix_calendar_window_version_id"), table_name="calendar_window")
    op.drop_table("calendar_window")
    op.drop_index(op.f("ix_calendar_override_version_id"), table_name="calendar_override")
    op.drop_table("calendar_override")
    op.drop_index(op.f("ix_calendar_holiday_version_id"), table_name="calendar_holiday")
    op.drop_table("calendar_holiday")
    op.drop_index("ix_article_text_words", table_name="article_text", postgresql_using="gin")
    op.drop_index("ix_article_text_stems", table_name="article_text", postgresql_using="gin")
    op.drop_table("article_text")
    op.drop_index("uq_team_default_line", table_name="team", postgresql_where=sa.text("is_default"))
    op.drop_table("team")
    op.drop_table("sla_policy_version")
    op.drop_index(op.f("ix_grant_person_id"), table_name="grant")
    op.drop_table("grant")
    op.drop_index(op.f("ix_form_receipt_created_at"), table_name="form_receipt")
    op.drop_table("form_receipt")
    op.drop_index(op.f("ix_contract_company_id"), table_name="contract")
    op.drop_table("contract")
    op.drop_index(op.f("ix_contact_company_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_company_domain_company_id"), table_name="company_domain")
    op.drop_table("company_domain")
    op.drop_table("calendar_version")
    op.drop_table("article")
    op.drop_table("account")
    op.drop_index("uq_sla_policy_default", table_name="sla_policy", postgresql_where=sa.text("is_default"))
    op.drop_table("sla_policy")
    op.drop_table("routing_rule")
    op.drop_table("rate_bucket")
    op.drop_index("uq_person_system", table_name="person", postgresql_where=sa.text("kind = 'system'"))
    op.drop_table("person")
    op.drop_table("heartbeat")
    op.drop_index(
        "uq_company_system_kind", table_name="company", postgresql_where=sa.text("kind <> 'client'")
    )
    op.drop_index("ix_company_sort_key", table_name="company")
    op.drop_index(op.f("ix_company_main_phone_e164"), table_name="company")
    op.drop_table("company")
    op.drop_table("calendar")
    op.execute(sa.schema.DropSequence(sa.Sequence("ticket_number")))
