"""The pipeline's timers (PIPELINE §4). None carries safety except the claim's monotonic check and the report's wait.

All that a task waits for is divided by the same number where a local run wants to be quick, and so is the provider's
time that they are sized after: their order is what matters.
"""

from __future__ import annotations

from datetime import timedelta

from shared.config import time_divisor

_DIVISOR = time_divisor()


def divided(seconds: float) -> timedelta:
    return timedelta(seconds=seconds) / _DIVISOR


WINDOW_MOST = divided(15)  # a customer who never stops typing is answered after this
PICTURE_GRACE = divided(3)  # on top of the window: time to fetch the files that an answer is about
ANSWER_GRACE = divided(60)  # after the window, before the sweeper thinks that an answer's task was lost
LEASE = divided(120)  # above the model's deadline, below the task's
MODEL_DEADLINE = 90.0 / _DIVISOR  # seconds
SAFETY_NET = divided(150)  # after a message that its own request answers: above the lease of whoever does
TASK_DEADLINE = max(divided(180), timedelta(seconds=15))  # Cloud Tasks knows no shorter one
CLAIM = divided(60)  # above 5 s + 20 s + slack
CLAIM_TO_CALL = 5.0 / _DIVISOR  # seconds between the claim and the provider's call, on the monotonic clock
SEND_GRACE = divided(60)  # before the sweeper thinks that a send's task was lost
REPORT_WAIT = divided(10 * 60)  # above the provider's slowest first report
QUICK = divided(8)  # after a text of ours, carriers included: nobody reads and writes that fast all the time
DIRECT_FOR = timedelta(hours=1)  # after a customer's text: what is sent within is an answer to it, at any hour
PARK_AFTER = divided(30 * 60)  # overdue for this long: a person must look
SWEEP_BUCKET = divided(300)  # two sweepers within it give a task the same name

MOST_ATTEMPTS = 5
MOST_ROUNDS = 2
MOST_REFUSALS = 3  # "not now" of one line, before another one takes over
MOST_TRIES = 8  # conditional commits that lose every time
HISTORY = 20  # messages that an answer may look back on
MOST_OPEN = 50  # open texts that it is shown, the newest ones: it covers them all
