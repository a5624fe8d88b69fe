#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A read-only registry that serves the image of an OCI layout under any name.

  registry.py LAYOUT PORT"""

import http.server
import json
import os
import sys

layout, port = sys.argv[1], int(sys.argv[2])
with open(f"{layout}/index.json", encoding="utf-8") as f:
    manifest = json.load(f)["manifests"][0]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body, kind, digest):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if digest:
            self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def blob(self, digest, kind):
        path = f"{layout}/blobs/{digest.replace(':', '/', 1)}"
        if "/.." in path or not os.path.exists(path):
            self.send_error(404)
            return
        with open(path, "rb") as f:
            self.answer(f.read(), kind, digest)

    # A client that asks for a part of a blob accepts all of it.
    def do_GET(self):
        parts = self.path.split("/")
        if len(parts) < 5:
            self.answer(b"{}", "application/json", None)
        elif parts[-2] == "manifests":
            self.blob(parts[-1] if ":" in parts[-1] else manifest["digest"], manifest["mediaType"])
        else:
            self.blob(parts[-1], "application/octet-stream")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
