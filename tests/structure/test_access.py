"""Every route of the site: who asks in which way for what, and what they are told.

A row is a method and an address, then one answer for each of the people above it, or a single one for all. `login` is the way to sign
in and back; `{names}` stand for what the scene holds. A route that is missing here fails, as does a row whose route is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from flask import Response
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule

from fansite.core.policy import ROLES
from fansite.core.web import failures
from tests.cast import PASSWORD
from tests.cast import ROLES as CAST
from tests.client import ORIGIN
from tests.structure.scene import PEOPLE, Scene, opened

TABLE = """
                                               stranger ben    nora   fay    milo   eli    ada

home
GET   /                                        200
GET   /healthz                                 200
GET   /readyz                                  200

appearance
GET   /static/look/{digest}.css                200
GET   /static/look/{mark}.svg                  200
GET   /static/look/{mark}-180.png              200
GET   /staff/appearance                        login    login  403    403    403    403    200
POST  /staff/appearance                        login    login  403    403    403    403    303
POST  /staff/appearance/publication            login    login  403    403    403    403    303
POST  /staff/appearance/draft/removal          login    login  403    403    403    403    303
POST  /staff/appearance/versions/{look}        login    login  403    403    403    403    303
POST  /staff/appearance/versions/999           login    login  403    403    403    403    404
GET   /staff/appearance/preview/home           login    login  403    403    403    403    200
GET   /staff/appearance/preview/nothing        login    login  403    403    403    403    404

seo
GET   /robots.txt                              200
GET   /sitemap.xml                             200
GET   /sitemaps/news-1.xml                     200
GET   /sitemaps/news-2.xml                     404
GET   /media/cards/{card}                      200
GET   /media/cards/nothing.png                 404

posters
GET   /media/posters/{poster}                  200
GET   /media/posters/nothing.png               404

feeds
GET   /feed.xml                                200
GET   /feed.atom                               200
GET   /feed.json                               200
GET   /news/tag/tour/feed.xml                  200
GET   /tour/feed.xml                           200
GET   /news/tag/secret/feed.xml                404
GET   /news/lisbon/feed.xml                    200
GET   /news/lisboa/feed.xml                    301
GET   /news/nothing/feed.xml                   404
GET   /about/feed.xml                          200
GET   /talk/feed.xml                           200
GET   /talk/a-car/feed.xml                     200
GET   /talk/waits/feed.xml                     404
GET   /talk/removed-talk/feed.xml              410
GET   /comments/feed.xml                       200
GET   /comments/{fays}/feed.xml                200
GET   /comments/{waiting}/feed.xml             404
GET   /comments/{on_members}/feed.xml          404
GET   /comments/{on_withdrawn}/feed.xml        410

media
GET   /media/{picture}                         200
GET   /media/nothing.png                       404
GET   /media/secret.key                       404
GET   /media/{sized}                           200
GET   /media/{other_size}                      404
GET   /media/faces/{face}                      200
GET   /media/faces/{waiting_face}              404      404    200    404    200    200    200
GET   /media/faces/nothing.webp                404
POST  /media/uploads                           login    login  403    403    403    400    400
GET   /media/uploads/nothing                   login    login  404    404    404    404    404
PATCH /media/uploads/nothing                   login    login  404    404    404    404    404
DELETE /media/uploads/nothing                  login    login  404    404    404    404    404
GET   /account/picture                         login    login  200    200    200    200    200
POST  /account/picture                         login    login  422    422    422    422    422
POST  /account/picture/removal                 login    login  303    303    303    303    303
GET   /staff/pictures                          login    login  403    403    403    200    200
POST  /staff/pictures                          login    login  403    403    403    422    422
GET   /staff/pictures/{picture_id}             login    login  403    403    403    200    200
GET   /staff/pictures/999                      login    login  403    403    403    404    404
POST  /staff/pictures/{picture_id}             login    login  403    403    403    303    303
POST  /staff/pictures/{picture_id}/removal     login    login  403    403    403    303    303
POST  /staff/pictures/999/removal              login    login  403    403    403    404    404
GET   /media/{photo_file}                      200
GET   /media/{waiting_photo_file}              404    404    200    404    200    200    200
GET   /media/{removed_photo_file}              404    404    404    404    200    200    200
GET   /staff/pictures/{photo_picture}          login  login  403    403    403    404    404
POST  /staff/pictures/{photo_picture}/removal  login  login  403    403    403    404    404

search
GET   /search?q=lisbon                         200

news
GET   /news/                                   200
GET   /news/2026/                              200
GET   /news/1999/                              404
GET   /news/tag/tour                           200
GET   /news/tag/secret                         404
GET   /news/lisbon                             200
GET   /news/lisboa                             301
GET   /news/nothing                            404
GET   /news/draft                              404      404    404    404    404    200    200
GET   /news/planned                            404      404    404    404    404    200    200
GET   /news/members                            404      404    404    404    404    200    200
GET   /news/press                              404      404    404    404    404    200    200
GET   /news/withdrawn                          410      410    410    410    410    200    200

pages
GET   /about                                   200
GET   /who-we-are                                301
GET   /nothing                                 404
GET   /plans                                   404      404    404    404    404    200    200
GET   /gone                                    410      410    410    410    410    200    200

fans
GET   /fans/                                   200
GET   /fans/fay                                200
GET   /fans/nora                               200
GET   /fans/eli                                200
GET   /fans/ben                                404
GET   /fans/{erased}                           404
GET   /fans/faye                               301
GET   /fans/nobody                             404
GET   /fans/fay/gigs                           200
GET   /fans/ben/gigs                           404
GET   /fans/faye/gigs                          301
GET   /fans/nobody/gigs                        404
GET   /fans/cities                             200
GET   /fans/in/lyon-fr                         200
GET   /fans/in/nowhere-fr                      404
GET   /fans/fay/followers                      login    login  200    200    200    200    200
GET   /fans/ben/followers                      login    login  404    404    404    404    404
GET   /fans/faye/followers                     login    login  301    301    301    301    301
GET   /fans/fay/report                         200
POST  /fans/fay/report                         303      303    303    422    303    303    303
GET   /fans/nora/report                        404
POST  /fans/ben/report                         404
GET   /fans/fay/report/thanks                  200
GET   /fans/ben/report/thanks                  404
GET   /account/profile                         login    login  200    200    200    200    200
POST  /account/profile                         login    login  303    303    303    303    303

bonds
GET   /account/people                          login    login  200    200    200    200    200
GET   /account/people?kind=block               login    login  200    200    200    200    200
GET   /account/people/{noras_id}               login    login  302    302    302    302    302
GET   /account/people/999                      login    login  404    404    404    404    404
POST  /account/people/{noras_id}/follow        login    login  403    303    303    303    303
POST  /account/people/{noras_id}/block         login    login  403    303    303    303    303
POST  /account/people/{noras_id}/mute          login    login  403    303    303    303    303
POST  /account/people/{milos_id}/block         login    login  403    403    403    403    403
POST  /account/people/999/follow               login    login  404    404    404    404    404

accounts
GET   /login                                   200      200    302    302    302    302    302
POST  /login                                   303
GET   /join                                    200      200    302    302    302    302    302
POST  /join                                    303
GET   /join/sent                               200
GET   /confirm/confirm-key                     200
POST  /confirm/confirm-key                     303
GET   /confirm/nothing                         404
POST  /confirm/nothing                         404
GET   /reset                                   200
POST  /reset                                   303
GET   /reset/sent                              200
POST  /reset/sent                              410
GET   /reset/reset-key                         200
POST  /reset/reset-key                         303
GET   /reset/email-key                         410
POST  /reset/email-key                         410
GET   /logout                                  login    login  200    200    200    200    200
POST  /logout                                  303
GET   /account/                                login    login  200    200    200    200    200
GET   /account/sessions                        login    login  200    200    200    200    200
POST  /account/sessions                        login    login  303    303    303    303    303
POST  /account/sessions/{fays_session}         login    login  404    303    404    404    404
POST  /account/sessions/999                    login    login  404    404    404    404    404
GET   /account/password                        login    login  200    200    200    200    200
POST  /account/password                        login    login  303    303    303    303    303
GET   /account/email                           login    login  200    200    200    200    200
POST  /account/email                           login    login  303    303    303    303    303
GET   /account/email/email-key                 200
POST  /account/email/email-key                 200
GET   /account/email/reset-key                 410
POST  /account/email/reset-key                 410
GET   /account/username                        login    login  200    200    200    200    200
POST  /account/username                        login    login  303    303    303    303    303
GET   /account/language                        login    login  200    200    200    200    200
POST  /account/language                        login    login  303    303    303    303    303
GET   /account/leave                           login    login  200    200    200    200    200
POST  /account/leave                           login    login  303    303    303    303    422
POST  /account/leave/withdrawal                login    login  303    303    303    303    303
GET   /account/staying/stay-key                200
POST  /account/staying/stay-key                200
GET   /account/staying/nothing                 410
POST  /account/staying/nothing                 410
GET   /account/data                            login    login  200    200    200    200    200
POST  /account/data                            login    login  303    429    303    303    303
GET   /account/data/{parcel}.zip               login    login  404    200    404    404    404
GET   /account/data/999.zip                    login    login  404    404    404    404    404

rules
GET   /rules                                   200
GET   /rules/1                                 200
GET   /rules/9                                 404
GET   /staff/rules                             login    login  403    403    403    200    200
POST  /staff/rules                             login    login  403    403    403    303    303

contact
GET   /contact                                 200
POST  /contact                                 303
GET   /contact/sent                            200
GET   /staff/letters                           login    login  403    403    403    200    200
GET   /staff/letters/{letter}                  login    login  403    403    403    200    200
GET   /staff/letters/999                       login    login  403    403    403    404    404
POST  /staff/letters/{letter}/state            login    login  403    403    403    303    303
POST  /staff/letters/999/state                 login    login  403    403    403    404    404

comments
GET   /account/comments                        login    login  200    200    200    200    200
POST  /comments/on/{post}                      303
POST  /comments/on/{closed}                    422
POST  /comments/on/{draft}                     404
POST  /comments/on/{members}                   404
POST  /comments/on/{withdrawn}                 410
POST  /comments/on/999                         404
GET   /comments/{fays}                         302
GET   /comments/{waiting}                      404      404    302    404    302    302    302
GET   /comments/{rejected}                     404
GET   /comments/{removed}                      410
GET   /comments/{taken_back}                   410
GET   /comments/{on_members}                   404
GET   /comments/{on_withdrawn}                 410
GET   /comments/999                            404
GET   /comments/{fays}/thread                  200
GET   /comments/{waiting}/thread               404
GET   /comments/{removed}/thread               410
GET   /comments/{on_members}/thread            404
GET   /comments/{fays}/edit                    login    login  404    200    404    404    404
POST  /comments/{fays}/edit                    login    login  404    303    404    404    404
GET   /comments/{waiting}/edit                 login    login  200    404    404    404    404
POST  /comments/{waiting}/edit                 login    login  303    404    404    404    404
GET   /comments/{rejected}/edit                login    login  200    404    404    404    404
POST  /comments/{rejected}/edit                login    login  303    404    404    404    404
GET   /comments/{removed}/edit                 login    login  404    200    404    404    404
POST  /comments/{removed}/edit                 login    login  404    303    404    404    404
GET   /comments/{fays}/withdrawal              login    login  404    200    404    404    404
POST  /comments/{fays}/withdrawal              login    login  404    303    404    404    404
GET   /comments/{removed}/withdrawal           login    login  404    404    404    404    404
POST  /comments/{removed}/withdrawal           login    login  404    403    404    404    404
GET   /comments/{fays}/report                  200
POST  /comments/{fays}/report                  303      303    303    422    303    303    303
GET   /comments/{waiting}/report               404
POST  /comments/{waiting}/report               404
GET   /comments/{removed}/report               410
POST  /comments/{removed}/report               410
GET   /comments/{on_members}/report            404
POST  /comments/{on_members}/report            404
GET   /comments/{fays}/report/thanks           200
GET   /comments/{rejected}/report/thanks       404
POST  /comments/{fays}/reaction                login    login  303    403    303    303    303
POST  /comments/{waiting}/reaction             login    login  404    404    404    404    404
POST  /comments/{removed}/reaction             login    login  410    410    410    410    410
POST  /comments/{on_members}/reaction          login    login  404    404    404    404    404
POST  /comments/{on_withdrawn}/reaction        login    login  410    410    410    410    410
POST  /comments/999/reaction                   login    login  404    404    404    404    404
GET   /comments/{fays}/reactions               login    login  200    200    200    200    200
GET   /comments/{waiting}/reactions            login    login  404    404    404    404    404
GET   /comments/{removed}/reactions            login    login  410    410    410    410    410
GET   /comments/{on_members}/reactions         login    login  404    404    404    404    404
GET   /entries/{post}                          302
GET   /entries/{draft}                         404
GET   /entries/{withdrawn}                     410
GET   /entries/999                             404
POST  /entries/{post}/reaction                 login    login  303    303    303    403    303
POST  /entries/{draft}/reaction                login    login  404    404    404    404    404
POST  /entries/{members}/reaction              login    login  404    404    404    404    404
POST  /entries/{withdrawn}/reaction            login    login  410    410    410    410    410
POST  /entries/999/reaction                    login    login  404    404    404    404    404
GET   /entries/{post}/reactions                login    login  200    200    200    200    200
GET   /entries/{draft}/reactions               login    login  404    404    404    404    404
GET   /fans/names?q=fa                         login    login  200    200    200    200    200

moderation
GET   /moderation/                             login    login  403    403    200    200    200
GET   /moderation/reported                     login    login  403    403    200    200    200
GET   /moderation/recent                       login    login  403    403    200    200    200
GET   /moderation/log                          login    login  403    403    200    200    200
GET   /moderation/words                        login    login  403    403    200    200    200
POST  /moderation/words                        login    login  403    403    303    303    303
GET   /moderation/comment/{fays}               login    login  403    403    200    200    200
POST  /moderation/comment/{fays}               login    login  403    403    303    303    303
GET   /moderation/comment/{waiting}            login    login  403    403    200    200    200
GET   /moderation/comment/999                  login    login  403    403    404    404    404
POST  /moderation/comment/999                  login    login  403    403    404    404    404
GET   /moderation/photo/{waiting_photo}        login  login  403    403    200    200    200
POST  /moderation/photo/{photo}                login  login  403    403    303    303    303
GET   /moderation/profile/{noras_words}        login    login  403    403    200    200    200
POST  /moderation/profile/{fays_words}         login    login  403    403    303    303    303
GET   /moderation/talk/{talk}                  login    login  403    403    200    200    200
POST  /moderation/talk/{talk}                  login    login  403    403    303    303    303
GET   /moderation/entry/{draft}                login    login  403    403    404    404    404
POST  /moderation/entry/{draft}                login    login  403    403    404    404    404
GET   /moderation/reviews/{review}             login    login  403    403    200    200    200
GET   /moderation/reviews/999                  login    login  403    403    404    404    404
POST  /moderation/reviews/{review}/decision    login    login  403    403    303    303    303
POST  /moderation/reviews/999/decision         login    login  403    403    404    404    404
GET   /moderation/people/fay                   login    login  403    403    200    200    200
GET   /moderation/people/ben                   login    login  403    403    200    200    200
GET   /moderation/people/nobody                login    login  403    403    404    404    404
POST  /moderation/people/fay/standing          login    login  403    403    303    303    303
POST  /moderation/people/milo/standing         login    login  403    403    403    403    403
POST  /moderation/people/nobody/standing       login    login  403    403    404    404    404
POST  /moderation/people/nora/closing          login    login  403    403    303    303    303
POST  /moderation/people/ada/closing           login    login  403    403    403    403    422
POST  /moderation/people/nobody/closing        login    login  403    403    404    404    404
GET   /moderation/cleanups/                    login    login  403    403    200    200    200
GET   /moderation/cleanups/new                 login    login  403    403    200    200    200
POST  /moderation/cleanups/new                 login    login  403    403    303    303    303
GET   /moderation/cleanups/{cleanup}           login    login  403    403    200    200    200
GET   /moderation/cleanups/999                 login    login  403    403    404    404    404
POST  /moderation/cleanups/{cleanup}/undoing   login    login  403    403    303    303    303
POST  /moderation/cleanups/999/undoing         login    login  403    403    404    404    404

talk
GET   /talk/                                   200
GET   /talk/newest                             200
GET   /talk/unanswered                         200
GET   /talk/tag/lifts                          200
GET   /talk/tag/secret                         404
GET   /talk/a-car                              200
GET   /talk/waits                              404      404    200    404    200    200    200
GET   /talk/removed-talk                       410      410    410    410    200    200    200
GET   /talk/nothing                            404
GET   /talk/new                                200
POST  /talk/new                                303
GET   /talk/a-car/edit                         login    login  404    200    404    404    404
POST  /talk/a-car/edit                         login    login  404    303    404    404    404
GET   /talk/waits/edit                         login    login  200    404    404    404    404
GET   /talk/a-car/withdrawal                   login    login  404    200    404    404    404
POST  /talk/a-car/withdrawal                   login    login  404    303    404    404    404
GET   /talk/removed-talk/withdrawal            login    login  404    404    404    404    404
POST  /talk/removed-talk/withdrawal            login    login  404    403    404    404    404
GET   /talk/a-car/report                       200
POST  /talk/a-car/report                       303      303    303    422    303    303    303
GET   /talk/waits/report                       404
POST  /talk/removed-talk/report                410
GET   /talk/a-car/report/thanks                200
GET   /talk/nothing/report/thanks              404
POST  /talk/a-car/vote                         login    login  303    303    303    303    303
POST  /talk/removed-talk/vote                  login    login  410    410    410    410    410
POST  /talk/nothing/vote                       login    login  404    404    404    404    404
POST  /talk/replies/{answer}/solution          login    login  403    303    303    303    303
POST  /talk/replies/{fays}/solution            login    login  404    404    404    404    404
POST  /talk/a-car/pin                          login    login  403    403    303    303    303
POST  /talk/nothing/pin                        login    login  403    403    404    404    404
POST  /talk/a-car/closing                      login    login  403    403    303    303    303
POST  /talk/a-car/tags                         login    login  403    403    303    303    303
GET   /account/talk                            login    login  200    200    200    200    200

tour
GET   /tour/                                   200
GET   /tour/past/                              200
GET   /tour/near                               200
GET   /tour/{gig_slug}                         200
GET   /tour/winter                             404
GET   /tour/2027-01-01-nowhere                 404
GET   /tour/songs/                             200
GET   /tour/songs/?sort=title                  200
GET   /tour/songs/hay                          200
GET   /tour/songs/straw                        301
GET   /tour/songs/puy                          404
GET   /tour.ics                                200
GET   /tour/{gig_slug}.ics                     200
GET   /tour/2027-01-01-nowhere.ics             404
GET   /tour/near.ics?place=Lyon                200
GET   /tour/near.ics                           404
GET   /tour/{gig_slug}/people                  200
GET   /tour/2027-01-01-nowhere/people          404
POST  /tour/{gig_slug}/going                   login    login  303    303    303    303    303
POST  /tour/2027-01-01-nowhere/going           login    login  404    404    404    404    404
GET   /tour/fan/{fays_calendar}.ics            200
GET   /tour/fan/{bens_calendar}.ics            404
GET   /tour/fan/nothing.ics                    404
GET   /account/evenings                        login    login  200    200    200    200    200
POST  /account/evenings/{gig}/removal          login    login  303    303    303    303    303
POST  /account/evenings/calendar               login    login  303    303    303    303    303
GET   /account/place                           login    login  200    200    200    200    200
POST  /account/place                           login    login  303    303    303    303    303
POST  /account/place/removal                   login    login  303    303    303    303    303
GET   /tour/{played}/photos                    200
GET   /tour/{gig_slug}/photos                  200
GET   /tour/2027-01-01-nowhere/photos          404
GET   /tour/{gig_draft_slug}/photos            404    404    404    404    404    200    200
GET   /tour/{played}/photos/new                login  login  200    200    200    200    200
GET   /tour/{gig_slug}/photos/new              login  login  422    422    422    422    422
POST  /tour/{played}/photos/new                login  login  422    422    422    422    422
POST  /tour/{gig_draft_slug}/photos/new        login  login  404    404    404    404    404
GET   /tour/{played}/photos/{photo}            200
GET   /tour/{gig_slug}/photos/{photo}          301
GET   /tour/{played}/photos/{waiting_photo}    404    404    200    404    200    200    200
GET   /tour/{played}/photos/{removed_photo}    410    410    410    410    200    200    200
GET   /tour/{played}/photos/999                404
GET   /tour/{played}/photos/{photo}/withdrawal login  login  404    200    404    404    404
POST  /tour/{played}/photos/{photo}/withdrawal login  login  404    303    404    404    404
GET   /tour/{played}/photos/{waiting_photo}/withdrawal login  login  200    404    404    404    404
POST  /tour/{played}/photos/{removed_photo}/withdrawal login  login  404    403    404    404    404
GET   /tour/{played}/photos/{photo}/report     200
POST  /tour/{played}/photos/{photo}/report     303    303    303    422    303    303    303
GET   /tour/{played}/photos/{waiting_photo}/report 404
POST  /tour/{played}/photos/{removed_photo}/report 410    410    410    410    404    404    404
GET   /tour/{played}/photos/{photo}/report/thanks 200
GET   /tour/{played}/photos/999/report/thanks  404
GET   /account/photos                          login  login  200    200    200    200    200
GET   /staff/tour/                             login    login  403    403    403    200    200
GET   /staff/tour/new                          login    login  403    403    403    200    200
POST  /staff/tour/new                          login    login  403    403    403    303    303
GET   /staff/tour/{gig}                        login    login  403    403    403    200    200
GET   /staff/tour/999                          login    login  403    403    403    404    404
POST  /staff/tour/{gig_draft}                  login    login  403    403    403    303    303
POST  /staff/tour/{gig_draft}/publication      login    login  403    403    403    303    303
POST  /staff/tour/{gig}/withdrawal             login    login  403    403    403    303    303
POST  /staff/tour/{gig}/change                 login    login  403    403    403    303    303
POST  /staff/tour/{gig_draft}/change           login    login  403    403    403    422    422
POST  /staff/tour/changes/{gig_change}/undo    login    login  403    403    403    303    303
POST  /staff/tour/changes/999/undo             login    login  403    403    403    404    404
GET   /staff/tour/houses                       login    login  403    403    403    200    200
GET   /staff/tour/houses/{house}               login    login  403    403    403    200    200
POST  /staff/tour/houses/{house}               login    login  403    403    403    303    303
POST  /staff/tour/houses/999                   login    login  403    403    403    404    404
POST  /staff/tour/houses/{house}/merge         login    login  403    403    403    303    303
GET   /staff/tour/{gig}/setlist                login    login  403    403    403    200    200
GET   /staff/tour/{gig_played}/setlist         login    login  403    403    403    200    200
GET   /staff/tour/999/setlist                  login    login  403    403    403    404    404
POST  /staff/tour/{gig_draft}/setlist          login    login  403    403    403    303    303
POST  /staff/tour/999/setlist                  login    login  403    403    403    404    404
GET   /staff/tour/{gig_played}/press           login    login  403    403    403    200    200
GET   /staff/tour/999/press                    login    login  403    403    403    404    404
POST  /staff/tour/{gig}/press                  login    login  403    403    403    303    303
POST  /staff/tour/{gig_played}/press/{press}/removal login    login  403    403    403    303    303
POST  /staff/tour/999/press/{press}/removal    login    login  403    403    403    404    404
GET   /staff/tour/songs                        login    login  403    403    403    200    200
GET   /staff/tour/songs/{song}                 login    login  403    403    403    200    200
GET   /staff/tour/songs/999                    login    login  403    403    403    404    404
POST  /staff/tour/songs/{song}                 login    login  403    403    403    303    303
POST  /staff/tour/songs/999                    login    login  403    403    403    404    404
POST  /staff/tour/songs/{song}/merge           login    login  403    403    403    303    303
POST  /staff/tour/songs/999/merge              login    login  403    403    403    404    404

staff
GET   /staff/                                  login    login  403    403    403    200    200
GET   /staff/news/                             login    login  403    403    403    200    200
GET   /staff/page/                             login    login  403    403    403    200    200
GET   /staff/gig/                              login    login  403    403    403    404    404
GET   /staff/news/new                          login    login  403    403    403    200    200
POST  /staff/news/new                          login    login  403    403    403    303    303
POST  /staff/page/new                          login    login  403    403    403    303    303
POST  /staff/news/new/preview                  login    login  403    403    403    200    200
GET   /staff/news/{draft}                      login    login  403    403    403    200    200
POST  /staff/news/{draft}                      login    login  403    403    403    303    303
POST  /staff/news/{closed}                     login    login  403    403    403    303    303
GET   /staff/page/{draft}                      login    login  403    403    403    404    404
POST  /staff/page/{draft}                      login    login  403    403    403    404    404
GET   /staff/news/999                          login    login  403    403    403    404    404
POST  /staff/news/{draft}/preview              login    login  403    403    403    200    200
POST  /staff/news/new/copy                     login    login  403    403    403    200    200
POST  /staff/news/{draft}/copy                 login    login  403    403    403    200    200
POST  /staff/news/new/copy/removal             login    login  403    403    403    303    303
POST  /staff/news/{draft}/copy/removal         login    login  403    403    403    303    303
POST  /staff/news/{draft}/presence             login    login  403    403    403    200    200
POST  /staff/news/999/presence                 login    login  403    403    403    404    404
POST  /staff/news/{draft}/comparison           login    login  403    403    403    409    409
POST  /staff/writing/rendering                 login    login  403    403    403    200    200
GET   /staff/writing/card                      login    login  403    403    403    200    200
GET   /staff/writing/names?q=f                 login    login  403    403    403    200    200
GET   /staff/writing/texts?q=lis               login    login  403    403    403    200    200
GET   /staff/writing/pictures                  login    login  403    403    403    200    200
POST  /staff/writing/markdown                  login    login  403    403    403    200    200
GET   /staff/translations                      login    login  403    403    403    200    200
POST  /staff/translations/{draft}/waiver       login    login  403    403    403    303    303
POST  /staff/translations/999/waiver           login    login  403    403    403    404    404
POST  /staff/news/{draft}/publication          login    login  403    403    403    303    303
POST  /staff/news/{planned}/draft              login    login  403    403    403    303    303
POST  /staff/news/{closed}/withdrawal            login    login  403    403    403    303    303
POST  /staff/page/{post}/withdrawal            login    login  403    403    403    404    404
GET   /staff/tags                              login    login  403    403    403    200    200
GET   /staff/tags/{tag}                        login    login  403    403    403    404    404
POST  /staff/tags/{tag}                        login    login  403    403    403    303    303
POST  /staff/tags/999                          login    login  403    403    403    404    404
GET   /staff/mail                              login    login  403    403    403    403    200
GET   /staff/mail/{mail}                       login    login  403    403    403    403    200
POST  /staff/mail/{mail}                       login    login  403    403    403    404    404
GET   /staff/mail/999                          login    login  403    403    403    403    404
POST  /staff/mail/{mail}/delivery              login    login  403    403    403    403    303
POST  /staff/mail/999/delivery                 login    login  403    403    403    403    404

health
GET   /staff/health                            login    login  403    403    403    403    200
POST  /staff/health/deliveries                 login    login  403    403    403    403    303

notifications
GET   /account/notifications                   login    login  200    200    200    200    200
POST  /account/notifications                   login    login  303    303    303    303    303
GET   /account/notices                         login    login  200    200    200    200    200
POST  /account/notices/reading                 login    login  303    303    303    303    303
POST  /account/notices/{fays_line}/reading     login    login  303    303    303    303    303
POST  /account/notifications/devices           login    login  303    303    303    303    303
POST  /account/notifications/devices/{fays_device}/removal login login 404 303 404    404    404
POST  /account/notifications/devices/999/removal login  login  404    404    404    404    404
GET   /push-worker.js                          200
GET   /unsubscribe/{stop}                      200
POST  /unsubscribe/{stop}                      200
GET   /unsubscribe/0123456789abcdef            404
POST  /unsubscribe/0123456789abcdef            404
GET   /staff/notices                           login    login  403    403    403    200    200

river
GET   /fans/river                              200
GET   /fans/river?kind=evenings                200
GET   /fans/river/followed                     login    login  200    200    200    200    200
POST  /fans/river/{fays_line}/removal          login    login  404    303    404    404    404
POST  /fans/river/999/removal                  login    login  404    404    404    404    404
POST  /fans/river/{fays_line}/return           login    login  404    303    404    404    404

well_known
GET   /.well-known/security.txt                200
"""

# What the forms send, so that whoever is let in gets it done.
ENTRY = {"title": "The rain", "body": "It *rained*.", "language": "en", "version": "1"}
RULES = {"after": "1", **{f"{name}_{language}": "Whistle" for name in ("short", "body", "changed") for language in ("en", "fr")}}
GIG = {"name": "The Barn", "city": "Bristol", "country": "GB", "day": "2027-01-09"}
FORMS: dict[str, dict[str, str]] = {
    "accounts.sign_in": {"email": "fay@example.org", "password": PASSWORD},
    "accounts.ask_to_join": {"email": "gus@example.org", "username": "gus", "password": "nine goats on a tram"},
    "accounts.join_at_last": {},
    "accounts.mail_reset": {"email": "fay@example.org"},
    "accounts.choose_password": {"password": "nine goats on a tram"},
    "accounts.logout": {},
    "accounts.end_sessions": {},
    "accounts.end_session": {},
    "accounts.change_password": {"password": PASSWORD, "new_password": "nine goats on a tram"},
    "accounts.change_email": {"email": "other@example.org", "password": PASSWORD},
    "accounts.take_email": {},
    "accounts.change_username": {"username": "marmot"},
    "accounts.change_language": {"language": "fr"},
    "accounts.ask_to_leave": {"password": PASSWORD},
    "accounts.stay": {},
    "accounts.stay_by_mail": {},
    "accounts.ask_for_data": {},
    "rules.publish": RULES,
    "contact.send": {"name": "Gus", "email": "gus@example.org", "subject": "Our kitchen", "body": "It has room for two."},
    "contact.mark": {"state": "read"},
    "comments.create": {"body": "A word of mine"},
    "comments.edit": {"body": "Other words"},
    "comments.withdrawal": {},
    "comments.reaction": {"given": "yes"},
    "comments.entry_reaction": {"given": "yes"},
    "comments.report": {"category": "spam", "note": "sold me a hat"},
    "fans.own_profile": {
        "bio": "I whistle.",
        **dict.fromkeys(("bio_to", "songs_to", "city_to", "evenings_to", "badges_to"), "everyone"),
    },
    "fans.report": {"category": "spam", "note": "sold me a hat"},
    "bonds.tie": {},
    "talk.new": {"title": "A van", "body": "Six seats"},
    "talk.edit": {"title": "A van", "body": "Six seats"},
    "talk.withdrawal": {},
    "talk.report": {"category": "spam", "note": "sold me a hat"},
    "talk.vote": {"option": "none"},
    "talk.solution": {"solved": "y"},
    "talk.pin": {"pinned": "y"},
    "talk.closing": {"closed": "y"},
    "talk.move_tags": {"tags": "lifts"},
    "media.begin": {},
    "media.append": {},
    "media.drop": {},
    "media.send_face": {},
    "media.take_off_face": {},
    "media.take": {},
    "media.describe": {"alt": "A mast"},
    "media.removal": {},
    "moderation.watched": {"kind": "banned", "words": "casino"},
    "moderation.subject": {"decision": "remove"},
    "moderation.decision": {"decision": "approve"},
    "moderation.standing": {"to": "taken"},
    "moderation.closing": {"to": "closed"},
    "moderation.new_cleanup": {"scope": "all", "queue": "pending", "newcomers": "1", "closes": "y"},
    "moderation.undo_cleanup": {},
    "staff.new": ENTRY,
    "staff.preview": ENTRY,
    "staff.save": ENTRY,
    "staff.publication": ENTRY,
    "staff.draft": ENTRY,
    "staff.withdrawal": ENTRY,
    "staff.copy": {**ENTRY, "sitting": "one", "tab": "a", "turn": "0"},
    "staff.copy_removal": {"sitting": "one"},
    "staff.presence": {},
    "staff.comparison": ENTRY,
    "staff.rendering": {"body": "It rained."},
    "staff.markdown": {"html": "<p>It rained.</p>"},
    "staff.waiver": {"language": "fr"},
    "staff.tag": {"name": "On tour"},
    "tour.add_photos": {"caption": "Us"},
    "tour.photo_withdrawal": {},
    "tour.report_photo": {"category": "private", "note": "my sister"},
    "tour.new": GIG,
    "tour.edit": {**GIG, "version": "1"},
    "tour.publication": {},
    "tour.withdrawal": {},
    "tour.change": {"to": "cancelled", "reason": "Flu."},
    "tour.undo": {},
    "tour.house": {"name": "The Barn", "city": "Bristol", "country": "GB"},
    "tour.merge": {"into": "2"},
    "tour.going": {"word": "going"},
    "tour.removal": {},
    "tour.calendar_anew": {},
    "tour.place": {"place": "Lyon", "km": "100"},
    "tour.place_removal": {},
    "tour.setlist": {"text": "Hay", "version": "1", "act": "save"},
    "tour.press": {"url": "https://kettle.example/two", "title": "Two coats", "outlet": "", "day": "", "language": ""},
    "tour.press_removal": {},
    "tour.song_at_desk": {"title": "Hay, again", "artist": ""},
    "tour.merge_songs": {"into": "2"},
    "appearance.save": {"name": "The Paper Marmots", "theme": "", "logo": "theme", "hero": "scene", "hour": ""},
    "appearance.publication": {},
    "appearance.removal": {},
    "appearance.version": {},
    "staff.delivery": {},
    "notifications.choose": {"mail-gig_changed": "daily", "site-gig_changed": "y"},
    "notifications.add_device": {"endpoint": "https://push.example/new", "p256dh": "B" + "A" * 86, "auth": "A" * 22},
    "notifications.forget_device": {},
    "notifications.read_all": {"newest": "1"},
    "notifications.read_one": {},
    "notifications.stop_now": {"List-Unsubscribe": "One-Click"},
    "river.removal": {},
    "river.return_": {},
    "health.try_again": {"listener": "search.index"},
}

ACTIVE = PEOPLE[2:]


@dataclass(frozen=True)
class Row:
    feature: str
    method: str
    address: str
    answers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def rows() -> Iterator[Row]:
    feature = ""
    for words in filter(None, map(str.split, TABLE.splitlines())):
        if words[0] in ("GET", "POST", "PATCH", "DELETE"):
            method, address, *answers = words
            yield Row(feature, method, address, dict(zip(PEOPLE, answers * (7 if len(answers) == 1 else 1), strict=True)))
        elif words == list(PEOPLE):
            continue
        else:
            (feature,) = words


ROWS = list(rows())


# ---- asking ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scene(one_app: Any, empty_database: Any) -> Iterator[Scene]:
    with opened(one_app, empty_database) as made:
        yield made


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals by the thousand, and nobody reads them: what they say is asked of each refusal in the table."""
    monkeypatch.setattr(failures, "failure_page", lambda _settings, code, _text="": Response(status=code))


def address_of(scene: Scene, row: Row) -> str:
    return row.address.format(**scene.names)


def match(scene: Scene, address: str, method: str) -> Rule:
    path = unquote(address.partition("?")[0])
    rule, _values = scene.app.url_map.bind("localhost").match(path, method=method, return_rule=True)
    return rule


def takes(scene: Scene, address: str, method: str) -> bool:
    try:
        match(scene, address, method)
    except MethodNotAllowed:
        return False
    return True


def send(scene: Scene, row: Row, who: str, *, address: str = "", method: str = "", origin: str = ORIGIN, **other: Any) -> Any:
    """As a browser does: what is posted carries the fields of the form, and its token."""
    own = address_of(scene, row)
    if row.method == "GET":
        return scene.ask(who, method or "GET", address or own)
    fields = {**FORMS[match(scene, own, row.method).endpoint], "csrf_token": scene.tokens.get(who, "")}
    return scene.ask(who, row.method, address or own, {**fields, **other}, origin=origin)


def told(response: Any, address: str = "/") -> str:
    """The answer in the words of the table."""
    way = response.headers.get("Location", "")
    if response.status_code == 302 and urlsplit(way).path.endswith("/login"):
        back = dict(parse_qsl(urlsplit(way).query))
        above = back.get("next", address)
        assert back.keys() <= {"next"} and (address == above or address.startswith(f"{above}/")), f"signing in leads on by {way}"
        return "login"
    if response.status_code == 422 and b"You were signed out" in response.get_data():  # the same, with all that was typed
        return "login"
    return str(response.status_code)


def by_rule(scene: Scene) -> dict[tuple[str, str], list[Row]]:
    """(rule, method) → the rows about it."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in ROWS:
        found.setdefault((match(scene, address_of(scene, row), row.method).rule, row.method), []).append(row)
    return found


# ---- the table holds ------------------------------------------------------------------------------------------------------------


def test_every_route_stands_in_the_table(scene):
    known = by_rule(scene)
    for rule in scene.app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (rule.rule, method) in known, f"{method} {rule.rule} ({rule.endpoint}): say in the table who may do that"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_is_told_what_the_table_says(scene, row):
    address, answers = address_of(scene, row), {}
    for who in PEOPLE:
        scene.fresh()
        response = send(scene, row, who)
        answers[who] = told(response, address)
        if row.method == "GET":
            if list(answers.values()).count(answers[who]) == 1:  # whoever is told the same is asked nothing new
                head = send(scene, row, who, method="HEAD")
                assert (head.status_code, head.get_data()) == (response.status_code, b"")
            assert scene.changed == [], "reading changes nothing"
    assert answers == row.answers
    assert match(scene, address, row.method).endpoint.partition(".")[0] == row.feature


def test_every_guard_lets_in_whom_it_names(scene):
    """`view.needs` is the least role: everybody below is sent to sign in or told no, wherever the address leads."""
    for (rule, _method), rows in by_rule(scene).items():
        needs = scene.app.view_functions[match(scene, address_of(scene, rows[0]), rows[0].method).endpoint].__dict__.get("needs")
        below = [who for who in PEOPLE if needs and (who not in ACTIVE or ROLES.index(CAST[who]) < ROLES.index(needs))]
        for row in rows:
            for who, answer in row.answers.items():
                expected = ("login" if who not in ACTIVE else "403") if who in below else None
                assert expected in (None, answer), f"{row}: {who} is below {needs} and gets {answer}"
                assert answer != "login" or who in below, f"{row}: nobody guards {rule}"


@pytest.mark.parametrize("who", ["stranger", "fay", "ada"])
def test_other_methods_are_refused(scene, unread, who):
    scene.fresh()
    for address in sorted({address_of(scene, row) for row in ROWS}):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if takes(scene, address, method):
                continue  # a row of its own says what happens
            response = scene.ask(who, method, address, {"csrf_token": scene.tokens.get(who, "")})
            assert response.status_code == 405, f"{method} {address}"
            assert method not in response.headers["Allow"]
    assert scene.changed == []


# ---- nothing gets round it ------------------------------------------------------------------------------------------------------


def spellings(address: str) -> Iterator[str]:
    """What servers, proxies and routers have taken for the same address, each in its own way."""
    path, rest = address, address[1:]
    yield from (path.upper(), f"{path}?x=1", f"%2f{rest}", f"/{path}", path.replace("/", "//"), path.replace("/", "\\"))
    yield from (path.rstrip("/") or "/", f"{path}/", f"{path}//", f"{path}/.", f"{path}/%2e", f"/%2e{path}", f"{path}/../{rest}")
    yield from (f"/static/x/%2e%2e{path}", f"/fr{path}", f"/FR/{path}", f"/en{path}", f"/en/fr{path}", f"/fr/fr{path}")
    yield from (f"/%{ord(rest[0]):02x}{rest[1:]}", f"/%25{ord(rest[0]):02x}{rest[1:]}", f"http://127.0.0.1:8000{path}")
    yield from (
        f"{path};x",
        f"{path}/;/",
        f"{path}.css",
        f"{path}/x.css",
        f"{path}%20",
        f"{path}%00.css",
        f"{path}%0a",
        f"{path}%3f",
    )


def refusals() -> Iterator[tuple[Row, str]]:
    """The first whom each address refuses, for each way it refuses."""
    for row in ROWS:
        for answer in dict.fromkeys(row.answers.values()):
            if answer in ("login", "403", "404", "410"):
                yield row, next(who for who in PEOPLE if row.answers[who] == answer)


# Each refusal in a third of the spellings, its neighbours in the others; with `EVERY_SPELLING=1` all in all.
SHARE = 1 if "EVERY_SPELLING" in os.environ else 3


@pytest.mark.parametrize(("number", "row", "who"), [(number, *told) for number, told in enumerate(refusals())], ids=str)
def test_what_is_refused_is_refused_in_every_spelling(scene, unread, number, row, who):
    scene.fresh()
    for spelling in list(dict.fromkeys(spellings(address_of(scene, row))))[number % SHARE :: SHARE]:
        address, hops = spelling, 0
        while (response := send(scene, row, who, address=address)).status_code == 301 and row.method == "GET":
            address, hops = response.headers["Location"], hops + 1
            assert hops < 3, f"{spelling} leads round and round"
        refused = response.status_code in (403, 404, 405, 410) or "/login" in response.headers.get("Location", "")
        assert refused and not scene.changed, f"{who} got {response.status} by {spelling}"


POSTS = [row for row in ROWS if row.method == "POST"]


# By the key in their address: mail programs send them, from wherever they are (RFC 8058).
FROM_ANYWHERE = ("notifications.stop_now",)


@pytest.mark.parametrize("row", POSTS, ids=str)
def test_nothing_is_done_for_forms_from_elsewhere(scene, row):
    scene.fresh()
    endpoint = match(scene, address_of(scene, row), row.method).endpoint
    assert getattr(scene.app.view_functions[endpoint], "from_anywhere", False) is (endpoint in FROM_ANYWHERE)
    if endpoint in FROM_ANYWHERE:
        return
    for who in PEOPLE:
        assert send(scene, row, who, origin="https://evil.example").status_code == 403
        if who in ACTIVE:
            for token in ("", scene.tokens["nora" if who == "ada" else "ada"]):
                assert send(scene, row, who, csrf_token=token).status_code == 422
        assert scene.changed == []
