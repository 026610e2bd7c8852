"""A server on an island: in a network namespace of its own, over a pair of virtual interfaces that can be cut or lose packets.

    with Island() as island, IslandRedis(island) as redis: ...island.cut("questions")...island.heal()

Needs root, `ip` and `iptables`; `missing()` says what is not there. `SlowLink` is for delays, which need no namespace.
"""
import asyncio
import ctypes
import os
import pathlib
import shutil
import socket
import subprocess
import threading

import postgres
from servers import SLOW, Redis, encoded, wait_until

CLONE_NEWNET = 0x40000000


def missing():
    """Why there can be no island here, or None."""
    if os.getuid() != 0:
        return "network namespaces need root"
    if not (shutil.which("ip") and shutil.which("iptables")):
        return "there is no ip or no iptables"
    try:
        with Island():
            return None
    except subprocess.CalledProcessError as error:
        return f"no network namespace can be made: {error.stderr.strip()}"


class Island:
    count = 0

    def __init__(self):
        Island.count += 1
        number = os.getpid() * 7 + Island.count
        self.name, self.link = f"sluice-{os.getpid()}-{Island.count}", f"sl{os.getpid() % 100000}x{Island.count}"
        net = f"10.{64 + number // 16384 % 64}.{number // 64 % 256}.{number % 64 * 4}".rpartition(".")
        self.mainland, self.host = f"{net[0]}.{int(net[2]) + 1}", f"{net[0]}.{int(net[2]) + 2}"

    def __enter__(self):
        try:
            run("ip", "netns", "add", self.name)
            run("ip", "link", "add", self.link + "a", "type", "veth", "peer", "name", self.link + "b")
            run("ip", "link", "set", self.link + "b", "netns", self.name)
            run("ip", "addr", "add", f"{self.mainland}/30", "dev", self.link + "a")
            run("ip", "link", "set", self.link + "a", "up")
            self.inside("ip", "addr", "add", f"{self.host}/30", "dev", self.link + "b")
            self.inside("ip", "link", "set", self.link + "b", "up")
            self.inside("iptables", "-F")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "link", "del", self.link + "a"], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)

    def inside(self, *command):
        run("ip", "netns", "exec", self.name, *command)

    def enter(self):
        """In a child: from now on it lives on the island."""
        with open(f"/run/netns/{self.name}", "rb") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def cut(self, what):
        """questions: what is sent there is lost; answers: what comes back is; refused: there is nobody, and it says so"""
        if what == "answers":
            self.inside("ip", "route", "add", "blackhole", f"{self.mainland}/32")
        elif what == "questions":
            self.inside("iptables", "-A", "INPUT", "-j", "DROP")
        else:
            self.inside("iptables", "-A", "INPUT", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset")

    def lose(self, share):
        """That share of all packets, in both directions."""
        for chain in ("INPUT", "OUTPUT"):
            self.inside("iptables", "-A", chain, "-m", "statistic", "--mode", "random", "--probability", str(share), "-j", "DROP")

    def heal(self):
        self.inside("iptables", "-F")
        subprocess.run(["ip", "netns", "exec", self.name, "ip", "route", "del", "blackhole", f"{self.mainland}/32"], capture_output=True, check=False)


def run(*command):
    subprocess.run(command, capture_output=True, text=True, check=True)


class IslandRedis(Redis):
    def __init__(self, island):
        super().__init__()
        self.island = island

    @property
    def url(self):
        return f"redis://{self.island.host}:{self.port}"

    def start(self):
        command = [shutil.which("redis-server"), "--port", str(self.port), "--bind", self.island.host, "--protected-mode", "no", "--dir", self.directory, "--save", "",
                   "--appendonly", "no"]
        with open(pathlib.Path(self.directory) / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=self.island.enter)
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self):
        def answers():
            try:
                with socket.create_connection((self.island.host, self.port), 2) as connection:
                    connection.sendall(encoded("PING"))
                    return connection.recv(100)
            except OSError:
                return False
        wait_until(answers, 10 * SLOW)


class IslandPostgres(postgres.Postgres):
    """Listens on the island's address as well as on its socket."""

    def __init__(self, island):
        self.island, self.port = island, 5432
        super().__init__()

    @property
    def url(self):
        return f"postgresql://{postgres.USER}:{postgres.PASSWORD}@{self.island.host}:{self.port}/postgres"

    def _run(self, program, *arguments):
        if program == "postgres":
            rules = self.directory / "data" / "pg_hba.conf"
            if "10.0.0.0/8" not in rules.read_text(encoding="utf-8"):
                with open(rules, "a", encoding="utf-8") as file:
                    file.write("host all all 10.0.0.0/8 scram-sha-256\n")
            arguments = [one if one != "listen_addresses=" else f"listen_addresses={self.island.host}" for one in arguments]

        def child():
            self.island.enter()
            postgres._as_nobody()
        with open(self.directory / "output", "ab") as output:
            return subprocess.Popen([postgres.programs() / program, *arguments], stdout=output, stderr=output, cwd="/", preexec_fn=child)


class SlowLink:
    """A port of the loopback whose bytes come out at (host, port), and back, `delay` seconds later; in order."""

    def __init__(self, host, port):
        self.target, self.delay, self.port = (host, port), 0.0, None
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()
        self.ready.wait(10)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()

    async def _accept(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            return writer.close()
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader, writer):
        try:
            while data := await reader.read(65536):
                self.loop.call_later(self.delay, writer.write, data)
        except OSError:
            pass
        self.loop.call_later(self.delay, writer.close)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
