"""A terminal with a program in it: what a user types, sees, and how the shell sees it end."""

import errno
import fcntl
import os
import select
import signal
import struct
import termios
import time

PATIENCE_S = 60


class Terminal:
    """Runs argv as the foreground job of a small shell on a pty of its own.

    The job has its own process group, so that stopping it works as it does under a real shell.
    """

    def __init__(self, argv, env=None, size=(24, 100), cwd=None):
        self.screen = b""
        shell_pid, self.master = self._fork()
        if shell_pid == 0:
            self._be_a_shell(argv, env, cwd)
        self.shell = shell_pid
        self.resize(*size)
        os.write(self.go, b"go")
        os.close(self.go)
        self.job = struct.unpack("i", self._report(4))[0]

    def _fork(self):
        report, self.reporter = os.pipe()
        start, self.go = os.pipe()
        self.report, self.start = report, start
        pid, master = os.forkpty()
        if pid:
            os.close(self.reporter)
            os.close(self.start)
        return pid, master

    def _be_a_shell(self, argv, env, cwd):
        try:
            os.close(self.go)
            os.read(self.start, 2)
            os.close(self.start)
            os.close(self.report)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            inherited = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
            job = os.fork()
            if job == 0:
                os.close(self.reporter)
                os.setpgid(0, 0)
                os.tcsetpgrp(0, os.getpid())
                signal.signal(signal.SIGTTOU, signal.SIG_DFL)
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_SETMASK, inherited)
                if cwd:
                    os.chdir(cwd)
                os.execvpe(argv[0], argv, {**os.environ, **(env or {})})
            os.write(self.reporter, struct.pack("i", job))
            while True:
                _, status = os.waitpid(job, os.WUNTRACED)
                os.write(self.reporter, struct.pack("i", status))
                if os.WIFSTOPPED(status):
                    os.tcsetpgrp(0, os.getpgrp())
                    signal.sigwait({signal.SIGUSR1})
                    os.tcsetpgrp(0, job)
                    os.killpg(job, signal.SIGCONT)
                else:
                    break
            time.sleep(PATIENCE_S)  # until it has been looked at
        finally:
            os._exit(0)

    def _report(self, size):
        got = b""
        while len(got) < size:
            more = os.read(self.report, size - len(got))
            assert more, "the shell has gone"
            got += more
        return got

    def status(self):
        """The job's next change of state, as waitpid says it; the screen is read meanwhile."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.master, self.report], [], [], 1)
            if self.master in ready:
                self._read()
            elif self.report in ready:
                status = struct.unpack("i", self._report(4))[0]
                self._drain()
                return status
        raise AssertionError(f"the job neither stops nor ends; screen: {self.screen!r}")

    def foreground(self):
        """fg."""
        os.kill(self.shell, signal.SIGUSR1)

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, text, after=0):
        """Waits until the screen has shown text."""
        deadline = time.monotonic() + PATIENCE_S
        while text.encode() not in self.screen[after:]:
            assert time.monotonic() < deadline, f"{text!r} does not appear: {self.screen!r}"
            ready, _, _ = select.select([self.master], [], [], 1)
            if ready:
                self._read()
        return len(self.screen)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self):
        for pid in (-self.job, self.shell):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.waitpid(self.shell, 0)
        os.close(self.master)
        os.close(self.report)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        try:
            self.screen += os.read(self.master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise

    def _drain(self):
        while select.select([self.master], [], [], 0.05)[0]:
            before = len(self.screen)
            self._read()
            if len(self.screen) == before:
                return
