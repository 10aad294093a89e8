#!/usr/bin/env python3
"""A stand-in of OpenNebula's OneGate for the tests: one VM, PUT /vm and GET /vm.

What it answers follows the source of OneGate and oned (OpenNebula 6.10.0, 7.0.0, 7.0.1, 7.2.0,
7.4.0 and its main branch of August 2026), not the documentation:
  src/onegate/onegate-server.rb     escape_attr, update, check_restricted_attrs, build_vm_hash
  src/cloud/common/CloudAuth/OneGateCloudAuth.rb              one answer, 401, to any mistake
  src/parsers/template_parser.l, template_syntax.y            the grammar of a plain template
  src/template/Template.cc          a body that starts with '<' is XML; merge replaces by name
and the Rack and Sinatra releases of share/install_gems/Debian12/Gemfile.lock.
lex() and parse() below were compared with the real flex and bison grammar on random templates.

--fail=MODE[:N] may be given several times; the entries are used up one after the other, each for
N requests (or for ever without N), then the server is right. Modes: an HTTP status (503, 429, 404),
  stall     reads the request, never answers        slow   answers one byte each 0.3 s
  close     closes without an answer                reset  the same with a TCP reset
  redirect  307 to --redirect-to                    huge   200 with a body of 1 MiB
  garbage   an answer that is no HTTP               forget 200, but stores nothing
  ok        right, so that a failure can come after a success
  refuse    N is seconds here: the port refuses connections that long (for ever without N)
"""
import argparse
import contextlib
import http.server
import json
import os
import re
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree

# The differences between the releases. `reason`: a 500 holds oned's reason (later releases have an
# `error 500` block that hides it). `eats_form`: Rack 3 no longer rewinds a body that it parsed, and
# 7.0.0 does not either. `hosts`: Sinatra 4.1's host authorization with its development defaults.
# `trims`: Template::trim_attributes, since 7.4.
RELEASES = {
    "6.10": dict(reason=True, eats_form=False, hosts=False, trims=False),
    "7.0.0": dict(reason=True, eats_form=True, hosts=True, trims=False),
    "7.0.1": dict(reason=False, eats_form=False, hosts=True, trims=False),
    "7.2": dict(reason=False, eats_form=False, hosts=True, trims=False),
    "7.4": dict(reason=False, eats_form=False, hosts=False, trims=True),
    "newest": dict(reason=False, eats_form=False, hosts=False, trims=True),
}
RESTRICTED = ("SCHED_REQUIREMENTS", "SERVICE_ID", "ROLE_NAME")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class Refused(Exception):
    """A request that ends with a status and a text."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status, self.text = status, text


class TemplateError(Exception):
    pass


def escape_attr(attr):
    """onegate-server.rb's escape_attr, line by line, oddities included."""
    out, escape = [], False
    for i, c in enumerate(attr):
        before = attr[i - 1]  # Ruby's attr[-1] is the last character, as in Python
        after = attr[i + 1] if i + 1 < len(attr) else None
        if c == "=" and escape:
            out.append(c)
        elif c == "=" and after not in ("[", '"'):
            out.append('="')
            escape = True
        elif c == "," and before != '"':
            out.append('",')
        elif c == "[" and before not in ("=", '"'):
            out.append('"[')
        elif c == "]" and before not in ("=", '"'):
            out.append('"]')
            escape = False
        elif c == "\\" and before != '"':
            out.append('"\\')
            escape = False
        elif c == "\n" and before != '"':
            out.append('"\n')
            escape = False
        else:
            out.append(c)
    text = "".join(out).replace("\\n", "\n")
    if escape and text[-1] not in ("]", '"'):
        text += '"'
    return text


# template_parser.l: the longest match wins; if two are equally long, the first rule wins; a character
# that no rule takes is dropped (flex's default rule).
INITIAL_RULES = [(re.compile(p), t) for p, t in (
    (r"[ \t]*#[^\n]*\n", None),
    (r"[ \t\n]+", None),
    (r"[A-Za-z0-9_]+", "VARIABLE"),
    (r"[ \t]*=[ \t]*", "EQUAL"),
    (r"[ \t]*=[ \t]*\n", "EQUAL_EMPTY"),
    (r"[ \t\n]*,[ \t\n]*", "COMMA"),
    (r"[ \t\n]*\][ \t\n]*", "CBRACKET"),
)]
VALUE_RULES = [(re.compile(p), t) for p, t in (
    (r"[ \t]*\[[ \t\n]*", "OBRACKET"),
    (r"[^\n]*\]\]>[^\n]*", "CCDATA"),
    (r'"(?:\\"|[^"])*"', "QUOTED"),
    (r"[^=# \t\n,\[\]]+", "STRING"),
)]


def lex(text):
    """Yields (token, text) of a plain template."""
    rules, pos = INITIAL_RULES, 0
    while pos < len(text):
        best, token = 0, None
        for pattern, name in rules:
            match = pattern.match(text, pos)
            if match and match.end() - pos > best:
                best, token = match.end() - pos, name
        if best == 0:
            pos += 1
            continue
        word, pos = text[pos:pos + best], pos + best
        if token is None:
            continue
        if token == "EQUAL":
            rules = VALUE_RULES
        elif rules is VALUE_RULES:
            rules = INITIAL_RULES
        if token == "QUOTED":
            token, word = "STRING", word[1:-1]
        yield token, word
    yield "END", ""


def parse(text):
    """template_syntax.y: a list of (NAME, value); a value is a str, or a dict for NAME=[...]."""
    tokens = lex(text)
    pairs = []

    def expect(token, *names):
        if token[0] not in names:
            raise TemplateError("Parse error: syntax error, unexpected %s" % token[0])
        return token[1].replace('\\"', '"') if token[0] == "STRING" else token[1]

    token = next(tokens)
    while token[0] != "END":
        name = expect(token, "VARIABLE").upper()
        token = next(tokens)
        expect(token, "EQUAL", "EQUAL_EMPTY")
        value = ""
        if token[0] == "EQUAL":
            token = next(tokens)
            if token[0] == "CCDATA":
                raise TemplateError("Parse error.")
            if token[0] == "OBRACKET":
                value, token = {}, next(tokens)
                while token[0] != "CBRACKET":
                    key = expect(token, "VARIABLE").upper()
                    expect(next(tokens), "EQUAL")
                    value.setdefault(key, expect(next(tokens), "STRING"))
                    token = next(tokens)
                    expect(token, "COMMA", "CBRACKET")
                    if token[0] == "COMMA":
                        token = next(tokens)
                        expect(token, "VARIABLE")
            else:
                value = expect(token, "STRING")
        pairs.append((name, value))
        token = next(tokens)
    return pairs


def parse_xml(text):
    """Template::from_xml: an element with text only is an attribute, an empty one is dropped."""
    try:
        root = xml.etree.ElementTree.fromstring(text.encode("latin-1"))
    except (xml.etree.ElementTree.ParseError, ValueError, LookupError) as error:
        raise TemplateError("Parse error: XML Template malformed.") from error
    pairs = []
    for node in root:
        if len(node):
            pairs.append((node.tag.upper(), {n.tag.upper(): n.text for n in node if n.text}))
        elif node.text:
            pairs.append((node.tag.upper(), node.text))
    return pairs


class OneGate:
    """The VM's user template and what was asked of it."""

    def __init__(self, options):
        self.options = options
        self.release = RELEASES[options.personality]
        self.lock = threading.Lock()
        self.user_template = {}
        if options.state and os.path.exists(options.state):
            with open(options.state, encoding="utf-8") as source:
                self.user_template = json.load(source)
        self.fails = [split_fail(f) for f in options.fail]
        self.save()

    def next_fail(self, method):
        """The failure that the schedule has for this request, or None."""
        with self.lock:
            if self.options.fail_method not in ("", method):
                return None
            while self.fails:
                mode, left = self.fails[0]
                if left is None:
                    return mode
                if left > 0:
                    self.fails[0] = (mode, left - 1)
                    return mode
                self.fails.pop(0)
        return None

    def save(self):
        if self.options.state:
            write_file(self.options.state, json.dumps(self.user_template, sort_keys=True) + "\n")

    def journal(self, entry):
        if self.options.journal:
            with self.lock, open(self.options.journal, "a", encoding="utf-8") as out:
                out.write(json.dumps(dict(entry, holds=self.user_template)) + "\n")

    def token_ok(self, headers):
        return (headers.get("X-ONEGATE-TOKEN") == self.options.token
                and headers.get("X-ONEGATE-VMID") == self.options.vmid)

    def check_host(self, headers):
        if not self.release["hosts"]:
            return
        host = headers.get("Host", "")
        host = host[1:host.find("]")] if host.startswith("[") else host.rsplit(":", 1)[0]
        for family in (socket.AF_INET, socket.AF_INET6):
            with contextlib.suppress(OSError):
                socket.inet_pton(family, host)
                return
        if host != "localhost" and not host.endswith((".localhost", ".test")):
            raise Refused(403, "Host not permitted")

    def params(self, headers, query, body):
        """Rack's parameters from the query and a form's body, and whether it read the body."""
        found = {k: v[0] for k, v in urllib.parse.parse_qs(query, keep_blank_values=True).items()}
        kind = headers.get("Content-Type", "").split(";")[0].strip().lower()
        if kind not in FORM_TYPES:
            return found, False
        if kind == FORM_TYPES[0]:
            if re.search(r"%(?![0-9A-Fa-f]{2})", body):
                raise Refused(400, "Bad Request")
            for key, value in urllib.parse.parse_qs(body, keep_blank_values=True,
                                                    encoding="latin-1").items():
                found[key] = value[0]
        return found, True

    def update(self, headers, query, body, forget):
        params, was_read = self.params(headers, query, body)
        attr = params.get("data")
        if attr is None:
            attr = "" if was_read and self.release["eats_form"] else body
        deletes = params.get("type", "1").strip() == "2"
        attr = escape_attr(attr)
        for line in attr.split("\n"):
            name = line.split("=")[0]
            if name.upper() in RESTRICTED:
                raise Refused(403, "Attribute (%s) cannot be %s"
                              % (name, "deleted" if deletes else "modified"))
        try:
            if deletes:
                if attr not in self.user_template:
                    raise TemplateError("attribute not found")
                pairs = []
            else:
                pairs = parse_xml(attr) if attr.startswith("<") else parse(attr)
        except TemplateError as error:
            text = "[one.vm.update] Cannot update template. %s" % error
            raise Refused(500, text if self.release["reason"] else "Internal server error") from error
        if forget:
            return
        with self.lock:
            if deletes:
                del self.user_template[attr]
            for name, value in pairs:
                if isinstance(value, str):
                    value = value.encode("latin-1", "replace").decode("utf-8", "replace") \
                        if not attr.startswith("<") else value
                    if self.release["trims"]:
                        value = value.strip(" \t\n\r\v\f")
                self.user_template[name] = value
            self.save()

    def show(self):
        nics = []
        for nic in self.options.nic:
            address, _, mac = nic.partition(",")
            nics.append({"IP": address, "MAC": mac, "NAME": "NIC%d" % len(nics), "NETWORK": "net"})
        with self.lock:
            return json.dumps({"VM": {
                "NAME": "superlink", "ID": self.options.vmid, "STATE": "3", "LCM_STATE": "3",
                "USER_TEMPLATE": self.user_template,
                "TEMPLATE": {"NIC": nics, "NIC_ALIAS": []}}})


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    onegate = None

    def log_message(self, *args):
        pass

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            body = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                body += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def handle_any(self):
        gate = self.onegate
        body = self.read_body()
        headers = {k: v for k, v in self.headers.items()}
        for name in headers:
            if name.upper() in ("X-ONEGATE-TOKEN", "AUTHORIZATION", "PROXY-AUTHORIZATION"):
                headers[name] = "***"
        token_ok = gate.token_ok(self.headers)
        target = urllib.parse.urlsplit(self.path)
        entry = {"time": time.time(), "method": self.command, "path": target.path,
                 "query": target.query, "proxied": bool(target.scheme), "headers": headers,
                 "token_ok": token_ok, "body": body.decode("utf-8", "backslashreplace")}
        fail = gate.next_fail(self.command)
        if fail == "ok":
            fail = None
        status, text, kind = 200, "", "application/json;charset=utf-8"
        if fail is None or fail == "forget":
            try:
                gate.check_host(self.headers)
                if (self.command, target.path) not in (("PUT", "/vm"), ("GET", "/vm")):
                    raise Refused(400, "OneGate server doesn't support this feature")
                if not token_ok:
                    raise Refused(401, "Not authorized")
                if self.command == "PUT":
                    gate.update(self.headers, target.query, body.decode("latin-1"), fail)
                else:
                    text = gate.show()
            except Refused as refused:
                status, text = refused.status, refused.text
                kind = "text/plain" if text == "Host not permitted" else kind
        elif fail.isdigit():
            status, text = int(fail), "failure made for the test"
        entry["status"], entry["fail"] = status, fail
        gate.journal(entry)
        self.misbehave(fail) if fail in MISBEHAVE else self.answer(status, text, kind)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_CONNECT = handle_any

    def answer(self, status, text, kind, **headers):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def misbehave(self, mode):
        self.close_connection = True
        if mode == "stall":
            self.connection.settimeout(None)
            self.connection.recv(1)  # until the client gives up
        elif mode == "slow":
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
                self.connection.sendall(bytes((byte,)))
                time.sleep(0.3)
        elif mode == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()
        elif mode == "redirect":
            self.answer(307, "", "text/plain", Location=self.onegate.options.redirect_to)
        elif mode == "huge":
            self.answer(200, "x" * (1 << 20), "application/json")
        elif mode == "garbage":
            self.connection.sendall(b"220 mail.example ESMTP\r\n\r\n")


MISBEHAVE = ("stall", "slow", "close", "reset", "redirect", "huge", "garbage")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self):
        """Without HTTPServer's lookup of the address's name, which takes long without a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is no news
            super().handle_error(request, client_address)


def split_fail(text):
    mode, _, count = text.partition(":")
    if not (mode.isdigit() or mode in MISBEHAVE or mode in ("forget", "ok", "refuse")):
        raise SystemExit("onegate.py: no such failure: " + text)
    return mode, (int(count) if count else None)


def write_file(path, text):
    """As a whole, so that a reader that waits for the file never sees half of it."""
    with open(path + ".new", "w", encoding="utf-8") as out:
        out.write(text)
    os.replace(path + ".new", path)


def main():
    parser = argparse.ArgumentParser(description="OneGate stand-in",
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog=__doc__)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any; the port is printed")
    parser.add_argument("--port-file", help="gets the port when the server is ready")
    parser.add_argument("--journal", help="one JSON object a request, with what the VM holds after it")
    parser.add_argument("--state", help="JSON object of the attributes, kept for the next start")
    parser.add_argument("--vmid", default="42")
    parser.add_argument("--token", default="dG9rZW4gb2YgdGhlIHRlc3Rz==")
    parser.add_argument("--token-file", help="the token's file, for a token of one's own")
    parser.add_argument("--personality", choices=RELEASES, default="newest")
    parser.add_argument("--nic", action="append", default=[], metavar="IP,MAC")
    parser.add_argument("--fail", action="append", default=[], metavar="MODE[:N]")
    parser.add_argument("--fail-method", default="", help="only requests with this method fail")
    parser.add_argument("--redirect-to", default="http://127.0.0.1:9/vm")
    options = parser.parse_args()
    if options.token_file:
        with open(options.token_file, encoding="utf-8") as source:
            options.token = source.read().strip("\n")
    if not options.nic:
        options.nic = ["192.0.2.10,02:00:c0:00:02:0a"]
    # Not Python's default handler: it may wait for select() to end after another thread was interrupted.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    Handler.onegate = OneGate(options)
    if ":" in options.bind:
        Server.address_family = socket.AF_INET6
    server = Server((options.bind, options.port), Handler, bind_and_activate=False)
    server.server_bind()  # bound but not listening: the kernel refuses connections
    port = server.server_address[1]

    def tell():
        if options.port_file:
            write_file(options.port_file, "%d\n" % port)
        print(port, flush=True)

    fails = Handler.onegate.fails
    if fails and fails[0][0] == "refuse":
        tell()
        seconds = fails.pop(0)[1]
        if seconds is None:
            signal.pause()
        time.sleep(seconds)
        server.server_activate()
    else:
        server.server_activate()
        tell()
    server.serve_forever(poll_interval=60)


if __name__ == "__main__":
    main()
