"""Pictures: taken in, kept in sizes, shown; and the faces of fans."""

from datetime import timedelta

from fansite.core.feature import Check, Feature
from fansite.core.outbox import Listener, Routine
from fansite.media import checks, faces, operations, queries, showing, uploads
from fansite.media.personal import personal
from fansite.media.review import reviewable
from fansite.media.showing import addresses_of, drawing_of, image_object, link_picture, path_of, shared
from fansite.media.views import bp
from fansite.media.views.files import old_address, served

# The largest take some seconds; a worker that was killed over one is not waited for long.
A_PICTURE = timedelta(minutes=2)

feature = Feature(
    blueprints=[bp],
    reviewables=[reviewable],
    personal=personal,
    pictures=showing.in_texts,
    old_addresses=old_address,
    listeners=[
        Listener("media.sizes", operations.make_sizes, ("picture.kept",), batch=1, lease=A_PICTURE),
        Listener("media.texts", operations.render_again, ("picture.described",), batch=10, lease=A_PICTURE),
        Listener("media.faces", faces.forget_erased, ("account.erased",)),
    ],
    routines=[
        Routine("media.uploads", uploads.sweep, timedelta(hours=1)),
        Routine("media.pictures", operations.sweep, timedelta(hours=6)),
        Routine("media.faces", faces.sweep, timedelta(hours=6)),
    ],
    checks=[Check("pictures", checks.files, quick=False)],
    template_globals={
        "avatar": showing.avatar,
        "face_image": showing.face_image,
        "shown_picture": showing.shown,
        "drawing_of": showing.drawing_of,
    },
)

__all__ = [
    "addresses_of",
    "drawing_of",
    "feature",
    "image_object",
    "link_picture",
    "operations",
    "path_of",
    "queries",
    "served",
    "shared",
]
