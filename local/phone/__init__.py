"""The phone page: two customers' phones in a browser, texting the demo's tenants through the local Telnyx."""

from local.phone.app import Sources, Tenant, phone_app

__all__ = ["Sources", "Tenant", "phone_app"]
