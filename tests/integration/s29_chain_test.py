"""BB: which hooks are in a chain, as `sluice chain` tells it."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import main, usual_models  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)


def callout(identity, phases):
    return {"id": identity, "plugin": "callout_http", "config": {"url": "http://127.0.0.1:9/", "phases": phases}}


class Chain(unittest.TestCase):
    def chain(self, plugins):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "c.yaml"
            path.write_text(json.dumps({"model_list": usual_models("http://127.0.0.1:9"), "plugins": plugins}))
            done = subprocess.run([str(gateway_binary()), "chain", "-c", str(path), "--route", "chat"], capture_output=True, text=True, check=True)
        phases = {}
        for line in done.stdout.splitlines():
            phase, instance, *_ = line.split()
            phases.setdefault(instance, []).append(phase)
        return phases

    def test_bb01_only_the_phases_that_an_instance_has_a_use_for(self):
        phases = self.chain([callout("ask", ["on_stream"]), callout("tell", ["on_complete"])])
        self.assertEqual({name: phases.get(name) for name in ("ask", "tell")}, {"ask": ["pre_call", "on_stream"], "tell": ["on_complete"]})


if __name__ == "__main__":
    main()
