"""Search over everything the features declare findable."""

from datetime import timedelta

from fansite.core.feature import Check, Feature
from fansite.core.outbox import Listener, Routine
from fansite.search import checks, commands, listeners
from fansite.search.queries import LISTENER
from fansite.search.views import bp

feature = Feature(
    blueprints=[bp],
    listeners=[
        Listener(
            LISTENER, listeners.keep_index, ("news.*", "page.*", "gig.*", "talk.*", "comment.*", "entry.*", "account.erased")
        ),
        Listener("search.rebuild", listeners.rebuild, ("content.loaded",)),
    ],
    routines=[Routine("search.rebuild", listeners.mend_index, timedelta(seconds=10))],
    commands=[commands.rebuild],
    checks=[Check("search", checks.present), Check("search", checks.equal, quick=False)],
)
