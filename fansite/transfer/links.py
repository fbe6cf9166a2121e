"""Addresses in an old blog: those readers still come by, and those of the pictures in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fansite.transfer.blog import Item, Site, host_of, path_of

MAX_PATH = 500
MAX_NAME = 255
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp")

# x-300x200.jpg is a smaller copy of x.jpg; so were x.thumbnail.jpg and, in French, x.miniature.jpg before 2008.
_SMALLER = re.compile(r"(?:-\d{1,5}x\d{1,5}|\.thumbnail|\.miniature)(?=\.\w{2,5}$)")
_SCALED = re.compile(r"-scaled(?=\.\w{2,5}$)")
# Where WordPress kept what was uploaded: on one's own server, on a network, on WordPress.com.
_UPLOADS = re.compile(r"/(?:wp-content/(?:uploads|blogs\.dir/\d+/files)(?:/sites/\d+)?|files)/(?=.)", re.I)
_NUMBERED = re.compile(r"(?:^|&)((?:p|page_id)=\d{1,18})(?=&|$)")
_FILE = re.compile(r"\.(?!html?$|php$|aspx?$)\w{2,5}$", re.I)
_CDN = re.compile(r"i[0-9]\.wp\.com")


# ---- addresses that answer 301 --------------------------------------------------------------------------------------------


def old_paths(item: Item, site: Site) -> list[str]:
    """The paths of the old site that lead to this item, decoded, with and without a slash at the end; `/?p=12` has its query.

    Drafts and attachments had none. A guid's number is not believed: a blog that was moved keeps the guids of its former numbers.
    """
    if item.post_type not in ("post", "page") or item.status not in ("publish", "future"):
        return []
    paths = [
        path
        for url in (item.link, item.guid)
        if _of_site(url, site) and not urlsplit(url).query and (path := _decoded(path_of(url)))
    ]
    found: list[str] = []
    for path in [*paths, *_with_old_slugs(paths[:1], item)]:
        bare = path.rstrip("/")
        if bare and not bare.startswith("/wp-content/"):
            found += [path, bare if path.endswith("/") else f"{path}/"]
    if item.post_id and not item.shares_number:
        start = (_decoded(path_of(site.url)) or "/").rstrip("/")
        found += [f"{start}/?{name}={item.post_id}" for name in (("p",) if item.post_type == "post" else ("page_id", "p"))]
    return [path for path in dict.fromkeys(found) if len(path) <= MAX_PATH]


def page_path(url: str, site: Site) -> str | None:
    """What `old_paths` calls the page a link leads to; None for other sites, files, and the front page."""
    if not _of_site(url, site):
        return None
    path = _decoded(path_of(url)).removesuffix("index.php")
    if number := _NUMBERED.search(urlsplit(url).query):
        return f"{path.rstrip('/')}/?{number[1]}"
    bare = path.rstrip("/")
    if bare == (_decoded(path_of(site.url)) or "/").rstrip("/") or _FILE.search(bare) or _UPLOADS.search(f"{bare}/x"):
        return None
    return path if len(path) <= MAX_PATH else None


def _with_old_slugs(paths: list[str], item: Item) -> list[str]:
    """WordPress remembers former slugs and redirects from them: the last part of the path, exchanged."""
    found = []
    for path in paths:
        above, _, last = path.rstrip("/").rpartition("/")
        if last == item.slug:
            found += [f"{above}/{slug}/" for slug in item.old_slugs if slug and "/" not in slug]
    return found


def _of_site(url: str, site: Site) -> bool:
    return host_of(url) == host_of(site.url) and bool(host_of(url))


def _decoded(path: str) -> str:
    """ "" for what no browser asks for."""
    decoded = unquote(path, errors="replace")
    return decoded if decoded.startswith("/") and not re.search(r"[\x00-\x1f\x7f]", decoded) else ""


# ---- pictures -------------------------------------------------------------------------------------------------------------


def is_picture(url: str) -> bool:
    return path_of(url).lower().endswith(IMAGE_SUFFIXES)


def local_names(url: str, site: Site) -> list[str]:
    """What an uploaded file may be called below the uploads folder, the size asked for first, the full size after.

    Nothing for pictures of other sites, and nothing for names that would lead out of a folder.
    """
    name = _upload_name(url, site)
    if name is None or not _is_safe(name):
        return []
    full = _SMALLER.sub("", name)
    return list(dict.fromkeys([name, full, _SCALED.sub("", full)]))


def find_local(names: Iterable[str], folder: Path) -> Path | None:
    """The first that is a file inside `folder`, which may be a copy of `uploads`, of `wp-content` or of the whole site.

    A link that leads out of the folder is not followed.
    """
    root = folder.resolve()
    for name in names:
        if not _is_safe(name):
            continue
        for start in ("", "uploads", "wp-content/uploads"):
            path = (root / start / name).resolve()
            if path.is_relative_to(root) and path.is_file():
                return path
    return None


def _upload_name(url: str, site: Site) -> str | None:
    host, path = host_of(url), path_of(url)
    if _CDN.fullmatch(host):
        host, _, path = path.lstrip("/").partition("/")
        host, path = host.removeprefix("www."), f"/{path}"
    if host and not _serves(host, site):
        return None
    path = unquote(path, errors="replace")
    if match := _UPLOADS.search(path):
        return path[match.end() :]
    return path.lstrip("/") if host.endswith(".files.wordpress.com") else None


def _serves(host: str, site: Site) -> bool:
    """The site's own host, one below it (cdn.example.org), or WordPress.com's for its blogs."""
    own = host_of(site.url)
    return bool(own) and (
        host == own or host.endswith(f".{own}") or host == own.replace(".wordpress.com", ".files.wordpress.com")
    )


def _is_safe(name: str) -> bool:
    if re.search(r"[\x00-\x1f\\:]", name):
        return False
    return all(part not in ("", ".", "..") and len(part.encode("utf-8", "replace")) <= MAX_NAME for part in name.split("/"))
