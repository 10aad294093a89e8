"""The containers of engine.py: state, processes and logs, without any HTTP.

A running container is a real process tree, because the programs read /proc below State.Pid:
  docker-init -> flower-superlink -> flower-superexec
Each is a script with its own #! line, so that comm is cut to 15 bytes ("flower-superexe") and the
arguments hold ".../flower-superexec", as with the real one. All of them read a pipe whose other end
this program holds: when the stand-in ends, for any reason, they end too.
"""
import ctypes
import datetime
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

# `read` waits for the end of the pipe on descriptor 3; nobody ever writes to it.
SUPEREXEC = """#!/bin/sh
echo $$ >"$PIDS/superexec"
read -r x <&3
"""
SUPERLINK = """#!/bin/sh
echo $$ >"$PIDS/superlink"
case $SUPEREXEC in
no) ;;
late) sleep "$SUPEREXEC_AFTER" && "$PIDS/flower-superexec" --insecure & ;;
*) "$PIDS/flower-superexec" --insecure --appio-api-address 127.0.0.1:9091 --parent-pid 1 & ;;
esac
read -r x <&3
"""
INIT = """#!/bin/sh
"$PIDS/flower-superlink" "$@" &
wait $!
"""
FLOWER_LOG = [
    "\x1b[92mINFO \x1b[0m:      Starting Flower SuperLink",
    "\x1b[93mWARN \x1b[0m:      Option `--insecure` was set",
    "\x1b[92mINFO \x1b[0m:      Flower Deployment Runtime: Starting Control API on 0.0.0.0:9093",
]


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "000Z")


def read_json(path):
    """The object in a file that a test may be writing; {} if there is none."""
    for _ in range(200):
        try:
            with open(path, encoding="utf-8") as source:
                return json.load(source)
        except FileNotFoundError:
            return {}
        except ValueError:  # half of it
            time.sleep(0.01)
    raise ValueError(path + ": no JSON")


def adopt_orphans():
    """Makes this process the parent of the children of a killed init (prctl(2)), for reap()."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def reap(which=-1):
    """Waits for the children that waitpid(2) calls WHICH until there is none: at the end of the stand-in all of
    them, else those of a container that has ended. A zombie would stay visible in /proc."""
    try:
        while True:
            os.waitpid(which, 0)
    except ChildProcessError:
        pass


def new_id(text):
    return hashlib.sha256(("%s %f" % (text, time.time())).encode()).hexdigest()


class Container:
    """One container; engine.behave() gives the current behaviour (see engine.py, "container")."""

    def __init__(self, name, config, image, folder, engine):
        self.name, self.config, self.image, self.folder = name, config, image, folder
        self.behave, self.changed = engine.behave, engine.save
        self.ident = new_id(name)
        self.created = now()
        self.lock = engine.lock  # one lock for all: save() looks at every container
        self.ended = threading.Condition(self.lock)
        self.process = self.keep = self.serving = None
        self.stopping = False
        self.runs = self.ends = self.restarts = self.pid = self.code = self.ended_with = 0
        self.status, self.error = "created", ""
        self.started = self.finished = "0001-01-01T00:00:00Z"
        self.log = []

    def start(self):
        """Starts the processes; raises OSError with the Engine's text if the start fails."""
        with self.lock:
            if self.process is not None:
                return  # two starts at once
            behave = self.behave()
            if behave.get("start_error"):
                self.code, self.error = 128, behave["start_error"]
                self.changed()
                raise OSError(self.error)
            self.stopping = False
            self.runs += 1
            self.spawn(behave)
            self.status, self.error, self.code, self.started = "running", "", 0, now()
            self.changed()
            threading.Thread(target=self.watch, args=(self.process, behave), daemon=True).start()

    def spawn(self, behave):
        os.makedirs(self.folder, exist_ok=True)
        for name, text in (("docker-init", INIT), ("flower-superlink", SUPERLINK),
                           ("flower-superexec", SUPEREXEC)):
            path = os.path.join(self.folder, name)
            with open(path, "w", encoding="ascii") as script:
                script.write(text)
            os.chmod(path, 0o700)
        for name in ("superexec", "superlink"):
            if os.path.exists(os.path.join(self.folder, name)):
                os.unlink(os.path.join(self.folder, name))
        superexec = behave.get("superexec", "yes")
        reading, self.keep = os.pipe()
        environment = {"PATH": os.environ["PATH"], "PIDS": self.folder,
                       "SUPEREXEC": superexec.split(":")[0],
                       "SUPEREXEC_AFTER": superexec.partition(":")[2] or "0"}

        def pass_pipe():
            os.dup2(reading, 3)
            os.setpgid(0, 0)

        self.process = subprocess.Popen(
            [os.path.join(self.folder, "docker-init")] + (self.config.get("Cmd") or []),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=pass_pipe, env=environment)
        os.close(reading)
        self.pid = self.process.pid
        self.log += behave.get("log", FLOWER_LOG)
        if behave.get("serve"):
            self.serve(behave)

    def serve(self, behave):
        """The server inside, on the published host ports; a port that has none stays closed."""
        command = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                "superlink.py")]
        bindings = self.config.get("HostConfig", {}).get("PortBindings") or {}
        args = self.config.get("Cmd") or []
        ports = {"appio": "9091"}
        for name in ("fleet", "control"):
            option = "--%s-api-address" % name
            if option in args:
                ports[name] = args[args.index(option) + 1].rpartition(":")[2]
        for name, inside in ports.items():
            for binding in bindings.get(inside + "/tcp") or []:
                command.append("--%s=%s" % (name, binding["HostPort"]))
        self.serving = subprocess.Popen(command + behave.get("serve_options", []),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def wait_for_pid(self, name):
        """The pid that one of the scripts wrote down, or 0; bounded."""
        for _ in range(200):
            try:
                with open(os.path.join(self.folder, name), encoding="ascii") as source:
                    text = source.read().strip()
                    if text:
                        return int(text)
            except OSError:
                pass
            time.sleep(0.01)
        return 0

    def watch(self, process, behave):
        """In a thread: ends SuperExec and the container as BEHAVE says, then waits for the main process."""
        word, _, seconds = behave.get("superexec", "yes").partition(":")
        if word in ("dies", "zombie"):
            # The superlink script never waits for its child: it stays as a zombie, as in 1.25.
            time.sleep(float(seconds or 0.3))
            pid = self.wait_for_pid("superexec")
            if pid:
                os.kill(pid, signal.SIGKILL)
        if "exit" in behave:
            with self.ended:
                self.ended.wait_for(lambda: self.process is not process or self.stopping,
                                    behave.get("exit_after", 0.1))
            kill_group(process)
        code = process.wait()
        kill_group(process)  # with its init a pid namespace ends
        reap(-process.pid)
        with self.ended:
            if self.process is not process:
                return
            stopping = self.stopping
            if "exit" in behave and not stopping:
                code = behave["exit"]
            self.end(128 - code if code < 0 else code, behave)
        policy = (self.config.get("HostConfig", {}).get("RestartPolicy") or {}).get("Name", "no")
        if stopping or policy not in ("always", "unless-stopped") or behave.get("restart") == "no":
            return
        with self.lock:
            self.status = "restarting"
            self.changed()
        time.sleep(min(0.1 * 2 ** self.restarts, 2))
        with self.lock:
            if self.status == "restarting" and not self.stopping:
                self.restarts += 1
                try:
                    self.start()
                except OSError:
                    self.status = "exited"

    def end(self, code, behave):
        kill_group(self.process)
        if self.serving:
            self.serving.kill()
            self.serving.wait()
            self.serving = None
        os.close(self.keep)
        self.process, self.keep, self.pid = None, None, 0
        self.status, self.code, self.finished = "exited", code, now()
        self.ends += 1
        self.ended_with = code
        self.log += behave.get("last_words", [])
        self.changed()
        self.ended.notify_all()

    def stop(self, code=0):
        """Ends it by hand: the restart policy no longer counts. The code is what Flower gives."""
        with self.ended:
            was, self.stopping = self.process, True
            if was is None:
                self.status = "exited" if self.status == "restarting" else self.status
                return False
            kill_group(was)
            self.end(code, {})  # so the watcher has nothing to say any more
            return True

    def running(self):
        return self.status == "running"

    def inspect(self):
        with self.lock:
            config = {k: v for k, v in self.config.items()
                      if k not in ("HostConfig", "NetworkingConfig")}
            host = dict(self.config.get("HostConfig") or {})
            ports = {}
            for port in self.config.get("ExposedPorts") or {}:
                ports[port] = (host.get("PortBindings") or {}).get(port) if self.running() else None
            return {
                "Id": self.ident, "Created": self.created, "Path": "flower-superlink",
                "Args": self.config.get("Cmd") or [], "Name": "/" + self.name,
                "State": {
                    "Status": self.status, "Running": self.status in ("running", "restarting"),
                    "Paused": False, "Restarting": self.status == "restarting",
                    "OOMKilled": False, "Dead": False, "Pid": self.pid, "ExitCode": self.code,
                    "Error": self.error, "StartedAt": self.started, "FinishedAt": self.finished},
                "Image": self.image, "RestartCount": self.restarts, "Driver": "overlay2",
                "Platform": "linux", "Config": config, "HostConfig": host, "Mounts": [],
                "NetworkSettings": {"Ports": ports if self.running() else {},
                                    "IPAddress": "172.17.0.2" if self.running() else "",
                                    "Networks": {}}}


def kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.poll()
