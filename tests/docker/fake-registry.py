#!/usr/bin/env python3
"""A Docker registry that has every tag, with layers that never come whole.

  fake-registry.py [--port PORT] [--port-file FILE] MODE

MODE: wrong   the layer's bytes are others than the manifest says
      stall   half of the layer comes, then nothing more, with the connection open

Prints "stalling" when a client waits for the rest.
Registry HTTP API V2, Image Manifest V2 Schema 2 (distribution.github.io/distribution/spec).
"""
import argparse
import hashlib
import http.server
import json
import select

LAYER = b"\x1f\x8b" + bytes(range(256)) * 4096
CONFIG = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                     "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "0" * 64]}}).encode()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


MANIFEST = json.dumps({
    "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(CONFIG),
               "digest": digest(CONFIG)},
    "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": len(LAYER),
                "digest": digest(LAYER)}]}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mode = None

    def answer(self, body, kind="application/octet-stream"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", digest(body))
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        if "/manifests/" in self.path:
            self.answer(MANIFEST, "application/vnd.docker.distribution.manifest.v2+json")
        elif self.path.endswith(digest(CONFIG)):
            self.answer(CONFIG)
        elif self.path.endswith(digest(LAYER)):
            self.layer()
        else:
            self.answer(b"{}", "application/json")

    do_HEAD = do_GET

    def layer(self):
        if self.mode == "wrong":
            self.answer(LAYER[::-1])
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(LAYER)))
        self.end_headers()
        self.wfile.write(LAYER[:len(LAYER) // 2])
        self.wfile.flush()
        print("stalling", flush=True)
        poll = select.poll()
        poll.register(self.connection, select.POLLIN | select.POLLRDHUP | select.POLLHUP)
        poll.poll()
        self.close_connection = True

    def log_message(self, format, *args):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any")
    parser.add_argument("--port-file")
    parser.add_argument("mode", choices=["wrong", "stall"])
    options = parser.parse_args()
    Handler.mode = options.mode
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    if options.port_file:
        with open(options.port_file, "w", encoding="ascii") as out:
            out.write("%d\n" % server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
