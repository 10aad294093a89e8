"""A command that is killed: at a moment, or at a system call."""
import collections
import ctypes
import os
import re
import signal
import statistics
import subprocess
import time

# Every call that changes a file or its name, and the calls around it.
CALLS = ("openat", "write", "fsync", "syncfs", "fchmod", "fchown", "fchownat", "chmod", "rename", "unlink",
         "unlinkat", "mkdir", "mkdirat", "flock", "close")
# For a program that talks to the Engine: each request as well.
ENGINE_CALLS = ("sendto", "write", "fsync", "fchmod", "fchown", "rename")


class Moments:
    """Draws the moments of kills: half of them anywhere, half where the run seems to write.

    That is between the late ones of those that came too early and the early ones of those too late.
    """

    def __init__(self, dice, length):
        self.dice, self.length = dice, length
        self.early, self.late = [], []
        self.misses = 0  # in a row: how often the run had ended already

    def draw(self):
        return 0.8 ** self.misses * self.aim()

    def aim(self):
        if self.early and self.late and self.dice.random() < 0.5:
            self.early.sort()
            self.late.sort()
            return self.dice.uniform(self.early[len(self.early) * 4 // 5], self.late[len(self.late) // 5])
        return self.dice.random() * self.length

    def learn(self, moment, seen, missed):
        self.misses = self.misses + 1 if missed else 0
        if missed or seen != "between":
            (self.early if seen == "before" and not missed else self.late).append(moment)


def adopt_orphans():
    """Makes this process the parent of what a killed shell leaves behind (prctl(2))."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def start(command, env=None):
    return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True)


def start_on_order(command, env=None):
    """A process that executes COMMAND only now, so that its time counts from here."""
    process = subprocess.Popen(["sh", "-c", 'read -r order && exec "$@" </dev/null', "sh"] + command,
                               env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    process.stdin.write(b"go\n")
    process.stdin.close()
    return process, time.monotonic()


def collect(process):
    """Waits for PROCESS and everything that it left; its exit status."""
    code = process.wait()
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return code


def child_of(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as source:
            children = source.read().split()
    except OSError:
        return None
    return int(children[0]) if children else None


def send_kill(process, whom):
    """Sends SIGKILL to the process "group", to the "shell" alone, or to its "child" alone; says which it hit."""
    child = child_of(process.pid) if whom == "child" else None
    try:
        if child is not None:
            os.kill(child, signal.SIGKILL)
            return "child"
        if whom == "group":
            os.killpg(process.pid, signal.SIGKILL)
            return "group"
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return "nobody"
    return "shell"


def at_moment(command, seconds, whom="group", env=None):
    """Runs COMMAND and kills it after SECONDS; its exit status and what the signal hit."""
    process, begin = start_on_order(command, env)
    time.sleep(max(0, begin + seconds - time.monotonic()))
    met = send_kill(process, whom) if process.poll() is None else "nobody"
    return collect(process), met


def measure(command, prepare, env=None):
    """The seconds that an undisturbed run takes, the middle one of five."""
    took = []
    for _ in range(5):
        prepare()
        process, begin = start_on_order(command, env)
        if collect(process) != 0:
            raise RuntimeError("an undisturbed run failed: %s" % " ".join(command))
        took.append(time.monotonic() - begin)
    return statistics.median(took)


def count_calls(command, record, calls):
    """How many of each of CALLS an undisturbed run makes."""
    subprocess.run(["strace", "-qq", "-o", record, "-e", "trace=" + ",".join("?" + call for call in calls)] + command,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=True)
    with open(record, encoding="utf-8", errors="replace") as lines:
        names = (re.match(r"(\w+)\(", line) for line in lines)
        return collections.Counter(name.group(1) for name in names if name)


def at_call(command, call, number):
    """Runs COMMAND and kills it as it enters its NUMBERth CALL; whether it made that call."""
    process = start(["strace", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                     "inject=%s:signal=KILL:when=%d" % (call, number)] + command)
    return collect(process) == -signal.SIGKILL
