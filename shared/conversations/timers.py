"""The pipeline's timers (PIPELINE §4). None carries safety except the claim's monotonic check and the report's wait."""

from __future__ import annotations

from datetime import timedelta

WINDOW_MOST = timedelta(seconds=15)  # a customer who never stops typing is answered after this
PICTURE_GRACE = timedelta(seconds=3)  # on top of the window: time to fetch the files that an answer is about
ANSWER_GRACE = timedelta(seconds=60)  # after the window, before the sweeper thinks that an answer's task was lost
LEASE = timedelta(seconds=120)  # above the model's deadline, below the task's
MODEL_DEADLINE = 90.0  # seconds
TASK_DEADLINE = timedelta(seconds=180)
CLAIM = timedelta(seconds=60)  # above 5 s + 20 s + slack
CLAIM_TO_CALL = 5.0  # seconds between the claim and the provider's call, on the monotonic clock
SEND_GRACE = timedelta(seconds=60)  # before the sweeper thinks that a send's task was lost
REPORT_WAIT = timedelta(minutes=10)  # above the provider's slowest first report
QUICK = timedelta(seconds=5)  # after a text of ours: nobody reads and writes that fast
DIRECT_FOR = timedelta(hours=1)  # after a customer's text: what is sent within is an answer to it, at any hour
PARK_AFTER = timedelta(minutes=30)  # overdue for this long: a person must look

MOST_ATTEMPTS = 5
MOST_ROUNDS = 2
MOST_REFUSALS = 3  # "not now" of one line, before another one takes over
MOST_TRIES = 8  # conditional commits that lose every time
HISTORY = 20  # messages that an answer may look back on
