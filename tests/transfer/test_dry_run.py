"""`--dry-run` tells what an import would do, to the last number, and does nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from PIL import Image

from fansite.core.db import Model, db
from fansite.transfer.commands import import_
from tests.transfer.export import HEAD, item, save, wrapped

FIXTURES = Path(__file__).parent / "fixtures"
UPLOADS = "https://a.example/wp-content/uploads"


def author(login, email):
    return f"<wp:author><wp:author_login>{login}</wp:author_login><wp:author_email>{email}</wp:author_email></wp:author>"


# Two logins of one person, a tag twice, an address of the site itself, a picture by two names, a broken one, a missing one.
BLOG = wrapped(
    item(
        f"""<title>Search</title><wp:post_name>search</wp:post_name><dc:creator>ida</dc:creator><category domain="post_tag" nicename="tea">Tea</category>
        <content:encoded><![CDATA[<img src="{UPLOADS}/stage.png"><img src="{UPLOADS}/stage-300x200.png"><img src="{UPLOADS}/torn.png">
        <img src="{UPLOADS}/gone.png">]]></content:encoded>""",
        number=1,
    ),
    item(
        '<title></title><category domain="post_tag" nicename="tea">Tea</category><category domain="category" nicename="tour">Tour</category>',
        number=2,
    ),
    head=HEAD + author("ida", "ida@a.example") + author("ida-old", "ida@a.example"),
)


@pytest.fixture
def told(app):
    """`told("wordpress", file, …)`: what the command reports."""

    def run(*words):
        result = CliRunner().invoke(import_, [*map(str, words), "--json"], obj={"app": lambda: app})
        db.session.rollback()  # this test's own look at the database is from before
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def uploads(tmp_path):
    folder = tmp_path / "uploads"
    folder.mkdir()
    Image.new("RGB", (4, 3), "red").save(folder / "stage.png")
    (folder / "torn.png").write_bytes(b"no picture")
    return folder


def everything():
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in Model.metadata.sorted_tables
    }


def test_it_tells_the_numbers_and_remarks_of_the_import_that_follows(app, told, tmp_path, uploads):
    words = ("wordpress", save(tmp_path, BLOG), "--media-dir", uploads)
    before = everything()
    foreseen = told(*words, "--dry-run")
    assert everything() == before
    kept = app.extensions["fansite"].settings.instance_path / "media"
    assert not list(kept.glob("*"))
    done = told(*words)
    assert len(list(kept.glob("*"))) == 1
    assert foreseen == done
    assert done["created"] == {"account": 1, "tag": 2, "news": 2, "picture": 1}
    remarks = " ".join(done["problems"])
    assert all(word in remarks for word in ("search-2", "torn.png", "gone.png"))


def test_after_an_import_it_tells_that_nothing_would_be_done(told):
    for words in (("wordpress", FIXTURES / "marmots-blog.xml"), ("entries", FIXTURES / "entries.jsonl")):
        foreseen, done = told(*words, "--dry-run"), told(*words)
        assert foreseen["created"] == done["created"] and foreseen["skipped"] == done["skipped"]
        again = told(*words, "--dry-run")
        assert (again["created"], again["updated"]) == ({}, {})


def test_what_would_be_renewed_is_told_with_its_new_tags(told, tmp_path):
    told("wordpress", save(tmp_path, BLOG))
    changed = save(
        tmp_path, BLOG.replace("Tour</category>", "Tour</category><category domain='post_tag' nicename='jam'>Jam</category>")
    )
    foreseen, done = told("wordpress", changed, "--dry-run"), told("wordpress", changed)
    assert foreseen == done
    assert (done["created"], done["updated"]) == ({"tag": 1}, {"news": 1})
