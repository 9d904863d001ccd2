"""A folder in, a folder out: many photos, with a journal that survives a kill.

    with Queue.opened(request) as queue:
        ending = run(queue, Derainer.load(request.settings.options))
        report.write(report_of(queue), Path("report.html"))

`Queue` owns plan, journal and lock; `run` computes here. A scheduler takes jobs from the same
queue with `take`, has `derain_file` run elsewhere, and brings the outcomes back with `finish`.
"""

from nledn.batch.figures import report_of as report_of
from nledn.batch.figures import small as small
from nledn.batch.plan import Foreseen as Foreseen
from nledn.batch.plan import preview as preview
from nledn.batch.progress import BatchProgress as BatchProgress
from nledn.batch.progress import Ending as Ending
from nledn.batch.progress import Update as Update
from nledn.batch.queue import Queue as Queue
from nledn.batch.rows import BatchJob as BatchJob
from nledn.batch.rows import Done as Done
from nledn.batch.rows import Failed as Failed
from nledn.batch.rows import Outcome as Outcome
from nledn.batch.rows import PutBack as PutBack
from nledn.batch.rows import Row as Row
from nledn.batch.rows import State as State
from nledn.batch.run import run as run
from nledn.batch.settings import BatchRequest as BatchRequest
from nledn.batch.settings import BatchSettings as BatchSettings
from nledn.batch.sources import Found as Found
from nledn.batch.sources import in_folder as in_folder
from nledn.batch.sources import in_list as in_list
from nledn.batch.sources import read_list as read_list
from nledn.batch.sources import together as together
from nledn.batch.work import derain_file as derain_file
