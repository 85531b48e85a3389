"""Settings of ``s4nn-caltech`` under which the network sees pixels, as the published one does.

``pixels`` is the published network, each of whose neurons starts with a class that it prefers, at
the learning rate of the hidden neurons; ``faithful`` starts and learns as published. With ``race``
only the hidden neurons learn, by the likelihood that those of the right class fire first, from
images that are mirrored, shifted and stretched a little. ``staggered`` has a hundred hidden neurons
that see smaller images in which grey survives at every step (`StaggeredLatencyEncoder`), and learns
by the state at the decision.
"""

from __future__ import annotations

_UNVARIED = (
    "noise.mirror=0",
    "noise.rotation=0",
    "noise.stretch=0",
    "noise.shear=0",
    "noise.shift=0",
    "noise.extend=false",
    "noise.jitter=0",
    "noise.jitter_share=1",
)

_PIXELS = (
    "data.height=160",
    "data.width=250",
    "data.code.name=latency",
    "monitor=validation_accuracy_ties_wrong",
    "average.name=off",
    "rule.learning_rate=0.01",
    "network.hidden=[4]",
    "network.initial_low=[0.0, 150.0]",
    "network.initial_high=[0.02, 250.0]",
    *_UNVARIED,
)

PRESETS: dict[str, tuple[str, ...]] = {
    "pixels": _PIXELS,
    "faithful": (
        *_PIXELS,
        "schedule.name=constant",
        "rule.learning_rate=0.1",
        "rule.gamma=3",
        "network.preferring=false",
        "network.initial_low=[0.0, 0.0]",
        "network.initial_high=[1.0, 50.0]",
    ),
    "two-hidden-layers": (
        *_PIXELS,
        "network.hidden=[20, 4]",
        "rule.gamma=6",
        "network.initial_low=[0.0, 100.0, 150.0]",
        "network.initial_high=[0.02, 200.0, 250.0]",
    ),
    "race": (
        *_PIXELS,
        "batch_size=40",
        "update=simultaneous",
        "rule.name=race",
        "rule.learning_rate=0.0005",
        "rule.handicaps=[-0.05, 0.05]",
        "average.name=epochs",
        "average.last=5",
        "optimiser.name=adam",
        "optimiser.weight_decay=0",
        "optimiser.beta2=0.98",
        "network.initial_low=[0.005, 150.0]",
        "network.initial_high=[0.01, 250.0]",
        "noise.mirror=0.5",
        "noise.shift=5",
        "noise.stretch=0.05",
        "noise.extend=true",
    ),
    "staggered": (
        *_PIXELS,
        "data.height=40",
        "data.width=62",
        "data.code.name=staggered",
        "epochs=60",
        "batch_size=40",
        "update=simultaneous",
        "monitor=loss",
        "schedule.warm_up=0.5",
        "average.name=epochs",
        "average.last=5",
        "rule.name=decision",
        "rule.learning_rate=0.25",
        "rule.target=128",
        "rule.width=100",
        "optimiser.weight_decay=0",
        "network.preferring=false",
        "network.hidden=[100]",
        "network.initial_low=[0.02, -4.0]",
        "network.initial_high=[0.13, 7.0]",
        "noise.mirror=0.5",
        "noise.rotation=3",
        "noise.stretch=0.05",
        "noise.shear=0.05",
        "noise.shift=2",
        "noise.extend=true",
    ),
}
