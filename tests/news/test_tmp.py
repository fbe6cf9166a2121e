import time
from tests.texts import many_posts
from fansite.core.entries import sitemap_entries
from fansite.news.content import content
from fansite.media.encoding import encode
def test_x(cast, stranger):
    many_posts(20000)
    t=time.perf_counter(); n=len(list(sitemap_entries(content).rows(1, 50000))); print("sitemap", n, round(time.perf_counter()-t,2))
    for a in ("/news/", "/news/?page=900", "/news/post-10000", "/fr/news/"):
        stranger.get(a)
        t=time.perf_counter(); stranger.get(a) if a!="/fr/news/x" else 0; print(a, round((time.perf_counter()-t)*1000), "ms incl. html check")
    from PIL import Image; from io import BytesIO
    f=BytesIO(); Image.effect_noise((5000,4000),50).convert("RGB").save(f,"JPEG"); d=f.getvalue()
    t=time.perf_counter(); encode(d); print("20MP jpeg", len(d), round(time.perf_counter()-t,2))
