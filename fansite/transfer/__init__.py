"""Content from elsewhere."""

from fansite.core.feature import Feature
from fansite.transfer import models as models  # its table belongs to the site, whoever imports
from fansite.transfer.commands import import_

feature = Feature(commands=[import_])
