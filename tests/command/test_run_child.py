"""joulecast run: the training behaves as if joulecast were not there.

What can be is compared with the same program run alone: exit code, bytes, signals, terminal.
"""

import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import COMMAND
from ptys import PATIENCE_S, Terminal

PYTHON = ["/usr/bin/python3", "-S", "-u", "-c"]
RUN = [COMMAND, "run", "--quiet", "--no-record", "--"]
WATCHED = [COMMAND, "run", "--quiet", "--no-record", "--epoch-pattern", "auto", "--"]
WAYS = pytest.mark.parametrize("run", [RUN, WATCHED], ids=["inherited", "watched"])
BOTH_AND_ALONE = pytest.mark.parametrize("run", [[], RUN, WATCHED], ids=["alone", "inherited", "watched"])

if subprocess.run([COMMAND, "run", "--help"], capture_output=True).returncode != 0:
    pytest.skip("this joulecast has no run", allow_module_level=True)


def outcome(argv, **kwargs):
    done = subprocess.run(argv, capture_output=True, timeout=PATIENCE_S, **kwargs)
    return done.returncode, done.stdout, done.stderr


def started(argv, **kwargs):
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **kwargs)


def state_of(pid):
    """The state letter in /proc; empty where there is no such process."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# Pipes, exit codes, what is inherited.

@WAYS
@pytest.mark.parametrize("script", [
    "exit 0", "exit 7", "exit 255", "kill -TERM $$", "kill -KILL $$", "kill -SEGV $$", "kill -INT $$",
    "echo out; echo err >&2; printf 'no end'; printf 'a\\r\\000\\377b' >&2; exit 3",
    "head -c 5000000 /dev/zero; echo more >&2",
    "cat", "cat >&2",
], ids=lambda script: script[:20])
def test_the_same_end_and_the_same_bytes(run, script):
    argv = ["/bin/sh", "-c", script]
    given = os.urandom(300_000)
    assert outcome(run + argv, input=given) == outcome(argv, input=given)


@WAYS
def test_order_is_kept_where_both_streams_are_one_file(run, tmp_path):
    script = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done"
    texts = []
    for argv in (["/bin/sh", "-c", script], run + ["/bin/sh", "-c", script]):
        with open(tmp_path / "out", "wb") as file:
            assert subprocess.run(argv, stdout=file, stderr=file, timeout=PATIENCE_S).returncode == 0
        texts.append((tmp_path / "out").read_bytes())
    assert texts[0] == texts[1]


@WAYS
def test_programs_that_cannot_run(run, tmp_path):
    code, out, err = outcome(run + ["no-such-program"])
    assert (code, out) == (127, b"")
    assert err == b"joulecast: cannot run 'no-such-program': No such file or directory\n"
    plain = tmp_path / "plain"
    plain.write_text("text")
    code, _, err = outcome(run + [str(plain)])
    assert code == 126
    assert err == f"joulecast: cannot run '{plain}': Permission denied\n".encode()


def test_the_child_inherits_everything(tmp_path):
    """Descriptors, signals, limits, folder, group, and of the environment all and one more."""
    look = """
import os, resource, signal
print(sorted(map(int, os.listdir('/proc/self/fd')))[:-1], os.read(5, 4))
print(*[line for line in open('/proc/self/status') if line.startswith(('SigBlk', 'SigIgn', 'SigCgt'))])
print([resource.getrlimit(i) for i in range(16)], os.getcwd(), os.umask(0), os.nice(0))
print(sorted(item for item in os.environ.items() if item[0] != 'JOULECAST_SOCKET'))
print([os.isatty(i) for i in range(3)], os.getsid(0))
"""

    def before():
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
        end, other = os.pipe()
        os.write(other, b"five")
        os.dup2(end, 5)
        for fd in (end, other):
            if fd != 5:
                os.close(fd)
        os.umask(0o31)

    seen = [outcome(run + PYTHON + [look], cwd=tmp_path, preexec_fn=before, close_fds=False) for run in ([], RUN)]
    assert seen[0][0] == 0, seen[0]
    assert seen[0] == seen[1]


def test_the_environment_gains_the_socket():
    code, out, _ = outcome(RUN + ["/usr/bin/env"])
    added = set(out.splitlines()) - {f"{key}={value}".encode() for key, value in os.environ.items()}
    assert code == 0
    (socket,) = added
    assert socket.startswith(b"JOULECAST_SOCKET=/")


def test_a_mark_from_the_child_is_taken():
    code, out, err = outcome(RUN + [COMMAND, "mark", "--strict", "epoch_end", "1", "loss=0.5"])
    assert (code, out, err) == (0, b"", b"")


@BOTH_AND_ALONE
def test_a_reader_that_goes_ends_the_writer(run):
    child = started(run + ["/bin/sh", "-c", "while :; do echo x; done"])
    assert child.stdout.readline() == b"x\n"
    child.stdout.close()
    assert child.wait(PATIENCE_S) == -signal.SIGPIPE


@BOTH_AND_ALONE
def test_a_daemon_is_not_waited_for(run):
    child = started(run + ["/bin/sh", "-c", "setsid sleep 1000 & echo $!; exit 4"])
    assert child.wait(PATIENCE_S) == 4
    os.kill(int(child.stdout.readline()), signal.SIGKILL)


# Signals sent by processes.

@BOTH_AND_ALONE
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1,
                                    signal.SIGALRM, signal.SIGXCPU, signal.SIGRTMIN + 3])
def test_a_signal_ends_it_as_alone(run, number):
    child = started(run + ["/bin/sh", "-c", "ulimit -c 0; echo ready; exec sleep 1000"])
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(number)
    assert child.wait(PATIENCE_S) == -number


@BOTH_AND_ALONE
def test_a_handled_signal_is_handled_once(run):
    script = """
import signal, sys
signal.signal(signal.SIGUSR1, lambda *_: print('usr1'))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
print('ready')
while True: signal.pause()
"""
    child = started(run + PYTHON + [script])
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(signal.SIGUSR1)
    assert child.stdout.readline() == b"usr1\n"
    child.send_signal(signal.SIGTERM)
    assert child.stdout.read() == b""
    assert child.wait(PATIENCE_S) == 9


@BOTH_AND_ALONE
def test_stopping_it_and_going_on(run):
    # Its own process group: the kernel ignores SIGTSTP in one that has no parent in the session, and
    # that is what the tests are in where nobody's shell started them.
    child = started(run + ["/bin/sh", "-c", "echo ready; while :; do sleep 0.01; done"],
                    process_group=0)
    assert child.stdout.readline() == b"ready\n"
    for _ in range(3):
        child.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(child.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTSTP
        child.send_signal(signal.SIGCONT)
        wait_until(lambda: state_of(child.pid) == "S")
    child.send_signal(signal.SIGTERM)
    assert child.wait(PATIENCE_S) == -signal.SIGTERM


def test_the_child_goes_on_when_joulecast_is_killed(tmp_path):
    script = """
import os, time
parent = os.getppid()
print(os.getpid())
while os.getppid() == parent: time.sleep(0.01)
print('still here')
open('done', 'w').write('yes')
"""
    child = started(RUN + PYTHON + [script], cwd=tmp_path)
    assert child.stdout.readline()
    child.kill()
    assert child.wait(PATIENCE_S) == -signal.SIGKILL
    assert child.stdout.read() == b"still here\n"
    assert (tmp_path / "done").read_text() == "yes"


@BOTH_AND_ALONE
def test_the_child_killed_ends_joulecast_the_same_way(run):
    child = started(run + PYTHON + ["import os, time; print(os.getpid()); time.sleep(1000)"])
    os.kill(int(child.stdout.readline()), signal.SIGKILL)
    assert child.wait(PATIENCE_S) == -signal.SIGKILL


# On a terminal.

LOOK = """
import os, sys, shutil
print('tty', [os.isatty(i) for i in range(3)], 'size', *shutil.get_terminal_size())
print('front', os.tcgetpgrp(0) == os.getpgrp())
print('read', repr(input('name? ')))
sys.stderr.write('to the other stream\\n')
"""


def test_on_a_terminal_it_looks_the_same():
    screens = []
    for run in ([], RUN, WATCHED):
        with Terminal(run + PYTHON + [LOOK], env={"COLUMNS": "", "LINES": ""}) as terminal:
            terminal.wait_for("name? ")
            terminal.type("grüße\n")
            status = terminal.status()
            assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, terminal.screen
            screens.append(terminal.screen)
    assert b"tty [True, True, True] size 100 24" in screens[0]
    assert b"front True" in screens[0]
    assert screens[1:] == screens[:1] * 2


SLOW = """
import signal, sys, time
count = 0
def interrupted(*_):
    global count
    count += 1
    print('interrupted', count)
signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGQUIT, lambda *_: sys.exit(5))
print('ready')
while True: time.sleep(0.01)
"""


@BOTH_AND_ALONE
def test_control_c_reaches_the_child_once(run):
    with Terminal(run + PYTHON + [SLOW]) as terminal:
        terminal.wait_for("ready")
        for count in (1, 2, 3):
            terminal.type("\x03")
            terminal.wait_for(f"interrupted {count}")
        terminal.type("\x1c")
        status = terminal.status()
        assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 5
        assert b"interrupted 4" not in terminal.screen


@BOTH_AND_ALONE
def test_control_c_ends_it_by_the_signal(run):
    with Terminal(run + ["/bin/sh", "-c", "echo ready; exec sleep 1000"]) as terminal:
        terminal.wait_for("ready")
        terminal.type("\x03")
        status = terminal.status()
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT


@BOTH_AND_ALONE
def test_control_z_and_fg(run):
    script = "print('ready')\nfor line in iter(input, 'end'): print('got ' + line)"
    with Terminal(run + PYTHON + [script]) as terminal:
        terminal.wait_for("ready")
        for round_ in range(3):
            terminal.type("\x1a")
            status = terminal.status()
            assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTSTP
            terminal.foreground()
            terminal.type(f"round {round_}\n")
            terminal.wait_for(f"got round {round_}")
        terminal.type("end\n")
        assert terminal.status() == 0


@BOTH_AND_ALONE
def test_a_new_size_is_seen(run):
    script = """
import os, signal, time
signal.signal(signal.SIGWINCH, lambda *_: print('size', *os.get_terminal_size(1)))
print('ready')
while True: time.sleep(0.01)
"""
    with Terminal(run + PYTHON + [script]) as terminal:
        terminal.wait_for("ready")
        terminal.resize(33, 77)
        terminal.wait_for("size 77 33")


@WAYS
def test_the_terminal_is_left_as_it_was(run):
    settings = "import os, termios; print(termios.tcgetattr(0))"
    check = f"/usr/bin/python3 -S -c '{settings}'"
    argv = ["/bin/sh", "-c", f"{check}; \"$@\"; {check}", "sh"] + run + ["/bin/sh", "-c", "exit 1"]
    with Terminal(argv) as terminal:
        assert terminal.status() == 0
        first, second = terminal.screen.splitlines()
        assert first == second


def test_no_descriptor_is_left_in_a_child_started_with_closed_streams():
    argv = RUN + ["/bin/sh", "-c", "[ -e /proc/self/fd/0 ] || exit 6"]
    done = subprocess.run(["/bin/sh", "-c", '"$@" <&-', "sh"] + argv, timeout=PATIENCE_S)
    assert done.returncode == 6
