"""The stand-ins of the Docker Engine and of OneGate, put into the state that a run finds."""
import shared


class Engine:
    def __init__(self, path, images):
        self.path, self.images = path, images

    def call(self, method, path, body=None):
        return shared.ask_engine(self.path, method, path, body)

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
            self.call("POST", "/containers/create?name=" + shared.CONTAINER, container)
            if start:
                self.call("POST", "/containers/%s/start" % shared.CONTAINER)

    def summary(self):
        """A boot must end with this: one container, of the right image and digest, running."""
        return [(one["Name"], one["Config"]["Image"], one["Config"]["Labels"], one["State"]["Status"])
                for one in self.containers()]


class Gate:
    def __init__(self, url, state, token):
        self.place, self.state, self.token = url.removeprefix("http://"), state, token

    def reset(self):
        shared.put_attributes(self.place, self.token, {"FL_READY": "NO"})

    def says(self):
        return shared.read_json(self.state)
