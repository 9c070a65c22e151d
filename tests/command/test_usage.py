"""Help, version, completions, exit codes."""

import subprocess

import pytest

from conftest import COMMAND


def test_help_teaches(joulecast):
    outcome = joulecast("--help")
    assert outcome.code == 0
    for word in ("project", "stability", "import", "completion", "Examples:", "Exit codes"):
        assert word in outcome.out


def test_no_arguments_print_the_help(joulecast):
    assert joulecast().out == joulecast("--help").out


def test_version(joulecast):
    assert joulecast("--version").out.startswith("joulecast 0.")


@pytest.mark.parametrize("command", ["project", "stability", "import", "completion"])
def test_every_command_has_help(joulecast, command):
    outcome = joulecast(command, "--help")
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) > 5


def test_unknown_command(joulecast):
    outcome = joulecast("frobnicate")
    assert outcome.code == 2
    assert "frobnicate" in outcome.error_line()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_name_every_command(joulecast, shell):
    script = joulecast("completion", shell).out
    for word in ("project", "stability", "import", "--method" if shell != "fish" else "-l method"):
        assert word in script


def test_bash_completion_completes(joulecast, write):
    script = write("completion.sh", joulecast("completion", "bash").out)
    ask = f'source {script}; COMP_WORDS=(joulecast pro); COMP_CWORD=1; _joulecast; echo "${{COMPREPLY[@]}}"'
    assert subprocess.run(["bash", "-c", ask], capture_output=True, text=True).stdout.strip() == "project"


def test_a_full_disk_is_an_error():
    with open("/dev/full", "w") as full:
        done = subprocess.run([COMMAND, "completion", "bash"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "cannot write to standard output" in done.stderr
