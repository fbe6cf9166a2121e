"""The site for any WSGI server: `gunicorn wsgi:app`. The worker then runs by itself: `fansite worker`."""

from fansite.app import create_app

app = create_app()
