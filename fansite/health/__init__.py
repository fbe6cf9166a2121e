"""How the site is, for the person who runs it."""

from fansite.core.feature import Feature

feature = Feature()
