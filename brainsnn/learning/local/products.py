"""Local rules as a table: Z <- Z + sum over m of S_m times the product over n of F_mn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.settings import Time
from brainsnn.learning.local.strings import Strings
from brainsnn.learning.rule import RULES

Term = tuple[float, tuple[str, ...]]
"""S and its factors F."""

PAIR: dict[str, tuple[Term, ...]] = {
    "w": ((0.01, ("y0", "x1")), (-0.0105, ("x0", "y1"))),
}
_TRACE = re.compile(r"[xy][1-9]\d*\Z")


@RULES.register("sum_of_products")
class SumOfProducts(LocalRule):
    """A rule that is written as a table of terms, compiled to statements at spikes.

    In every step each variable Z of the synapse becomes Z + sum_m S_m prod_n F_mn, all from the
    state before the step; then w is clipped to [0, w_max]. Terms that have a spike for a factor
    cost nothing without one; a table with others is gone through in every step.

    Parameters
    ----------
    terms : mapping of str to tuple of (float, tuple of str)
        For ``w`` and other variables of the synapse (which begin a trial with 0), the terms: S and
        its factors. A factor is ``x0`` or ``y0``, whether the pre- or postsynaptic neuron spikes in
        the step; a trace, ``x1``, ``x2``, ..., ``y1``, ...; a variable of the table; or ``r``, a
        signal that spikes of an input population bring
        (`brainsnn.learning.local.reward`). By default pair STDP.
    traces : mapping of str to text with a unit
        Time constants of the traces, each of which grows by 1 with a spike of its side.
    read : {"before", "after"}
        Whether a trace in a term lacks the spikes of its own step, or has them.
    w_max : float, default 1
    """

    citation: ClassVar[str] = (
        "The sum-of-products form of local rules, as in Intel's Loihi: M. Davies et al., IEEE "
        "Micro 38 (2018) 82"
    )

    name: Literal["sum_of_products"] = "sum_of_products"
    terms: Mapping[str, tuple[Term, ...]] = Field(default_factory=lambda: dict(PAIR))
    traces: Mapping[str, Time] = Field(default_factory=lambda: {"x1": "20*ms", "y1": "20*ms"})
    read: Literal["before", "after"] = "before"
    w_max: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if "w" not in self.terms:
            raise ValueError("terms must have an entry for 'w'")
        for name in self.terms:
            if not name.isidentifier() or name in {"x0", "y0", "r", *self.traces}:
                raise ValueError(f"{name!r} cannot be a variable of the table")
        for name in self.traces:
            if not _TRACE.match(name):
                raise ValueError(f"a trace is called x1, x2, ... or y1, y2, ..., not {name!r}")
        known = {"x0", "y0", "r", *self.traces, *self.terms}
        for name, terms in self.terms.items():
            for _, factors in terms:
                for factor in factors:
                    if factor not in known:
                        raise ValueError(
                            f"{name}: factor {factor!r} is none of {', '.join(sorted(known))}"
                        )
        return self

    def strings(self) -> Strings:
        """See `LocalRule`."""
        everything = [factors for terms in self.terms.values() for _, factors in terms]
        at_spikes = all({"x0", "y0"} & set(f) and "r" not in f for f in everything)
        return self._at_spikes() if at_spikes else self._in_each_step()

    def _sum(self, name: str, kinds: Iterable[tuple[bool, bool]], names: Mapping[str, str]) -> str:
        """Terms of a variable that have (x0, y0) as factors in one of the given ways."""
        wanted, found = set(kinds), []
        for size, factors in self.terms[name]:
            if ("x0" in factors, "y0" in factors) in wanted:
                others = [names.get(f, f) for f in factors if f not in ("x0", "y0")]
                found.append("*".join([f"({size!r})", *others]))
        return " + ".join(found) or "0"

    def _at_spikes(self) -> Strings:
        """Statements at spikes. A postsynaptic one does the work of its step's presynaptic anew."""
        first = self.read == "before"
        pre, post = (
            [f"{name} += 1" for name in self.traces if name.startswith(side)] for side in "xy"
        )
        old = {name: f"{name}_old" for name in self.terms}
        together = "int(arrived == t)"
        late = {k: f"({k} - {together})" for k in self.traces if first and k.startswith("x")}
        on_pre = [
            self._closed(name, f"{name}_old + {self._sum(name, [(True, False)], old)}")
            for name in self.terms
        ]
        on_post = [
            self._closed(
                name,
                f"{name}_old + {self._sum(name, [(False, True)], {**old, **late})} + {together}"
                f"*({self._sum(name, [(True, False), (True, True)], {**old, **late})})",
            )
            for name in self.terms
        ]
        remember = [f"{name}_old = {name}" for name in self.terms]
        again = [f"{k} = {k}*{together} + {name}*int(arrived != t)" for name, k in old.items()]
        return Strings(
            equations="\n".join(
                [
                    *(
                        f"d{k}/dt = -{k} / ({tau}) : 1 (event-driven)"
                        for k, tau in self.traces.items()
                    ),
                    *(f"{name} : 1" for name in (*self._others(), *old.values())),
                    "arrived : second",
                ]
            ),
            on_pre="\n".join(
                [*remember, "arrived = t", *(on_pre + pre if first else pre + on_pre)]
            ),
            on_post="\n".join([*again, *(on_post + post if first else post + on_post)]),
        )

    def _in_each_step(self) -> Strings:
        """Statements of every step: spikes leave a mark, which it takes away.

        What all rewards amount to is kept, and how much of it has been seen.
        """
        old = {name: f"{name}_old" for name in self.terms}
        fall = [f"{name} = {name}*exp(-dt/({tau}))" for name, tau in self.traces.items()]
        grow = [f"{name} += {name[0]}0" for name in self.traces]
        change = [f"{name}_old = {name}" for name in self.terms]
        for name, terms in self.terms.items():
            parts = ["*".join([f"({s!r})", *(old.get(f, f) for f in fs)]) for s, fs in terms]
            change.append(self._closed(name, f"{name}_old + {' + '.join(parts) or '0'}"))
        middle = [*change, *grow] if self.read == "before" else [*grow, *change]
        rewarded = any("r" in factors for terms in self.terms.values() for _, factors in terms)
        variables = [*self.traces, "x0", "y0", *self._others(), *old.values()]
        if rewarded:
            variables += ["r", "seen"]
            fall += ["r = rewards_post - seen", "seen = rewards_post"]
        return Strings(
            equations="\n".join(f"{name} : 1" for name in variables),
            on_pre="x0 = 1",
            on_post="y0 = 1",
            each_step="\n".join([*fall, *middle, "x0 = 0", "y0 = 0"]),
            neuron="rewards : 1" if rewarded else "",
        )

    def _others(self) -> list[str]:
        return [name for name in self.terms if name != "w"]

    def _closed(self, name: str, value: str) -> str:
        return f"w = clip({value}, 0, w_max)" if name == "w" else f"{name} = {value}"
