"""The command under test, run as a user runs it."""

import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RECORDED = REPOSITORY / "data" / "recorded"
COMMAND = os.environ.get("JOULECAST", str(REPOSITORY / "build" / "release" / "joulecast"))


class Outcome:
    """What a run of the command left: exit code, standard output, standard error."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def json(self, what):
        """Standard output as JSON, checked against docs/schema/<what>-1.json."""
        assert self.code == 0, self.err
        document = json.loads(self.out)
        schema = json.loads((REPOSITORY / "docs" / "schema" / f"{what}-1.json").read_text())
        jsonschema.validate(document, schema)
        return document

    def error_line(self):
        """The one line that a failure prints."""
        assert self.code != 0, self.out
        assert self.out == ""
        assert self.err.startswith("joulecast: ")
        assert self.err.count("\n") == 1, self.err
        return self.err.strip().removeprefix("joulecast: ")


@pytest.fixture
def joulecast(tmp_path):
    """joulecast("project", path, ...) in an empty folder, without a terminal."""

    def run(*arguments, env=None):
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            # What the user has stored, and measured of this host, is none of a test's.
            env={**os.environ, "COLUMNS": "100", "LC_ALL": "C.UTF-8",
                 "XDG_DATA_HOME": str(tmp_path / "data"),
                 "XDG_CONFIG_HOME": str(tmp_path / "config"), **(env or {})},
            timeout=300,
        )
        return Outcome(done)

    return run


@pytest.fixture
def write(tmp_path):
    """write("name", text or bytes) -> path of a new file."""

    def make(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def epochs_csv(energies_j, duration_s=10.0):
    """An epochs recording with these energies."""
    rows = [f"{i + 1},{duration_s},{energy}" for i, energy in enumerate(energies_j)]
    return "epoch,duration_s,energy_j\n" + "\n".join(rows) + "\n"
