"""The right answers, asked of the stand-ins, and each of their JSON fields in a wrong type."""
import json
import re
import struct

import shared
from http1 import Answer

KEPT = ("api-version", "server", "content-type")


class Service:
    """One of the stand-ins, on a unix socket or HOST:PORT."""

    def __init__(self, place, headers=None):
        self.place, self.headers = place, headers

    def ask(self, method, path, body=None):
        status, data, headers = shared.ask(self.place, method, path, body, self.headers)
        return Answer(status, [pair for pair in headers.items() if pair[0].lower() in KEPT], data)


# --- one field in another type --------------------------------------------------------------------

# Raw JSON, because no Python value gives some of these.
WRONG = {
    "missing": None,
    "null": b"null", "true": b"true", "false": b"false", "zero": b"0", "minus one": b"-1",
    "a fraction": b"0.5", "2^31": b"2147483648", "2^64": b"18446744073709551616",
    "1e308": b"1e308", "1e999": b"1e999", "minus 1e999": b"-1e999", "999 nines": b"9" * 999,
    "a word": b'"word"', "nothing": b'""', "digits": b'"1"',
    "controls": b'"\\u0000\\u001b[31m\\u0007\\u0085\\u2028\\n\\r\x7f"', "no UTF-8": b'"\xff\xc2\x9b"',
    "a NUL": b'"a\\u0000b"', "half a surrogate": b'"\\ud800"', "a long text": b'"' + b"z" * 50000 + b'"',
    "an array": b"[]", "an object": b"{}", "an array of arrays": b"[[1],[2]]",
    "an object of objects": b'{"a":{"a":1}}', "999 brackets": b"[" * 999 + b"]" * 999,
}


def paths(value, here=()):
    """Every path in a JSON value, itself included."""
    yield here
    items = (value.items() if isinstance(value, dict)
             else enumerate(value) if isinstance(value, list) else ())
    for key, one in items:
        yield from paths(one, here + (key,))


def with_field(value, path, raw):
    """The JSON text of VALUE with RAW at PATH; None takes the member away."""
    if not path:
        return raw if raw is not None else b""
    if isinstance(value, dict):
        parts = []
        for key, one in value.items():
            if key != path[0]:
                parts.append(json.dumps(key).encode() + b":" + json.dumps(one).encode())
            elif len(path) > 1 or raw is not None:
                parts.append(json.dumps(key).encode() + b":" + with_field(one, path[1:], raw))
        return b"{" + b",".join(parts) + b"}"
    parts = [json.dumps(one).encode() if number != path[0] else with_field(one, path[1:], raw)
             for number, one in enumerate(value) if number != path[0] or len(path) > 1
             or raw is not None]
    return b"[" + b",".join(parts) + b"]"


# A field that no program reads only must do no harm.
UNREAD = ("missing", "null", "2^64", "controls", "no UTF-8", "an array", "an object")


def mutations(answer, read=r".*"):
    """(path as text, kind of mistake, answer) for each field of a JSON body, or of its lines; READ
    fits those that the programs read."""
    lines = answer.body.splitlines(keepends=True) or [b""]
    for number, line in enumerate(lines):
        value = json.loads(line)
        for path in paths(value):
            name = ".".join(map(str, path)) or "all"
            for kind, raw in WRONG.items():
                if kind not in UNREAD and not re.fullmatch(read, name):
                    continue
                if raw is not None and re.sub(rb"\s", b"", raw) == json.dumps(at(value, path)).encode():
                    continue
                body = with_field(value, path, raw) + b"\n"
                text = b"".join(lines[:number]) + body + b"".join(lines[number + 1:])
                yield ("line %d: " % number if len(lines) > 1 else "") + name, kind, \
                    answer.with_body(text)


def at(value, path):
    for key in path:
        value = value[key]
    return value


# --- log frames -----------------------------------------------------------------------------------

def frame(data, stream=2, length=None):
    return struct.pack(">BxxxI", stream, len(data) if length is None else length) + data


ODD = b"\x1b[31m\x1b]0;title\x07\x00\xff\xc2\x9b31m\xe2\x80\xa8\x7f\x08\r\n"
LOGS = {
    "a frame that says too much": frame(b"line\n", length=1000),
    "a frame that says too little": frame(b"line one\nline two\n", length=3) + frame(b"next\n"),
    "a frame of 4 GiB": frame(b"line\n", length=0xffffffff) + b"x" * 100000,
    "a frame of nothing": frame(b"") * 10000,
    "streams 3 to 255": b"".join(frame(b"line\n", stream=n) for n in range(3, 256)),
    "half a header": frame(b"line\n") + b"\2\0\0",
    "no frames": b"a line without frames\n" * 100,
    "controls": frame(ODD) * 50,
    "controls without frames": ODD * 50,
    "a line of 3 MB": frame(b"l" * 3000000),
    "a line of 3 MB without frames": b"l" * 3000000,
    "200000 lines": frame(b"l\n" * 200000),
    "an escape without end": frame(b"\x1b]0;" + b"t" * 100000),
    "bytes": bytes(range(256)) * 1000,
}
