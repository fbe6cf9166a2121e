"""Accounts, entries, news, pages, tags, pictures, comments, moderation, mail and outbox"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from fansite.core.db import Moment

revision = "0001"
down_revision = None

LOG_IS_FOR_EVER = {
    "sqlite": [
        f"CREATE TRIGGER moderation_log_no_{verb} BEFORE {verb} ON moderation_log BEGIN SELECT RAISE(ABORT, 'the moderation log is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION moderation_log_for_ever() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the moderation log is append-only'; END $$",
        "CREATE TRIGGER moderation_log_for_ever BEFORE UPDATE OR DELETE ON moderation_log FOR EACH ROW EXECUTE FUNCTION moderation_log_for_ever()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=30), nullable=False),
        sa.Column("username_key", sa.String(length=30), nullable=False),
        sa.Column("likeness", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=10), server_default="fan", nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("joined_at", Moment(), nullable=False),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.Column("disabled_reason", sa.String(length=500), nullable=True),
        sa.Column("erased_at", Moment(), nullable=True),
        sa.Column("approved_comments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused_comments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=True),
        sa.CheckConstraint("role IN ('fan', 'moderator', 'editor', 'owner')", name=op.f("ck_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_key", name=op.f("uq_account_email_key")),
        sa.UniqueConstraint("origin", name=op.f("uq_account_origin")),
        sa.UniqueConstraint("username_key", name=op.f("uq_account_username_key")),
    )
    op.create_index(op.f("ix_account_likeness"), "account", ["likeness"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_at"), "event", ["at"], unique=False)
    op.create_index(op.f("ix_event_subject"), "event", ["subject"], unique=False)

    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("failed_at", Moment(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("receipt", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index(op.f("ix_mail_created_at"), "mail", ["created_at"], unique=False)

    op.create_table(
        "moderation_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_log")),
    )
    op.create_index(op.f("ix_moderation_log_at"), "moderation_log", ["at"], unique=False)
    op.create_index(op.f("ix_moderation_log_subject"), "moderation_log", ["subject"], unique=False)

    op.create_table(
        "picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("origin", sa.String(length=500), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("name", name=op.f("uq_picture_name")),
    )
    op.create_index(op.f("ix_picture_origin"), "picture", ["origin"], unique=False)

    op.create_table(
        "sign_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("draft", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_up_token_hash")),
    )
    op.create_index(op.f("ix_sign_up_created_at"), "sign_up", ["created_at"], unique=False)
    op.create_index(op.f("ix_sign_up_email_key"), "sign_up", ["email_key"], unique=False)

    op.create_table(
        "site_fact",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_fact")),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("slug", name=op.f("uq_tag_slug")),
    )
    op.create_table(
        "tally",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tally")),
    )
    op.create_index(op.f("ix_tally_expires"), "tally", ["expires"], unique=False)

    op.create_table(
        "tick",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", "due_at", name=op.f("pk_tick")),
    )
    op.create_table(
        "watched_word",
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.CheckConstraint("kind IN ('banned', 'suspect')", name=op.f("ck_watched_word_kind")),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_watched_word")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("listener", sa.String(length=80), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_delivery_event_id_event"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("event_id", "listener", name=op.f("uq_delivery_event_id_listener")),
    )
    op.create_index(
        "ix_delivery_open", "delivery", ["due_at"], unique=False, sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
    )

    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=80), server_default="", nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("translation_of_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), server_default="", nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("visibility", sa.String(length=10), server_default="public", nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("comments_open", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("comments_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("threads_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(status NOT IN ('scheduled', 'published')) OR published_at IS NOT NULL", name=op.f("ck_entry_published_at")),
        sa.CheckConstraint("status IN ('draft', 'scheduled', 'published', 'withdrawn')", name=op.f("ck_entry_status")),
        sa.CheckConstraint("visibility IN ('public', 'members', 'press')", name=op.f("ck_entry_visibility")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_entry_author_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["translation_of_id"], ["entry.id"], name=op.f("fk_entry_translation_of_id_entry"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("kind", "language", "scope", "slug", name=op.f("uq_entry_kind_language_scope_slug")),
        sa.UniqueConstraint("origin", name=op.f("uq_entry_origin")),
    )
    op.create_index(op.f("ix_entry_author_id"), "entry", ["author_id"], unique=False)
    op.create_index("ix_entry_kind_status_id", "entry", ["kind", "status", "id"], unique=False)
    op.create_index("ix_entry_kind_status_published", "entry", ["kind", "status", "published_at", "id"], unique=False)
    op.create_index(op.f("ix_entry_translation_of_id"), "entry", ["translation_of_id"], unique=False)

    op.create_table(
        "former_name",
        sa.Column("username_key", sa.String(length=30), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_former_name_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("username_key", name=op.f("pk_former_name")),
    )
    op.create_index(op.f("ix_former_name_account_id"), "former_name", ["account_id"], unique=False)

    op.create_table(
        "mailed_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("purpose IN ('reset', 'email')", name=op.f("ck_mailed_key_purpose")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mailed_key_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_key_token_hash")),
    )
    op.create_index(op.f("ix_mailed_key_account_id"), "mailed_key", ["account_id"], unique=False)
    op.create_index(op.f("ix_mailed_key_created_at"), "mailed_key", ["created_at"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("before", sa.String(length=12), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("decision IN ('approve', 'reject', 'remove')", name=op.f("ck_review_decision")),
        sa.CheckConstraint("queue IN ('pending', 'reported')", name=op.f("ck_review_queue")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_review_decided_by_id_account"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_decided_at", "review", ["decided_at"], unique=False)
    op.create_index(op.f("ix_review_decided_by_id"), "review", ["decided_by_id"], unique=False)
    op.create_index(
        "ix_review_queue_opened",
        "review",
        ["queue", "opened_at"],
        unique=False,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index("ix_review_subject", "review", ["subject_kind", "subject_id"], unique=False)
    op.create_index(
        "uq_review_open",
        "review",
        ["subject_kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )

    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("thread", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=10), server_default="comment", nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("posted_at", Moment(), nullable=False),
        sa.Column("edited_at", Moment(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("replies_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("origin", sa.String(length=300), nullable=True),
        sa.CheckConstraint("status IN ('published', 'pending', 'rejected', 'removed', 'withdrawn')", name=op.f("ck_comment_status")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_comment_author_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_comment_entry_id_entry"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("author_id", "nonce", name=op.f("uq_comment_author_id_nonce")),
        sa.UniqueConstraint("origin", name=op.f("uq_comment_origin")),
    )
    op.create_index("ix_comment_author_posted", "comment", ["author_id", "posted_at"], unique=False)
    op.create_index("ix_comment_entry_thread_path", "comment", ["entry_id", "thread", "path"], unique=False)
    op.create_index(op.f("ix_comment_parent_id"), "comment", ["parent_id"], unique=False)
    op.create_index("ix_comment_status_posted", "comment", ["status", "posted_at"], unique=False)
    op.create_index(
        "uq_comment_thread",
        "comment",
        ["entry_id", "thread"],
        unique=True,
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )

    op.create_table(
        "entry_tag",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_tag_entry_id_entry"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_entry_tag_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", "tag_id", name=op.f("pk_entry_tag")),
    )
    op.create_index(op.f("ix_entry_tag_tag_id"), "entry_tag", ["tag_id"], unique=False)

    op.create_table(
        "news_post",
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_news_post_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_post")),
    )
    op.create_table(
        "old_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_old_address_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_address")),
        sa.UniqueConstraint("path", "source", name=op.f("uq_old_address_path_source")),
    )
    op.create_index(op.f("ix_old_address_entry_id"), "old_address", ["entry_id"], unique=False)

    op.create_table(
        "page",
        sa.Column("menu_order", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_page_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("category IN ('spam', 'abuse', 'off-topic', 'private', 'illegal', 'other')", name=op.f("ck_report_category")),
        sa.ForeignKeyConstraint(["reporter_id"], ["account.id"], name=op.f("fk_report_reporter_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_report_review_id_review"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("subject_kind", "subject_id", "reporter_id", name=op.f("uq_report_subject_kind_subject_id_reporter_id")),
    )
    op.create_index(op.f("ix_report_reporter_id"), "report", ["reporter_id"], unique=False)
    op.create_index(op.f("ix_report_review_id"), "report", ["review_id"], unique=False)

    op.create_table(
        "slug_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("scope", sa.String(length=80), server_default="", nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_slug_history_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slug_history")),
        sa.UniqueConstraint("kind", "language", "scope", "slug", name=op.f("uq_slug_history_kind_language_scope_slug")),
    )
    op.create_index(op.f("ix_slug_history_entry_id"), "slug_history", ["entry_id"], unique=False)

    op.create_table(
        "comment_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_draft_comment_id_comment"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_comment_draft_entry_id_entry"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["comment.id"], name=op.f("fk_comment_draft_parent_id_comment"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_draft")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_comment_draft_token_hash")),
    )
    op.create_index(op.f("ix_comment_draft_created_at"), "comment_draft", ["created_at"], unique=False)
    op.create_index(op.f("ix_comment_draft_entry_id"), "comment_draft", ["entry_id"], unique=False)

    op.create_table(
        "comment_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_comment_revision_by_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_revision_comment_id_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_revision")),
    )
    op.create_index(op.f("ix_comment_revision_by_id"), "comment_revision", ["by_id"], unique=False)
    op.create_index(op.f("ix_comment_revision_comment_id"), "comment_revision", ["comment_id"], unique=False)
    for statement in LOG_IS_FOR_EVER[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:

    op.drop_table("comment_revision")

    op.drop_table("comment_draft")

    op.drop_table("slug_history")

    op.drop_table("report")
    op.drop_table("page")

    op.drop_table("old_address")
    op.drop_table("news_post")

    op.drop_table("entry_tag")

    op.drop_table("comment")

    op.drop_table("sign_in")

    op.drop_table("review")

    op.drop_table("mailed_key")

    op.drop_table("former_name")

    op.drop_table("entry")

    op.drop_table("delivery")
    op.drop_table("watched_word")
    op.drop_table("tick")

    op.drop_table("tally")
    op.drop_table("tag")
    op.drop_table("site_fact")

    op.drop_table("sign_up")

    op.drop_table("picture")

    op.drop_table("moderation_log")

    op.drop_table("mail")

    op.drop_table("event")

    op.drop_table("account")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION moderation_log_for_ever()")
