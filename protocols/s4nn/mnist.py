"""S4NN learns MNIST: accuracy, firing times by digit, speed against accuracy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.latency import label_steps
from brainsnn.analysis.paper import printed_value
from brainsnn.analysis.report import Claim, Section
from brainsnn.analysis.weights import receptive_fields
from brainsnn.experiment import Material, TrainedNetwork
from brainsnn.learning.optimisers import AdamConfig, OptimiserConfig
from brainsnn.learning.rules import Decision, Rule
from brainsnn.learning.schedules import Cosine, Schedule
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import mean
from brainsnn.protocols.common.image_codes import ImageCodeConfig, LatencyCodeConfig
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.sections import FIRST_SPIKE, accuracy, learning
from brainsnn.protocols.s4nn import figures as figures
from brainsnn.protocols.s4nn.base import (
    NetworkConfig,
    NoiseConfig,
    S4NNConfig,
    S4NNExperiment,
    accuracy_claims,
    decision_claim,
    encode,
)
from brainsnn.protocols.s4nn.recipe import WARPED, Recipe, RecipeConfig, open_settings
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training.evaluation import evaluate

#: What the paper reports on MNIST: Table 3, Table 4.
PAPER_ACCURACY, PAPER_STEP, PAPER_SPIKES = (
    printed_value("s4nn-mnist", column)
    for column in ("accuracy_ties_right", "label_step", "spikes_to_decision")
)


class S4NNMnistConfig(S4NNConfig):
    """Settings of the experiment ``s4nn-mnist``.

    With ``recipe.fitted``, the default, of `code`, `noise`, `rule`, ``network.n_steps`` and the
    bounds of the first weights those that are not given follow from the images
    (`brainsnn.protocols.s4nn.recipe`); else the values below hold.

    Parameters
    ----------
    network, data, code, noise, rule, recipe
        See their classes.
    thresholds : tuple of float
        At which speed and accuracy are measured, without further training (Figure 10).
    """

    protocol: Literal["s4nn-mnist"] = "s4nn-mnist"
    epochs: int = Field(default=32, ge=1)
    batch_size: int = Field(default=32, ge=1)
    update: Literal["sequential", "simultaneous"] = "simultaneous"
    optimiser: OptimiserConfig = AdamConfig(weight_decay=0.001)
    schedule: Schedule = Cosine(warm_up=0.5)
    monitor: str = "validation_accuracy_ties_wrong"
    network: NetworkConfig = NetworkConfig()
    data: MnistConfig = MnistConfig()
    code: ImageCodeConfig = LatencyCodeConfig()
    noise: NoiseConfig = WARPED
    rule: Rule = Decision(target=86)
    recipe: RecipeConfig = RecipeConfig()
    thresholds: tuple[float, ...] = tuple(float(x) for x in range(10, 151, 10))


class S4NNMnist(S4NNExperiment[S4NNMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "s4nn-mnist"
    title = "S4NN on MNIST: one spike a neuron, the first output spike decides"
    summary = "784-400-10 integrate-and-fire network learns MNIST, one spike a neuron."
    config = S4NNMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "faithful": (
            "recipe.fitted=false",
            "epochs=30",
            "batch_size=1",
            "update=sequential",
            "rule.name=s4nn",
            "optimiser.name=sgd",
            "optimiser.weight_decay=1e-6",
            "schedule.name=constant",
            "noise.jitter=0",
            "noise.share=0",
            "network.initial_low=[0.0, 0.0]",
            "network.initial_high=[5.0, 48.0]",
        ),
        "demo": (
            "recipe.fitted=false",
            "epochs=5",
            "schedule.warm_up=0",
            "noise.rotation=6",
            "noise.stretch=0.08",
            "noise.shear=0.06",
            "noise.share=0.7",
            "rule.target=79",
            "thresholds=[50.0, 100.0, 150.0]",
        ),
    }

    def model(self, config: S4NNMnistConfig) -> Model:
        """Return the network of the configuration."""
        return config.network.model(self.name, 28 * 28, 10)

    def undecided(self, config: S4NNMnistConfig) -> bool:
        """Whether settings are still to be found from the images."""
        return bool(open_settings(config))

    def settle(
        self, config: S4NNMnistConfig, say: Callable[[str], None]
    ) -> tuple[S4NNMnistConfig, Mapping[str, pd.DataFrame]]:
        """Find the settings that were not given (`brainsnn.protocols.s4nn.recipe`)."""
        return Recipe(self, config, say).settled() if config.recipe.fitted else (config, {})

    def sources(self, config: S4NNMnistConfig) -> tuple[type, ...]:
        """Return the data set and the encoder."""
        return config.data.kind, type(config.code.build(config.network.n_steps))

    def material(self, config: S4NNMnistConfig, streams: Streams) -> Material:
        """Load the images and encode them, by default by latency (eq. 1)."""
        splits, encoder = config.data.load(), config.code.build(config.network.n_steps)
        return Material(
            config.noise.trials(splits.train, encoder, streams),
            encode(encoder, splits.validation),
            lambda: encode(encoder, splits.test),
            splits.train.classes,
        )

    def measure(self, network: TrainedNetwork[S4NNMnistConfig], run: RunDirectory) -> None:
        """Run the test images at every threshold, with the trained weights."""
        tables = []
        neurons = [p.name for p in network.model.populations if p.neuron]
        for threshold in network.config.thresholds:
            for name in neurons:
                network.engine.set_parameter(name, "theta", threshold)
            table = evaluate(network.engine, network.material.test, network.decoder)
            tables.append(table.assign(threshold=threshold))
        for name in neurons:
            network.engine.set_parameter(name, "theta", network.config.network.threshold)
        if tables:
            run.write_table("thresholds", pd.concat(tables, ignore_index=True))

    def claims(self, run: RunDirectory, config: S4NNMnistConfig) -> list[Claim]:
        """Accuracy (Table 3), decision step and spikes (Table 4)."""
        trials, told = run.trials(), config.data.of_paper
        return [
            *accuracy_claims(trials, told(PAPER_ACCURACY)),
            Claim.judged(
                "Mean step of the label's output, silence as the trial's end",
                told(PAPER_STEP),
                mean(label_steps(trials)),
                "steps",
                higher_is_better=False,
                note="Table 4: the firing time of the correct output, not of the winner",
            ),
            decision_claim(trials, "the winner's; the paper gives none"),
            Claim.judged(
                "Mean spikes to decision, all layers",
                told(PAPER_SPIKES),
                mean(trials["spikes_to_decision"]),
                "spikes",
                higher_is_better=False,
                headline=True,
                note="Table 4",
            ),
        ]

    def abstract(self, run: RunDirectory, config: S4NNMnistConfig) -> str:
        """Return one paragraph: what was run, on what, with what result."""
        trials = run.trials()
        sizes = "-".join(str(n) for n in (784, *config.network.hidden, 10))
        right = mean(trials["decision"] == trials["label"])
        return (
            f"A {sizes} network of non-leaky integrate-and-fire neurons, at most one spike a "
            f"neuron and {config.network.n_steps} steps a trial, was trained on "
            f"{config.data.title} with the rule {config.rule.name!r} for {config.epochs} epochs "
            f"(seed {config.seed}), its weights selected on validation images only. On "
            f"{len(trials):,} test images the first output spike names the right class in "
            f"{100 * right:.2f} % of trials, after {mean(trials['decision_step']):.1f} steps and "
            f"{mean(trials['spikes_to_decision']):.0f} spikes on average."
        )

    def sections(self, run: RunDirectory, config: S4NNMnistConfig) -> list[Section]:
        """Draw the figures and return the sections of the page."""
        trials, model, classes = run.trials(), self.model(config), config.data.classes
        learned = run.weights(model.shapes)
        fields = receptive_fields(next(iter(learned.values())), (28, 28))
        return [
            learning(run, config.monitor),
            accuracy(run, trials, classes, FIRST_SPIKE),
            figures.latency(run, trials, classes),
            *figures.thresholds(run, config.network.threshold),
            figures.rasters(run, model.sizes, config.network.n_steps, classes),
            figures.weights(run, learned, fields),
        ]


PROTOCOL = S4NNMnist()
