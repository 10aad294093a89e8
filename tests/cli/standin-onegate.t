#!/bin/sh
# The OneGate stand-in against spec section 8's table, row by row, and its failure modes.
. "$(dirname "$0")/lib.sh"
exec_test()
{
	"$PYTHON" - "$standin" "$T" <<'PY'
import http.client, json, os, signal, socket, subprocess, sys, time

standin, folder = sys.argv[1:]
count = 0
TOKEN = "tok=="


def is_(got, want, what):
    global count
    count += 1
    print("%sok %d - %s" % ("" if got == want else "not ", count, what), flush=True)
    if got != want:
        print("#   got:  %r\n#   want: %r" % (got, want), flush=True)


class Gate:
    def __init__(self, *options, wait=True):
        self.journal = os.path.join(folder, "j%d" % count)
        self.state = os.path.join(folder, "s%d" % count)
        port_file = os.path.join(folder, "p%d" % count)
        for path in (self.journal, self.state, port_file):
            if os.path.exists(path):
                os.unlink(path)
        self.process = subprocess.Popen(
            [sys.executable, standin + "/onegate.py", "--token", TOKEN, "--journal", self.journal,
             "--state", self.state, "--port-file", port_file] + list(options),
            stdout=subprocess.DEVNULL)
        for _ in range(500):
            if os.path.exists(port_file):
                break
            time.sleep(0.02)
        with open(port_file) as source:
            self.port = int(source.read())

    def ask(self, method="PUT", body="", path="/vm", token=TOKEN, vmid="42", kind="text/plain",
            host=None, timeout=10):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Host": host or "127.0.0.1:%d" % self.port}
        for name, value in (("X-ONEGATE-TOKEN", token), ("X-ONEGATE-VMID", vmid),
                            ("Content-Type", kind)):
            if value is not None:
                headers[name] = value
        try:
            link.request(method, path, body if method == "PUT" else None, headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()

    def put(self, body, **how):
        """Status, text and the user template afterwards, from an empty one."""
        status, text = self.ask("PUT", body, **how)
        with open(self.state) as source:
            return status, text, json.load(source)

    def lines(self):
        with open(self.journal) as source:
            return [json.loads(line) for line in source]

    def stop(self):
        self.process.terminate()
        return self.process.wait(10)


FOUR = "FL_READY=YES\nFL_ENDPOINT=192.0.2.10:9092\nFL_VERSION=1.25.0\nFL_ROLE=superlink\n"
HAVE = {"FL_READY": "YES", "FL_ENDPOINT": "192.0.2.10:9092", "FL_VERSION": "1.25.0",
        "FL_ROLE": "superlink"}
FORM = "application/x-www-form-urlencoded"

for version in ("6.10", "7.0.0", "7.0.1", "7.2", "7.4", "newest"):
    reason = version in ("6.10", "7.0.0")
    gate = Gate("--personality", version, "--nic", "192.0.2.10,02:00:00:00:00:01",
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
    with open(gate.journal) as source:
        text = source.read()
    is_(TOKEN in text, False, version + ": the token is not in the journal")
    last = gate.lines()[-1]
    is_((last["method"], last["path"], last["token_ok"], last["status"], last["proxied"]),
        ("GET", "/nothing", True, 400, False), version + ": the journal's fields")
    is_(gate.stop(), -signal.SIGTERM, version + ": SIGTERM ends it")

gate = Gate("--fail=503:2", "--fail=429:1", "--fail=forget:1", "--fail=reset:1", "--fail=close:1",
            "--fail=garbage:1")
is_([gate.ask("PUT", FOUR)[0] for _ in range(4)], [503, 503, 429, 200], "failures, one by one")
with open(gate.state) as source:
    is_(json.load(source), {}, "forget: 200, but nothing is stored")
errors = []
for _ in range(3):
    try:
        gate.ask("PUT", FOUR)
    except (http.client.HTTPException, OSError) as error:
        errors.append(type(error).__name__)
is_(errors[1:], ["RemoteDisconnected", "BadStatusLine"], "close and garbage")
is_(errors[0] in ("ConnectionResetError", "RemoteDisconnected"), True, "reset")
is_(gate.ask("PUT", FOUR)[0], 200, "then it is right")
link = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=10)
link.request("GET", "http://169.254.16.9:5030/vm", headers={"X-ONEGATE-TOKEN": TOKEN,
                                                           "X-ONEGATE-VMID": "42"})
link.getresponse().read()
link.close()
is_(gate.lines()[-1]["proxied"], True, "a request to a proxy is told from one to a server")
gate.stop()

gate = Gate("--fail=redirect:1", "--fail=huge:1", "--fail=stall:1")
is_(gate.ask("PUT", FOUR)[0], 307, "redirect")
is_(len(gate.ask("PUT", FOUR)[1]) > 65536, True, "a huge body")
try:
    gate.ask("PUT", FOUR, timeout=0.3)
    is_("answered", "timed out", "stall")
except (socket.timeout, TimeoutError):
    is_(1, 1, "stall")
gate.stop()

gate = Gate("--fail=refuse")
try:
    gate.ask("PUT", FOUR)
    is_("answered", "refused", "refuse")
except ConnectionRefusedError:
    is_(1, 1, "refuse")
gate.stop()
print("1..%d" % count)
PY
}
exec_test
