"""How hard the compilers try in tests: imported before anything that compiles.

Results do not depend on it, and compiling takes half the time. What Numba compiles so is kept apart
from what it keeps for use; a variable that is set already stays as it is.
"""

import os
from pathlib import Path

KERNELS = Path(__file__).parents[1] / ".pytest_cache" / "kernels"

os.environ.setdefault("BRAINSNN_CXXFLAGS", "-Og")
os.environ.setdefault("NUMBA_OPT", "1")
os.environ.setdefault("NUMBA_CACHE_DIR", str(KERNELS))
