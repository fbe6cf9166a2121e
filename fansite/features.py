"""The features in layers, from the lowest up: a feature imports only from layers listed before its own, never a neighbour.

`tests/structure` holds the code to this list, and `fansite/app.py` opens the features in this order. A new kind of content is one
folder, one templates folder, one migration and one name here.
"""

LAYERS = (
    ("settings", "features"),
    ("lib",),
    ("backends",),
    ("core",),
    ("accounts",),
    ("rules",),
    ("moderation",),
    ("bonds",),
    ("reactions",),
    ("comments", "media", "tags"),
    ("tour",),
    ("news", "pages", "talk", "fans", "appearance"),
    ("search", "seo", "posters", "feeds", "contact", "backup", "health", "notifications", "river"),
    ("home", "staff", "transfer", "demo"),
    ("app",),
    ("serve", "compiling"),
    ("cli",),
)

FEATURES = tuple(
    name
    for layer in LAYERS
    for name in layer
    if name not in ("settings", "features", "lib", "backends", "core", "app", "serve", "compiling", "cli")
)
