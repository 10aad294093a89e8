"""A peer that answers as a script says, and misbehaves at one request.

The script is a list of (regular expression on "METHOD path", [answers]): the first request gets the first answer,
the next one the next answer, and all later ones the last answer. The peer sends raw bytes, so it can send any
misdeed; http1.py and http2.py have them by name.
"""
import os
import re
import select
import socket
import struct
import threading
import time


class Gone(Exception):
    """The client has closed the connection, or the case is over."""


class Wire:
    """One connection, seen from the peer."""

    def __init__(self, peer, link):
        self.peer, self.link = peer, link
        self.is_unix = link.family == socket.AF_UNIX

    def send(self, data):
        try:
            self.link.sendall(data)
        except OSError as error:
            raise Gone from error

    def repeat(self, data, pause=0.0, most=1 << 30):
        """Again and again until the client goes; MOST bytes at most, to spare the machine."""
        while most > 0:
            self.send(data)
            most -= len(data)
            if pause and self.wait(pause):
                raise Gone
        self.hold()

    def drip(self, data, pause=1.0):
        for byte in data:
            self.send(bytes((byte,)))
            if self.wait(pause):
                raise Gone

    def wait(self, seconds):
        """True as soon as the client is gone; discards what the client still sends."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            if left <= 0:
                return False
            try:
                if select.select([self.link], [], [], left)[0] and not self.link.recv(65536):
                    return True
            except (OSError, ValueError):
                return True

    def hold(self):
        """Stays silent until the client goes."""
        while not self.wait(3600):
            pass
        raise Gone

    def reset(self):
        """The client's next read fails. On a unix socket Peer.talk() makes it fail."""
        if not self.is_unix:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone

    def receive(self, flags=0, size=1 << 20):
        try:
            data = self.link.recv(size, flags)
        except OSError as error:
            raise Gone from error
        if not data:
            raise Gone
        return data


def whole(data):
    """The length of the request that DATA begins with, or 0 if it is not whole."""
    head, end, _ = data.partition(b"\r\n\r\n")
    if not end:
        return 0
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    size = len(head) + 4 + (int(length.group(1)) if length else 0)
    return size if len(data) >= size else 0


class Peer:
    """Listens until it is closed: on the unix socket PATH, or on a port of loopback. The deed is for the request
    TARGET from the NTH on (0 is the first), because libcurl asks again by itself if a kept connection was
    closed."""

    def __init__(self, script, target, deed, path=None, nth=0, port=0):
        self.script, self.target, self.deed, self.nth = script, target, deed, nth
        self.lock = threading.Lock()
        self.used, self.requests, self.hits, self.connections = {}, [], 0, 0
        self.links = set()
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        if not path:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(path or ("127.0.0.1", port))
        self.port = None if path else self.socket.getsockname()[1]
        self.closed = False
        if deed is not None and deed.at == "backlog":
            self.socket.listen(0)
            self.fill()
            return
        self.socket.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def fill(self):
        """Nobody accepts, and the queue of connections is full."""
        for _ in range(2):
            link = socket.socket(self.socket.family)
            link.setblocking(False)
            try:
                link.connect(self.path or ("127.0.0.1", self.port))
            except OSError:
                pass
            self.links.add(link)

    def serve(self):
        while not self.closed:
            try:
                link = self.socket.accept()[0]
            except OSError:
                return
            with self.lock:
                self.links.add(link)
                self.connections += 1
                number = self.connections
            threading.Thread(target=self.serve_one, args=(link, number), daemon=True).start()

    def serve_one(self, link, number):
        try:
            self.talk(Wire(self, link), number)
        except (Gone, OSError):
            pass
        finally:
            with self.lock:
                self.links.discard(link)
            link.close()

    def talk(self, wire, number):
        """HTTP/1.1; http2.py has another."""
        if self.deed is not None and self.deed.at == "accept":
            self.hits += 1
            self.deed.act(wire, None)
            return
        while True:
            size = 0
            while not size:
                data = wire.receive(socket.MSG_PEEK)
                size = whole(data)
                if not size:
                    time.sleep(0.001)
            method, target = data.split(b" ", 2)[:2]
            words = "%s %s" % (method.decode(), re.sub(r"^/v1\.\d+", "", target.decode()))
            answer, is_target = self.look_up(words)
            # If data was not read, the end of a unix socket's connection is a reset.
            if not (is_target and wire.is_unix and self.deed.unread):
                wire.receive(size=size)
            if is_target:
                self.deed.act(wire, answer)
                return
            wire.send(answer.bytes())
            if answer.stream:
                wire.hold()

    def look_up(self, words):
        with self.lock:
            self.requests.append(words)
            for pattern, answers in self.script:
                if re.fullmatch(pattern, words):
                    count = self.used.get(pattern, 0)
                    self.used[pattern] = count + 1
                    hit = (self.deed is not None and pattern == self.target
                           and count >= self.nth)
                    self.hits += hit
                    return answers[min(count, len(answers) - 1)], hit
        raise Gone

    def close(self):
        self.closed = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        with self.lock:
            links = list(self.links)
        for link in links:
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if self.deed is not None and self.deed.at == "backlog":
            for link in links:
                link.close()
        if self.path:
            os.unlink(self.path)
