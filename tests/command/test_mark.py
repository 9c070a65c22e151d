"""joulecast mark: what it sends, what it says, and that it never breaks a training's script."""

import os
import socket
import threading

import pytest


@pytest.fixture
def listener(tmp_path):
    """A socket that answers each line; listener.lines are those that came."""

    class Listener:
        def __init__(self):
            self.path = str(tmp_path / "marks.sock")
            self.lines = []
            self.answer = b"ok\n"
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(self.path)
            self.socket.listen()
            threading.Thread(target=self.serve, daemon=True).start()

        def serve(self):
            while True:
                try:
                    sender, _ = self.socket.accept()
                except OSError:
                    return
                with sender, sender.makefile("rb") as lines:
                    for line in lines:
                        self.lines.append(line.decode())
                        sender.sendall(self.answer)

    listening = Listener()
    yield listening
    listening.socket.close()


@pytest.fixture
def mark(joulecast, monkeypatch):
    monkeypatch.delenv("JOULECAST_SOCKET", raising=False)
    return lambda *words, **kwargs: joulecast("mark", *words, **kwargs)


@pytest.mark.parametrize(
    "words, line",
    [
        (["epoch"], "epoch"),
        (["epoch_end", "3", "loss=0.2"], "epoch_end 3 loss=0.2"),
        (["epoch_end 3 loss=0.2"], "epoch_end 3 loss=0.2"),
        (["epoch_end", "loss=-0.5"], "epoch_end loss=-0.5"),
        (["phase", "fine tune"], 'phase "fine tune"'),
        (["phase", 'a "b" \\'], r'phase "a \"b\" \\"'),
        (["note", "two words"], "note two words"),
        (["note", "more", "than=one", "word"], "note more than=one word"),
        (["plan", "epochs=50"], "plan epochs=50"),
    ],
)
def test_sends_the_line(mark, listener, words, line):
    outcome = mark(*words, env={"JOULECAST_SOCKET": listener.path})
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert listener.lines == [line + "\n"]


def test_the_option_counts_before_the_variable(mark, listener):
    assert mark("epoch", "--socket", listener.path, env={"JOULECAST_SOCKET": "/nowhere"}).code == 0
    assert listener.lines == ["epoch\n"]


def test_without_joulecast_it_does_nothing(mark):
    outcome = mark("epoch_end", "3")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert "JOULECAST_SOCKET is not set" in mark("epoch", "--strict").error_line()


def test_where_joulecast_has_ended_it_warns(mark, tmp_path):
    gone = str(tmp_path / "gone.sock")
    outcome = mark("epoch", env={"JOULECAST_SOCKET": gone})
    assert outcome.code == 0
    assert outcome.err == f"joulecast: {gone}: no joulecast listens there: No such file or directory\n"
    assert mark("epoch", "--strict", "--socket", gone).code == 1


def test_what_is_refused_is_said(mark, listener):
    listener.answer = b"error: epoch 3 has ended already\n"
    outcome = mark("epoch_end", "3", "--socket", listener.path)
    assert (outcome.code, outcome.err) == (0, "joulecast: epoch 3 has ended already\n")
    assert mark("epoch_end", "3", "--socket", listener.path, "--strict").code == 1


@pytest.mark.parametrize("words", [["epoh"], ["epoch_end", "x"], ["plan"], ["phase"], ["step", "3", "loss=nan"]])
def test_a_line_that_is_no_mark_is_an_error_always(mark, words):
    outcome = mark(*words)
    assert outcome.code == 2
    assert outcome.error_line()


def test_the_help_teaches(mark):
    outcome = mark("--help").out
    for word in ("epoch_end 3 loss=0.2", "JOULECAST_SOCKET", "connect_ex", "for epoch in", "--strict"):
        assert word in outcome


def test_the_python_of_the_help_works(mark, listener):
    text = mark("--help").out
    script = text[text.index("  import os, socket"): text.index("Outside of")]
    script = "\n".join(line[2:] for line in script.splitlines())
    env = {"JOULECAST_SOCKET": listener.path}
    before = dict(os.environ)
    try:
        os.environ.update(env)
        exec(script, {})
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert listener.lines == ["epoch_end 3 loss=0.2\n"]
    exec(script, {})  # without joulecast it does nothing
