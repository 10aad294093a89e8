"""The stand-ins of the Docker Engine and of OneGate, put into the state that a run finds."""
import http.client
import json
import socket
import urllib.parse

NAME = "flower-superlink"


class Engine:
    """The Engine."""

    def __init__(self, path, images):
        self.path, self.images = path, images

    def call(self, method, path, body=None):
        link = http.client.HTTPConnection("engine", timeout=30)
        link.sock = socket.socket(socket.AF_UNIX)
        link.sock.connect(self.path)
        link.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        answer = link.getresponse()
        data = answer.read()
        link.close()
        return json.loads(data) if data and answer.status < 300 else None

    def containers(self):
        """All containers, but not one that is just being removed for the killed run."""
        found = [self.call("GET", "/containers/%s/json" % one["Id"])
                 for one in self.call("GET", "/containers/json?all=1")]
        return [one for one in found if one is not None]

    def reset(self, container, start):
        """Only the images of the beginning, and CONTAINER (a request to make it, or None)."""
        for one in self.call("GET", "/containers/json?all=1"):
            self.call("DELETE", "/containers/%s?force=1" % one["Id"])
        for one in self.call("GET", "/images/json"):
            for name in one["RepoTags"]:
                if name not in self.images:
                    self.call("DELETE", "/images/" + name)
        if container is not None:
            self.call("POST", "/containers/create?name=" + NAME, container)
            if start:
                self.call("POST", "/containers/%s/start" % NAME)

    def summary(self):
        """A boot must end with this: one container, of the right image and digest, running."""
        return [(one["Name"], one["Config"]["Image"], one["Config"]["Labels"], one["State"]["Status"])
                for one in self.containers()]


class Gate:
    """OneGate."""

    def __init__(self, url, journal, token):
        self.place, self.state, self.token = urllib.parse.urlsplit(url).netloc, journal, token

    def reset(self):
        link = http.client.HTTPConnection(self.place, timeout=30)
        link.request("PUT", "/vm", "FL_READY=NO\n", {"X-ONEGATE-TOKEN": self.token, "X-ONEGATE-VMID": "42",
                                                    "Content-Type": "text/plain"})
        link.getresponse().read()
        link.close()

    def says(self):
        with open(self.state, encoding="utf-8") as source:
            return json.load(source)
