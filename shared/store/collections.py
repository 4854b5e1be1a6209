"""The names of all collections: nothing outside `shared/store` says one (a test reads the syntax trees)."""

ROUTES = "routes"
TENANTS = "tenants"

# Below tenants/{t}, flat: no collection has collections of its own.
CONFIG = "config"
SECRETS = "secrets"
MEMBERS = "members"
CONTACTS = "contacts"
ADDRESSES = "addresses"
CONSENTS = "consents"
CONVERSATIONS = "conversations"
LEADS = "leads"
MESSAGES = "messages"
PENDING = "pending"
MEDIA = "media"
PROOFS = "proofs"
SPENT = "spent"


def pending_id(kind: str, subject: str) -> str:
    """The id of work: "a-{conversation}" for an answer that is due, "s-{message}" for a text that is not settled,
    "e-{conversation}" for a hand-off that is watched."""
    return f"{kind[0]}-{subject}"
