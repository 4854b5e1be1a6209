"""The widget's document: a shell around its script, which browsers show inside the tenant's pages alone.

No script and no style stands in it. Its own origin serves both, under names that stay; the chunks that they load are
named after what is in them.
"""

from __future__ import annotations

import json
from html import escape
from urllib.parse import urlsplit

from shared.boundary.call import Reply
from shared.config import config
from shared.store.widget import Widget

_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="robots" content="noindex">
<title>Chat</title>
<link rel="stylesheet" href="/app/app.css">
</head>
<body data-key="{key}" data-origins="{origins}">
<div id="app"></div>
<script type="module" src="/app/app.js"></script>
</body>
</html>
"""


def document(key: str, widget: Widget) -> Reply:
    origins = escape(json.dumps(list(widget.origins)))
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": _policy(widget),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "cache-control": "public, max-age=300",
    }
    return Reply(_DOCUMENT.format(key=escape(key), origins=origins), headers=headers)


def _policy(widget: Widget) -> str:
    functions = urlsplit(config().functions_url)
    server = f"{functions.scheme}://{functions.netloc}"  # a policy names origins
    parts = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' {server} blob: data:",
        "connect-src": server,
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(widget.origins) or "'none'",
        "require-trusted-types-for": "'script'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())
