"""Where the platform looks for a function: finds it by name and imports that one only.

The framework asks this module for the attribute that its target names ("telnyx_sms"); the file of that name below
`functions/` holds a function of the same name.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.boundary import Endpoint

_FUNCTIONS = Path(__file__).parent / "functions"


def __getattr__(name: str) -> Endpoint:
    # A path on disk, not a caught ImportError: a library missing inside a function must not read as no function.
    found = [] if name.startswith("_") else list(_FUNCTIONS.glob(f"*/{name}.py"))
    if len(found) != 1:
        raise AttributeError(f"no function {name!r} below {_FUNCTIONS.name}/ (see functions/manifest.yaml)")
    with _all_of_it_stays():
        module = import_module(f"functions.{found[0].parent.name}.{name}")
    endpoint: Endpoint = getattr(module, name)
    return endpoint


@contextmanager
def _all_of_it_stays() -> Iterator[None]:
    """Importing makes a hundred thousand objects that live as long as the process: no collection looks at them.

    Not while they are made, which is a tenth of a cold start, nor ever after.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
