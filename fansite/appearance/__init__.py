"""How the site looks: name, logo, theme, inks, hero, and what the front page is made of."""

from fansite.appearance.showing import DRAWN, art, chosen_sections, drawing_inks, inks_of, look, site_line
from fansite.appearance.views import bp
from fansite.core.feature import Feature, Personal

feature = Feature(
    blueprints=[bp],
    personal=Personal(
        covers=(),
        export=lambda _account_id: [],
        erase=lambda _leaver: None,
        exempt={"look.saved_by_id": "who arranged the site's looks is not about them"},
    ),
    template_globals={"art": art, "look": look, "site_line": site_line},
)

__all__ = ["DRAWN", "chosen_sections", "drawing_inks", "feature", "inks_of", "look"]
