"""What people are to each other here: who follows whom, whom they do not want to hear, and whom they keep away."""

from fansite.bonds.listeners import count_again
from fansite.bonds.personal import personal
from fansite.bonds.views import bp
from fansite.core.feature import Feature
from fansite.core.outbox import Listener

feature = Feature(
    blueprints=[bp],
    personal=personal,
    listeners=[Listener("bonds.count", count_again, ("account.disabled", "account.enabled"))],
)
