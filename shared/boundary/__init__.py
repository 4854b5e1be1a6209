"""The HTTP edge of every function."""

from shared.boundary.call import Call, Event, Reply, Stream
from shared.boundary.endpoint import Endpoint, endpoint

__all__ = ["Call", "Endpoint", "Event", "Reply", "Stream", "endpoint"]
