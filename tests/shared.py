#!/usr/bin/env python3
"""What the tests' Python programs share: requests to an Engine and a OneGate, the stand-ins, trees below --root.

shared.py SOCKET METHOD PATH [JSON]: asks an Engine and prints the answer's body; 1 if it was refused.
"""
import collections
import http.client
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import time

STANDINS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "standin")
CONTAINER = "flower-superlink"


class Unfit(Exception):
    """The machine lacks something that is needed."""


def wait_until(condition, what="a stand-in", seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Unfit("waited in vain: " + what)
        time.sleep(0.01)


# --- requests -----------------------------------------------------------------------------------

class Unix(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("engine", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(place, method, path, body=None, headers=None, timeout=60):
    """Status, body and headers of the answer; PLACE is a socket's path or HOST:PORT, BODY bytes or a document."""
    link = Unix(place, timeout) if "/" in place else http.client.HTTPConnection(place, timeout=timeout)
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    try:
        link.request(method, path, body, headers or {"Content-Type": "application/json"})
        answer = link.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        link.close()


def ask_engine(place, method, path, body=None):
    """The answer's document, or None if the Engine refused."""
    status, data, _ = ask(place, method, path, body)
    if status >= 400:
        return None
    return json.loads(data) if data else {}


def remove_container(place):
    ask_engine(place, "DELETE", "/containers/%s?force=1" % CONTAINER)


def put_attributes(place, token, attributes):
    ask(place, "PUT", "/vm", "".join("%s=%s\n" % pair for pair in attributes.items()).encode(),
        {"X-ONEGATE-TOKEN": token, "X-ONEGATE-VMID": "42", "Content-Type": "text/plain"})


# --- stand-ins ----------------------------------------------------------------------------------

def start_standin(program, *options, **more):
    """One of standin/; MORE is for Popen."""
    return subprocess.Popen([sys.executable, os.path.join(STANDINS, program), *options], stdin=subprocess.DEVNULL,
                            **{"stdout": subprocess.DEVNULL, **more})


def start_onegate(port_file, *options, **more):
    """Its process and its HOST:PORT."""
    process = start_standin("onegate.py", "--port-file", port_file, *options, **more)
    wait_until(lambda: os.path.exists(port_file))
    with open(port_file, encoding="ascii") as source:
        host = options[options.index("--bind") + 1] if "--bind" in options else "127.0.0.1"
        return process, "%s:%s" % (host, source.read().strip())


def read_json(path):
    with open(path, encoding="utf-8") as source:
        return json.load(source)


# --- trees --------------------------------------------------------------------------------------

# A tree is a dict from a path below the root to a node; kind: folder, file, link.
Node = collections.namedtuple("Node", "kind mode uid gid data")


def take(root, but=()):
    """What stands below ROOT; the entries BUT at its top are no part of it."""
    tree, folders = {}, [""]
    while folders:
        folder = folders.pop()
        for entry in os.scandir(os.path.join(root, folder)):
            path = os.path.join(folder, entry.name)
            if path in but:
                continue
            info = entry.stat(follow_symlinks=False)
            data = None
            if stat.S_ISLNK(info.st_mode):
                kind, data = "link", os.readlink(entry.path).encode()
            elif stat.S_ISDIR(info.st_mode):
                kind = "folder"
                folders.append(path)
            else:
                kind = "file"
                with open(entry.path, "rb") as source:
                    data = source.read()
            mode = 0o777 if kind == "link" else stat.S_IMODE(info.st_mode)
            tree[path] = Node(kind, mode, info.st_uid, info.st_gid, data)
    return tree


def lay_out(root, tree, but=()):
    """Makes what stands below ROOT equal to TREE."""
    for entry in os.scandir(root):
        if entry.name in but:
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    for path in sorted(tree):
        node, full = tree[path], os.path.join(root, path)
        if node.kind == "link":
            os.symlink(node.data, full)
        elif node.kind == "folder":
            os.mkdir(full)
        else:
            with open(full, "wb") as out:
                out.write(node.data)
        os.chown(full, node.uid, node.gid, follow_symlinks=False)
        if node.kind != "link":
            os.chmod(full, node.mode)


def main():
    place, method, path, *body = sys.argv[1:]
    status, data, _ = ask(place, method, path, json.loads(body[0]) if body else None)
    sys.stdout.write(data.decode())
    sys.exit(status >= 400)


if __name__ == "__main__":
    main()
