"""I: which libraries may be loaded: owner and mode, SHA-256 sums, Ed25519 signatures, capabilities."""
import base64
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, main  # noqa: E402
from processes import gateway_binary  # noqa: E402

LIB = gateway_binary().parent.parent / "lib" / "sluice"


class Trust(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-trust-")))
        self.plugins = self.folder / "plugins"
        self.plugins.mkdir(mode=0o755)
        for name in ("provider_echo", "router_simple_shuffle", "auth_master_key"):
            shutil.copy(LIB / "plugins" / f"{name}.so", self.plugins)
        self.private = self.folder / "key.pem"
        self.openssl("genpkey", "-algorithm", "ed25519", "-out", str(self.private))
        public = self.openssl("pkey", "-in", str(self.private), "-pubout", "-outform", "DER")
        self.signer = base64.b64encode(public[-32:]).decode()

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], capture_output=True, check=True).stdout

    def sign(self, path, encode=False):
        signature = path.with_name(path.name + ".sig")
        self.openssl("pkeyutl", "-sign", "-inkey", str(self.private), "-rawin", "-in", str(path), "-out", str(signature))
        if encode:
            signature.write_bytes(base64.b64encode(signature.read_bytes()) + b"\n")

    def load(self, trust):
        """Exit code and words of `sluice check --load`."""
        config = self.folder / "config.yaml"
        config.write_text(json.dumps({"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo"}}],
                                      "general_settings": {"master_key": KEY}, "plugin_dirs": [str(self.plugins)], "plugin_trust": trust}))
        run = subprocess.run([str(gateway_binary()), "check", "--load", "-c", str(config)], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    def sums(self):
        return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.plugins.glob("*.so")}

    def test_i01_an_allow_list(self):
        def allow(sums):
            return {"allow": [{"plugin": name, "sha256": value} for name, value in sums.items()]}
        sums = self.sums()
        self.assertEqual(self.load(allow(sums))[0], 0)
        other = {"plugin": "provider_echo", "sha256": "0" * 64}
        self.assertEqual(self.load({"allow": [other, *allow(sums)["allow"]]})[0], 0)
        code, words = self.load(allow({**sums, "provider_echo": "0" * 64}))
        self.assertEqual(code, 1)
        self.assertIn(f"its SHA-256 is {sums['provider_echo']}, which plugin_trust.allow does not list for provider_echo", words)
        del sums["router_simple_shuffle"]
        self.assertIn("plugin_trust.allow does not list router_simple_shuffle", self.load(allow(sums))[1])
        self.assertIn("64 lower-case hex digits", self.load(allow({"x": "abc"}))[1])

    def test_i02_signatures(self):
        trust = {"require_signature": True, "signers": [self.signer]}
        code, words = self.load(trust)
        self.assertEqual(code, 1)
        self.assertIn("it is not signed", words)
        for number, path in enumerate(sorted(self.plugins.glob("*.so"))):
            self.sign(path, encode=number == 1)
        self.assertEqual(self.load(trust), (0, self.load(trust)[1]))
        stranger = base64.b64encode(b"\x01" * 32).decode()
        self.assertEqual(self.load({**trust, "signers": [stranger, self.signer]})[0], 0)
        self.assertIn("of none of plugin_trust.signers", self.load({**trust, "signers": [stranger]})[1])
        with open(self.plugins / "provider_echo.so", "ab") as library:
            library.write(b".")
        self.assertIn("of none of plugin_trust.signers", self.load(trust)[1])
        (self.plugins / "provider_echo.so.sig").write_bytes(b"short")
        self.assertIn("it holds no Ed25519 signature", self.load(trust)[1])
        self.assertIn("without one no plugin can be loaded", self.load({"require_signature": True})[1])

    def test_i03_files_that_others_may_change(self):
        library = self.plugins / "provider_echo.so"
        library.chmod(0o666)
        self.assertIn("group or others may write to it", self.load({})[1])
        library.chmod(0o644)
        self.plugins.chmod(0o777)
        self.assertIn("group or others may write to it", self.load({})[1])
        self.plugins.chmod(0o755)
        self.assertEqual(self.load({})[0], 0)


if __name__ == "__main__":
    main()
