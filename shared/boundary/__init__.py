"""The HTTP edge of every function."""

from shared.boundary.call import Call, Reply
from shared.boundary.endpoint import Endpoint, endpoint

__all__ = ["Call", "Endpoint", "Reply", "endpoint"]
