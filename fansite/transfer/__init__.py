"""Content from elsewhere."""

from fansite.core.feature import Feature
from fansite.transfer.commands import import_

feature = Feature(commands=[import_])
