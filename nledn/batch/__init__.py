"""A folder in, a folder out: many photos, with a journal that survives a kill.

    with Queue.opened(request) as queue:
        ending = run(queue, Derainer.load(request.settings.options))
        report.write(report_of(queue), Path("report.html"))

`Queue` owns plan, journal and lock; `run` computes here. A scheduler takes jobs from the same
queue with `take`, has `derain_file` run elsewhere, and brings the outcomes back with `finish`.
"""

from nledn.batch.figures import report_of, small
from nledn.batch.plan import Foreseen, preview
from nledn.batch.progress import BatchProgress, Ending, Update
from nledn.batch.queue import Queue
from nledn.batch.rows import BatchJob, Done, Failed, Outcome, PutBack, Row, State
from nledn.batch.run import run
from nledn.batch.settings import BatchRequest, BatchSettings
from nledn.batch.sources import Found, in_folder, in_list, read_list, together
from nledn.batch.work import derain_file

__all__ = [
    "BatchJob",
    "BatchProgress",
    "BatchRequest",
    "BatchSettings",
    "Done",
    "Ending",
    "Failed",
    "Foreseen",
    "Found",
    "Outcome",
    "PutBack",
    "Queue",
    "Row",
    "State",
    "Update",
    "derain_file",
    "in_folder",
    "in_list",
    "preview",
    "read_list",
    "report_of",
    "run",
    "small",
    "together",
]
