"""A store that speaks as S3 does, for scenarios: moto from PyPI, which checks signatures, or the program that SLUICE_TEST_VERSITYGW names; and
a way to it that can be taken away."""
import contextlib
import gzip
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request

from processes import end_with_parent
from pypi import packages
from waiting import SLOW, free_port, wait_until

PIN = "moto[server]==5.2.5"
BUCKET, REGION = "sluice-logs", "eu-west-1"
ROOT_KEY, ROOT_SECRET = "AKIDROOT", "root-secret"


class ObjectStore:
    """`with ObjectStore() as store`: url, key, secret; the bucket is there."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-s3-")
        self.port = free_port()
        self.process = None
        self.output = open(pathlib.Path(self.folder) / "output", "wb+")
        self.versity = os.environ.get("SLUICE_TEST_VERSITYGW")
        self.packages = packages(PIN)  # boto3 is what looks at the bucket
        if self.packages not in sys.path:
            sys.path.append(self.packages)
        self.key, self.secret = ROOT_KEY, ROOT_SECRET

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, service="s3"):
        import boto3
        from botocore.config import Config
        config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=self.key, aws_secret_access_key=self.secret, config=config)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        command, env = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)], {"PYTHONPATH": self.packages}
        if self.versity:
            data = pathlib.Path(self.folder) / "data"
            data.mkdir()
            command = [self.versity, "--port", f"127.0.0.1:{self.port}", "--region", REGION, "posix", str(data)]
            env = {"ROOT_ACCESS_KEY": ROOT_KEY, "ROOT_SECRET_KEY": ROOT_SECRET}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output, env={**os.environ, **env}, cwd=self.folder,
                                        preexec_fn=end_with_parent)
        wait_until(self.answers, 60, "the store answers")
        if not self.versity:
            self.make_account()
        self.client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})

    def answers(self):
        if self.process.poll() is not None:
            self.output.seek(0)
            raise AssertionError(f"the store ended: {self.output.read()[-2000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def make_account(self):
        """A user with a key; from then on moto asks for signatures."""
        iam = self.client("iam")
        iam.create_user(UserName="logs")
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        iam.put_user_policy(UserName="logs", PolicyName="all", PolicyDocument=json.dumps(policy))
        made = iam.create_access_key(UserName="logs")["AccessKey"]
        self.key, self.secret = made["AccessKeyId"], made["SecretAccessKey"]
        with urllib.request.urlopen(urllib.request.Request(self.url + "/moto-api/reset-auth", data=b"0", headers={"content-type": "text/plain"})) as answer:
            answer.read()

    def objects(self):
        """{key: bytes}"""
        client, found, more = self.client(), {}, {}
        while True:
            page = client.list_objects_v2(Bucket=BUCKET, **more)
            for entry in page.get("Contents", []):
                found[entry["Key"]] = client.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def empty(self):
        client = self.client()
        for key in self.objects():
            client.delete_object(Bucket=BUCKET, Key=key)

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.output.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def records_in(objects):
    """The records of all objects, whichever form they have."""
    found = []
    for key, data in objects.items():
        text = gzip.decompress(data) if key.endswith(".gz") else data
        found += [json.loads(line) for line in text.splitlines()]
    return found


class Way:
    """A port that leads to another one, until it is closed; then nobody listens there."""

    def __init__(self, to):
        self.to, self.port = to, free_port()
        self.listener, self.pairs = None, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def open(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()
        return self

    def accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.to))
                self.pairs.append((client, server))
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self.pump, args=(one, other), daemon=True).start()

    @staticmethod
    def pump(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        if self.listener:
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        self.listener = None
        for pair in self.pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self.pairs = []
