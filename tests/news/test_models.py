"""What a post can answer about itself."""

from __future__ import annotations

from fansite.news import operations as news


def test_above_a_post_stands_the_summary_somebody_wrote_and_never_its_own_beginning_again(cast, browser_as):
    told = news.draft(by=cast.eli, title="Rain", body="It rained on the third day.", summary="Three days in the studio.")
    plain = news.draft(by=cast.eli, title="Snow", body="It snowed on the third day.")
    for post in (told, plain):
        news.publish(post.id, by=cast.eli)
    stranger = browser_as(None)
    for slug, above in (("rain", ["Three days in the studio."]), ("snow", [])):
        stranger.get(f"/news/{slug}")
        assert stranger.page.xpath('//p[@class="standfirst"]/text()') == above
    stranger.get("/news/snow")
    assert stranger.page.xpath('//meta[@name="description"]/@content') == ["It snowed on the third day."]
