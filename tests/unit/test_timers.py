"""The pipeline's waiting times keep their order, whatever they are divided by (PIPELINE §4)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from shared import config
from shared.config import ConfigurationError

ORDER = """
from shared.channels.telnyx.sending import TOTAL_SECONDS
from shared.conversations import timers as t

claim = t.CLAIM.total_seconds()
assert t.divided(3) < t.WINDOW_MOST < t.ANSWER_GRACE
assert t.MODEL_DEADLINE < t.LEASE.total_seconds() < t.TASK_DEADLINE.total_seconds()
assert 1.5 * (t.CLAIM_TO_CALL + TOTAL_SECONDS) < claim < t.REPORT_WAIT.total_seconds()
assert t.REPORT_WAIT < t.PARK_AFTER
assert t.SWEEP_BUCKET < t.REPORT_WAIT
assert 15 <= t.TASK_DEADLINE.total_seconds() <= 1800
print(round(claim * {divisor}))
"""


@pytest.mark.parametrize("divisor", [1, 2, 7, 10, 20, 30, 60])
def test_the_order_of_the_timers_is_kept_at_any_divisor(divisor: int) -> None:
    env = {**os.environ, "PIPELINE_TIME_DIVISOR": str(divisor)}
    code = ORDER.replace("{divisor}", str(divisor))
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == ("60", "")


@pytest.mark.parametrize("value", ["0", "61", "-1", "1.5", "", "ten", "٣"])
def test_a_divisor_that_is_none_aborts_the_start(value: str) -> None:
    with pytest.raises(ConfigurationError, match="PIPELINE_TIME_DIVISOR"):
        config.read_divisor({"PIPELINE_TIME_DIVISOR": value})


def test_a_divisor_in_the_cloud_aborts_the_start() -> None:
    with pytest.raises(ConfigurationError, match="PIPELINE_TIME_DIVISOR belongs to the local cloud"):
        config.read_divisor({"PIPELINE_TIME_DIVISOR": "10", "K_SERVICE": "send"})


def test_without_a_divisor_the_timers_are_those_of_the_protocol() -> None:
    assert config.read_divisor({}) == 1
    assert config.read_divisor({"K_SERVICE": "send"}) == 1
