"""The provider's adapter for a tenant: its own key where it has one, else the platform's."""

from __future__ import annotations

from collections.abc import Iterable

from shared.channels.types import OutboundText, Outcome, Refused, Sender
from shared.clock import SystemClock
from shared.config import config
from shared.held import Held
from shared.hidden import Hidden
from shared.store.reading import Found, Key, Reader, Settings, secret
from shared.store.settings_cache import settings_of
from shared.tenancy import Database
from shared.vault import Binding, FieldCipher

TELNYX_KEY = "telnyx_api_key"

_keys: Held[str, Hidden] = Held()


class Unconfigured:
    """A tenant without a provider: every text is refused for good, and the owner is told what to do."""

    async def send(self, text: OutboundText) -> Outcome:
        return Refused("not_configured", "No text provider is set up (Settings → SMS).")


class Senders:
    """Makes senders for one tenant; its settings and keys are held for a minute."""

    def __init__(self, db: Database, tenant_id: str, cipher: FieldCipher) -> None:
        self._reader = Reader(db)
        self._tenant_id = tenant_id
        self._cipher = cipher
        self._api_key = Hidden("")

    async def settings_and(self, also: Iterable[Key]) -> tuple[Settings, Found]:
        """The settings, and documents that the caller needs, in one read."""
        held = _keys.get(self._tenant_id)
        if held is not None:
            self._api_key = held
            return await settings_of(self._tenant_id, self._reader, *also)
        settings, found = await settings_of(self._tenant_id, self._reader, secret(TELNYX_KEY), *also)
        self._api_key = self._key(found)
        if self._api_key:
            _keys.put(self._tenant_id, self._api_key)
        return settings, found

    async def of(self, settings: Settings) -> Sender:
        """The sender, after `settings_and`."""
        if settings.sms.provider != "telnyx":
            return Unconfigured()
        from shared import http
        from shared.channels.telnyx.sending import TelnyxSender

        profile = settings.sms.messaging_profile_id or None
        return TelnyxSender(http.client(), config().endpoints.telnyx, self._api_key, profile)

    def status_url(self, channel_id: str) -> str:
        """Where the provider reports on a message: the same door that texts come in by."""
        return f"{config().functions_url}/telnyx-sms/{channel_id}"

    def media_url(self, id: str) -> str:
        """Where the provider fetches a picture of a message, for as long as it may take."""
        from shared.conversations.outgoing import link
        from shared.vault.links import media_links

        return link(media_links(), self._tenant_id, id, SystemClock().now())

    def _key(self, found: Found) -> Hidden:
        ciphertext = found.ciphertext(TELNYX_KEY)
        if ciphertext is None:
            return config().telnyx_api_key
        return self._cipher.decrypt(ciphertext, key_binding(self._tenant_id))


def key_binding(tenant_id: str) -> Binding:
    """Where a tenant's Telnyx key lives, which is what its ciphertext is bound to."""
    return Binding(tenant_id, f"tenants/{tenant_id}/secrets/{TELNYX_KEY}", "ciphertext")
