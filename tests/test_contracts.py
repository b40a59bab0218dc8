"""The shape of the house: which package may import what, and what the window loads."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAVY = (
    "torch",
    "faiss",
    "numba",
    "sklearn",
    "transformers",
    "umap",
    "hdbscan",
    "tantivy",
    "pyarrow",
    "sqlite3",
)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_keep_to_the_layers() -> None:
    checked = run(
        sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 broken" in checked.stdout


def test_ruff_has_nothing_to_say() -> None:
    checked = run(sys.executable, "-m", "ruff", "check", ".")

    assert checked.returncode == 0, checked.stdout


def test_every_file_is_formatted() -> None:
    checked = run(sys.executable, "-m", "ruff", "format", "--check", ".")

    assert checked.returncode == 0, checked.stdout


def test_engine_and_indexes_are_strictly_typed() -> None:
    checked = run(sys.executable, "-m", "mypy")

    assert checked.returncode == 0, checked.stdout


def test_the_window_loads_no_model_and_no_storage() -> None:
    program = (
        f"import sys, gui.app, gui.main_window\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    )
    loaded = run(sys.executable, "-c", program)

    assert loaded.stdout.strip() == "[]", loaded.stdout + loaded.stderr


def test_opening_a_corpus_needs_no_model() -> None:
    program = (
        "import sys, engine.workspace\n"
        "print([n for n in ('torch', 'transformers', 'umap', 'hdbscan', 'sklearn', 'peft') if n in sys.modules])"
    )
    loaded = run(sys.executable, "-c", program)

    assert loaded.stdout.strip() == "[]", loaded.stdout + loaded.stderr


def test_ci_runs_exactly_the_test_command_of_the_readme() -> None:
    command = (ROOT / ".ci" / "run").read_text("utf-8").strip().splitlines()[-1]

    assert command in (ROOT / "README.md").read_text("utf-8").splitlines()


def test_the_readme_names_only_commands_that_exist() -> None:
    from engine.commands.run import COMMANDS

    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    said = {line.split()[1] for line in lines if line.startswith("asterism ")}
    assert said <= set(COMMANDS) | {"--help"}
    assert len(said) >= 8
