#!/usr/bin/env python3
"""For how long OneGate is wrong about a SuperLink, in a box that box.sh has prepared.

  reality.py --box DIR --gate HOST:PORT --journal FILE --token-file FILE [--only REGEXP] [--rounds N] [--kills N] [--away SECONDS]
             [--stay SECONDS]

An observer that shares no code with the programs looks 20 times a second whether the SuperLink serves (truth.py); the
OneGate stand-in notes what it holds after each request, and when. OneGate is wrong `down` while it holds FL_READY=YES and
the SuperLink does not serve, `up` while the SuperLink serves and it does not hold FL_READY=YES with the right FL_ENDPOINT.
The time in which the box is off or OneGate is away does not count.

Prints TAP lines without numbers, then tables as notes. A deadline only ends what hangs.
"""
import argparse
import contextlib
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

import shared
import truth

SYSTEMD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "systemd.sh")
SERVER = re.compile(rb"[^\0]*python3?\0[^\0]*/flower-superlink\0")
HOME, ELSEWHERE = "192.0.2.10", "192.0.2.77"
# What a VM that has never run does not have.
NEW = ("/opt/flower/config", "/opt/flower/state", "/var/lib/docker/containers", "/etc/systemd/system/flower-superlink.service",
       "/etc/systemd/system/multi-user.target.wants/flower-superlink.service",
       "/etc/systemd/system/docker.service.wants/flower-superlink.service")
DEADLINE = 60
# The contextualization's service scripts, as one-contextd runs them, with a START_SCRIPT between them.
CONTEXTUALIZE = """cd / && export CONTEXT_FILE=/run/one-context/context.sh REPORT_READY=YES
/etc/one-context.d/net-90-service-appliance; %s
/etc/one-context.d/net-99-report-ready"""


def until(condition, seconds=DEADLINE):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


class Box:
    """The booted system, seen from outside."""

    def __init__(self, options):
        self.options = options
        self.init = self.systemd("pid").stdout.strip()

    def systemd(self, command, *more):
        return subprocess.run([SYSTEMD, command, self.options.box, *more], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=300, check=False)

    def inside(self, *command):
        return self.systemd("run", *command).stdout.strip()

    def path(self, path):
        return "/proc/%s/root%s" % (self.init, path)

    def read(self, path):
        try:
            with open(self.path(path), encoding="utf-8") as source:
                return source.read().strip()
        except OSError:
            return ""

    def off(self):
        """The plug is pulled."""
        self.init = None
        self.systemd("stop")

    def on(self):
        done = self.systemd("start")
        if done.returncode != 0:
            sys.exit("the box does not boot: " + done.stderr)
        self.init = done.stdout.strip()

    def superexecs(self):
        return self.processes(lambda line: any(os.path.basename(word) == b"flower-superexec" for word in line.split(b"\0")))

    def servers(self):
        return self.processes(SERVER.match)

    def processes(self, fits):
        found = []
        with contextlib.suppress(OSError, TypeError):
            for pid in truth.descendants(int(self.init)):
                with contextlib.suppress(OSError), open("/proc/%d/cmdline" % pid, "rb") as line:
                    if fits(line.read()):
                        found.append(pid)
        return found

    def kill(self, which=None, how=signal.SIGKILL):
        for pid in (which or self.servers)():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def context(self, **more):
        variables = {"TOKENTXT": self.options.token, "VMID": "42", "ONEGATE_ENDPOINT": "http://" + self.options.gate,
                     "ETH0_IP": HOME, "REPORT_READY": "YES", **more}
        os.makedirs(self.path("/run/one-context"), exist_ok=True)
        new = self.path("/run/one-context/one_env.new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400), "w", encoding="utf-8") as out:
            out.writelines('export %s="%s"\n' % pair for pair in variables.items())
        os.replace(new, self.path("/run/one-context/one_env"))

    def contextualize(self, start_script=":", **more):
        self.context(**more)
        self.inside("sh", "-c", CONTEXTUALIZE % start_script)

    def status(self):
        return self.read("/etc/one-appliance/status")

    def is_active(self):
        return self.inside("systemctl", "is-active", "flower-superlink.service") == "active"

    def started(self):
        return self.inside("docker", "inspect", "-f", "{{.State.StartedAt}}", "flower-superlink")

    def last_check(self):
        return self.inside("systemctl", "show", "-P", "LastTriggerUSecMonotonic", "flower-superlink-health.timer")

    def timer_runs(self, times):
        """Waits until the regular check has begun so many times more."""
        for _ in range(times):
            before = self.last_check()
            until(lambda before=before: self.last_check() != before)


class Gate:
    """What OneGate was told, from the stand-in's journal."""

    def __init__(self, options):
        self.options, self.entries, self.place = options, [], 0

    def requests(self):
        with contextlib.suppress(FileNotFoundError), open(self.options.journal, "rb") as source:
            source.seek(self.place)
            for line in source:
                if not line.endswith(b"\n"):
                    break
                self.place += len(line)
                self.entries.append(json.loads(line))
        return self.entries

    def holds(self, name):
        entries = self.requests()
        return entries[-1]["holds"].get(name, "") if entries else ""

    def puts(self, since, text=""):
        return [e for e in self.requests() if e["time"] >= since and e["method"] == "PUT" and text in e["body"]]

    def forget(self):
        """As a new VM's."""
        entries = self.requests()
        for name in entries[-1]["holds"] if entries else ():
            shared.ask(self.options.gate, "PUT", "/vm", urllib.parse.urlencode({"data": name, "type": 2}).encode(),
                       {"X-ONEGATE-TOKEN": self.options.token, "X-ONEGATE-VMID": "42",
                        "Content-Type": "application/x-www-form-urlencoded"})

    @contextlib.contextmanager
    def away(self, *how):
        """HOW: what iptables does to a packet for OneGate."""
        rule = ["INPUT", "-p", "tcp", "--dport", self.options.gate.split(":")[1], "-j", *how]
        for command in ("-I", "-D"):
            subprocess.run(["iptables", "-w", command, *rule], check=True)
            if command == "-I":
                yield


class Observer(threading.Thread):
    def __init__(self, box, gate):
        super().__init__(daemon=True)
        self.box, self.gate = box, gate
        self.samples = []  # when it looked, whether the SuperLink served (None: the box was off)
        self.endpoints = [(0, HOME + ":9092")]
        self.unfair = []  # begin and end of what does not count
        self.start()

    def run(self):
        while True:
            began, init = time.time(), self.box.init
            serves = truth.holds("127.0.0.1", 9092, 9093, int(init)) if init else None
            self.samples.append((began, serves if init == self.box.init else None))
            time.sleep(0.05)

    def serves(self):
        """By a look that begins now."""
        now = time.time()
        until(lambda: self.samples[-1][0] >= now)
        return bool(self.samples[-1][1])

    def is_right(self):
        serves = self.serves()
        return serves is self.is_yes(self.gate.requests()[-1]["holds"] if self.gate.requests() else {}, time.time())

    def is_yes(self, holds, when):
        endpoint = [e for since, e in self.endpoints if since <= when][-1]
        return holds.get("FL_READY") == "YES" and holds.get("FL_ENDPOINT") == endpoint

    @contextlib.contextmanager
    def does_not_count(self):
        began = time.time()
        yield
        self.unfair.append((began, time.time()))

    def wrong(self, since):
        """The longest time that OneGate was wrong in one go since then, down and up, in seconds."""
        requests = list(self.gate.requests())
        longest, began, holds, place = {"down": 0.0, "up": 0.0}, {}, {}, 0
        for when, serves in self.samples:
            while place < len(requests) and requests[place]["time"] <= when:
                holds = requests[place]["holds"]
                place += 1
            if when < since:
                continue
            counts = serves is not None and not any(a <= when < b for a, b in self.unfair)
            yes = holds.get("FL_READY") == "YES"
            for way, is_wrong in (("down", yes and not serves), ("up", serves and not self.is_yes(holds, when))):
                if counts and is_wrong:
                    longest[way] = max(longest[way], when - began.setdefault(way, when))
                elif way in began:
                    longest[way] = max(longest[way], when - began.pop(way)) if counts else longest[way]
                    began.pop(way, None)
        return longest["down"], longest["up"]

    def lies(self, since):
        """FL_READY=YES in a request while the SuperLink had not served for a second, nor did right after it."""
        return [e for e in self.gate.puts(since, "FL_READY=YES")
                if not any(serves for when, serves in self.samples if -1 < when - e["time"] < 0.5)]


class Suite:
    def __init__(self, options):
        self.options = options
        self.box, self.gate = Box(options), Gate(options)
        self.observer = Observer(self.box, self.gate)
        self.claims, self.table = {}, {}

    def claim(self, holds, what):
        self.claims[what] = self.claims.get(what, True) and bool(holds)

    # --- states to wait for -----------------------------------------------------------------------

    def told(self, answer):
        return until(lambda: self.gate.holds("FL_READY") == answer)

    def good(self):
        """It serves, and everybody knows."""
        return until(lambda: self.observer.serves() and self.observer.is_right() and self.box.is_active()
                     and self.box.status() == "bootstrap_success")

    def new_vm(self):
        """Off, as if it had never been configured."""
        with self.observer.does_not_count():
            self.box.off()
            self.gate.forget()
            subprocess.run(["rm", "-rf", *(self.options.box + "/root" + path for path in NEW)], check=True)

    def on(self):
        with self.observer.does_not_count():
            self.box.on()

    # --- scenarios: a name for the table, and what is done ---------------------------------------

    def outage(self, *command):
        if command:
            self.box.inside(*command)
        else:
            self.box.kill()
        until(lambda: not self.observer.serves())

    def killed(self):
        """SuperLink killed"""
        self.outage()

    def docker_stopped(self):
        """docker stop"""
        self.outage("docker", "stop", "flower-superlink")

    def docker_restarted(self):
        """systemctl restart docker"""
        self.outage("systemctl", "restart", "docker.service")

    def superexec_killed(self):
        """SuperExec killed"""
        began = time.time()
        self.box.kill(self.box.superexecs)
        self.claim(until(lambda: any("FL_READY=NO" in e["body"] for e in self.gate.puts(began))), "OneGate is told NO")

    def crash_loop(self):
        """crash loop"""
        for pid in self.box.servers():
            folder = "/proc/%d/root/python/venv/lib" % pid
            for python in os.listdir(folder):
                with open("%s/%s/site-packages/flwr/__init__.py" % (folder, python), "w", encoding="ascii") as out:
                    out.write("raise SystemExit(1)\n")
        began = time.time()
        self.box.kill()
        self.claim(self.told("NO"), "OneGate is told NO")
        self.claim(until(lambda: self.box.status() != "bootstrap_success"), "the status file is no success")
        self.box.timer_runs(1)
        self.claim(not self.gate.puts(began, "FL_READY=YES"), "and YES is not told while it loops")
        self.box.inside("docker", "rm", "-f", "flower-superlink")

    def unit_stopped(self):
        """systemctl stop, start"""
        self.box.inside("systemctl", "stop", "flower-superlink.service")
        self.claim(self.told("NO"), "OneGate is told NO")
        self.claim(self.box.status() != "bootstrap_success", "the status file is no success")
        self.box.inside("systemctl", "start", "flower-superlink.service")

    def gate_away(self):
        """OneGate away, then stop and start"""
        for command, answer in (("stop", "NO"), ("start", "YES")):
            with self.observer.does_not_count(), self.gate.away("DROP"):
                self.box.inside("systemctl", command, "flower-superlink.service")
                time.sleep(self.options.away)
            self.claim(self.told(answer), "back after a " + command + ", it is told " + answer)

    def gate_away_at_boot(self):
        """OneGate away at the first boot"""
        self.new_vm()
        self.on()
        with self.observer.does_not_count(), self.gate.away("REJECT", "--reject-with", "tcp-reset"):
            began = time.time()
            self.box.contextualize()
            time.sleep(max(0, began + self.options.away - time.time()))
        self.claim(self.told("YES"), "back, it is told FL_READY=YES")
        self.claim(until(lambda: self.gate.holds("READY") == "YES"), "and READY=YES")

    def address_changed(self):
        """address changed, and back"""
        subprocess.run(["ip", "address", "replace", ELSEWHERE + "/24", "dev", "eth0"], check=True)
        for address in (ELSEWHERE, HOME):
            self.box.context(ETH0_IP=address)
            self.observer.endpoints.append((time.time(), address + ":9092"))
            self.claim(until(self.observer.is_right), "OneGate is told the other endpoint")
            self.observer.serves()  # one look between the two, so that each counts alone

    def nothing_changes(self):
        """nothing changes, three checks"""
        began = time.time()
        self.box.timer_runs(3)
        self.claim(not [e for e in self.gate.requests() if e["time"] >= began], "OneGate is asked and told nothing")

    def stopped_by_start_script(self):
        """START_SCRIPT that stops it"""
        self.new_vm()
        self.on()
        self.box.contextualize("systemctl stop flower-superlink.service; cp /etc/one-appliance/status /run/stopped")
        self.claim(self.box.read("/run/stopped") not in ("", "bootstrap_success"), "stopped, the status file is no success")
        self.claim(self.gate.holds("READY") != "YES", "READY=YES is not reported")
        self.claim(self.told("NO"), "OneGate is told NO")
        self.box.inside("systemctl", "start", "flower-superlink.service")

    def failed_boot(self):
        """a later boot that fails"""
        self.box.contextualize()
        self.good()
        with self.observer.does_not_count():  # that it serves with what stands does not make the boot a good one
            self.box.off()
            self.box.on()
            self.box.contextualize(FL_NUM_ROUNDS="0")
            self.claim(self.told("NO"), "FL_READY=NO")
            self.claim(until(lambda: self.gate.holds("READY") == "NO"), "READY=YES of the boot before is taken back")
            self.box.timer_runs(2)
            self.claim(self.gate.holds("FL_READY") == "NO", "and the regular check does not tell otherwise")
            self.claim(self.box.status() == "configure_failure", "nor does the status file")
            self.box.contextualize()
        self.claim(until(lambda: self.gate.holds("READY") == "YES"), "with a mended context READY=YES is reported")

    def late(self):
        """a boot whose step 10 timed out"""
        self.new_vm()
        frozen = True

        def freeze():
            while frozen:
                self.box.kill(how=signal.SIGSTOP)
                time.sleep(0.02)
        freezer = threading.Thread(target=freeze, daemon=True)
        freezer.start()
        self.on()
        self.box.contextualize(FL_HEALTH_TIMEOUT="2")
        self.claim(self.box.status() == "bootstrap_failure", "the boot fails")
        self.claim(self.gate.holds("READY") != "YES", "READY=YES is not reported")
        frozen = False
        freezer.join()
        self.box.kill(how=signal.SIGCONT)
        self.claim(until(self.observer.serves), "it serves late")
        self.claim(self.told("YES"), "OneGate is told FL_READY=YES")
        self.claim(until(lambda: self.gate.holds("READY") == "YES"), "and READY=YES")
        self.claim(until(lambda: "ready to serve" in self.box.read("/etc/motd")), "and so is motd")

    # --- kills at any moment ----------------------------------------------------------------------

    def kills(self):
        healing = []
        for _ in range(self.options.kills):
            self.box.inside("systemctl", "restart", "flower-superlink.service")
            until(self.box.servers)
            moment = random.uniform(0, 8)
            time.sleep(moment)
            runs, began = {self.box.started()}, time.time()
            self.box.kill()

            def is_healed(runs=runs):
                runs.add(self.box.started())
                # A stop of its predecessor may still be under way while the unit is not active.
                return len(runs) > 1 and self.observer.serves() and self.box.is_active()
            self.claim(until(is_healed), "each is healed")
            took = time.time() - began
            time.sleep(self.options.stay)
            looks = [serves for when, serves in self.observer.samples if when > began + 0.5]
            self.claim(True in looks and all(looks[looks.index(True):]), "none that serves is killed")
            runs.add(self.box.started())
            self.claim(len(runs) == 2, "each is started once more, not oftener")
            healing.append(took)
            sys.stderr.write("# killed %.1f s after its start: healed after %.1f s by start %d\n" % (moment, took, len(runs) - 1))
        self.report("killed at any moment")
        print("# %d kills 0 to 8 s after the start: healed after %.1f s (median), %.1f s (maximum)" % (
            len(healing), statistics.median(healing), max(healing)), flush=True)

    # --- the whole --------------------------------------------------------------------------------

    def report(self, name):
        for what, holds in self.claims.items():
            print("ok" if holds else "not ok", "%s: %s" % (name, what), flush=True)
        self.claims = {}

    def rounds(self, scenario):
        name = scenario.__doc__
        for number in range(self.options.rounds):
            began = time.time()
            scenario()
            good = self.good()
            self.claim(good, "in the end it serves, and OneGate and the status file say so")
            self.claim(not self.observer.lies(began), "FL_READY=YES was never told while it did not serve")
            down, up = self.observer.wrong(began)
            self.table.setdefault(name, []).append((down, up))
            sys.stderr.write("# %s, round %d, %.0f s: OneGate was wrong for %.1f s down, %.1f s up\n" % (
                name, number + 1, time.time() - began, down, up))
            if not good:
                self.box.contextualize()
        self.report(name)

    def run(self):
        only = re.compile(self.options.only)
        self.box.inside("systemctl", "start", "flower-superlink-health.timer")
        self.box.contextualize()
        for scenario in (self.gate_away_at_boot, self.killed, self.docker_stopped, self.docker_restarted, self.unit_stopped,
                         self.superexec_killed, self.crash_loop, self.nothing_changes, self.address_changed, self.gate_away,
                         self.stopped_by_start_script, self.failed_boot, self.late):
            if only.search(scenario.__doc__):
                self.rounds(scenario)
        if self.options.kills and only.search("kills"):
            self.kills()
        print("# OneGate was wrong, in seconds: rounds, down median and maximum, up median and maximum")
        for name, rounds in self.table.items():
            figures = [f(way) for way in zip(*rounds) for f in (statistics.median, max)]
            print("# %-34s %3d %6.1f %6.1f %6.1f %6.1f" % (name, len(rounds), *figures))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--box", required=True)
    parser.add_argument("--gate", required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--token-file", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--away", type=float, default=5)
    parser.add_argument("--stay", type=float, default=5)
    options = parser.parse_args()
    with open(options.token_file, encoding="utf-8") as source:
        options.token = source.read().strip()
    Suite(options).run()


if __name__ == "__main__":
    main()
