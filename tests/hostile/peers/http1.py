"""HTTP/1.1 answers, and what a peer can do wrong with one.

A deed gets the connection and the right answer. Two marks say what a client may make of it: `status`
where the status line and headers come over whole and are those of the right answer, `body` where the
body does too; None where either is fine (RFC 9112 leaves it open).
"""
import gzip
import json
import zlib

OTHER_HOST = []  # the port of a server that nobody may ever talk to, set by the driver
TOKEN = []


class Answer:
    """Status, headers and body; a stream is held open behind its body."""

    def __init__(self, status, headers=(), body=b"", stream=False):
        self.status, self.headers, self.body, self.stream = status, list(headers), body, stream

    def head(self, *more, status=None, version="HTTP/1.1"):
        lines = ["%s %s Canned" % (version, status or self.status)]
        lines += ["%s: %s" % pair for pair in self.headers] + list(more)
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"

    def length(self):
        return [] if self.status in (204, 304) else ["Content-Length: %d" % len(self.body)]

    def bytes(self):
        if self.stream:
            return self.head("Transfer-Encoding: chunked") + chunk(self.body)
        return self.head(*self.length()) + self.body

    def with_body(self, body):
        return Answer(self.status, self.headers, body, self.stream)


def chunk(data, extension=b""):
    return b"%x%s\r\n" % (len(data), extension) + data + b"\r\n" if data else b""


class Deed:
    """AT: the place in the connection. WAITS: the client waits for something that never comes. FRAMES: the
    deed changes lengths and chunks, which an answer without a body does not have."""

    def __init__(self, name, act, status=False, body=False, at="request", waits=False,
                 frames=False):
        self.name, self.act, self.at, self.waits = name, act, at, waits
        self.status, self.body, self.frames = status, body, frames
        self.unread = name.startswith("reset")


DEEDS = []


def into(deeds):
    """A decorator whose function is a deed of that name among DEEDS."""
    def deed(**marks):
        def add(function):
            deeds.append(Deed(function.__name__.replace("_", " "), function, **marks))
            return function
        return add
    return deed


deed = into(DEEDS)


def canned(name, data, status=False, body=False):
    """A deed that sends what DATA (bytes, or a function of the answer) gives, then closes."""
    def act(wire, answer):
        wire.send(data(answer) if callable(data) else data)
    DEEDS.append(Deed(name, act, status=status, body=body, frames=any(word in name for word in (
        "length", "chunk", "body", "Encoding", "coding"))))


# --- nothing, or never enough ---------------------------------------------------------------------

@deed(at="accept", waits=True)
def silent_from_the_start(wire, _):
    wire.hold()


@deed(at="backlog", waits=True)
def never_accepted(wire, _):
    pass


@deed(at="accept")
def closed_at_once(wire, _):
    pass


@deed(at="accept")
def reset_at_once(wire, _):
    wire.reset()


@deed(waits=True)
def silent(wire, _):
    wire.hold()


@deed(waits=True)
def a_byte_a_second(wire, answer):
    wire.drip(answer.bytes())


@deed(waits=True, frames=True)
def a_body_byte_a_second(wire, answer):
    wire.send(answer.head("Content-Length: 4000"))
    wire.drip(b"x" * 4000)


@deed()
def reset_after_the_request(wire, _):
    wire.reset()


@deed()
def closed_after_the_request(wire, _):
    pass


@deed(status=True, frames=True)
def body_without_end(wire, answer):
    wire.send(answer.head("Connection: close"))
    wire.repeat(b"x" * 65536, 0.002)


@deed(status=True, frames=True)
def blank_body_without_end(wire, answer):
    wire.send(answer.head("Transfer-Encoding: chunked"))
    wire.repeat(chunk(b"\n" * 65535), 0.002)


@deed(waits=True)
def headers_without_end(wire, answer):
    wire.send(answer.head()[:-2])
    wire.repeat(b"".join(b"X-Filler-%d: %s\r\n" % (i, b"y" * 40) for i in range(500)), 0.002)


@deed(waits=True)
def a_header_line_without_end(wire, answer):
    wire.send(answer.head()[:-2] + b"X-Filler: ")
    wire.repeat(b"y" * 65536, 0.002)


@deed(waits=True)
def a_status_line_without_end(wire, answer):
    wire.send(b"HTTP/1.1 %d " % answer.status)
    wire.repeat(b"y" * 65536, 0.002)


@deed(waits=True, frames=True)
def a_chunk_extension_without_end(wire, answer):
    wire.send(answer.head("Transfer-Encoding: chunked") + b"1;")
    wire.repeat(b"e" * 65536, 0.002)


@deed(waits=True, frames=True)
def chunk_extensions_without_end(wire, answer):
    wire.send(answer.head("Transfer-Encoding: chunked"))
    wire.repeat((b"1;" + b"e" * 1000 + b"\r\nx\r\n") * 20, 0.01, most=1 << 26)


@deed(waits=True, frames=True)
def trailers_without_end(wire, answer):
    wire.send(answer.head("Transfer-Encoding: chunked") + chunk(answer.body) + b"0\r\n")
    wire.repeat(b"".join(b"X-Filler-%d: %s\r\n" % (i, b"y" * 40) for i in range(500)), 0.002)


@deed(waits=True)
def continue_100_without_end(wire, _):
    wire.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 500, 0.002)


@deed(waits=True)
def early_hints_103_without_end(wire, _):
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"
    wire.repeat(hint * 500, 0.002)


@deed(waits=True)
def big_early_hints_103_without_end(wire, _):
    wire.repeat(b"HTTP/1.1 103 Early Hints\r\n" + b"Link: </s>\r\n" * 2000 + b"\r\n", 0.002)


# --- lengths and chunks ---------------------------------------------------------------------------

canned("a length that is too long", lambda a: a.head("Content-Length: %d" % (len(a.body) + 9)) + a.body)
canned("a length that is too short",
       lambda a: a.head("Content-Length: %d" % max(len(a.body) - 9, 0)) + a.body, status=True,
       body=None)
canned("a negative length", lambda a: a.head("Content-Length: -1") + a.body)
canned("a length of letters", lambda a: a.head("Content-Length: many") + a.body)
canned("a length of 2^63", lambda a: a.head("Content-Length: %d" % 2**63) + a.body, status=None,
       body=None)
canned("a length of 2^64", lambda a: a.head("Content-Length: %d" % 2**64) + a.body, status=None,
       body=None)
canned("a length of 1 TB", lambda a: a.head("Content-Length: %d" % 10**12) + a.body)
canned("two lengths", lambda a: a.head("Content-Length: 1", *a.length()) + a.body, status=None,
       body=None)
canned("a list of lengths", lambda a: a.head("Content-Length: %d, 7" % len(a.body)) + a.body,
       status=None, body=None)
canned("a length and chunks",
       lambda a: a.head("Content-Length: 3", "Transfer-Encoding: chunked") + chunk(a.body)
       + b"0\r\n\r\n", status=None, body=None)
canned("chunks", lambda a: a.head("Transfer-Encoding: chunked")
       + b"".join(chunk(a.body[i:i + 1]) for i in range(len(a.body))) + b"0\r\n\r\n",
       status=True, body=True)
canned("chunks with extensions and trailers",
       lambda a: a.head("Transfer-Encoding: chunked") + chunk(a.body, b";a=\x1b[31m;b=\"c\"")
       + b"0;x\r\nApi-Version: 0.1\r\nX-Trailer: \x1b[31m\r\n\r\n", status=None, body=None)
for text in (b"zz", b"-5", b"0x10", b"F" * 17, b"7FFFFFFFFFFFFFFF", b""):
    canned("a chunk of size '%s'" % text.decode(),
           lambda a, text=text: a.head("Transfer-Encoding: chunked") + text + b"\r\n" + a.body)
canned("a chunk without its end", lambda a: a.head("Transfer-Encoding: chunked")
       + b"%x\r\n" % len(a.body or b"x") + (a.body or b"x") + b"0\r\n\r\n")
canned("chunks without the last one", lambda a: a.head("Transfer-Encoding: chunked")
       + chunk(a.body or b"x"))
canned("an unknown transfer coding", lambda a: a.head("Transfer-Encoding: rot13") + a.body,
       status=None, body=None)

# --- versions and statuses ------------------------------------------------------------------------

canned("HTTP/1.0", lambda a: a.head(version="HTTP/1.0") + a.body, status=True, body=True)
canned("HTTP/0.9", lambda a: a.body or b"hello")
canned("HTTP/9.9", lambda a: a.head(*a.length(), version="HTTP/9.9") + a.body)
canned("HTTP/2 in text", lambda a: a.head(*a.length(), version="HTTP/2") + a.body, status=None,
       body=None)
for code in ("0", "000", "-200", "20", "1200", "99999999999", "2e2", ""):
    canned("status '%s'" % code,
           lambda a, code=code: b"HTTP/1.1 %s Odd\r\nContent-Length: 0\r\n\r\n" % code.encode())
canned("no CR in its lines", lambda a: (a.head(*a.length())).replace(b"\r\n", b"\n") + a.body,
       status=None, body=None)
for place in ("http://127.0.0.1:%d/vm", "file:///etc/passwd", "/vm", "//", "http://\x1b[31m/",
              "gopher://127.0.0.1:%d/", "unix:///run/docker.sock"):
    for code in (301, 307):
        canned("%d to %r" % (code, place.replace("%d", "PORT")),
               lambda a, place=place, code=code: Answer(
                   code, [("Location", place.replace("%d", str(OTHER_HOST[0])))]).bytes())
canned("100 and 103 first", lambda a: b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
       b"Link: </x>\r\n\r\n" + a.bytes(), status=True, body=True)
canned("101", lambda a: b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n")
canned("the answer twice", lambda a: a.bytes() * 2, status=True, body=True)
canned("another protocol", b"220 mail.example ESMTP \x1b[31mready\r\n\r\n")
canned("SSH", b"SSH-2.0-OpenSSH_9.2\r\n")
canned("a TLS alert", b"\x15\x03\x01\x00\x02\x02\x0a")
canned("bytes", bytes(range(256)) * 8)
canned("NUL bytes", bytes(4096))

# --- headers --------------------------------------------------------------------------------------

canned("a header of 1 MB", lambda a: a.head("X-Big: " + "y" * (1 << 20), *a.length()) + a.body)
canned("headers of 400 KB", lambda a: a.head(*(["X: " + "y" * 1000] * 400), *a.length()) + a.body,
       status=None, body=None)
canned("headers of 200 KB", lambda a: a.head(*(["X: " + "y" * 1000] * 200), *a.length()) + a.body,
       status=True, body=True)
canned("control characters in a header", lambda a: a.head(
    "Server: Docker/\x1b]0;title\x07\x9b31m (linux)", *a.length()) + a.body, status=None, body=None)
canned("a NUL in a header", lambda a: a.head("X-Odd: a\0b", *a.length()) + a.body, status=None,
       body=None)
canned("a header without a colon", lambda a: a.head("nonsense", *a.length()) + a.body, status=None,
       body=None)
canned("a folded header", lambda a: a.head("X-Odd: a\r\n b", *a.length()) + a.body, status=True,
       body=True)

# --- bodies ---------------------------------------------------------------------------------------

BOMB = b"\0" * (1 << 26)


def squeezed(name, data):
    canned("a bomb of 64 MB, Content-Encoding: " + name,
           lambda a: a.head("Content-Encoding: " + name, "Content-Length: %d" % len(data)) + data,
           status=True)
    canned("a bomb of 64 MB, Transfer-Encoding: " + name,
           lambda a: a.head("Transfer-Encoding: %s, chunked" % name) + chunk(data) + b"0\r\n\r\n",
           status=None)


squeezed("gzip", gzip.compress(BOMB, 1))
squeezed("deflate", zlib.compress(BOMB, 1))
for title, data in (
        ("100000 open brackets", b"[" * 100000), ("100000 open objects", b'{"a":' * 100000),
        ("two million numbers", b"[" + b"0," * 2000000 + b"0]"),
        ("a million strings", b"[" + b'"",' * 1000000 + b'""]'),
        ("500000 members", b"{" + b'"":0,' * 500000 + b'"":0}'),
        ("a string of 3 MB", b'{"message":"' + b"m" * 3000000 + b'"}'),
        ("a number of 1 MB", b"[" + b"9" * (1 << 20) + b"]"),
        ("an empty body", b""), ("NUL", b"\0"), ("null", b"null"), ("an array", b"[]"),
        ("an empty object", b"{}"), ("half an object", b'{"Id":"'), ("no UTF-8", b"\xff\xfe\xc0"),
        ("controls", b"\x1b[31m\x07\x00\xc2\x9b\r\n\x7f")):
    canned("body: " + title, lambda a, data=data: a.with_body(data).bytes(), status=True)
    canned("error 500, body: " + title, lambda a, data=data: Answer(500, a.headers, data).bytes())
for title, value in (
        ("controls", "\x1b[31m\x07\x85\u2028\n\r\x7f\0x"), ("a number", 7), ("null", None),
        ("an object", {"message": "x"}), ("an array", ["x"]), ("a lone surrogate", "\ud800"),
        ("overlong", "y" * 100000)):
    canned("error 500, message: " + title, lambda a, value=value: Answer(
        500, a.headers, json.dumps({"message": value}).encode()).bytes())
canned("error 500, message: no UTF-8", lambda a: Answer(
    500, a.headers, b'{"message":"\xff\xc0\xaf\xed\xa0\x80 \xc2\x9b31m"}').bytes())
canned("error 401 that tells the token", lambda a: Answer(
    401, a.headers, b"not authorized: " + TOKEN[0].encode()).bytes())


def cuts(data):
    """A clean end and a reset behind each byte of an answer but the last."""
    for at in range(len(data)):
        def close(wire, _, at=at):
            wire.send(data[:at])

        def reset(wire, _, at=at):
            wire.send(data[:at])
            wire.reset()

        yield Deed("close after %d bytes" % at, close)
        yield Deed("reset after %d bytes" % at, reset)
