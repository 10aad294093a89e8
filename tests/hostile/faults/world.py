"""The world that a faulty program runs in: a tree below --root, an Engine and a OneGate of its own."""
import json
import os

import shared

TOKEN = "dG9rZW4gb2YgdGhlIHRlc3Rz=="
GATE = "192.0.2.10"  # the address that the kernel sends from towards OneGate, so that it is published
STALE = {"FL_READY": "NO", "FL_ENDPOINT": "none", "FL_VERSION": "none", "FL_ROLE": "none"}


class World:
    def __init__(self, folder):
        self.folder = folder
        self.root = os.path.join(folder, "root")
        self.socket = os.path.join(folder, "docker.sock")
        self.state_of_engine = os.path.join(folder, "engine.state")
        self.state_of_gate = os.path.join(folder, "gate.state")
        self.scenario = os.path.join(folder, "scenario")
        self.trees = {}
        self.processes = []
        self.gate = None
        os.makedirs(self.root)

    def start(self):
        engine = shared.start_standin(
            "engine.py", "--socket", self.socket, "--state", self.state_of_engine, "--scenario", self.scenario,
            "--image", "flwr/superlink:1.25.0", "--set", 'pull={"*": "ok"}')
        gate, self.gate = shared.start_onegate(self.folder + "/port", "--bind", GATE, "--token", TOKEN, "--state",
                                               self.state_of_gate)
        self.processes = [engine, gate]
        shared.wait_until(lambda: os.path.exists(self.socket))

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()

    # --- the tree ------------------------------------------------------------------------------

    def path(self, name):
        return self.root + "/" + name

    def put(self, name, text, mode=0o644, owner=0):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(self.path(name), mode)
        os.chown(self.path(name), owner, owner)

    def context(self, **variables):
        values = {"ONEGATE_ENDPOINT": "http://" + self.gate, "TOKENTXT": TOKEN, "VMID": "42",
                  "FL_CONTROL_API_ADDRESS": "127.0.0.1:9093", "FL_DATABASE": "state/runs/run.db"}
        values.update(variables)
        self.put("run/one-context/one_env",
                 "".join('export %s="%s"\n' % pair for pair in values.items()), 0o400)

    def empty(self):
        shared.lay_out(self.root, {})

    def save(self, name):
        self.trees[name] = shared.take(self.root)

    def restore(self, name):
        shared.lay_out(self.root, self.trees[name])

    def snapshot(self):
        return shared.take(self.root)

    # --- the stand-ins -------------------------------------------------------------------------

    def ask(self, method, path, body=None):
        return shared.ask_engine(self.socket, method, path, body)

    def behave(self, **container):
        with open(self.scenario, "w", encoding="ascii") as out:
            json.dump({"container": container}, out)

    def forget_containers(self):
        shared.remove_container(self.socket)

    def container(self):
        """Image and label of the container and whether it runs; None if there is none."""
        one = self.ask("GET", "/containers/%s/json" % shared.CONTAINER)
        return one and (one["Config"]["Image"], one["Config"]["Labels"], one["State"]["Running"])

    def reset_gate(self):
        shared.put_attributes(self.gate, TOKEN, STALE)

    def published(self):
        return shared.read_json(self.state_of_gate)
