"""What long lists are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

HEARD = sa.text("disabled_at IS NULL AND erased_at IS NULL AND approved_comments > 0")
HIDDEN = sa.text("status <> 'published' OR visibility <> 'public'")
WITHDRAWN = sa.text("withdrawn_at IS NOT NULL")
OF_LISTS = ["kind", "status", "published_at", "id"]
WHO_IS_OFFERED = ["visibility", "language", "translation_of_id"]


def upgrade() -> None:
    op.drop_index("ix_entry_author_id", "entry")
    op.drop_index("ix_entry_kind_status_id", "entry")
    op.create_index("ix_entry_kind_status_updated", "entry", ["kind", "status", "updated_at", "id"])
    op.create_index("ix_entry_kind_updated", "entry", ["kind", "updated_at", "id"])
    op.create_index("ix_entry_listed", "entry", ["kind", "status", "visibility", "id", "updated_at"])
    op.create_index("ix_entry_author_kind_status_published", "entry", ["author_id", "kind", "status", "published_at", "id"])
    op.create_index("ix_entry_hidden", "entry", ["status", "visibility"], sqlite_where=HIDDEN, postgresql_where=HIDDEN)
    op.create_index("ix_entry_withdrawn", "entry", ["kind", "withdrawn_at"], sqlite_where=WITHDRAWN, postgresql_where=WITHDRAWN)
    op.drop_index("ix_entry_kind_status_published", "entry")
    op.create_index("ix_entry_kind_status_published", "entry", [*OF_LISTS, *WHO_IS_OFFERED])
    op.create_index("ix_account_heard", "account", ["id"], sqlite_where=HEARD, postgresql_where=HEARD)
    op.drop_index("ix_comment_author_posted", "comment")
    op.create_index("ix_comment_author_posted", "comment", ["author_id", "posted_at", "status", "entry_id"])


def downgrade() -> None:
    op.drop_index("ix_comment_author_posted", "comment")
    op.create_index("ix_comment_author_posted", "comment", ["author_id", "posted_at"])
    op.drop_index("ix_account_heard", "account")
    op.drop_index("ix_entry_kind_status_published", "entry")
    op.create_index("ix_entry_kind_status_published", "entry", OF_LISTS)
    for name in ("withdrawn", "hidden", "author_kind_status_published", "listed", "kind_updated", "kind_status_updated"):
        op.drop_index(f"ix_entry_{name}", "entry")
    op.create_index("ix_entry_kind_status_id", "entry", ["kind", "status", "id"])
    op.create_index("ix_entry_author_id", "entry", ["author_id"])
