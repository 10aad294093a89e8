"""What is wrong with a run."""
import json
import re

from situations import PAIRS

SLACK = 5  # seconds behind the program's own deadline
MEMORY = 32 * 1024  # KiB


def dirt(data):
    """The first character that no terminal or log should get, or None."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return repr(data[error.start:error.start + 4])
    match = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)
    return repr(match.group()) if match else None


def judge_container(case, status, layers, where):
    """What the layer says of an Engine that gave a wrong answer, or none."""
    container = layers[0]
    if container["ok"] is None and status != 0:
        yield "not ready, and only the Engine is in doubt"
    if container["ok"] is None and where not in container["detail"]:
        yield "the container layer does not name " + where
    if container["ok"] and case.expect is False:
        yield "the container layer holds"


def judge(case, result, peer, where, shared):
    """Yields what is wrong with a run."""
    s, status, out = case.situation, result["status"], result["out"].decode("utf-8", "replace")
    err = result["err"].decode("utf-8", "replace")
    if status is None:
        yield "it hangs"
    if status not in case.codes():
        yield "exit status %s, not %s" % (status, " or ".join(map(str, sorted(case.codes()))))
    if case.deed and not peer.hits and case.deed.at != "backlog":
        yield "the peer was not asked"
    if result["seconds"] > case.seconds + SLACK:
        yield "%.1f seconds" % result["seconds"]
    if result["rss"] > MEMORY:
        yield "%d KiB of memory" % result["rss"]
    for name, data in dict(result["files"], out=result["out"], err=result["err"]).items():
        if dirt(data):
            yield "%s has %s" % (name, dirt(data))
        if shared.options.token.encode() in data:
            yield "%s has the token" % name
    if status != s.ok and not err.strip():
        yield "no message"
    if case.deed and status != s.ok and not s.unnamed and where not in err:
        yield "%s is not named" % where
    if shared.trapped():
        yield "a redirect was followed"
    program = case.argv[0]
    if program == "fl-onegate-publish" and out != (PAIRS if status == 0 else ""):
        yield "on stdout: %r" % out[:80]
    if program == "fl-healthcheck":
        try:
            told = json.loads(out)
            ready = told["ready"]
            if s.unsure:
                yield from judge_container(case, status, told["layers"], where)
        except (ValueError, KeyError, TypeError):
            ready = "no JSON"
        if ready is not (status == 0):
            yield "ready is %s" % ready
    if program == "fl-bootstrap":
        if out:
            yield "on stdout: %r" % out[:80]
        if ("step 9/12 start container: done" in err) != (status == 0):
            yield "it tells of a container that it did not make, or the reverse"
        if s.stage and status != 0 and "step %d/12" % s.stage not in err:
            yield "not step %d" % s.stage
    if s.name == "publish" and case.name.startswith(("301", "307")) and len(peer.requests) != 1:
        yield "%d requests after a redirect" % len(peer.requests)
