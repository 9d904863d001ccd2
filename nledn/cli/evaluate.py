"""`nledn evaluate --pairs DIR`: the scores of a model, in the paper's figures."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from nledn import evaluate as evaluating
from nledn import report
from nledn.cli.console import Exit, cancelled_by_ctrl_c, err, out, progress_bar, say_error
from nledn.cli.options import OverwriteOption, require_model, takes_options
from nledn.cli.side_files import SideFiles
from nledn.engine import Derainer
from nledn.evaluate import Evaluation, Failure, PairScores
from nledn.messages import printable
from nledn.metrics import Scores
from nledn.options import Options
from nledn.pairs import PairSet, find_pairs


@takes_options
def evaluate(
    options: Options,
    pairs: Annotated[
        Path,
        typer.Option(help="Folder of rainy and clean photos.", show_default=False, readable=False),
    ],
    limit: Annotated[int | None, typer.Option(min=1, help="Take the first N pairs only.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the scores here.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Score a checkpoint on pairs: PSNR and SSIM of Y, as the paper has them.

    In fp32 and on whole photos unless --precision and --tile say otherwise.
    """
    require_model(options.weights)
    found = find_pairs(pairs)
    files = SideFiles({json_file: ".json"} if json_file else {}, overwrite, found.files)
    files.check()
    derainer = Derainer.load(_as_in_the_paper(options))
    evaluation = _with_progress(derainer, found, limit)
    out.print(_table(evaluation))
    err.print(
        f"{derainer.card.id} on {derainer.choice.device} in {evaluation.precision}; "
        f"pairs found as {found.layout}."
    )
    writer = partial(report.write_json, evaluation.as_json())
    are_written = files.write(writer, "The scores are in {}.")
    if evaluation.failures or not are_written:
        raise typer.Exit(Exit.SOME_FAILED if evaluation.rows else Exit.NONE_DONE)


def _as_in_the_paper(options: Options) -> Options:
    if options.precision == "auto":
        options = replace(options, precision="fp32")
    return replace(options, tile="whole") if options.tile == "auto" else options


def _with_progress(derainer: Derainer, found: PairSet, limit: int | None) -> Evaluation:
    for path in found.unmatched:
        err.print(f"{printable(path)} has no clean photo and is left out.")
    with cancelled_by_ctrl_c() as cancel, progress_bar() as bar:
        task = bar.add_task("Evaluating", total=len(found.pairs[:limit]))

        def show(result: PairScores | Failure) -> None:
            if isinstance(result, Failure):
                say_error(result.error)
            bar.update(task, advance=1, description=printable(result.file))

        return evaluating.evaluate(derainer, found.pairs, limit=limit, on_image=show, cancel=cancel)


def _table(evaluation: Evaluation) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("File", overflow="fold")
    for heading in ("PSNR-Y", "SSIM-Y", "Input PSNR-Y", "Input SSIM-Y"):
        table.add_column(heading, justify="right")
    for row in evaluation.rows:
        table.add_row(row.file, *_figures(row.scores))
    if evaluation.rows:
        count = len(evaluation.rows)
        table.add_section()
        table.add_row(f"Mean of {count}", *_figures(evaluation.mean), style="bold")
    return table


def _figures(scores: Scores) -> tuple[str, ...]:
    """PSNR with two places, SSIM with four; `inf` where two images are equal."""
    return (
        f"{scores.psnr_y:.2f}",
        f"{scores.ssim_y:.4f}",
        f"{scores.input_psnr_y:.2f}",
        f"{scores.input_ssim_y:.4f}",
    )
