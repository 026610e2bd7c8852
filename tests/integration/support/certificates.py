"""Certificates for the TLS scenarios, made with the openssl program in a folder that goes away with the object."""
import pathlib
import ssl
import subprocess
import tempfile

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    def __init__(self, name="test-ca"):
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-ca-")
        self.path = pathlib.Path(self.folder.name)
        self.ca, self.ca_key = self.path / "ca.pem", self.path / "ca.key"
        self.openssl("req", "-x509", *EC, "-keyout", self.ca_key, "-out", self.ca, "-subj", f"/CN={name}", "-days", "2")

    @staticmethod
    def openssl(*arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stdout}")

    def issue(self, name, alternatives="DNS:localhost,IP:127.0.0.1", days=2):
        """(certificate, key) for these subjectAltNames; days=-1 has expired."""
        certificate, key = self.path / f"{name}.pem", self.path / f"{name}.key"
        request, extensions = self.path / f"{name}.csr", self.path / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternatives}\n" if alternatives else "")
        self.openssl("req", *EC, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key, "-CAcreateserial", "-out", certificate,
                     "-days", days, "-extfile", extensions)
        return certificate, key

    def client(self):
        return ssl.create_default_context(cafile=str(self.ca))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()
