"""What comes, goes or moves in long lists is written down with the change, by the database itself: see `fansite/core/changes.py`.

A later migration that makes one of these tables anew (SQLite's way to alter much) has to make its triggers anew too: `watch` does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0013"
down_revision = "0012"

HEARD = "({0}.disabled_at IS NULL AND {0}.erased_at IS NULL AND {0}.approved_comments > 0)"
FAILED = "({0}.failed_at IS NOT NULL)"
HIDDEN = sa.text("status <> 'published' OR visibility <> 'public'")
HIDDEN_WITH_WORDS = sa.text("(status <> 'published' OR visibility <> 'public') AND comments_count > 0")
# Of the heaps of mail, each by number.
HEAPS = {
    "failed": sa.text("failed_at IS NOT NULL"),
    "waiting": sa.text("failed_at IS NULL AND sent_at IS NULL"),
    "sent": sa.text("failed_at IS NULL AND sent_at IS NOT NULL"),
}
# Table: topic, number of the row, what it is related to, its former keys, the columns that move it, and which rows matter at all.
WATCHED: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "entry": ("entry", "id", "translation_of_id", "published_at", "updated_at", "kind, status, visibility, language, translation_of_id, author_id, published_at, updated_at", ""),
    "entry_tag": ("tag", "entry_id", "tag_id", "", "", "", ""),
    "translation_waiver": ("entry", "entry_id", "", "", "", "", ""),
    "account": ("fan", "id", "", "", "", "disabled_at, erased_at, approved_comments", HEARD),
    "review": ("review", "id", "", "opened_at", "decided_at", "queue, opened_at, decision, decided_at", ""),
    "letter": ("letter", "id", "", "received_at", "", "state, received_at", ""),
    "picture": ("picture", "id", "", "", "", "alt, decorative, removed_at", ""),
    "mail": ("mail", "id", "", "", "", "failed_at", FAILED),
}  # fmt: skip
NOTE = """
CREATE FUNCTION note_list_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one jsonb; was jsonb;
BEGIN
  IF current_setting('fansite.filling', true) = 'on' THEN RETURN NULL; END IF;
  IF TG_OP = 'INSERT' THEN one := to_jsonb(NEW); ELSE one := to_jsonb(OLD); was := one; END IF;
  INSERT INTO list_change (topic, row_id, related_id, first, second)
  VALUES (TG_ARGV[0], (one->>TG_ARGV[1])::integer, (one->>TG_ARGV[2])::integer, (was->>TG_ARGV[3])::timestamptz, (was->>TG_ARGV[4])::timestamptz);
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "list_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=10), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("related_id", sa.Integer(), nullable=True),
        sa.Column("first", Moment(), nullable=True),
        sa.Column("second", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_list_change_topic", "list_change", ["topic", "id"])
    # There is always a last one.
    op.execute("INSERT INTO list_change (topic, row_id) VALUES ('', 0)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(NOTE)
    for table in WATCHED:
        watch(table)
    op.drop_index("ix_mail_failed", "mail")
    for name, heap in HEAPS.items():
        op.create_index(f"ix_mail_{name}", "mail", ["id"], sqlite_where=heap, postgresql_where=heap)
    op.drop_index("ix_entry_hidden", "entry")
    op.create_index("ix_entry_hidden", "entry", ["id"], sqlite_where=HIDDEN_WITH_WORDS, postgresql_where=HIDDEN_WITH_WORDS)
    op.create_index("ix_account_role", "account", ["role"])
    op.drop_index("ix_comment_author_posted", "comment")
    op.create_index("ix_comment_author_posted", "comment", ["author_id", "posted_at", "id", "status", "entry_id"])
    op.create_index("ix_comment_entry_posted", "comment", ["entry_id", "posted_at", "id", "status", "thread"])
    if op.get_bind().dialect.name == "postgresql":  # names that begin so are found by the index
        op.execute('ALTER TABLE account ALTER COLUMN username_key TYPE varchar(30) COLLATE "C"')


def watch(table: str) -> None:
    """What comes, changes and goes in a table is written down from now on."""
    topic, row, related, first, second, columns, which = WATCHED[table]
    new, old = which.format("NEW"), which.format("OLD")
    events = {
        "INSERT": ("INSERT", new),
        "DELETE": ("DELETE", old),
        **({"UPDATE": (f"UPDATE OF {columns}", f"{old} <> {new}" if which else "")} if columns else {}),
    }
    for name, (event, when) in events.items():
        condition = f"WHEN ({when})" if when else ""
        if op.get_bind().dialect.name == "postgresql":
            arguments = ", ".join(f"'{one}'" for one in (topic, row, related, first, second))
            act = f"FOR EACH ROW {condition} EXECUTE FUNCTION note_list_change({arguments})"
        else:
            side = "NEW" if name == "INSERT" else "OLD"
            # Of what comes only the tag matters that hangs on it from now on.
            told = [f"{side}.{related}" if related else "NULL"]
            told += [f"OLD.{key}" if key and name != "INSERT" else "NULL" for key in (first, second)]
            act = (
                f"{condition} BEGIN INSERT INTO list_change (topic, row_id, related_id, first, second) "
                f"VALUES ('{topic}', {side}.{row}, {', '.join(told)}); END"
            )
        op.execute(f"CREATE TRIGGER {table}_list_{name.lower()} AFTER {event} ON {table} {act}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE account ALTER COLUMN username_key TYPE varchar(30) COLLATE "default"')
    op.drop_index("ix_account_role", "account")
    op.drop_index("ix_comment_entry_posted", "comment")
    op.drop_index("ix_comment_author_posted", "comment")
    op.create_index("ix_comment_author_posted", "comment", ["author_id", "posted_at", "status", "entry_id"])
    op.drop_index("ix_entry_hidden", "entry")
    op.create_index("ix_entry_hidden", "entry", ["status", "visibility"], sqlite_where=HIDDEN, postgresql_where=HIDDEN)
    for name in HEAPS:
        op.drop_index(f"ix_mail_{name}", "mail")
    op.create_index("ix_mail_failed", "mail", ["failed_at"], sqlite_where=HEAPS["failed"], postgresql_where=HEAPS["failed"])
    for table, facts in WATCHED.items():
        for name in ("insert", "delete", *(["update"] if facts[5] else [])):
            on = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_list_{name}{on}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION note_list_change()")
    op.drop_table("list_change")
