#!/usr/bin/env python3
"""A stand-in of a Docker Engine for the tests: the few calls that the tools make, on a unix socket.

The answers are those of Engine 20.10.24 (API 1.12 to 1.41), as measured; --api and --engine make it
another (Engine 29: --api 1.44:1.52 --engine 29.0.0). Images and containers live in memory; --state
FILE shows them, --journal FILE has one JSON object a request, written when its answer begins.

--scenario FILE is a JSON object that is read anew for each request, so that a test can change what
happens in the middle; --set KEY=JSON gives the same on the command line:
  "rules"      a list of {"match": "POST /containers/.*/start"} (a regular expression on method and
               path without version), plus "times": N (then the rule is used up) and what happens:
               "delay": seconds before the right answer; "meet": N, which holds such requests until N
               have come, and then answers right; "status": N with "message" as the Engine's
               error; "body": text and "type" with "status" (200); "stall": true, never an answer;
               "close": true; "die": true, the Engine ends
  "pull"       {"IMAGE:TAG" or "*": MODE}: ok[:SECONDS], missing (404), refused (500), error (200,
               errorDetail in the stream), stall (200, some progress, then nothing), silent (no
               answer at all), cut (the connection ends in mid-stream), die (the Engine ends). The
               default is missing
  "container"  how a started container behaves:
               "start_error": text of a 500, state stays `created`; "exit": code, "exit_after":
               seconds; "restart": "no" (the restart policy is not carried out);
               "superexec": yes | no | late:S | dies:S | zombie:S; "log": lines, "last_words":
               lines when it ends; "serve": true, with "serve_options": superlink.py's options, for
               the ports that were asked for
"""
import argparse
import contextlib
import hashlib
import http.server
import json
import os
import re
import select
import shutil
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
import urllib.parse

import container

TOO_NEW = "client version %s is too new. Maximum supported API version is %s"
TOO_OLD = ("client version %s is too old. Minimum supported API version is %s, please upgrade "
           "your client to a newer version")


class EngineError(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


class Engine:
    def __init__(self, options):
        self.options = options
        self.lowest, self.highest = options.api.split(":")
        self.lock = threading.RLock()
        self.journal_lock = threading.Lock()
        self.images, self.containers, self.used = {}, {}, {}
        self.meetings = {}
        self.used_folders = []
        for name in options.image:
            self.add_image(name)
        self.save()

    def scenario(self):
        values = {}
        for entry in self.options.set:
            key, _, value = entry.partition("=")
            values[key] = json.loads(value)
        if self.options.scenario:
            values.update(container.read_json(self.options.scenario))
        return values

    def behave(self):
        return self.scenario().get("container", {})

    def rule(self, method, path):
        for number, rule in enumerate(self.scenario().get("rules", [])):
            key = (number, rule["match"])
            if re.fullmatch(rule["match"], method + " " + path):
                with self.lock:
                    if self.used.get(key, 0) >= rule.get("times", 1 << 30):
                        continue
                    self.used[key] = self.used.get(key, 0) + 1
                return rule
        return {}

    def meet(self, rule):
        with self.lock:
            meeting = self.meetings.setdefault(rule["match"], threading.Barrier(rule["meet"]))
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(60)

    def journal(self, entry):
        if self.options.journal:
            with self.journal_lock, open(self.options.journal, "a", encoding="utf-8") as out:
                out.write(json.dumps(entry) + "\n")

    def save(self):
        if not self.options.state:
            return
        with self.lock:
            text = json.dumps({
                "images": sorted(self.images),
                "containers": {c.name: dict(c.inspect(), runs=c.runs, folder=c.folder)
                               for c in self.containers.values()}}, indent=1)
            with open(self.options.state + ".new", "w", encoding="utf-8") as out:
                out.write(text + "\n")
            os.replace(self.options.state + ".new", self.options.state)

    def add_image(self, name):
        digest = hashlib.sha256(name.encode()).hexdigest()
        self.images[name] = {
            "Id": "sha256:" + digest, "RepoTags": [name], "RepoDigests": [], "Os": "linux",
            "Architecture": "amd64", "Size": 261000000, "Created": container.now(),
            "Config": {"User": "app", "WorkingDir": "/app", "Entrypoint": ["flower-superlink"],
                       "Env": ["PATH=/python/venv/bin:/usr/bin:/bin"], "Cmd": None, "Labels": {}}}

    def image(self, name):
        name = urllib.parse.unquote(name)
        with_tag = name if ":" in name.rpartition("/")[2] else name + ":latest"
        for key, value in self.images.items():
            if with_tag in (key, value["Id"]) or name == value["Id"]:
                return value
        raise EngineError(404, "No such image: " + with_tag)

    def find(self, name):
        for ident, one in self.containers.items():
            if one.name == name or ident.startswith(name):
                return one
        raise EngineError(404, "No such container: " + name)

    def create(self, name, config):
        with self.lock:
            image = self.image(config.get("Image", ""))
            for one in self.containers.values():
                if one.name == name:
                    raise EngineError(409, 'Conflict. The container name "/%s" is already in use '
                                      'by container "%s". You have to remove (or rename) that '
                                      "container to be able to reuse that name."
                                      % (name, one.ident))
            folder = os.path.join(self.options.socket + ".d", str(len(self.used_folders)))
            self.used_folders.append(folder)
            one = container.Container(name, config, image["Id"], folder, self)
            self.containers[one.ident] = one
        self.save()
        return one

    def remove(self, one, force):
        if one.running() and not force:
            raise EngineError(409, "You cannot remove a running container %s. Stop the container "
                              "before attempting removal or force remove" % one.ident)
        one.stop(137)
        with self.lock:
            del self.containers[one.ident]
        self.save()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine = None

    def address_string(self):
        return "unix"

    def version_string(self):
        return "Docker/%s (linux)" % self.engine.options.engine

    def log_message(self, *args):
        pass

    # --- answers -------------------------------------------------------------------------------

    def note(self, status):
        self.entry["status"] = status
        self.engine.journal(self.entry)

    def start_answer(self, status, kind, length):
        self.note(status)
        self.send_response(status)
        self.send_header("Api-Version", self.engine.highest)
        self.send_header("Docker-Experimental", "false")
        self.send_header("Ostype", "linux")
        if kind:
            self.send_header("Content-Type", kind)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        elif status not in (204, 304):
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def answer(self, status, value=None, kind="application/json"):
        data = b"" if value is None else (
            value.encode() if kind.startswith("text") else json.dumps(value).encode() + b"\n")
        self.start_answer(status, kind if data else None, len(data))
        if self.command != "HEAD":
            self.wfile.write(data)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
        self.wfile.flush()

    def gone(self, seconds):
        """Waits; true as soon as the client has closed the connection."""
        ready = select.select([self.connection], [], [], seconds)[0]
        return bool(ready) and not self.connection.recv(1, socket.MSG_PEEK)

    def stall(self, note):
        while not self.gone(3600):
            pass
        self.engine.journal({"time": time.time(), "method": self.command, "path": self.entry["path"],
                             "cancelled": note})
        self.close_connection = True

    def die(self):
        self.note(0)
        os.unlink(self.engine.options.socket)
        os._exit(0)

    # --- requests ------------------------------------------------------------------------------

    def handle_any(self):
        engine = self.engine
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(target.query, keep_blank_values=True))
        match = re.match(r"/v([0-9]+\.[0-9]+)(/.*)", target.path)
        version, path = match.groups() if match else ("", target.path)
        try:
            value = json.loads(body) if body else None
        except ValueError:
            value = body.decode("utf-8", "backslashreplace")
        self.entry = {"time": time.time(), "method": self.command, "path": path,
                      "version": version, "query": query, "body": value,
                      "headers": dict(self.headers.items())}
        try:
            if version and number(version) > number(engine.highest):
                raise EngineError(400, TOO_NEW % (version, engine.highest))
            if version and number(version) < number(engine.lowest):
                text = TOO_OLD % (version, engine.lowest)
                if number(version) < (1, 24):  # before 1.24 errors were plain text
                    return self.answer(400, text + "\n", "text/plain; charset=utf-8")
                raise EngineError(400, text)
            if not self.follow(engine.rule(self.command, path)):
                self.route(path, query, value)
        except EngineError as error:
            self.answer(error.status, {"message": error.message})
        except (BrokenPipeError, ConnectionResetError):
            if path == "/images/create":  # the client left in the middle of a line
                engine.journal({"time": time.time(), "path": path, "method": self.command,
                                "cancelled": "pull"})
            self.close_connection = True

    do_GET = do_POST = do_HEAD = do_DELETE = do_PUT = handle_any

    def follow(self, rule):
        """Does what a rule says; true: this was the answer."""
        if rule.get("delay"):
            time.sleep(rule["delay"])
        if rule.get("meet"):
            self.engine.meet(rule)
        if rule.get("stall"):
            self.note(0)
            self.stall("request")
        elif rule.get("close"):
            self.note(0)
            self.close_connection = True
        elif rule.get("die"):
            self.die()
        elif "body" in rule:
            self.answer(rule.get("status", 200), rule["body"], rule.get("type", "text/plain"))
        elif "status" in rule:
            raise EngineError(rule["status"], rule.get("message", "failure made for the test"))
        else:
            return False
        return True

    def route(self, path, query, body):
        engine = self.engine
        for method, pattern, call in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command in method:
                call(self, engine, query, body, *match.groups())
                engine.save()
                return
        raise EngineError(404, "page not found")

    def ping(self, engine, query, body):
        self.answer(200, "OK", "text/plain; charset=utf-8")

    def version_info(self, engine, query, body):
        self.answer(200, {"Version": engine.options.engine, "ApiVersion": engine.highest,
                          "MinAPIVersion": engine.lowest, "Os": "linux", "Arch": "amd64"})

    def info(self, engine, query, body):
        self.answer(200, {"ServerVersion": engine.options.engine, "Driver": "overlay2",
                          "Containers": len(engine.containers), "Images": len(engine.images)})

    def image_list(self, engine, query, body):
        self.answer(200, [
            {"Id": i["Id"], "RepoTags": i["RepoTags"], "RepoDigests": [], "ParentId": "",
             "Created": int(time.time()), "Size": i["Size"], "VirtualSize": i["Size"],
             "SharedSize": -1, "Containers": -1, "Labels": None} for i in engine.images.values()])

    def image_show(self, engine, query, body, name):
        self.answer(200, engine.image(name))

    def image_remove(self, engine, query, body, name):
        with engine.lock:
            image = engine.image(name)
            engine.images = {k: v for k, v in engine.images.items() if v is not image}
        self.answer(200, [{"Untagged": tag} for tag in image["RepoTags"]])

    def pull(self, engine, query, body):
        name, tag = query.get("fromImage", ""), query.get("tag", "")
        image = "%s:%s" % (name, tag) if tag else name
        modes = engine.scenario().get("pull", {})
        mode, _, seconds = modes.get(image, modes.get("*", "missing")).partition(":")
        if mode == "missing":
            raise EngineError(404, "manifest for %s not found: manifest unknown: manifest unknown"
                              % image)
        if mode == "refused":
            raise EngineError(500, 'Get "https://registry-1.docker.io/v2/": dial tcp 127.0.0.1:1: '
                              "connect: connection refused")
        if mode == "silent":
            self.note(0)
            return self.stall("pull")
        self.start_answer(200, "application/json", None)

        def line(**value):
            self.chunk(json.dumps(value).encode() + b"\r\n")

        line(status="Pulling from " + name, id=tag)
        layer = {"id": "a1b2c3d4e5f6"}
        line(status="Pulling fs layer", progressDetail={}, **layer)
        steps = 5
        for step in range(1, steps + 1):
            line(status="Downloading", progressDetail={"current": step * 1000000, "total": 9000000},
                 progress="[=>    ]", **layer)
            if mode == "ok" and self.gone(float(seconds or 0) / steps):
                engine.journal({"time": time.time(), "path": "/images/create", "method": "POST",
                                "cancelled": "pull"})
                self.close_connection = True
                return None
        if mode == "stall":
            return self.stall("pull")
        if mode == "die":
            self.die()
        if mode == "cut":
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        if mode == "error":
            text = "unexpected EOF"
            line(errorDetail={"message": text}, error=text)
        else:
            line(status="Pull complete", progressDetail={}, **layer)
            line(status="Digest: sha256:" + "0" * 64)
            engine.add_image(image)
            engine.save()
            line(status="Status: Downloaded newer image for " + image)
        return self.chunk(b"")

    def create(self, engine, query, body):
        one = engine.create(query.get("name", ""), body or {})
        self.answer(201, {"Id": one.ident, "Warnings": []})

    def container_list(self, engine, query, body):
        wanted = names_of(query)
        self.answer(200, [
            {"Id": c.ident, "Names": ["/" + c.name], "Image": c.config.get("Image"),
             "State": c.status, "Status": c.status, "Labels": c.config.get("Labels") or {}}
            for c in engine.containers.values()
            if (c.running() or query.get("all") in ("1", "true"))
            and (not wanted or c.name in wanted or c.ident in wanted)])

    def container_show(self, engine, query, body, name):
        self.answer(200, engine.find(name).inspect())

    def start(self, engine, query, body, name):
        one = engine.find(name)
        if one.running():
            return self.answer(304)
        try:
            one.start()
        except OSError as error:
            raise EngineError(500, str(error)) from error
        return self.answer(204)

    def stop(self, engine, query, body, name):
        self.answer(204 if engine.find(name).stop(0) else 304)

    def remove(self, engine, query, body, name):
        engine.remove(engine.find(name), query.get("force") in ("1", "true"))
        self.answer(204)

    def wait(self, engine, query, body, name):
        one = engine.find(name)
        ends = one.ends
        next_exit = query.get("condition") == "next-exit"
        self.start_answer(200, "application/json", None)
        self.wfile.flush()
        with one.ended:
            while one.ends == ends and (next_exit or one.running()):
                one.ended.wait(0.2)
                if self.gone(0):
                    self.close_connection = True
                    return
            self.chunk(json.dumps({"Error": None, "StatusCode": one.ended_with if one.ends > ends else one.code}).encode() + b"\n")
        self.chunk(b"")

    def logs(self, engine, query, body, name):
        one = engine.find(name)
        lines = list(one.log)
        if query.get("tail", "all") != "all":
            lines = lines[-int(query["tail"]):] if int(query["tail"]) else []
        if query.get("stderr") not in ("1", "true"):
            lines = []  # Flower writes everything to stderr
        self.start_answer(200, "application/octet-stream", None)
        for text in lines:
            data = text.encode() + b"\n"
            self.chunk(struct.pack(">BxxxI", 2, len(data)) + data)
        if query.get("follow") in ("1", "true"):
            while one.running() and not self.gone(0.2):
                pass
        self.chunk(b"")



NAME = r"/containers/([^/]+)"
ROUTES = (
    ("GET HEAD", "/_ping", Handler.ping),
    ("GET", "/version", Handler.version_info),
    ("GET", "/info", Handler.info),
    ("GET", "/images/json", Handler.image_list),
    ("GET", "/images/(.+)/json", Handler.image_show),
    ("DELETE", "/images/(.+)", Handler.image_remove),
    ("POST", "/images/create", Handler.pull),
    ("GET", "/containers/json", Handler.container_list),
    ("POST", "/containers/create", Handler.create),
    ("GET", NAME + "/json", Handler.container_show),
    ("GET", NAME + "/logs", Handler.logs),
    ("POST", NAME + "/start", Handler.start),
    ("POST", NAME + "/stop", Handler.stop),
    ("POST", NAME + "/wait", Handler.wait),
    ("DELETE", NAME, Handler.remove),
)


def number(version):
    return tuple(int(part) for part in version.split("."))


def names_of(query):
    return [n.strip("^/$") for n in (json.loads(query.get("filters") or "{}")).get("name", [])]


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is no news
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description="Docker Engine stand-in", epilog=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--after", type=float, default=0, help="seconds until the socket is there")
    parser.add_argument("--api", default="1.12:1.41", metavar="MIN:MAX")
    parser.add_argument("--engine", default="20.10.24")
    parser.add_argument("--image", action="append", default=[], help="an image that is present")
    parser.add_argument("--scenario")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=JSON")
    parser.add_argument("--state")
    parser.add_argument("--journal")
    options = parser.parse_args()

    def end(*_):
        for one in list(Handler.engine.containers.values()):
            one.stop(137)
        shutil.rmtree(options.socket + ".d", ignore_errors=True)
        container.reap()
        os._exit(0)

    container.adopt_orphans()
    Handler.engine = Engine(options)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    time.sleep(options.after)
    server = Server(options.socket, Handler)
    threading.Thread(target=server.serve_forever, args=(60,), daemon=True).start()
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
