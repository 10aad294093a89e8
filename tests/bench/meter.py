"""What one run of a command costs, and what that says over many runs."""
import collections
import os
import re
import shutil
import statistics
import subprocess

Sample = collections.namedtuple("Sample", "wall cpu memory status")  # ms, ms, MB


class Failed(Exception):
    """A command to be measured has failed."""


class Command:
    """A command and the environment that it runs in. It inherits nothing."""

    def __init__(self, name, argv, env=None, statuses=(0,), prepare=None):
        self.name, self.argv, self.statuses = name, list(argv), statuses
        self.env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "LC_ALL": "C", **(env or {})}
        self.prepare = prepare or (lambda: None)  # before each run, not measured

    def check(self, status, errors):
        if status not in self.statuses:
            raise Failed("%s: exit status %d: %s" % (self.name, status, " / ".join(
                errors.strip().splitlines()[-3:])))


class Meter:
    """Runs commands. `program` is the built measure.c, `folder` holds its files."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.trace = os.path.join(folder, "trace")

    def run(self, command):
        command.prepare()
        return self.run_together([command])[0]

    def run_together(self, commands):
        """All at the same time."""
        running = []
        for number, command in enumerate(commands):
            errors = os.path.join(self.folder, "errors%d" % number)
            with open(errors, "w", encoding="ascii"):
                pass
            running.append((command, errors, subprocess.Popen(
                [self.program, errors] + command.argv, env=command.env, stdout=subprocess.PIPE)))
        samples = []
        for command, errors, child in running:
            line = child.communicate(timeout=4000)[0]
            wall, cpu, memory, status = (int(word) for word in line.split())
            with open(errors, encoding="utf-8", errors="replace") as source:
                command.check(status, source.read())
            samples.append(Sample(wall / 1e6, cpu / 1e3, memory / 1024, status))
        return samples

    def interleaved(self, commands, count):
        """Samples of each command: all once, then all once in the opposite order, and so on, so that other load
        on the machine meets all of them alike. A first round is not counted."""
        samples = [[] for _ in commands]
        for number in range(count + 1):
            order = list(enumerate(commands))
            for index, command in order[::-1 if number % 2 else 1]:
                sample = self.run(command)
                if number > 0:
                    samples[index].append(sample)
        return samples

    def processes(self, command):
        """How many child processes the command makes (threads do not count) and how many programs it and they
        execute, without the command itself."""
        if not shutil.which("strace"):
            return None, None
        command.prepare()
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", self.trace, "-e", "signal=none",
             "-e", "trace=execve,clone,clone3,fork,vfork"] + command.argv, env=command.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=600, check=False)
        command.check(done.returncode, done.stderr.decode(errors="replace"))
        children = programs = 0
        begun = {}
        with open(self.trace, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                pid, text = line.split(None, 1)
                if "<unfinished ...>" in text:
                    begun[pid] = text
                    continue
                if "resumed>" in text:
                    text = begun.pop(pid, "") + text
                result = re.search(r" = (\d+)\s*(?:<.*)?$", text)
                if result is None:
                    continue
                programs += text.startswith("execve(")
                children += bool(re.match(r"(clone3?|v?fork)\(", text)) and "CLONE_THREAD" not in text
        return children, programs - 1

    def instructions(self, command):
        """Millions of instructions of its own process as callgrind counts them, or None."""
        if not shutil.which("valgrind"):
            return None
        command.prepare()
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] + command.argv,
            env=command.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            timeout=600, check=False)
        errors = done.stderr.decode(errors="replace")
        command.check(done.returncode, errors)
        return int(re.search(r"Collected : (\d+)", errors).group(1)) / 1e6


class Figure:
    """The median of some values, and their quartiles."""

    def __init__(self, values):
        self.values = sorted(values)
        self.median = statistics.median(self.values)
        self.low, self.high = self.median, self.median
        if len(self.values) > 2:
            self.low, _, self.high = statistics.quantiles(self.values, n=4, method="inclusive")

    def as_json(self):
        return {"median": self.median, "low_quartile": self.low, "high_quartile": self.high,
                "least": self.values[0], "most": self.values[-1], "runs": len(self.values)}


def ratio(ours, theirs):
    """The figure of ours divided by theirs, pair by pair."""
    return Figure([one / other for one, other in zip(ours, theirs) if other > 0] or [float("nan")])
