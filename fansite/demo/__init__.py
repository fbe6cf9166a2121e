"""The demo band: The Paper Marmots."""

from fansite.core.feature import Feature
from fansite.demo.commands import demo

feature = Feature(commands=[demo])
