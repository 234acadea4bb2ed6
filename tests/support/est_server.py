# SPDX-License-Identifier: Apache-2.0
"""An EST server (RFC 7030) of Debian's parts alone: Python's http.server and ssl, and the openssl tool. It shares no code with ours, and
misbehaves as a test asks it to: an attribute of the server says how."""
import base64
import contextlib
import hashlib
import http.server
import os
import re
import ssl
import subprocess
import threading
import time
from email.utils import formatdate

NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME: an expired certificate may renew
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def openssl(*arguments, stdin=None, at=None):
    """What the tool writes. `at`: how far from now its clock stands, as faketime takes it."""
    command = (["faketime", "-f", at] if at else []) + ["openssl", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def ders(pem):
    return [base64.b64decode(body) for body in re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", pem, re.DOTALL)]


def fingerprint(pem, hexadecimal=False):
    """As docs/identity.md defines it."""
    digest = hashlib.sha256(b"".join(sorted({hashlib.sha256(der).digest() for der in ders(pem)})))
    if hexadecimal:
        return digest.hexdigest()
    bits = int.from_bytes(digest.digest()[:20], "big")
    digits = "".join(CROCKFORD[bits >> shift & 31] for shift in range(155, -1, -5))
    return "-".join(digits[i:i + 4] for i in range(0, 32, 4))


def context_of(identities):
    """TLS of certificates as make_ca.sh made them; a device need not show one, and may show an ended one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identities / "broker.crt", identities / "broker.key")
    context.load_verify_locations(identities / "devices-ca.crt")
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= NO_CHECK_TIME
    return context


class EstServer:
    """Listens on loopback in a thread of its own until close(). Certificates of `identities` as make_ca.sh made them."""

    def __init__(self, identities):
        self.identities = identities
        self.anchors = (identities / "ca.crt").read_text()
        self.codes = {}           # device: code
        self.keys = {}            # device: the public key that came first with its code
        self.issued = []          # PEM of every certificate, in their order
        self.asked = []           # each request's path
        self.sizes = {}           # bytes of the latest answer, by the operation
        self.clock_ahead = 0      # seconds, of the Date header
        self.issue_at = None      # as openssl(at=…)
        self.days = 90
        self.pending = 0          # so many times the answer to an enrolment is 202
        self.retry_after = "1"
        self.refusal = "this code is not yours"
        self.renewal_status = None  # in place of a renewal: a status
        self.attributes = None    # base64 of what requests are asked for
        self.attributes_status = 404  # where there are none
        self.requests = []        # each certificate request, DER
        self.nothing_newer = False  # a renewal is answered with the certificate that came last
        self.issuer = ("devices-ca.crt", "ca.key")
        self.crl = None           # the file of a list that answers hold besides
        self.lines = 64           # digits a line; 0: none broken
        self.line_end = "\r\n"
        self.chunks = 0           # bytes a chunk; 0: not chunked
        self.cut_at = None        # bytes of an answer, then the connection is cut
        self.cut_next = []        # as cut_at, for the next answers one by one
        self.body = None          # in place of every answer's body
        self.raw = None           # in place of every answer
        self.subject = None       # in place of the device's id
        self.foreign_key = False  # certificates are for another key
        self.on_issue = lambda device, pem: None
        self._lock = threading.Lock()
        server = self

        class Handler(_Handler):
            est = server
        self.handler = Handler
        self.context = context_of(identities)
        self.open(0)

    def open(self, port):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", port), self.handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    @contextlib.contextmanager
    def away(self):
        """Nothing listens at its port."""
        port = self.http.server_port
        self.close()
        yield
        self.open(port)

    @contextlib.contextmanager
    def another(self, identities):
        """Somebody else answers at its port, with a certificate of those."""
        kept, self.context = self.context, context_of(identities)
        yield
        self.context = kept

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def url(self):
        return f"https://localhost:{self.http.server_port}"

    @property
    def fingerprint(self):
        return fingerprint(self.anchors)

    def issue(self, device, request):
        """A certificate for the request's key."""
        public = openssl("req", "-in", "/dev/stdin", "-inform", "DER", "-noout", "-pubkey", "-verify", stdin=request)
        if self.foreign_key:
            public = openssl("pkey", "-in", self.identities / "service.key", "-pubout")
        base = self.identities / f"issue-{threading.get_ident()}-{time.monotonic_ns()}"
        key, extensions = base.with_suffix(".pub"), base.with_suffix(".ext")
        key.write_bytes(public)
        extensions.write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n")
        pem = openssl("x509", "-new", "-force_pubkey", key, "-subj", f"/CN={self.subject or device}", "-CA",
                      self.identities / self.issuer[0], "-CAkey", self.identities / self.issuer[1], "-days", self.days, "-set_serial",
                      f"0x{os.urandom(15).hex()}", "-extfile", extensions, at=self.issue_at).decode()
        key.unlink()
        extensions.unlink()
        self.issued.append(pem)
        self.on_issue(device, pem)
        return pem

    def admit(self, device, code, request):
        """A status for who asks with a code."""
        if self.codes.get(device) != code:
            return 401
        public = openssl("req", "-in", "/dev/stdin", "-inform", "DER", "-noout", "-pubkey", stdin=request)
        with self._lock:
            return 200 if self.keys.setdefault(device, public) == public else 403

    def encoded(self, pem):
        der = openssl("crl2pkcs7", *(("-in", self.crl) if self.crl else ("-nocrl",)), "-certfile", "/dev/stdin", "-outform", "DER", stdin=pem.encode())
        digits = base64.b64encode(der).decode()
        if self.lines == 0:
            return digits
        return "".join(digits[i:i + self.lines] + self.line_end for i in range(0, len(digits), self.lines))


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    est = None

    def setup(self):
        self.request.settimeout(30)
        self.request = self.est.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path.endswith("/csrattrs"):  # apart, so that what the others are to do wrong is theirs alone
            return self.attributes()
        self.est.asked.append(self.path)
        if self.path.endswith("/cacerts"):
            return self.answer(200, self.est.encoded(self.est.anchors))
        self.answer(404, "no such operation")

    def attributes(self):
        body = (self.est.attributes or "").encode()
        self.send_response(200 if body else self.est.attributes_status)
        self.send_header("Content-Type", "application/csrattrs")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.est.asked.append(self.path)
        request = base64.b64decode(self.rfile.read(int(self.headers["Content-Length"])))
        self.est.requests.append(request)
        if self.path.endswith("/simpleenroll"):
            return self.enroll(request)
        if self.path.endswith("/simplereenroll"):
            return self.reenroll(request)
        self.answer(404, "no such operation")

    def enroll(self, request):
        scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
        device, _, code = base64.b64decode(credentials).decode().partition(":") if scheme == "Basic" else ("", "", "")
        status = self.est.admit(device, code, request)
        if status != 200:
            return self.answer(status, self.est.refusal)
        if self.est.pending > 0:
            self.est.pending -= 1
            return self.answer(202, "")
        self.answer(200, self.est.encoded(self.est.issue(device, request)))

    def reenroll(self, request):
        peer = self.connection.getpeercert()
        if not peer:
            return self.answer(401, "show your certificate")
        if self.est.renewal_status:
            return self.answer(self.est.renewal_status, "not now")
        if self.est.nothing_newer:
            return self.answer(200, self.est.encoded(self.est.issued[-1]))
        device = dict(pair for part in peer["subject"] for pair in part)["commonName"]
        self.answer(200, self.est.encoded(self.est.issue(device, request)))

    def answer(self, status, body):
        est = self.est
        body = (est.body if est.body is not None else body).encode()
        head = f"HTTP/1.1 {status} An answer\r\nDate: {formatdate(time.time() + est.clock_ahead, usegmt=True)}\r\n"
        head += "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\nConnection: close\r\n"
        if status in (202, 503):
            head += f"Retry-After: {est.retry_after}\r\n"
        if est.chunks:
            pieces = [body[i:i + est.chunks] for i in range(0, len(body), est.chunks)] + [b""]
            body = b"".join(f"{len(piece):x};of=it\r\n".encode() + piece + b"\r\n" for piece in pieces)
            head += "Transfer-Encoding: chunked\r\n\r\n"
        else:
            head += f"Content-Length: {len(body)}\r\n\r\n"
        whole = est.raw if est.raw is not None else head.encode() + body
        est.sizes[self.path.rsplit("/", 1)[1]] = len(whole)
        cut = est.cut_next.pop(0) if est.cut_next else est.cut_at
        self.close_connection = True
        if cut is not None and cut < len(whole):
            self.wfile.write(whole[:cut])
            self.wfile.flush()
            return self.cut()
        try:
            self.wfile.write(whole)
            self.wfile.flush()
            self.connection.unwrap()  # says that nothing more comes
        except (OSError, ssl.SSLError):
            pass  # the client has read enough

    def cut(self):
        """Closes below TLS, without its last word."""
        os.close(self.connection.detach())
        raise ConnectionAbortedError


def clock_is_kept():
    """Whether a time server keeps this machine's clock, as daemon/base/system.cpp asks the kernel."""
    import ctypes
    buffer = ctypes.create_string_buffer(512)
    return 0 <= ctypes.CDLL(None).adjtimex(buffer) < 5
