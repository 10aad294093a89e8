"""Which peer does what to which program, and what is expected of it."""
import re

import answers
import http1
import http2
import situations as world

TEXTS = {"a word", "nothing", "digits", "controls", "no UTF-8", "a NUL", "a long text",
         "half a surrogate"}
BREAKS = {"half a surrogate", "999 brackets", "999 nines"}  # the whole text, to cJSON


class Case:
    """The results are summed up by GROUP. EXPECT is True, False, or None for either."""

    def __init__(self, group, name, situation, deed=None, script=None, expect=None, grpc=None,
                 seconds=None, argv=None):
        self.group, self.name, self.situation, self.deed = group, name, situation, deed
        self.script = script or situation.script
        self.expect, self.grpc = expect, grpc
        self.seconds = seconds or situation.seconds
        self.argv = argv or situation.argv
        if expect and situation.ok == 0 and "=1" in " ".join(self.argv):
            # The program waits for nothing here, so a busy machine gets more time.
            self.argv, self.seconds = [re.sub("=1$", "=20", w) for w in self.argv], 20

    def codes(self):
        s = self.situation
        return {True: {s.ok}, False: s.bad, None: s.bad | {s.ok}}[self.expect]


def expectation(deed, kind, answer):
    if kind == "stream" or answer.status == 204 and deed.frames:
        return None
    if kind == "status":
        return deed.status
    return False if deed.status is False else deed.body if deed.status else None


def deeds_of(situation):
    """Every deed. If deeds would take the whole of a long deadline, one of those is enough."""
    for deed in http1.DEEDS:
        if deed.waits and not situation.many and deed.name != "silent":
            continue
        if deed.at != "request" and situation.name not in ("publish", "step 7, ping"):
            continue  # the connection was accepted when something else was asked
        if "token" in deed.name and situation.peer != "OneGate":
            continue
        yield Case("%s: misdeeds" % situation.name, deed.name, situation, deed,
                   expect=expectation(deed, situation.kind, situation.answer()))


def cuts_of(situation, answer, argv=None):
    for deed in http1.cuts(answer.bytes()):
        yield Case("%s: an end behind each of %d bytes" % (situation.name, len(answer.bytes())),
                   deed.name, situation, deed, situation.with_answer(answer),
                   None if situation.kind == "stream" else False, argv=argv)


INSPECTED = r"all|Id|Config(\.Image|\.Labels)?|State(\.(?!Paused|Dead|Finished).*)?|RestartCount"
READ = {"Id", "Config.Image", "State.StartedAt"}
READ_TOO = {"State.Error", "State.OOMKilled", "State.ExitCode", "RestartCount", "Config.Labels",
            "State.Restarting"}


def expect_look(path, kind):
    if path in ("all", "Config", "State", "State.Status", "State.Running", "State.Pid"):
        return False
    if path in READ:
        return None if kind in TEXTS else False
    if path in READ_TOO or kind in BREAKS:
        return None
    return True


def expect_boot(path, kind):
    if path in ("all", "Config", "State"):
        return False
    return False if path in READ | {"State.Status"} and kind not in TEXTS else None


def expect_verify(path, kind):
    if path in ("all", "VM") or path.startswith("VM.USER_TEMPLATE"):
        return False
    return None if kind in BREAKS else True


def expect_image(path, kind):
    if path == "all" or path == "Id" and kind not in TEXTS:
        return False
    return None if path == "Id" or kind in BREAKS else True


def mutations_of(situation, answer, expect, read=".*"):
    for path, kind, wrong in answers.mutations(answer, read):
        yield Case("%s: each JSON field" % situation.name, "%s: %s" % (path, kind), situation,
                   script=situation.with_answer(wrong), expect=expect(path, kind))


def streams_of(by_name, found):
    """Bodies of streams: log frames, lines of a pull."""
    for name in ("step 9, log of a dead one", "look, log of a dead one"):
        for kind, data in answers.LOGS.items():
            yield Case("%s: frames" % name, kind, by_name[name],
                       script=by_name[name].with_answer(found["logs"].with_body(data)))
    pull = by_name["step 8, pull"]
    line = b'{"status":"%s","id":"%s","progressDetail":{"current":%d,"total":9}}\n'
    lines = {"a line of 3 MB": b"p" * 3000000, "an id of 60 KB": line % (b"Waiting", b"i" * 60000, 1),
             "30000 layers": b"".join(line % (b"Waiting", b"%d" % i, 1) for i in range(30000)),
             "controls": line % (b"Downloading\\u001b[31m", b"\\u0000\\u001b", 1),
             "an error of 60 KB": b'{"error":"' + b"e" * 60000 + b'"}\n',
             "an error with controls": b'{"errorDetail":{"message":"\\u001b[31m\\n\\u0085x"}}\n',
             "negative bytes": line % (b"Downloading", b"i", -5),
             "brackets": b"[" * 60000 + b"\n"}
    for kind, data in lines.items():
        yield Case("step 8, pull: lines", kind, pull,
                   script=pull.with_answer(found["pull ok"].with_body(data)))
    for kind, data in (("ids", line % (b"Waiting", b"%d-" + b"i" * 60000, 1)),
                       ("states", line % (b"%d-" + b"s" * 60000, b"i", 1))):
        yield Case("step 8, pull: lines", "5000 %s of 60 KB" % kind, pull, http1.Deed(
            kind, lambda w, a, data=data: [w.send(a.head("Transfer-Encoding: chunked"))] + [
                w.send(http1.chunk(data % i)) for i in range(5000)]))
    for kind, data in (("lines without news", line % (b"Waiting", b"i", 0)), ("blank", b"\n" * 500)):
        yield Case("step 8, pull: lines", kind + " without end", pull, http1.Deed(
            kind, lambda w, a, data=data: (w.send(a.head("Transfer-Encoding: chunked")),
                                           w.repeat(http1.chunk(data * 20), 0.01))))


def grpc_cases():
    """The SuperLink's ports, one by one: calls before the one that is hit get the right answer."""
    check, listed = http2.right(12), http2.with_message(("grpc-status", "0"))
    look = ["fl-healthcheck", "--json", "-v", "--root={root}", "--docker={sock}"]
    probe = ["fl-healthcheck", "--json", "-v", "--probe=grpc", "127.0.0.1:{port}"]
    for name, argv, calls, nth, options in (
            ("probe", probe, [check], 0, {"bad": (1,), "seconds": 5}),
            ("probe, waiting", probe + ["--wait=1"], [check] * 999, 0, {"bad": (75,)}),
            ("look, fleet", look, [check], 0, {"bad": (1,), "seconds": 7, "version": "fleet"}),
            ("look, control", look, [check], 0, {"bad": (1,), "seconds": 7, "version": "control"}),
            ("look, database", look, [check, listed], 1,
             {"bad": (1,), "seconds": 7, "version": "database"})):
        situation = world.Situation(name, "SuperLink", argv, None, [], **options)
        database = name == "look, database"
        waiting = name == "probe, waiting"
        for deed in http2.DEEDS:
            expect = deed.status if deed.status != "message" else not database
            if name in ("look, fleet", "look, control") and not deed.name.startswith(
                    ("grpc-", "no grpc", "silent", "closed", "reset", "GOAWAY 0", "RST_STREAM 0")):
                continue
            if waiting and not deed.waits:
                continue
            yield Case("%s: misdeeds" % name, deed.name, situation, deed, expect=expect,
                       grpc=(calls, nth))
        if name in ("probe", "look, database"):
            for deed in http1.cuts(calls[nth]):
                yield Case("%s: an end behind each of %d bytes" % (name, len(calls[nth])), deed.name,
                           situation, deed, expect=False, grpc=(calls, nth))


def health_cases():
    """Flower 1.40 answers GET /health, not gRPC."""
    situation = world.Situation(
        "look, GET /health", "SuperLink",
        ["fl-healthcheck", "--json", "-v", "--root={root}", "--docker={sock}"], world.HEALTH,
        [(world.HEALTH, [http1.Answer(200, [("Content-Type", "application/json")], b"{}")])],
        bad=(1,), seconds=7, version="1.40.0", nth=0)
    for case in deeds_of(situation):
        case.expect = case.deed.status
        yield case
    yield from cuts_of(situation, situation.answer())


def cases(found, gate):
    by_name = {s.name: s for s in world.situations(found, gate)}
    for situation in by_name.values():
        yield from deeds_of(situation)
    for situation in world.boots(found, gate):
        for deed in http1.DEEDS:
            if deed.name in ("silent", "a byte a second"):
                yield Case("%s: 20 s at most" % situation.name, deed.name, situation, deed,
                           expect=False)
    plain = http1.Answer(200, [], b"")
    yield from cuts_of(by_name["publish"], plain)
    yield from cuts_of(by_name["verify"], world.slim(gate["get"], "VM.USER_TEMPLATE"))
    hurry = [w.replace("=1", "=0") for w in by_name["step 7, ping"].argv]
    yield from cuts_of(by_name["step 7, ping"],
                       http1.Answer(200, [("Api-Version", "1.41")], b"OK"), hurry)
    inspected = ("Id", "Config.Image", "State.Status", "State.StartedAt", "State.Running",
                 "State.Pid")
    yield from cuts_of(by_name["look, inspect"], world.slim(found["running"], *inspected))
    yield from cuts_of(by_name["step 9, create"], world.slim(found["create"], "Id"))
    yield from cuts_of(by_name["step 9, start"], http1.Answer(204))
    yield from cuts_of(by_name["step 8, pull"], http1.Answer(200, [], (
        b'{"status":"Downloading","id":"a","progressDetail":{"current":1}}\r\n'
        b'{"status":"Pull complete","id":"a"}\r\n')))
    yield from cuts_of(by_name["look, log of a dead one"],
                       http1.Answer(200, [], answers.frame(b"first line\n") * 2))
    yield from mutations_of(by_name["verify"], gate["get"], expect_verify, r"all|VM|VM\.USER_.*")
    yield from mutations_of(by_name["look, inspect"], found["running"], expect_look, INSPECTED)
    yield from mutations_of(by_name["step 9, inspect"], world.slim(
        found["created"], *inspected, "State.Error", "State.OOMKilled", "State.ExitCode",
        "RestartCount"), expect_boot)
    yield from mutations_of(by_name["step 8, image"], found["image"], expect_image, "all|Id")
    yield from mutations_of(by_name["step 9, create"], found["create"], lambda *_: True, "all|Id")
    lines = (b'{"status":"Downloading","id":"a","progressDetail":{"current":1,"total":9}}\n',
             b'{"errorDetail":{"message":"no"},"error":"no"}\n')
    for line in lines:
        yield from mutations_of(by_name["step 8, pull"], http1.Answer(200, [], line), lambda *_: None)
    yield from mutations_of(by_name["step 9, end"], found["end"], lambda *_: None)
    yield from streams_of(by_name, found)
    yield from health_cases()
    yield from grpc_cases()
