"""The chat on a business's site: who a visitor is, where the site's own server says so."""
