"""What the wheel brings along: packages, size and import time, installed into an environment that is empty.

python benchmarks/install.py dist/llm_assay-….whl [EXTRA]    (`make bench-install` builds the wheel first)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

FORBIDDEN = ("torch", "transformers", "ray", "inspect-ai", "lm-eval", "pandas", "polars")
"""What the core install must not bring."""

TIMES = 10

STARTED = "import time; began = time.perf_counter(); import {}; print((time.perf_counter() - began) * 1000)"


def said(*command: object) -> str:
    """What a command prints.

    Raises:
        SystemExit: it failed.
    """
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def installed(python: Path, wheel: str) -> list[tuple[str, str]]:
    """Install the wheel, and say which packages are there then."""
    said(python, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    return packages(python)


def packages(python: Path) -> list[tuple[str, str]]:
    """The packages of an environment with their versions, beside pip."""
    listed = json.loads(said(python, "-I", "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"))
    return [(one["name"], one["version"]) for one in listed if one["name"] not in ("pip", "setuptools", "wheel")]


def size_mib(python: Path) -> dict[str, float]:
    """MiB of each folder in site-packages, without compiled files and without pip; largest first."""
    site = Path(said(python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    sizes: dict[str, float] = {}
    for file in site.rglob("*"):
        top = file.relative_to(site).parts[0]
        if file.is_file() and file.suffix != ".pyc" and not top.startswith(("pip", "setuptools", "pkg_resources")):
            sizes[top] = sizes.get(top, 0.0) + file.stat().st_size / 2**20
    return dict(sorted(sizes.items(), key=lambda one: -one[1]))


def import_ms(python: Path, module: str, times: int = TIMES) -> float:
    """Milliseconds of an import, the best of several: what disturbs a start only ever makes it longer."""
    return min(float(said(python, "-I", "-c", STARTED.format(module))) for _ in range(times))


def report(wheel: Path, extra: str) -> str:
    """Some lines."""
    with tempfile.TemporaryDirectory() as name:
        venv.create(name, with_pip=True)
        python = Path(name) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        brings = installed(python, f"{wheel.resolve()}{f'[{extra}]' if extra else ''}")
        brought = [package for package, _ in brings if package.lower() in FORBIDDEN]
        if brought and not extra:
            raise SystemExit(f"the core install brings {', '.join(brought)}")
        sizes = size_mib(python)
        started = import_ms(python, "assay")
        version = said(python, "-I", "-m", "pip", "show", "llm-assay").splitlines()[1]
        ran = said(
            python,
            "-c",
            "import assay; print(assay.run('baseline/chance', limit=2, out=__import__('sys').argv[1]))",
            name,
        )
    largest = ", ".join(f"{package} {mib:.0f}" for package, mib in list(sizes.items())[:6])
    return "\n".join(
        [
            f"{wheel.name}: {wheel.stat().st_size / 2**20:.1f} MiB, {version.lower()}",
            f"{len(brings)} packages, {sum(sizes.values()):.0f} MiB ({largest})",
            ", ".join(f"{package} {number}" for package, number in brings),
            f"import assay: {started:.1f} ms, best of {TIMES}; none of: {', '.join(FORBIDDEN)}",
            f"a run of every task, two rows each, printed {len(ran.splitlines())} lines",
        ]
    )


def main(arguments: Sequence[str]) -> None:
    """Print the report of a wheel."""
    if not arguments:
        raise SystemExit(__doc__)
    print(report(Path(arguments[0]), arguments[1] if len(arguments) > 1 else ""))


if __name__ == "__main__":
    main(sys.argv[1:])
