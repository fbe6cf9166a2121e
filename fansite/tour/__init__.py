"""Tour dates: where and when the band plays, right everywhere, for years."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from fansite.bonds.queries import strangers
from fansite.core.feature import Feature, HomeSection
from fansite.core.outbox import Listener, Routine
from fansite.core.publishing import publish_due
from fansite.tour import desk, houses, views  # noqa: F401 - they put themselves there
from fansite.tour.blueprint import bp
from fansite.tour.content import content, findable, sitemap_part
from fansite.tour.going import views as going  # noqa: F401 - so do these
from fansite.tour.home import lives_nowhere, next_gigs, who_is_going
from fansite.tour.personal import personal
from fansite.tour.photos import operations as photos
from fansite.tour.photos import views as photo_views  # noqa: F401 - they put themselves there
from fansite.tour.photos.review import reviewable
from fansite.tour.photos.sight import shelf
from fansite.tour.setlists import content as setlist_content
from fansite.tour.setlists import desk as setlist_desk  # noqa: F401 - they put themselves there
from fansite.tour.setlists import listeners as setlist_listeners
from fansite.tour.setlists import views as setlist_views  # noqa: F401
from fansite.tour.setlists.words import NAMES as SETLIST_NAMES
from fansite.tour.templating import NAMES

feature = Feature(
    blueprints=[bp],
    contents=[content],
    findables=[findable()],
    personal=personal,
    sitemap=[sitemap_part(), setlist_content.sitemap_part()],
    reviewables=[reviewable],
    shelves=[shelf],
    listeners=[
        Listener("tour.publish_due", publish_due, ("gig.scheduled",)),
        Listener("tour.setlists", setlist_listeners.follow, setlist_listeners.NAMES),
        Listener("tour.photos", photos.drop_pictures, ("account.erased",)),
    ],
    routines=[Routine("tour.photos", photos.sweep, timedelta(hours=6))],
    home_sections=[
        HomeSection(
            "gigs",
            _l("The next evenings"),
            _l("on tour"),
            "tour/_home.html",
            next_gigs,
            tags=("list:gig",),
            more="tour.index",
            more_label=_l("All evenings"),
            order=20,
            alike=lives_nowhere,
        ),
        HomeSection(
            "company",
            _l("Who goes to the next evening"),
            _l("who is going"),
            "tour/_company.html",
            who_is_going,
            tags=("list:gig",),
            order=25,
            alike=strangers,
        ),
    ],
    template_globals=NAMES | SETLIST_NAMES,
)
