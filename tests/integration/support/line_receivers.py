"""Receivers that speak no HTTP: datagrams, and syslog over a stream, of our own and rsyslog's."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading

from waiting import SLOW, free_port, wait_until

MESSAGE = re.compile(r"<(?P<pri>\d{1,3})>1 (?P<time>\S+) (?P<host>\S+) (?P<app>\S+) (?P<process>\S+) (?P<kind>\S+) (?P<data>-|\[.*?(?<!\\)\])(?: (?P<text>.*))?", re.DOTALL)
PARAMETER = re.compile(r' ([^ =\]"]+)="((?:\\.|[^"\\\]])*)"')


def parsed(message):
    """A message of RFC 5424 as a dict; `data` is {SD-PARAM: value}, `id` the SD-ID."""
    found = MESSAGE.fullmatch(message)
    if not found:
        raise ValueError(f"this is no message of RFC 5424: {message!r}")
    data = {name: re.sub(r'\\(["\\\]])', r"\1", value) for name, value in PARAMETER.findall(found["data"])}
    return {**found.groupdict(), "data": data, "id": found["data"][1:].split(" ")[0].rstrip("]")}


class Datagrams:
    """`with Datagrams() as receiver: receiver.address`. UDP, or, with a path, a unix socket."""

    def __init__(self, path=None):
        self.path, self.got, self.port = path, [], None

    @property
    def address(self):
        return f"unix://{self.path}" if self.path else f"udp://127.0.0.1:{self.port}"

    def __enter__(self):
        self.socket = socket.socket(socket.AF_UNIX if self.path else socket.AF_INET, socket.SOCK_DGRAM)
        if not self.path:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(str(self.path) if self.path else ("127.0.0.1", 0))
        self.port = None if self.path else self.socket.getsockname()[1]
        self.socket.settimeout(0.1)
        self.running = True
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        return self

    def read(self):
        while self.running:
            try:
                self.got.append(self.socket.recv(70000))
            except TimeoutError:
                continue
            except OSError:
                return

    def lines(self):
        return [line for datagram in list(self.got) for line in datagram.decode().split("\n")]

    def __exit__(self, *_):
        self.running = False
        self.thread.join()
        self.socket.close()


class Frames:
    """A receiver of counted frames (RFC 6587, 3.4.1), over TLS if it is given a context. `hang`: it takes connections and reads nothing."""

    def __init__(self, context=None, port=None, hang=False):
        self.context, self.hang, self.port = context, hang, port or free_port()
        self.messages, self.faults, self.open = [], [], []

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(connection)
            if not self.hang:
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
                self.open.append(connection)
            self.read(connection.makefile("rb"))
        except (OSError, ValueError) as fault:
            self.faults.append(str(fault))

    def read(self, stream):
        while True:
            digits = b""
            while not digits.endswith(b" "):
                byte = stream.read(1)
                if not byte:
                    return
                digits += byte
            if not re.fullmatch(rb"[1-9]\d* ", digits):
                raise ValueError(f"this is no count: {digits!r}")
            message = stream.read(int(digits))
            if len(message) < int(digits):
                raise ValueError("a frame has broken off")
            self.messages.append(message.decode())

    def drop(self):
        """Ends the connections that there are."""
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()
        self.open.clear()

    def __exit__(self, *_):
        # accept() does not return by close() alone.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.drop()


class Rsyslog:
    """Debian's rsyslogd, in a directory of its own, which writes what it has understood to a file. SLUICE_TEST_RSYSLOG names another folder
    than / that it was unpacked to. None: there is none."""

    CONFIG = """
module(load="imudp") module(load="imtcp")
template(name="t" type="string" string="%syslogfacility-text%|%syslogseverity-text%|%app-name%|%procid%|%msgid%|%structured-data%|%msg%\\n")
ruleset(name="all") {{ action(type="omfile" file="{folder}/out" template="t") }}
input(type="imudp" address="127.0.0.1" port="{port}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="all")
"""

    @staticmethod
    def program():
        root = os.environ.get("SLUICE_TEST_RSYSLOG")
        path = str(pathlib.Path(root, "usr/sbin/rsyslogd")) if root else shutil.which("rsyslogd", path=os.environ["PATH"] + ":/usr/sbin")
        return path if path and pathlib.Path(path).is_file() else None

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-rsyslog-"))
        self.port = free_port()
        (self.folder / "conf").write_text(self.CONFIG.format(folder=self.folder, port=self.port))
        command, environment = [self.program(), "-n", "-f", str(self.folder / "conf"), "-i", str(self.folder / "pid")], dict(os.environ)
        if os.environ.get("SLUICE_TEST_RSYSLOG"):
            libraries = pathlib.Path(os.environ["SLUICE_TEST_RSYSLOG"], "usr/lib/x86_64-linux-gnu")
            environment["LD_LIBRARY_PATH"] = f"{libraries}:{pathlib.Path(os.environ['SLUICE_TEST_RSYSLOG'], 'lib/x86_64-linux-gnu')}"
            command += ["-M", str(libraries / "rsyslog")]
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        wait_until(self.answers, 10 * SLOW, "rsyslogd listens")
        return self

    def answers(self):
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0

    def lines(self):
        path = self.folder / "out"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
