"""Codes whose spikes are drawn: Poisson, modulated Poisson, gamma renewal and burst trains."""

from brainsnn.codes.point_processes.bursts import BurstEncoder
from brainsnn.codes.point_processes.gamma import GammaEncoder
from brainsnn.codes.point_processes.modulated import ModulatedPoissonEncoder
from brainsnn.codes.point_processes.poisson import PoissonEncoder

__all__ = ["BurstEncoder", "GammaEncoder", "ModulatedPoissonEncoder", "PoissonEncoder"]
