from fansite.core.feature import Feature

feature = Feature()
