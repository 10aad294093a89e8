#!/usr/bin/env python3
"""A stand-in of a Flower SuperLink's ports: gRPC over HTTP/2 without TLS, as 1.25.0 answers.

  any unknown method                           grpc-status 12, "Method not found!"; where the call
                                               has a body, libcurl loses one answer in three (the
                                               server answers before the body and resets): here the
                                               first, fourth, ... such call is reset
  /flwr.proto.ServerAppIo/ListAppsToLaunch     port --appio only: status 0, or 2 with --database's
  /flwr.proto.Control/ListRuns                 port --control only: the same, with --runs runs of 376
                                               bytes each, or as many as the message's limit says
                                               (unless --unlimited=yes)
  GET, or POST without `te: trailers`          the stream is reset

--mode (all ports) or --mode=PORTNAME=MODE:
  ok      as above                             reset  accepts, then resets: docker-proxy in front
  hang    accepts, never says a byte                  of a port on which nothing listens
  http1   an HTTP/1.1 server                   mute   speaks HTTP/2, never answers a call
--database: ok | hang | TEXT (the cause, without "Exception calling application: ") | status:N
--control-file: a JSON object with "mode", "database", "runs" and "unlimited", read anew for each connection and call.
"""
import argparse
import json
import os
import signal
import socket
import struct
import threading
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions

import container

DATABASE_METHODS = {"appio": "/flwr.proto.ServerAppIo/ListAppsToLaunch",
                    "control": "/flwr.proto.Control/ListRuns"}


class Port:
    def __init__(self, name, number, options):
        self.name, self.options = name, options
        self.bodies = 0
        family = socket.AF_INET6 if ":" in options.bind else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((options.bind, number))
        self.number = self.socket.getsockname()[1]

    def setting(self, name, default="ok"):
        """The present value: of the control file, of the command line."""
        if self.options.control_file:
            values = container.read_json(self.options.control_file)
            for key in ("%s.%s" % (self.name, name), name):
                if key in values:
                    return values[key]
        for entry in getattr(self.options, name):
            port, _, value = entry.rpartition("=") if name == "mode" else ("", "", entry)
            if port in ("", self.name):
                return value
        return default

    def serve(self):
        self.socket.listen(64)
        while True:
            peer = self.socket.accept()[0]
            mode = self.setting("mode")
            if time.monotonic() < self.options.ready_at:
                mode = "reset"
            threading.Thread(target=self.talk, args=(peer, mode), daemon=True).start()

    def talk(self, peer, mode):
        try:
            if mode == "reset":
                time.sleep(0.03)  # while docker-proxy tries the container's port
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif mode == "hang":
                while peer.recv(4096):
                    pass
            elif mode == "http1":
                peer.recv(4096)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                             b"Connection: close\r\n\r\n")
            else:
                self.talk_h2(peer, mode)
        except (OSError, h2.exceptions.ProtocolError):
            pass
        finally:
            peer.close()

    def talk_h2(self, peer, mode):
        link = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False,
                                                                    header_encoding="utf-8"))
        link.initiate_connection()
        peer.sendall(link.data_to_send())
        methods, messages, rest = {}, {}, {}
        while True:
            data = peer.recv(65536)
            if not data:
                return
            for event in link.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    headers = dict(event.headers)
                    methods[event.stream_id] = headers.get(":path", "")
                    self.note(headers)
                    if mode == "mute":
                        continue
                    ended = event.stream_ended is not None
                    if headers.get(":method") != "POST" or headers.get("te") != "trailers":
                        link.reset_stream(event.stream_id, error_code=0)
                    elif methods[event.stream_id] != DATABASE_METHODS.get(self.name):
                        self.bodies += not ended
                        if not ended and self.bodies % 3 == 1:
                            link.reset_stream(event.stream_id, error_code=0)
                        else:
                            self.end(link, event.stream_id, 12, "Method not found!")
                    elif ended:
                        self.end(link, event.stream_id, 13, "No message received")
                elif isinstance(event, h2.events.DataReceived):
                    messages[event.stream_id] = messages.get(event.stream_id, b"") + event.data
                    link.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    if (mode != "mute"
                            and methods.get(event.stream_id) == DATABASE_METHODS.get(self.name)):
                        self.database(link, event.stream_id, messages[event.stream_id], rest)
                elif isinstance(event, h2.events.ConnectionTerminated):
                    return
            for stream in list(rest):
                self.send_rest(link, stream, rest)
            peer.sendall(link.data_to_send())

    def database(self, link, stream, message, rest):
        state = self.setting("database")
        if state == "hang":
            return
        if state == "ok":
            link.send_headers(stream, [(":status", "200"), ("content-type", "application/grpc")])
            runs = int(self.setting("runs", 0)) if self.name == "control" else 0
            if message[5:6] == b"\x10" and self.setting("unlimited") != "yes":  # its field limit
                runs = min(runs, message[6])
            rest[stream] = memoryview(struct.pack(">BI", 0, 376 * runs) + bytes(376 * runs))
        elif state.startswith("status:"):
            self.end(link, stream, int(state[7:]), "status of the test")
        else:
            self.end(link, stream, 2, "Exception calling application: " + state)

    @staticmethod
    def send_rest(link, stream, rest):
        """As much of an answer's message as the client takes now, then the trailers."""
        while rest[stream]:
            size = min(link.local_flow_control_window(stream), link.max_outbound_frame_size)
            if size == 0:
                return
            link.send_data(stream, rest[stream][:size])
            rest[stream] = rest[stream][size:]
        del rest[stream]
        link.send_headers(stream, [("grpc-status", "0"), ("grpc-message", "")], end_stream=True)

    @staticmethod
    def end(link, stream, status, message):
        # Trailers-Only; grpc-message is percent-encoded (gRPC over HTTP/2, "Responses").
        coded = "".join(c if " " <= c <= "~" and c != "%" else
                        "".join("%%%02X" % b for b in c.encode()) for c in message)
        link.send_headers(stream, [
            (":status", "200"), ("content-type", "application/grpc"),
            ("grpc-status", str(status)), ("grpc-message", coded)], end_stream=True)

    def note(self, headers):
        if self.options.journal:
            with open(self.options.journal, "a", encoding="utf-8") as out:
                out.write(json.dumps({"time": time.time(), "port": self.name,
                                      "method": headers.get(":method"),
                                      "path": headers.get(":path")}) + "\n")


def main():
    parser = argparse.ArgumentParser(description="SuperLink stand-in", epilog=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("fleet", "control", "appio"):
        parser.add_argument("--" + name, type=int, metavar="PORT", help="0: any")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--mode", action="append", default=[])
    parser.add_argument("--database", action="append", default=[])
    parser.add_argument("--runs", action="append", default=[], metavar="NUMBER")
    parser.add_argument("--unlimited", action="append", default=[])
    parser.add_argument("--control-file")
    parser.add_argument("--journal")
    parser.add_argument("--port-file", help="gets 'fleet control appio', - for none")
    parser.add_argument("--ready-after", type=float, default=0, metavar="SECONDS",
                        help="until then connections are accepted and reset")
    options = parser.parse_args()
    options.ready_at = time.monotonic() + options.ready_after
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ports = {n: Port(n, getattr(options, n), options) for n in ("fleet", "control", "appio")
             if getattr(options, n) is not None}
    for port in ports.values():
        port.socket.listen(64)
        threading.Thread(target=port.serve, daemon=True).start()
    line = " ".join(str(ports[n].number) if n in ports else "-"
                    for n in ("fleet", "control", "appio"))
    if options.port_file:
        with open(options.port_file + ".new", "w", encoding="ascii") as out:
            out.write(line + "\n")
        os.replace(options.port_file + ".new", options.port_file)
    print(line, flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
