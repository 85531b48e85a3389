"""The command line ``brainsnn``: a command a function.

Exit codes: 0 done, 2 bad input, 130 interrupted, 141 standard output closed, broken or full. With
``--json``, one JSON object goes to standard output and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from brainsnn import __version__
from brainsnn.cli.cite import cite
from brainsnn.cli.new import new
from brainsnn.cli.options import (
    EngineName,
    Json,
    Name,
    Preset,
    Quiet,
    Seed,
    Settings,
    configured,
    protocol_names,
)
from brainsnn.cli.reporting import BAD_INPUT, emit, emit_or_say, reporting
from brainsnn.cli.runs import evaluate, report, resume, run
from brainsnn.cli.sweeps import sweep
from brainsnn.output import prepare, say

app = typer.Typer(
    name="brainsnn",
    help="Spiking networks that learn: Brian2 equations, compiled once, taught between trials.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version")] = False) -> None:
    if version:
        say(f"brainsnn {__version__}")
        raise typer.Exit


@app.command("list")
def list_protocols(as_json: Json = False) -> None:
    """List the protocols."""
    from brainsnn.cli.summaries import summaries

    with reporting(as_json):
        rows = summaries()
        if as_json:
            emit({"protocols": rows})
            return
        table = Table("protocol", "what it does", box=None)
        for name, text in rows.items():
            table.add_row(name, text)
        console = Console()
        with console.capture() as shown:
            console.print(table)
        say(shown.get(), end="")


@app.command()
def show(
    target: Annotated[
        str, typer.Argument(metavar="PROTOCOL|RUN|neuron", autocompletion=protocol_names)
    ],
    name: Annotated[str, typer.Argument(metavar="[NEURON]", help="Of the library.")] = "",
    figure: Annotated[Path | None, typer.Option(help="Draw the neuron's example there.")] = None,
) -> None:
    """Show a protocol's settings and presets, what a run directory holds, or a neuron."""
    from brainsnn.cli import neurons
    from brainsnn.cli import show as texts

    with reporting():
        if target == "neuron":
            say(neurons.shown(name, figure))
        elif name or figure:
            raise typer.BadParameter("A name and --figure go with: brainsnn show neuron NAME.")
        else:
            say(texts.run(Path(target)) if Path(target).is_dir() else texts.protocol(target))


@app.command()
def describe(
    name: Name,
    settings: Settings = None,
    preset: Preset = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Markdown, not text.")] = False,
    gradient: Annotated[
        bool, typer.Option("--gradient", help="A step, its Jacobian and its adjoint, derived.")
    ] = False,
) -> None:
    """Print the network: equations, thresholds, resets, connections, sizes."""
    from brainsnn.experiment.experiment import open_note
    from brainsnn.network.describe import describe_markdown, describe_text

    with reporting():
        protocol, config = configured(name, settings, preset)
        model = protocol.model(config)
        if gradient:
            from brainsnn.learning.equations.inspection import write_gradient
            from brainsnn.training.bptt import BPTT

            written = write_gradient(BPTT().derived(model))
            say(written.latex() if markdown else str(written), end="")
            return
        say(describe_markdown(model) if markdown else describe_text(model), end="")
        if note := open_note(protocol, config):
            say(f"\n{note}")


app.command()(run)
app.command()(resume)
app.command()(evaluate)
app.command()(sweep)
app.command()(report)
app.command()(cite)
app.command()(new)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN...", help="Run directories.")],
    out: Annotated[Path, typer.Option(help="The comparison's own directory.")] = Path("comparison"),
) -> None:
    """Compare runs trial by trial: accuracy, time, cost, agreement, paired tests."""
    with reporting():
        from brainsnn.experiment.installed import load_report

        say(f"Report: {load_report('compare')(runs, out).resolve()}")


@app.command()
def build(
    name: Name,
    out: Annotated[Path, typer.Option(help="The project's folder, new or empty.")],
    target: Annotated[
        str, typer.Option(help="The kind of project: cpp, cpp-float32 or genn.")
    ] = "cpp",
    weights: Annotated[
        Path | None,
        typer.Option(
            help="A run directory or a file in one, whose settings are taken, or an .npz."
        ),
    ] = None,
    samples: Annotated[int, typer.Option(min=0, help="Trials that it brings along.")] = 16,
    settings: Settings = None,
    preset: Preset = None,
    seed: Seed = None,
    as_json: Json = False,
) -> None:
    """Write the network as a project of its own, which needs neither Python nor brainsnn."""
    with reporting(as_json):
        protocol, config = configured(name, settings, preset, seed=seed, run=weights)
        from brainsnn.export import build_protocol

        built = build_protocol(protocol, config, out, target, weights, samples)
        if as_json:
            emit(vars(built))
        else:
            say(built.text())


@app.command()
def fit(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="A CSV or Parquet file, Zarr, or a folder of images."),
    ],
    out: Annotated[Path, typer.Option(help="The folder for what was learned, new or empty.")],
    network: Annotated[
        str | None, typer.Option(help="Hidden neurons (100), or the whole network (784-100-10).")
    ] = None,
    label: Annotated[str | None, typer.Option(help="The column, or Zarr array, of labels.")] = None,
    rule: Annotated[
        str, typer.Option(help="count, s4nn, decision, race, antlr, glm or bptt.")
    ] = "count",
    neuron: Annotated[str | None, typer.Option(help="Other than the rule's, by name.")] = None,
    code: Annotated[
        str | None, typer.Option(help="How values become spikes: latency, regular, ...")
    ] = None,
    settings: Settings = None,
    engine: EngineName = None,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a network on your own data; --set changes any setting of brainsnn.Classifier."""
    with reporting(as_json):
        from brainsnn.classifier.commands import fit

        given = {"neuron": neuron, "encoder": code, "engine": engine, "random_state": seed or 0}
        given["verbose"] = not (quiet or as_json)
        emit_or_say(fit(data, out, label, network, rule, given, settings or []), as_json)


@app.command()
def predict(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What fit left.")],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A table, Zarr, or images.")],
    out: Annotated[
        Path | None, typer.Option(help="The CSV file to write; standard output by default.")
    ] = None,
) -> None:
    """Print the class of each row or image, and the probability of every class, as CSV."""
    with reporting():
        from brainsnn.classifier.commands import predict

        say(predict(folder, data, out), end="")


@app.command()
def data(name: Annotated[str | None, typer.Argument(metavar="DATASET")] = None) -> None:
    """List the data sets, or load and check one."""
    from brainsnn.cli import show as texts

    with reporting():
        say(texts.datasets() if name is None else texts.dataset(name))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what this machine has and lacks."""
    from brainsnn.cli.doctor import examine

    with reporting(as_json):
        findings = examine()
        if as_json:
            emit({f.name: {"good": f.good, "detail": f.detail} for f in findings})
        else:
            marks = {True: "ok", False: "MISSING", None: "-"}
            for finding in findings:
                say(f"{marks[finding.good]:<8} {finding.name:<14} {finding.detail}")
    if any(finding.good is False for finding in findings):
        raise typer.Exit(BAD_INPUT)


def main() -> None:
    """Entry point of the command ``brainsnn``."""
    prepare()
    app(prog_name="brainsnn")


if __name__ == "__main__":
    main()
