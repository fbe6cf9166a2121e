"""Labels on entries."""

from fansite.core.feature import Feature

feature = Feature()
