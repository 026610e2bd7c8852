"""A small identity provider over HTTP: discovery, a key set that can be rotated, tokens. Keys and signatures are made with the openssl program."""
import base64
import http.server
import json
import pathlib
import subprocess
import tempfile
import threading
import time

ALGORITHMS = {"rsa": "RS256", "ec": "ES256"}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, stdin=b""):
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode()}")
    return done.stdout


class Key:
    """A key pair, kind "rsa" or "ec" (P-256), with a kid."""

    def __init__(self, kind, kid, folder):
        self.kind, self.kid, self.file = kind, kid, pathlib.Path(folder) / f"{kid}.key"
        wish = ("RSA", "rsa_keygen_bits:2048") if kind == "rsa" else ("EC", "ec_paramgen_curve:P-256")
        self.file.write_bytes(openssl("genpkey", "-algorithm", wish[0], "-pkeyopt", wish[1]))
        self.pem = openssl("pkey", "-in", self.file, "-pubout").decode()

    def jwk(self):
        shared = {"kid": self.kid, "use": "sig", "alg": ALGORITHMS[self.kind]}
        if self.kind == "rsa":
            modulus = openssl("rsa", "-in", self.file, "-noout", "-modulus").decode().strip().split("=")[1]
            return {"kty": "RSA", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB", **shared}
        point = openssl("ec", "-in", self.file, "-pubout", "-outform", "DER")[-64:]  # x and y end the SubjectPublicKeyInfo
        return {"kty": "EC", "crv": "P-256", "x": base64url(point[:32]), "y": base64url(point[32:]), **shared}

    def sign(self, data):
        signature = openssl("dgst", "-sha256", "-sign", self.file, stdin=data)
        return signature if self.kind == "rsa" else self.fixed(signature)

    @staticmethod
    def fixed(der):
        """r and s of 32 bytes each, out of SEQUENCE { INTEGER, INTEGER }."""
        numbers, rest = [], der[2:]
        for _ in range(2):
            length = rest[1]
            numbers.append(int.from_bytes(rest[2:2 + length], "big").to_bytes(32, "big"))
            rest = rest[2 + length:]
        return b"".join(numbers)

    def token(self, claims, **header):
        parts = [base64url(json.dumps(part).encode()) for part in ({"alg": ALGORITHMS[self.kind], "typ": "JWT", "kid": self.kid, **header}, claims)]
        return ".".join([*parts, base64url(self.sign(".".join(parts).encode()))])


class Issuer:
    """`keys`: those that are published. `delay_s`: how long every answer takes. stop() and start() on the same port: away and back."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-issuer-")
        self.keys, self.asked, self.delay_s, self.status = [], [], 0.0, 200
        self.port, self.server = 0, None
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def key(self, kind, kid, published=True):
        key = Key(kind, kid, self.folder.name)
        if published:
            self.keys = [*self.keys, key]
        return key

    def fetches(self):
        return sum(path == "/keys" for path in self.asked)

    def answer(self, path):
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": self.url + "/keys"}
        return {"keys": [key.jwk() for key in self.keys]} if path == "/keys" else None

    def start(self):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                issuer.asked.append(self.path)
                body = json.dumps(issuer.answer(self.path)).encode()
                time.sleep(issuer.delay_s)
                self.send_response(issuer.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a gateway that does not wait any longer

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None

    def claims(self, **more):
        now = int(time.time())
        return {"iss": self.url, "aud": "sluice", "sub": "ann", "iat": now, "exp": now + 600, **more}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()
