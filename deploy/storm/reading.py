"""Every history of a storm is read again: what cannot be, no worker could ever go on with."""

from temporalio.client import Client
from temporalio.worker import Replayer

from deploy.report import Progression
from deploy.storm.accounts import Line
from workers.sandbox import workflow_runner
from workflows.catalogue import WORKFLOWS


async def read_again(client: Client, progress: Progression) -> Line:
    """A line of the accounts; the last, for it takes longest."""
    converter = client.data_converter
    replayer = Replayer(workflows=WORKFLOWS, data_converter=converter, workflow_runner=workflow_runner(converter))
    count = (await client.count_workflows("")).count
    chapter, read, wrong = progress.open("Read again", count, "histories"), 0, []
    async with replayer.workflow_replay_iterator(client.list_workflows(page_size=1000).map_histories()) as results:
        async for result in results:
            read += 1
            if failure := result.replay_failure:
                wrong.append(f"{result.history.workflow_id} {failure}")
            chapter.advance(result.history.workflow_id, "cannot be read again" if failure else "")
    return Line("histories that can be read again = histories", read - len(wrong), count, "", tuple(wrong))
