"""The businesses' own web sites, as a visitor sees them: small pages that embed the chat with one line."""

from local.site.app import Neighbours, site_app

__all__ = ["Neighbours", "site_app"]
