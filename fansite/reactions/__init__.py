"""The site's one warm word about what somebody wrote: given once by each person, and counted where everybody reads."""

from fansite.core.feature import Feature
from fansite.core.outbox import Listener
from fansite.reactions.listeners import count_again
from fansite.reactions.personal import personal

feature = Feature(
    personal=personal,
    listeners=[Listener("reactions.count", count_again, ("account.disabled", "account.enabled"))],
)
