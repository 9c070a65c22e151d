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
    assert "did you mean estimate?" in joulecast("estimat").error_line()


@pytest.mark.parametrize("arguments", [["--batchsize", 3], ["--batchsize=3"], ["resnet50", "--gpu", "T4", "--batchsize", 3]])
def test_unknown_options_are_named_first(joulecast, arguments):
    line = joulecast("estimate", *arguments).error_line()
    assert line.startswith("there is no option '--batchsize'; did you mean --batch-size?")
    assert line.endswith("see 'joulecast estimate --help'")


@pytest.mark.parametrize("command", ["estimate", "validate", "fit", "hardware", "run", "completion", "network"])
def test_options_are_told_in_80_columns(joulecast, command):
    lines = joulecast(command, "--help").out.splitlines()
    told = [line for line in lines if line.startswith(("  -", " " * 30))]
    assert told and max(map(len, told)) <= 80, max(told, key=len)


def test_completion_has_examples_of_its_own(joulecast):
    assert "source <(joulecast completion bash)" in joulecast("completion", "--help").out
    assert "joulecast doctor" not in joulecast("completion", "--help").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_name_every_command(joulecast, shell):
    script = joulecast("completion", shell).out
    for word in ("project", "stability", "import", "--method" if shell != "fish" else "-l method"):
        assert word in script


@pytest.mark.parametrize("line, completed", [
    ("pro", {"probe", "project"}),
    ("completion ", {"bash", "zsh", "fish"}),
    ("estimate resnet5", {"resnet50"}),
    ("estimate --gpu RTX-309", {"RTX-3090", "RTX-3090-Ti"}),
    ("estimate --optimizer ada", {"adam", "adamw", "adadelta"}),
    ("validate --target stab", {"stable-epoch-energy"}),
    ("validate --groups c", {"configuration"}),
    ("fit --estimator kr", {"krr"}),
])
def test_bash_completion_completes(joulecast, write, line, completed):
    script = write("completion.sh", joulecast("completion", "bash").out)
    words = " ".join(f"'{word}'" for word in ["joulecast", *line.split(" ")])
    ask = f'source {script}; COMP_WORDS=({words}); COMP_CWORD={line.count(" ") + 1}; _joulecast; echo "${{COMPREPLY[@]}}"'
    shown = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, cwd=script.parent).stdout.split()
    assert completed <= set(shown) <= completed | {"completion.sh", "--help", *(w for w in shown if w.startswith("-"))}


def test_a_full_disk_is_an_error():
    with open("/dev/full", "w") as full:
        done = subprocess.run([COMMAND, "completion", "bash"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "cannot write to standard output" in done.stderr
