"""The Brian2 device that turns a script into one resident library, and runs it.

What the sources say is decided in `brainsnn.engine.resident.generated.generation`; here they are
compiled, loaded into the process, run and read.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.network import Network
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.device import all_devices
from brian2.groups.group import Group
from brian2.input.timedarray import TimedArray
from brian2.units import second
from numpy.typing import NDArray

from brainsnn.engine import brian2_device
from brainsnn.engine.resident.compiler import Flags, compile_library
from brainsnn.engine.resident.generated.generation import GeneratingDevice
from brainsnn.engine.resident.generated.layout import user_headers
from brainsnn.engine.resident.generated.printing import printing
from brainsnn.engine.resident.loaded.arguments import applied
from brainsnn.engine.resident.loaded.library import Library
from brainsnn.engine.resident.place import Place
from brainsnn.engine.resident.script import settle
from brainsnn.errors import EngineError

DEVICE_NAME = "brainsnn_resident"


class ResidentDevice(GeneratingDevice):
    """Brian2 device that runs a network in this process, as compiled code.

    Choose it with ``set_device("brainsnn_resident")``; a script needs no other change. See
    `brainsnn.engine.resident.compile_network` for many trials of one network.
    """

    static_arrays: dict[str, NDArray[Any]]
    array_cache: dict[Any, Any]

    def __init__(self) -> None:
        super().__init__()
        self._sources: set[str] = set()
        self._file: Path | None = None
        self._copy: Any = None  # deletes its file when it goes
        self.library: Library | None = None
        self.flags: Flags | None = None
        self.before_run: Place | None = None

    def build(self, directory: str | None = None, **options: Any) -> None:
        """Write, compile and run the script.

        Parameters
        ----------
        directory : str, optional
            Where the sources stay to be read; by default they are not kept.
        **options
            As for Brian2's C++ standalone device.
        """
        self._check_supported()
        with brian2_device.BRIAN2:
            if directory is not None:
                super().build(directory=directory, **options)
                return
            with tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
                super().build(directory=folder, **options)
            self.project_dir = None

    def _check_supported(self) -> None:
        if prefs.devices.cpp_standalone.openmp_threads:
            raise EngineError(
                "The resident device runs a network in one thread: set "
                "prefs.devices.cpp_standalone.openmp_threads = 0, and run trials in parallel with "
                "workers instead."
            )

    def run_function(self, name: str, include_in_parent: bool = True) -> Any:
        """Refuse: Brian2 writes such functions for its own standalone device only."""
        raise NotImplementedError("The resident device does not support device.run_function.")

    def write_static_arrays(self, directory: str) -> None:
        """Collect the arrays that user functions and TimedArrays read; nothing is written."""
        for codeobj in self.code_objects.values():
            for var in codeobj.variables.values():
                if hasattr(var, "implementations"):
                    self._insert_func_namespace(var, codeobj, self.static_arrays)
        self.static_arrays = {k: np.atleast_1d(v) for k, v in self.static_arrays.items()}
        self.static_array_specs = [
            (name, c_data_type(values.dtype), values.size, name)
            for name, values in sorted(self.static_arrays.items())
        ]

    def copy_source_files(self, writer: Any, directory: str) -> None:
        """Copy Brian2's headers, and remember which sources are the user's own."""
        super().copy_source_files(writer, directory)
        self._sources = set(writer.source_files)

    def generate_makefile(
        self, writer: Any, compiler: str, compiler_flags: str, linker_flags: str, *_: Any, **__: Any
    ) -> None:
        """Keep Brian2's flags for the compiler; there is no makefile."""
        extra = sorted(set(writer.source_files) - self._sources)
        own = [source for source in extra if not source.startswith("brianlib/")]
        if self.flags is None:
            headers = bool(user_headers(self))
            self.flags = Flags.of_brian2(compiler_flags, linker_flags, own, headers)

    def compile_source(self, directory: str, compiler: str, debug: bool, clean: bool) -> None:
        """Compile the project to a library, or find it in the cache."""
        if compiler == "msvc":
            raise EngineError("The resident engine needs g++ or clang++, not MSVC.")
        assert self.flags is not None
        kept = compile_library(Path(directory), self.flags)
        if kept.parent == Path(directory):  # The cache cannot be written.
            self._copy = tempfile.NamedTemporaryFile(prefix="brainsnn-", suffix=".so")  # noqa: SIM115
            kept = Path(shutil.copyfile(kept, self._copy.name))
        self._file = kept
        self._close()

    def _close(self) -> None:
        """Take no more statements of a script that is compiled, to be run later or repeatedly."""
        used = (v for c in self.code_objects.values() for v in c.variables.values())
        timed = {v for v in used if isinstance(v, TimedArray)}
        if not self.build_on_run:
            settle(self.objects.values(), timed)
            self.main_queue.closed = True

    def load(self, seed: int | None = None) -> Library:
        """Load a fresh copy of the compiled network, its initial statements done.

        Parameters
        ----------
        seed : int, optional
            As for `Library`.
        """
        if self._file is None:
            raise EngineError("The network has not been compiled: call device.build() first.")
        return Library(self._file, self.static_arrays, seed)

    def run(
        self,
        directory: Any = None,
        results_directory: Any = None,
        with_output: bool = True,
        run_args: Any = None,
    ) -> None:
        """Run the compiled script once, from the beginning.

        Parameters
        ----------
        directory, results_directory
            Not used: no file is written.
        with_output : bool, default True
            Whether what the script prints is shown.
        run_args : mapping or list of str, optional
            Values for variables and TimedArrays, as in Brian2.
        """
        self.library = self.load()
        self.array_cache = dict.fromkeys(self.array_cache)
        with brian2_device.BRIAN2:
            Network._globally_running = True
            try:
                with printing(with_output):
                    stopped = self.library.execute(applied(self, self.library, run_args))
            finally:
                Network._globally_running = False
        self.has_been_run = True
        self._last_run_time, self._last_run_completed_fraction = self.library.last_run()
        if stopped:
            raise KeyboardInterrupt
        for group in self.objects.values():
            if isinstance(group, Group):
                group._check_for_invalid_states()

    def get_value(self, var: ArrayVariable, access_data: bool = True) -> Any:
        """Value of a variable: from the library once the script has been run, unless set since."""
        if self.array_cache.get(var) is not None or self.library is None:
            return super().get_value(var, access_data)
        name = self.get_array_name(var, access_data=False)
        if getattr(var, "ndim", 1) == 2:
            values = self.library.matrix(name)
            if values.size == 0:
                values = values.reshape(0, var.size[1])
            var.size = values.shape
            return values
        values = self.library.view(name).copy()
        if isinstance(var, DynamicArrayVariable):
            var.size = values.size
        return values

    def network_get_profiling_info(self, net: Any) -> list[tuple[str, Any]]:
        """Seconds spent in each code object of a profiled run, the largest first."""
        if self.library is None or not any(stage.profiled for stage in self.stages):
            raise ValueError("No profiling info collected (did you run with 'profile=True'?)")
        spent = self.library.profile()
        return sorted(((k, v * second) for k, v in spent.items()), key=lambda item: -item[1])

    def delete(self, *args: Any, **kwds: Any) -> None:
        """Delete the project, if it was kept."""
        if self.project_dir is not None:
            shutil.rmtree(self.project_dir, ignore_errors=True)


@contextmanager
def active_device(**options: Any) -> Iterator[ResidentDevice]:
    """Make a new resident device the one that Brian2 objects are created on.

    Other threads that use this function, or build an engine, wait until the end of its context;
    what is compiled within it lives on.

    Parameters
    ----------
    **options
        As for `brian2.set_device`.
    """
    device = ResidentDevice()
    with brian2_device.active(device, **options):
        try:
            yield device
        finally:
            device.reinit()


all_devices[DEVICE_NAME] = ResidentDevice()
