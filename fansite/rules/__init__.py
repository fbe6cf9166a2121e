"""What we ask of each other, in versions."""

from fansite.core.feature import Feature
from fansite.core.outbox import Listener
from fansite.rules.listeners import note_acceptance
from fansite.rules.personal import personal
from fansite.rules.queries import brief
from fansite.rules.views import bp

feature = Feature(
    blueprints=[bp],
    listeners=[Listener("rules.note_acceptance", note_acceptance, ("account.joined",))],
    personal=personal,
    template_globals={"house_rules": brief},
)
