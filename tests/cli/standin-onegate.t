#!/bin/sh
# The OneGate stand-in against spec section 8's table, row by row. How it fails is tried by fl-onegate-publish.t.
. "$(dirname "$0")/lib.sh"
"$PYTHON" - "$T" "$TOKEN" >"$T/rows" <<'PY'
import json, os, sys

import shared

folder, TOKEN = sys.argv[1:]


def is_(got, want, what):
    print("ok" if got == want else "not ok", what)
    if got != want:
        print("#   got:  %r\n#   want: %r" % (got, want))


class Gate:
    def __init__(self, name, *options):
        self.journal, self.state = (os.path.join(folder, name + end) for end in (".journal", ".state"))
        self.process, self.place = shared.start_onegate(
            os.path.join(folder, name + ".port"), "--token", TOKEN, "--journal", self.journal, "--state", self.state, *options)

    def ask(self, method="PUT", body="", path="/vm", token=TOKEN, vmid="42", kind="text/plain", host=None):
        headers = {"Host": host or self.place, "X-ONEGATE-TOKEN": token, "X-ONEGATE-VMID": vmid, "Content-Type": kind}
        status, text, _ = shared.ask(self.place, method, path, body.encode() if method == "PUT" else None,
                                     {name: value for name, value in headers.items() if value is not None})
        return status, text.decode()

    def put(self, body, **how):
        """Status, text and the user template afterwards."""
        return *self.ask("PUT", body, **how), shared.read_json(self.state)


FOUR = "FL_READY=YES\nFL_ENDPOINT=192.0.2.10:9092\nFL_VERSION=1.25.0\nFL_ROLE=superlink\n"
HAVE = {"FL_READY": "YES", "FL_ENDPOINT": "192.0.2.10:9092", "FL_VERSION": "1.25.0",
        "FL_ROLE": "superlink"}
FORM = "application/x-www-form-urlencoded"

for version in ("6.10", "7.0.0", "7.0.1", "7.2", "7.4", "newest"):
    reason = version in ("6.10", "7.0.0")
    gate = Gate(version, "--personality", version, "--nic", "192.0.2.10,02:00:00:00:00:01",
                "--nic", "10.0.0.7,02:00:00:00:00:02")

    def is_row(body, status, have, what, text=None, **how):
        got = gate.put(body, **how)
        want_text = got[1] if text is None else text
        is_((got[0], got[1], got[2]), (status, want_text, have), "%s: %s" % (version, what))

    for what, how in (("no token", dict(token=None)), ("a wrong token", dict(token="x")),
                      ("a wrong VMID", dict(vmid="43")), ("no VMID", dict(vmid=None))):
        is_row(FOUR, 401, {}, what + ": 401", "Not authorized", **how)
    for name in ("SERVICE_ID", "ROLE_NAME", "SCHED_REQUIREMENTS", "service_id"):
        is_row("FL_READY=YES\n%s=3\n" % name, 403, {}, "restricted %s: 403, nothing" % name,
               "Attribute (%s) cannot be modified" % name)
    for what, body in (("comma", "FL_A=a,b\n"), ("inner quotes", 'FL_A=a "b" c\n'),
                       ("brackets", "FL_A=a[1]\n"), ("an IPv6 endpoint", "FL_A=[2001:db8::1]:9\n"),
                       ("= inside quotes", 'FL_A="a=b"\n'), ("a name with -", "FL-A=1\n"),
                       ("a name with .", "FL.A=1\n"), ("a line without =", "FL_A=1\nrest\n")):
        is_row("FL_GOOD=1\n" + body, 500, {}, what + ": 500, nothing",
               None if reason else "Internal server error")
        text = gate.ask("PUT", body)[1]
        is_("Parse error" in text, reason, version + ": the reason is " + ("told" if reason else "hidden"))
    eaten = version == "7.0.0"
    is_row(FOUR, 200, {} if eaten else HAVE, "the form type" + (" stores nothing" if eaten else ""),
           "", kind=FORM)
    is_row("FL_A=50%\n", 400, {} if eaten else HAVE, "form type and a %: 400", kind=FORM)
    is_row("data=READY%3DYES&type=1", 200, {"READY": "YES"} if eaten else dict(HAVE, READY="YES"),
           "the onegate command's own form works", "", kind=FORM)
    is_row("data=READY&type=2", 200, {} if eaten else HAVE, "and its delete", "", kind=FORM)
    is_row(FOUR, 200, HAVE, "right: 200, an empty body, all four", "")
    is_row("FL_VERSION=1.26.0\n", 200, dict(HAVE, FL_VERSION="1.26.0"), "attributes are merged")
    is_row("FL_VERSION=1&FL_ROLE=x", 200, dict(HAVE, FL_VERSION="1&FL_ROLE=x"),
           "trap 2: joined by & it is ONE attribute")
    is_row("FL_A=a\\b\n", 200, dict(HAVE, FL_VERSION="1&FL_ROLE=x", FL_A='"a"\\b"'),
           "a backslash: 200, corrupt")
    is_row("FL_A=", 200, dict(HAVE, FL_VERSION="1&FL_ROLE=x", FL_A='"'),
           "FL_A= as the last bytes: one quote")
    is_row("FL_A=\nFL_B= x \n", 200, dict(HAVE, FL_VERSION="1&FL_ROLE=x", FL_A="",
                                        FL_B="x" if version in ("7.4", "newest") else " x "),
           "FL_A= with a line end: empty")
    xml = ("<TEMPLATE><FL_A>&#91;2001:db8::1&#93;:9092</FL_A><FL_B>a&#44;&#92;&#34;b</FL_B>"
           "<FL_VERSION>1.25.0</FL_VERSION></TEMPLATE>")
    is_row(xml, 200, dict(HAVE, FL_A="[2001:db8::1]:9092", FL_B='a,\\"b'),
           "XML with numeric references keeps every character")
    is_row("<TEMPLATE><FL_B>a,b</FL_B></TEMPLATE>", 200,
           dict(HAVE, FL_A="[2001:db8::1]:9092", FL_B='a",b'), "XML with a bare comma: corrupt")
    is_row("<TEMPLATE><FL_B>[</FL_B>", 500, dict(HAVE, FL_A="[2001:db8::1]:9092", FL_B='a",b'),
           "XML that is broken: 500")
    host = version in ("7.0.0", "7.0.1", "7.2")
    is_(gate.ask("GET", host="onegate.example:5030")[0], 403 if host else 200,
        version + ": a Host that is a name")
    is_(gate.ask("GET", host="onegate.example", token=None)[1],
        "Host not permitted" if host else "Not authorized", version + ": the host is looked at first")
    status, text = gate.ask("GET")
    vm = json.loads(text)["VM"]
    is_((status, vm["ID"], vm["USER_TEMPLATE"]["FL_READY"], vm["TEMPLATE"]["NIC"][1]["IP"],
         vm["TEMPLATE"]["NIC"][0]["MAC"]), (200, "42", "YES", "10.0.0.7", "02:00:00:00:00:01"),
        version + ": GET /vm")
    is_(gate.ask("GET", path="/nothing")[0], 400, version + ": another path: 400")
    gate.process.terminate()
    gate.process.wait()
PY
results "$T/rows"
done_testing
