"""HTTP/2 without TLS as gRPC uses it (RFC 9113), frame by frame, and what a peer can do wrong."""
import struct

from http1 import Deed, into
from server import Peer

DATA, HEADERS, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK, PADDED = 1, 4, 1, 8
PREFACE = 24


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def number(value, bits, first=0):
    """RFC 7541, 5.1."""
    most = (1 << bits) - 1
    if value < most:
        return bytes((first | value,))
    out, value = [first | most], value - most
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes(out + [value])


def text(data):
    data = data if isinstance(data, bytes) else data.encode()
    return number(len(data), 7) + data


def block(*pairs):
    """Literals that are not indexed (RFC 7541, 6.2.2)."""
    return b"".join(b"\0" + text(name) + text(value) for name, value in pairs)


def headers(*pairs, stream=1, flags=END_HEADERS):
    return frame(HEADERS, flags, stream, block(*pairs))


OPEN = ((":status", "200"), ("content-type", "application/grpc"))
START = frame(SETTINGS) + frame(SETTINGS, ACK)


def trailers_only(*pairs):
    return headers(*OPEN, *pairs, flags=END_HEADERS | END_STREAM)


def right(status):
    return START + trailers_only(("grpc-status", str(status)), ("grpc-message", ""))


def with_message(*pairs):
    """An answer with a message of no bytes, as the database's is."""
    return (START + headers(*OPEN) + frame(DATA, 0, 1, bytes(5))
            + headers(*pairs, flags=END_HEADERS | END_STREAM))


class GrpcPeer(Peer):
    """CALLS[n] is the answer to the n-th call, each on a connection of its own."""

    def __init__(self, calls, deed, nth=0, port=0):
        super().__init__([], None, deed, nth=nth, port=port)
        self.calls = calls

    def talk(self, wire, number):
        number -= 1
        mine = self.deed is not None and number >= self.nth
        self.hits += mine
        if mine and self.deed.at == "accept":
            self.deed.act(wire, None)
            return
        self.read_call(wire)
        if mine:
            self.deed.act(wire, self.calls[self.nth])
            return
        wire.send(self.calls[number])
        wire.hold()

    @staticmethod
    def read_call(wire):
        data = b""
        while True:
            data += wire.receive()
            at = PREFACE
            while len(data) >= at + 9:
                size = int.from_bytes(data[at:at + 3], "big")
                kind, flags = data[at + 3], data[at + 4]
                at += 9 + size
                if kind in (DATA, HEADERS) and flags & END_STREAM and len(data) >= at:
                    return


DEEDS = []
deed = into(DEEDS)


def canned(name, data, status=False):
    """A deed that sends DATA (or what it gives for the right answer), then waits for the client."""
    def act(wire, answer):
        wire.send(data(answer) if callable(data) else data)
        wire.hold()
    DEEDS.append(Deed(name, act, status=status, waits=status is not True))


# --- nothing, or never enough ---------------------------------------------------------------------

@deed(at="accept", waits=True)
def silent(wire, _):
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


@deed(at="accept", waits=True)
def a_byte_a_second(wire, _):
    wire.drip(right(0))


@deed(waits=True)
def pings_without_end(wire, _):
    wire.send(START)
    wire.repeat(frame(PING, 0, 0, bytes(8)) * 1000, 0.002)


@deed(waits=True)
def ping_answers_without_end(wire, _):
    wire.send(START)
    wire.repeat(frame(PING, ACK, 0, bytes(8)) * 1000, 0.002)


@deed(waits=True)
def settings_without_end(wire, _):
    wire.repeat(frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 65535)) * 1000, 0.002)


@deed(waits=True)
def empty_data_without_end(wire, _):
    wire.send(START + headers(*OPEN))
    wire.repeat(frame(DATA, 0, 1) * 1000, 0.002)


@deed(waits=True)
def padded_data_without_end(wire, _):
    wire.send(START + headers(*OPEN))
    wire.repeat(frame(DATA, PADDED, 1, b"\xff" + bytes(255)) * 50, 0.002)


@deed()
def data_without_end(wire, _):
    wire.send(START + headers(*OPEN))
    wire.repeat(frame(DATA, 0, 1, bytes(16384)), 0.002)


@deed(waits=True)
def headers_without_end(wire, _):
    wire.send(START + headers(*OPEN, flags=0))
    wire.repeat(frame(CONTINUATION, 0, 1, block(*[("x-filler", "y" * 50)] * 250)), 0.002)


@deed(waits=True)
def empty_continuations_without_end(wire, _):
    wire.send(START + headers(*OPEN, flags=0))
    wire.repeat(frame(CONTINUATION, 0, 1) * 1000, 0.002)


@deed(waits=True)
def interim_headers_without_end(wire, _):
    wire.send(START)
    wire.repeat(headers((":status", "103"), ("link", "</x>; rel=preload")) * 200, 0.002)


@deed(waits=True)
def pushes_without_end(wire, _):
    wire.send(START)
    asked = block((":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"))
    for stream in range(2, 1 << 20, 2):
        wire.send(frame(PUSH, END_HEADERS, 1, struct.pack(">I", stream) + asked))
    wire.hold()


@deed(waits=True)
def windows_without_end(wire, _):
    wire.send(START)
    wire.repeat(frame(WINDOW, 0, 0, struct.pack(">I", 1)) * 1000, 0.002)


@deed(waits=True)
def unknown_frames_without_end(wire, _):
    wire.send(START)
    wire.repeat(frame(0xbe, 0xff, 7, bytes(16384)), 0.002)


# --- ends -----------------------------------------------------------------------------------------

for error in (0, 1, 2, 11, 0xffffffff):
    canned("GOAWAY %d" % error, START + frame(GOAWAY, 0, 0, struct.pack(">II", 0, error)
                                              + b"\x1b[31mbecause\0"))
    canned("RST_STREAM %d" % error, START + frame(RST, 0, 1, struct.pack(">I", error)))
canned("GOAWAY first", frame(GOAWAY, 0, 0, bytes(8)))
canned("GOAWAY, then the answer", START + frame(GOAWAY, 0, 0, struct.pack(">II", 1, 0))
       + right(0)[len(START):], status=None)
canned("RST_STREAM behind the headers", START + headers(*OPEN) + frame(RST, 0, 1, bytes(4)))

# --- frames ---------------------------------------------------------------------------------------

canned("the right answer", lambda right_one: right_one, status=True)
canned("no SETTINGS", trailers_only(("grpc-status", "0")))
canned("a frame of 16 MB", START + frame(DATA, 0, 1, bytes(1 << 20), length=(1 << 24) - 1))
canned("HEADERS of 1 MB", START + frame(HEADERS, END_HEADERS, 1, bytes(1 << 20)))
canned("SETTINGS of 5 bytes", frame(SETTINGS, 0, 0, bytes(5)))
canned("SETTINGS that acknowledge with a payload", frame(SETTINGS, ACK, 0, bytes(6)))
canned("SETTINGS with a window of 2^32-1", frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0xffffffff)))
canned("SETTINGS with a frame size of 0", frame(SETTINGS, 0, 0, struct.pack(">HI", 5, 0)))
canned("SETTINGS with a table of 2^32-1",
       frame(SETTINGS, 0, 0, struct.pack(">HI", 1, 0xffffffff)) + right(0), status=None)
canned("PING of 7 bytes", START + frame(PING, 0, 0, bytes(7)))
canned("RST_STREAM of 3 bytes", START + frame(RST, 0, 1, bytes(3)))
canned("a window that overflows", START + frame(WINDOW, 0, 1, struct.pack(">I", 0x7fffffff)) * 3)
canned("a window of 0", START + frame(WINDOW, 0, 0, bytes(4)))
canned("headers of another stream", START + headers(*OPEN, ("grpc-status", "0"), stream=2,
                                                    flags=END_HEADERS | END_STREAM))
canned("headers of stream 0", START + headers(*OPEN, stream=0))
canned("data before headers", START + frame(DATA, END_STREAM, 1, bytes(5)))
canned("CONTINUATION alone", START + frame(CONTINUATION, END_HEADERS, 1, block(*OPEN)))
canned("padding longer than its frame", START + frame(HEADERS, END_HEADERS | PADDED, 1, b"\xff"))
canned("HTTP/1.1", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\ngrpc-status: 0\r\n\r\n")
canned("HTTP/1.1 400", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
canned("another protocol", b"220 mail.example ESMTP \x1b[31mready\r\n")
canned("bytes", bytes(range(256)) * 64)

# --- headers --------------------------------------------------------------------------------------

canned("no HPACK", START + frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\xff" * 100))
canned("HPACK with an index beyond the table",
       START + frame(HEADERS, END_HEADERS | END_STREAM, 1, number(1000, 7, 0x80)))
canned("HPACK with a text of 2^40", START + frame(HEADERS, END_HEADERS, 1,
                                                  b"\0" + number(1 << 40, 7) + b"x"))
canned("HPACK that grows from small to 100 MB", START + frame(
    HEADERS, END_HEADERS | END_STREAM, 1,
    block(*OPEN) + b"\x40" + text("x") + text("y" * 4000) + number(62, 7, 0x80) * 12000))
canned("a header of 1 MB", START + headers(*OPEN, flags=0) + b"".join(
    frame(CONTINUATION, 0, 1, part) for part in
    [b"\0" + text("x") + number(1 << 20, 7)] + [b"y" * 16384] * 64)
       + frame(CONTINUATION, END_HEADERS, 1, block(("grpc-status", "0"))))
canned("no :status", START + headers(("grpc-status", "0"), flags=END_HEADERS | END_STREAM))
for odd in ("0", "-1", "abc", "99999"):
    canned(":status %s" % odd, START + headers(
        (":status", odd), ("grpc-status", "0"), flags=END_HEADERS | END_STREAM), status=None)
canned("names with upper case and controls", START + headers(
    *OPEN, ("X-\x1b[31m", "a\r\nb"), ("grpc-status", "0"), flags=END_HEADERS | END_STREAM),
       status=None)
canned("no grpc-status", START + headers(*OPEN, flags=END_HEADERS | END_STREAM))
canned("404 without grpc-status", START + headers((":status", "404"),
                                                  flags=END_HEADERS | END_STREAM))

# --- gRPC -----------------------------------------------------------------------------------------

BAD_STATUS = ("", " ", "-1", "-0", "+0", "0x0", "0.0", "1e0", "0 0", "0\t1", "zero", "OK", "2147483648",
              "4294967296", "18446744073709551616", "9" * 1000, "\xb2")
for odd in BAD_STATUS:
    canned("grpc-status %.24r" % odd, START + trailers_only(("grpc-status", odd.encode("latin-1"))))
canned("two of grpc-status, the last no number",
       START + trailers_only(("grpc-status", "0"), ("grpc-status", "-1")))
# Only for a status that is a number: its text goes into messages.
MESSAGES = ("%1B%5B31mred%07", "%00hidden", "%C2%9B31m", "%E2%80%A8", "%FF%FE", "%", "%%%", "%4", "%zz",
            "%0D%0Aforged: line", "%7F" * 100, "m" * 16000, "%41" * 5000, "%ED%A0%80")
for odd in MESSAGES:
    canned("grpc-message %.24r" % odd,
           START + trailers_only(("grpc-status", "13"), ("grpc-message", odd)), status="message")
