"""Values that fl-configure takes, on the way to the Engine: the pull, the create request, and the command to paste."""
import json
import os

import read
import rules

FOLDER = ""
DOCKER = b"docker() { printf '%s\\0' \"$@\"; }\n"
ENVIRONMENT = {"FL_LOG_LEVEL": "FLWR_LOG_LEVEL"}


def chosen(accepted):
    return sorted(accepted)


def load(path):
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def argument_of(command, option):
    return command[command.index(option) + 1] if option in command else None


def judge_create(verdict, case, name, value, made, reference):
    """Checks the container that the Engine got. REFERENCE is the container of an empty context."""
    config, host = made["Config"], dict(made["HostConfig"])
    ports = host.pop("PortBindings")
    other = dict(reference["HostConfig"])
    other.pop("PortBindings")
    env = dict(pair.split("=", 1) for pair in config["Env"])
    good = host == other and list(env) == [pair.split("=")[0] for pair in reference["Config"]["Env"]]
    if name == "FL_DATABASE":
        good = good and argument_of(config["Cmd"], "--database") == value
    elif name == "FLOWER_VERSION":
        good = good and config["Image"] == "flwr/superlink:" + value
    elif name == "FLOWER_IMAGE":
        good = good and config["Image"] == value + ":1.25.0"
    elif name.endswith("_ADDRESS"):
        host_ip, port = value.rsplit(":", 1)
        good = good and [p["HostIp"] for p in ports[port + "/tcp"]] == [host_ip.strip("[]").replace("localhost", "127.0.0.1")]
    elif ENVIRONMENT.get(name, name) in env:
        good = good and env[ENVIRONMENT.get(name, name)] == value
    verdict.holds("create", good, case, made)


def judge_paste(verdict, case, tree, name, value, reference):
    _, command, _, _ = tree.run([read.BUILD + "/fl-configure", "-q", "--root", tree.root, "--print=docker-run"])
    status, said, err, _ = tree.paste(DOCKER + command)
    said = said.decode().split("\0")
    good = status == 0 and err == b"" and (not reference or len(said) == len(reference) or name == "FLOWER_VERSION")
    if name == "FL_DATABASE":
        good = good and argument_of(said, "--database") == value
    verdict.holds("paste", good, case, said)
    verdict.holds("canary", not os.listdir(tree.canaries), case)
    return said


def bootstrap(verdict, cases, socket, state, journal):
    """fl-configure and fl-bootstrap, each value alone in the context; the Engine can pull everything."""
    tree = read.Tree("boot")
    command = [read.BUILD + "/fl-bootstrap", "-q", "--root", tree.root, "--docker", socket]
    tree.run([read.BUILD + "/fl-configure", "-q", "--root", tree.root])
    tree.run(command)
    tree.read("var/log/one-appliance/flower-bootstrap.log", take=True)
    reference = load(state)["containers"]["flower-superlink"]
    pasted = judge_paste(verdict, "empty context", tree, "", "", None)
    for name, value in cases:
        case = "%s=%.60r" % (name, value)
        tree.forget()
        tree.write(read.SHAPES["escaped"](name.encode(), value))
        status, _, err, _ = tree.run([read.BUILD + "/fl-configure", "-q", "--root", tree.root])
        verdict.holds("status", status == 0, case, err)
        status, out, err, datagrams = tree.run(command)
        verdict.holds("status", status == 0, case, err)
        verdict.holds("canary", not os.listdir(tree.canaries), case)
        verdict.holds("stdout", out == b"", case, out)
        rules.judge_messages(verdict, case, value, err, tree.read("var/log/one-appliance/flower-bootstrap.log", take=True),
                             datagrams)
        text = value.decode()
        judge_create(verdict, case, name, text, load(state)["containers"]["flower-superlink"], reference)
        judge_paste(verdict, case, tree, name, text, pasted)
    with open(journal, encoding="utf-8") as source:
        requests = [json.loads(line) for line in source]
    pulled = {(r["query"]["fromImage"], r["query"]["tag"]) for r in requests if r["path"] == "/images/create"}
    for name, value in cases:
        if name in ("FLOWER_IMAGE", "FLOWER_VERSION") and value not in (b"flwr/superlink", b"1.25.0"):
            text = value.decode()
            want = (text, "1.25.0") if name == "FLOWER_IMAGE" else ("flwr/superlink", text)
            verdict.holds("pull", want in pulled, text, sorted(pulled)[:5])
