"""Values on the way to OneGate: operands, the context's variables of step 11, token.txt; and words on command lines."""
import json
import os
import unicodedata

import read
import rules
from payloads import FITTED, PAYLOADS, armed

FOLDER = ""
GATE = ("", "", "")  # URL, state, journal of the stand-in
DOCUMENTED = (0, 1, 64, 69, 71, 75, 78)
ARGUMENT_MOST = 100000
# The headers of each request; libcurl adds Host, Accept, Content-Length.
HEADERS = {"Host", "User-Agent", "Accept", "X-ONEGATE-TOKEN", "X-ONEGATE-VMID", "Content-Type", "Content-Length"}
CURL = b"curl() { printf '%s\\0' \"$@\"; }\nTOKENTXT=x\n"
CURL_WORDS = 19


def words():
    return [(label, value) for label, value in PAYLOADS if b"\0" not in value and len(value) < ARGUMENT_MOST]


def cases():
    found = [(kind, None, label, value) for kind in ("value", "json", "curl", "name", "word") for label, value in words()]
    variables = ("ONEGATE_ENDPOINT", "VMID", "TOKENTXT", "ETH0_IP", "ETH0_MAC", "token.txt")
    for number, (label, value) in enumerate(PAYLOADS):
        for variable in variables[number % 2::2]:
            fits = FITTED.get(variable, b"%s") if number % 4 < 2 else b"%s"
            found.append(("variable", variable, label, fits.replace(b"%s", value)))
    return found


def argument_cases():
    fronts = [["fl-configure", "--print=env", "--root"], ["fl-configure", "--print=context", "--context"],
              ["fl-configure", "--print"], ["fl-configure", "--stage"], ["fl-configure"], ["fl-bootstrap"],
              ["fl-bootstrap", "--timeout"], ["fl-healthcheck", "--docker"], ["fl-healthcheck", "--probe"],
              ["fl-healthcheck", "--probe=tcp"], ["fl-healthcheck", "--probe=grpc"],
              ["fl-onegate-publish", "--timeout"], ["fl-onegate-publish", "-n", "--context"], ["service"],
              ["service", "--bindir"], ["service", "status", "--root"]]
    return [(front, label, value) for number, front in enumerate(fronts) for label, value in words()[number % 2::2]]


def utf8_is_plain(text):
    """No control or format character, and no line but the program's own; a path may hold any other character."""
    try:
        return not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") for c in text.decode() if c != "\n")
    except UnicodeDecodeError:
        return False


def arguments(cases_of_mine, worker):
    """A word of every program's command line."""
    verdict = rules.Verdict()
    tree = read.Tree("arguments%d" % worker)
    known = tree.known | {"var/log/one-appliance/flower-bootstrap.log"}
    for front, label, value in cases_of_mine:
        value = armed(value, tree.canary)
        case = "%s, %s" % (" ".join(front), label)
        program = [read.BUILD + "/" + front[0]] if front[0] != "service" else ["/bin/dash", read.TOP + "/one-appliance/service"]
        root = ["--root", tree.root] if "--root" not in front and front[0] != "service" else []
        if front == ["fl-configure"]:
            root.append("-n")
        status, _, err, _ = tree.run(program + root + front[1:] + [value], {"PATH": "/usr/bin:/bin"})
        verdict.holds("status", status in DOCUMENTED, case, status)
        verdict.holds("canary", not os.listdir(tree.canaries), case)
        verdict.holds("printed", utf8_is_plain(err), case, err)
        verdict.holds("line", all(len(x) < rules.LINE_MOST for x in err.split(b"\n")), case, err[:2000])
        verdict.holds("tree", tree.paths() <= known, case, tree.paths() - known)
    return verdict, set()


def context(tree, variable=None, value=b""):
    with open(os.environ["TOKEN_FILE"], "rb") as source:
        known = {"ONEGATE_ENDPOINT": GATE[0].encode(), "VMID": b"42", "TOKENTXT": source.read(), "ETH0_IP": b"192.0.2.10"}
    if variable == "token.txt":
        del known["TOKENTXT"]
    elif variable:
        known[variable] = value
    tree.write(b"".join(read.SHAPES["escaped"](name.encode(), one) for name, one in known.items()))
    token = os.path.dirname(tree.context) + "/token.txt"
    if os.path.exists(token):
        os.unlink(token)
    if variable == "token.txt":
        with open(token, "wb") as out:
            out.write(value)


def operands(kind, attribute, value):
    """The words behind the options."""
    pair = attribute.encode() + b"=" + value
    if kind == "name":
        return [value + b"=1"]
    if kind == "word":
        return [value]
    return {"json": [b"--json", pair], "curl": [b"--print-curl", pair]}.get(kind, [pair])


def judge_success(verdict, case, tree, kind, attribute, value, out):
    """Checks stdout and what OneGate has stored."""
    pair = attribute.encode() + b"=" + value + b"\n"
    if kind == "curl":
        verdict.holds("paste", b"curl " in out, case, out)
        _, said, err, _ = tree.paste(CURL + out)
        said = said.split(b"\0")
        body = said[said.index(b"--data-binary") + 1] if b"--data-binary" in said else None
        plain = b"Content-Type: text/plain" in said
        verdict.holds("paste", err == b"" and len(said) == CURL_WORDS + 1 and (body == pair if plain else body.startswith(b"<TEMPLATE>")),
                      case, said)
        return
    if kind == "json":
        verdict.holds("stdout", json.loads(out) == {attribute: value.decode()}, case, out)
    else:
        verdict.holds("stdout", out == pair and utf8_has_no_control(out), case, out)
    with open(GATE[1], encoding="utf-8") as source:
        stored = json.load(source)
    verdict.holds("stored", stored.get(attribute, "") == value.decode(), case, stored.get(attribute))


def utf8_has_no_control(text):
    return not any(unicodedata.category(c) == "Cc" for c in text.decode() if c != "\n")


def work(cases_of_mine, worker):
    verdict = rules.Verdict()
    tree = read.Tree("publish%d" % worker)
    for number, (kind, variable, label, value) in enumerate(cases_of_mine):
        value = armed(value, tree.canary)
        case = "publish, %s %s, %s" % (kind, variable or "", label)
        attribute = "FL_%d_%d" % (worker, number)
        context(tree, variable, value.replace(b"127.0.0.1:9/", GATE[0].encode()[7:] + b"/") if variable else b"")
        given = operands(kind, attribute, b"1" if kind == "variable" else value)
        status, out, err, _ = tree.run([read.BUILD + "/fl-onegate-publish", "-v", "--root", tree.root, "--timeout=1"] + given)
        verdict.holds("status", status in DOCUMENTED, case, status)
        verdict.holds("canary", not os.listdir(tree.canaries), case)
        verdict.holds("printed", utf8_is_plain(err), case, err)
        verdict.holds("line", all(len(x) < rules.LINE_MOST for x in err.split(b"\n")), case, err[:2000])
        if len(rules.escaped(value)) > 200 and kind != "curl":
            verdict.holds("shown", rules.escaped(value)[:201] not in err, case, err)
        if status == 0 and kind in ("value", "json", "curl"):
            judge_success(verdict, case, tree, kind, attribute, value, out)
        elif status != 0:
            # "--" alone is no operand: the program looks for itself.
            verdict.holds("stdout", out == (b"FL_READY=NO\n" if given == [b"--"] else b""), case, out)
    return verdict, set()


def judge_journal(verdict):
    """Checks every request that came to OneGate."""
    with open(GATE[2], encoding="utf-8") as source:
        requests = [json.loads(line) for line in source]
    for request in requests:
        case = "request for " + request["path"][:100]
        verdict.holds("headers", set(request["headers"]) <= HEADERS and request["query"] == ""
                      and request["method"] == "PUT" and request["headers"]["X-ONEGATE-VMID"].isdigit(), case, request)
    with open(GATE[1], encoding="utf-8") as source:
        names = set(json.load(source))
    own = {n for n in names if n.startswith("FL_")}
    verdict.holds("stored", not names & {"SERVICE_ID", "FL_EVIL", "EVIL"} and own >= {n for n in names if n[:2] == "FL"},
                  "names at OneGate", sorted(names - own)[:20])
