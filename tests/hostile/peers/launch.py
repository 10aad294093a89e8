"""Runs a program and measures it, from a process that is small itself.

Linux counts what a process had before exec to its greatest memory (exec_mmap() in fs/exec.c), so a
child of a Python that has grown would be measured too high. Each Launcher is a fresh Python that
does nothing but this: it reads one call a line as JSON and answers with one line.
"""
import json
import os
import signal
import subprocess
import sys
import threading


class Launcher:
    """One at a time; the files of the last run are in FOLDER."""

    def __init__(self, folder):
        self.folder = folder
        os.mkdir(folder)
        self.process = subprocess.Popen([sys.executable, "-I", "-S", __file__],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lock = threading.Lock()

    def run(self, argv, environment, limit):
        """A dictionary: status (None: killed after LIMIT seconds), seconds (without those in which it had to
        wait for a processor), rss (KiB), out, err."""
        names = {k: os.path.join(self.folder, k) for k in ("out", "err")}
        with self.lock:
            call = dict(names, argv=argv, env=environment, limit=limit)
            self.process.stdin.write(json.dumps(call) + "\n")
            self.process.stdin.flush()
            result = json.loads(self.process.stdout.readline())
        for key, name in names.items():
            with open(name, "rb") as source:
                result[key] = source.read(1 << 20)
        return result

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def run(call):
    from time import monotonic  # pylint: disable=import-outside-toplevel
    began = monotonic()
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC
    pid = os.posix_spawn(call["argv"][0], call["argv"], call["env"], setpgroup=0, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, call["out"], flags, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, call["err"], flags, 0o600)])
    killed = []

    def kill(*_):
        killed.append(True)
        os.killpg(pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, call["limit"])
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    signal.setitimer(signal.ITIMER_REAL, 0)
    with open("/proc/%d/schedstat" % pid, encoding="ascii") as source:
        starved = int(source.read().split()[1]) / 1e9
    _, status, usage = os.wait4(pid, 0)
    return {"status": None if killed else os.waitstatus_to_exitcode(status),
            "seconds": monotonic() - began - starved, "rss": usage.ru_maxrss}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
