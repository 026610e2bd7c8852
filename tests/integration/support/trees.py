"""The program with its plugins in a folder of our own, to take files away from; and the program as a command that ends."""
import os
import pathlib
import shutil
import subprocess
import tempfile
from unittest import mock

from harness import SLOW, gateway_binary


class Tree:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-tree-")
        root = pathlib.Path(self.folder.name)
        self.binary = root / "bin" / "sluice"
        self.plugins = root / "lib" / "sluice" / "plugins"
        self.original = gateway_binary().resolve()
        self.binary.parent.mkdir()
        shutil.copy2(self.original, self.binary)
        self.restore()

    def restore(self):
        """All plugins, as they were built."""
        shutil.rmtree(self.plugins, ignore_errors=True)
        shutil.copytree(self.original.parent.parent / "lib" / "sluice" / "plugins", self.plugins)
        self.plugins.chmod(0o755)
        for plugin in self.plugins.iterdir():
            plugin.chmod(0o755)

    def remove(self, name):
        (self.plugins / f"{name}.so").unlink()

    def names(self):
        return sorted(path.stem for path in self.plugins.glob("*.so"))

    def in_use(self):
        """Within this context a Gateway is of this tree."""
        return mock.patch.dict(os.environ, SLUICE_BIN=str(self.binary))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()


class Ended:
    """`sluice ARGUMENTS` that is expected to end by itself."""

    def __init__(self, *arguments, cwd=None, env=None):
        command = [str(gateway_binary()), *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", cwd=cwd,
                              env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, timeout=30 * SLOW)
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def __repr__(self):
        return f"exit {self.code}\n{self.out}{self.err}"
