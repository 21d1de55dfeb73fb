"""Other processors that this one can imitate, by environment variables.

A processor decides about last bits because libraries choose code by what it can do: OpenBLAS its
kernels, NumPy its loops, glibc the variants of its mathematical functions. A variable can force
each choice. Whether it did is checked afterwards: a variable that is ignored proves nothing.
"""

from typing import NamedTuple

from commands.shared.environment import Environment
from nn.errors import counted

# OpenBLAS's kernels, the features that a processor needs for them, and the names under which they
# are reported: builds leave some out and use a related one instead.
KERNELS = {
    "x86": {
        "Prescott": ({"SSE3"}, {"Prescott", "Katmai"}),
        "Nehalem": ({"SSE42"}, {"Nehalem"}),
        "Sandybridge": ({"AVX"}, {"Sandybridge"}),
        "Haswell": ({"AVX2", "FMA3"}, {"Haswell"}),
        "Zen": ({"AVX2", "FMA3"}, {"Zen", "Haswell"}),
        "SkylakeX": ({"AVX512F", "AVX512VL", "AVX512BW", "AVX512DQ"}, {"SkylakeX"}),
    },
    "arm": {
        "ARMV8": ({"ASIMD"}, {"armv8"}),
        "CORTEXA57": ({"ASIMD"}, {"cortexa57", "armv8"}),
        "NEOVERSEN1": ({"ASIMD"}, {"neoversen1"}),
    },
}
AVX_512 = ("AVX512", "X86_V4")
AVX_2 = (*AVX_512, "X86_V3", "AVX2", "FMA3")  # NumPy from 2.4 on says X86_V3 for both


class Setting(NamedTuple):
    """Environment variables that make this processor compute as another one would."""

    name: str
    variables: dict[str, str]
    needs: frozenset[str] = frozenset()
    kernels: frozenset[str] = frozenset()
    threads: int | None = None
    switched_off: frozenset[str] = frozenset()
    is_other_libm: bool = False

    def obstacle(self, native: Environment) -> str | None:
        """Say why this machine cannot imitate that processor; None where it can."""
        blas = native["blas"] or {}
        if (self.kernels or self.threads) and blas.get("name") != "openblas":
            return f"NumPy's BLAS is {blas.get('name') or 'unknown'}, not OpenBLAS"
        if (self.kernels or self.threads) and blas.get("kernel") is None:
            return "threadpoolctl, which tells what BLAS does, is not installed"
        features = _features(native)
        if missing := self.needs - features:
            return f"this processor has no {', '.join(sorted(missing))}"
        if self.variables.get("NPY_DISABLE_CPU_FEATURES") is not None and not (
            self.switched_off & features
        ):
            return "NumPy has no such loops here anyway"
        if self.is_other_libm and not (native["libc"] or "").startswith("glibc"):
            return f"the C library is {native['libc'] or 'unknown'}, not glibc"
        return None

    def is_in_force(self, found: Environment, native: Environment) -> bool:
        """Tell from an environment, described under the variables, whether they had effect."""
        blas = found["blas"] or {}
        return (
            (not self.kernels or str(blas.get("kernel")).lower() in map(str.lower, self.kernels))
            and self.threads in (None, blas.get("threads"))
            and not self.switched_off & _features(found)
            and not (self.is_other_libm and found["libm"] == native["libm"])
        )


def settings(native: Environment) -> list[Setting]:
    """List the settings to try on a machine, also those that have an obstacle there."""
    family = "arm" if native["os"].endswith(("aarch64", "arm64", "ARM64")) else "x86"
    kernels = [
        Setting(
            f"OpenBLAS kernel {name}",
            {"OPENBLAS_CORETYPE": name},
            needs=frozenset(needs),
            kernels=frozenset(shown),
        )
        for name, (needs, shown) in KERNELS[family].items()
    ]
    threads = [
        Setting(
            counted(number, "BLAS thread"),
            {"OPENBLAS_NUM_THREADS": str(number), "OMP_NUM_THREADS": str(number)},
            threads=number,
        )
        for number in (1, 2)
    ]
    kinds = {"AVX-512": AVX_512, "AVX2 and FMA": AVX_2} if family == "x86" else {"SIMD": ("",)}
    loops = [
        Setting(
            f"NumPy without {kind}",
            {"NPY_DISABLE_CPU_FEATURES": " ".join(sorted(off))},
            switched_off=off,
        )
        for kind, beginnings in kinds.items()
        for off in [_dispatched(native, beginnings)]
    ]
    libm = Setting(
        "glibc's exp and sin without FMA",
        {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"},
        needs=frozenset({"FMA3"}),
        is_other_libm=True,
    )
    return [*kernels, *threads, *loops, *([libm] if family == "x86" else [])]


def _dispatched(native: Environment, beginnings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for name in native["numpy_dispatch"] or [] if name.startswith(beginnings))


def _features(environment: Environment) -> frozenset[str]:
    return frozenset(environment["cpu_features"] or [])
