"""V: `sluice check` and the command line: every fault at once, with file, line, key, what was found, what is allowed, and a hint."""
import os
import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, IntegrationTest, main  # noqa: E402
from trees import Ended  # noqa: E402

REPO = pathlib.Path(__file__).resolve().parents[2]

FAULTY = """\
model_list:
  - model_name: a
    litellm_params:
      model: openai/gpt-4o
      api_base: ftp://example.org
      timeout: soon
      rpm: -5
  - model_name: [x]
    litellm_params: {model: opennai/gpt-4o}
  - litellm_params:
      modell: openai/x
  - not-a-mapping
general_settings:
  master_key: 123
  max_request_size_mb: big
router_settings:
  routing_strategy: simple-shufle
  model_group_alias: {x: 5}
listen:
  port: 70000
  limits:
    head_timeout_ms: fast
    body_bytes_max: -1
  tls: {certificate_file: /nonexistent/cert.pem}
plugins:
  - plugin: callback_jsonll
  - plugin: callback_jsonl
    id: twice
    config: {path: 5, sink: 1}
  - plugin: callback_jsonl
    id: twice
    config: {}
    on_error: maybe
    scope: {routes: [chats]}
litellm_settings:
  ssl_verify: false
"""
MODEL = "model_list:\n  - model_name: m\n    litellm_params: {{model: {}}}\n"
# line -> key path, and what the words must hold
EXPECTED = {
    5: ("model_list[0].litellm_params.api_base", "ftp://example.org", "http://"),
    6: ("model_list[0].litellm_params.timeout", '"soon"', "number of seconds"),
    7: ("model_list[0].litellm_params.rpm", "-5", ""),
    8: ("model_list[1].model_name", "list", ""),
    9: ("model_list[1].litellm_params.model", "opennai", 'did you mean "openai"?'),
    12: ("model_list[3]", "not-a-mapping", "mapping"),
    15: ("general_settings.max_request_size_mb", '"big"', "number"),
    17: ("router_settings.routing_strategy", "simple-shufle", "simple-shuffle"),
    18: ("router_settings.model_group_alias.x", "5", ""),
    20: ("listen.port", "70000", ""),
    22: ("listen.limits.head_timeout_ms", '"fast"', "whole number"),
    23: ("listen.limits.body_bytes_max", "-1", ""),
    26: ("plugins[0].plugin", "callback_jsonll", 'did you mean "callback_jsonl"?'),
    36: ("litellm_settings.ssl_verify", "false", "PEM"),
}


class Check(IntegrationTest):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-check-")))
        self.file = self.folder / "config.yaml"

    def check(self, text, *arguments, **options):
        self.file.write_text(text, encoding="utf-8")
        return Ended("check", "-c", self.file, *arguments, **options)

    def assert_fine(self, text, **options):
        ended = self.check(text, **options)
        self.assertEqual((ended.code, "error:" in ended.err), (0, False), ended)
        return ended

    def test_v01_all_faults_at_once(self):
        ended = self.check(FAULTY)
        self.assertEqual(ended.code, 1)
        for line, (path, *words) in EXPECTED.items():
            with self.subTest(path):
                found = [text for text in ended.err.splitlines() if text.startswith(f"{self.file}:{line}: error: {path}")]
                self.assertTrue(found, ended)
                self.assertTrue(any(all(word in text for word in words) for text in found), found)

    def test_v02_the_rest_of_them(self):
        """faults of nested and missing things"""
        err = self.check(FAULTY).err
        for path in ("model_list[2].litellm_params.model: nothing", "listen.tls.key_file: nothing", "listen.tls.certificate_file: the file",
                     "plugins[2].id: the id \"twice\" is taken", "plugins[1].config.path: ", "plugins[1].config.sink: ", "plugins[2].config.path: ",
                     "plugins[2].on_error: ", "plugins[2].scope.routes: there is no route \"chats\""):
            with self.subTest(path):
                self.assertIn(f"error: {path}", err)

    def test_v03_serve_says_the_same_and_starts_nothing(self):
        checked = self.check(FAULTY)
        served = Ended("serve", "-c", self.file)
        self.assertEqual(served.code, 1)
        self.assertEqual([line for line in served.err.splitlines() if "error:" in line],
                         [line for line in checked.err.splitlines() if "error:" in line])
        self.assertIn("nothing was started", served.err)

    def test_v04_unknown_keys_are_warnings_with_their_line(self):
        ended = self.check("model_list: []\nlistenn: {}\nrouter_settings:\n  routing_stratgy: x\n  polling_interval: 3\n")
        self.assertEqual(ended.code, 0, ended)
        self.assertIn(f"{self.file}:2: warning: listenn: unknown key", ended.err)
        self.assertIn('did you mean "listen"?', ended.err)
        self.assertIn(f"{self.file}:4: warning: router_settings.routing_stratgy", ended.err)
        self.assertIn(f"{self.file}:5: warning: router_settings.polling_interval: LiteLLM knows this key", ended.err)

    def test_v05_files_that_cannot_be_read(self):
        for text, words in (("model_list: [", "not valid YAML"), ("a: b: c", "not valid YAML"), ("- 1\n- 2\n", ""), ("\x00", ""),
                            ("a: &x [*x]", ""), ("a: *b", "")):
            with self.subTest(text):
                ended = self.check(text)
                self.assertEqual(ended.code, 1, ended)
                self.assertIn(f"{self.file}", ended.err)
                self.assertIn(words, ended.err)
        for path in (self.folder / "missing.yaml", self.folder, "/dev/null/x"):
            self.assertEqual(Ended("check", "-c", path).code, 1)

    def test_v06_an_empty_file_is_a_configuration(self):
        for text in ("", "{}", "# nothing\n", "model_list:\n", "model_list: []\nplugins:\ngeneral_settings:\n"):
            with self.subTest(text):
                self.assert_fine(text)

    def test_v07_environment_variables(self):
        text = ("general_settings: {master_key: os.environ/IT_KEY}\n"
                + MODEL.format("openai/x, api_key: os.environ/IT_UP, api_base: os.environ/IT_BASE"))
        fine = self.assert_fine(text, env={"IT_KEY": "sk-secret-1", "IT_UP": "sk-secret-2", "IT_BASE": "http://127.0.0.1:1"})
        self.assertNotIn("sk-secret", repr(fine))
        missing = self.check(text)
        self.assertIn("IT_KEY", missing.err)
        self.assertRegex(missing.err, rf"{self.file}:1: (error|warning): general_settings.master_key")

    def test_v08_secrets_are_not_printed(self):
        """not even where they are the fault"""
        faulty = "general_settings:\n  master_key: [sk-secret-1]\n" + MODEL.format("openai/x, api_key: {a: sk-secret-2}, extra_headers: {authorization: 7}")
        self.assertNotIn("sk-secret", repr(self.check(faulty)))

    def test_v17_a_key_that_is_no_text(self):
        """a list or a mapping is an error where a key must stand; its JSON text would be nobody's key"""
        for text in ("general_settings:\n  master_key: [sk-secret-1]\n", MODEL.format("openai/x, api_key: {a: sk-secret-2}")):
            self.assertEqual(self.check(text).code, 1)

    def test_v09_includes(self):
        (self.folder / "models.yaml").write_text("model_list:\n  - model_name: m\n    litellm_params: {model: openai/x, timeout: soon}\n")
        ended = self.check("include: [models.yaml]\n")
        self.assertEqual(ended.code, 1)
        self.assertIn(f"{self.folder}/models.yaml:3: error: model_list[0].litellm_params.timeout", ended.err)
        self.assertEqual(self.check("include: [missing.yaml]\n").code, 1)
        self.assertEqual(self.check("include: [config.yaml]\n").code, 1, "itself")

    def test_v10_without_network(self):
        """names are not resolved, nothing is connected to"""
        begin = time.monotonic()
        self.assert_fine(MODEL.format('openai/x, api_base: "https://no-such-host.invalid/v1", api_key: k'))
        self.assertLess(time.monotonic() - begin, 1.5 * SLOW)

    def test_v11_the_examples(self):
        for example in sorted((REPO / "examples").rglob("*.yaml")):
            with self.subTest(example.name):
                ended = Ended("check", "-c", example)
                self.assertEqual(ended.code, 0, ended)

    def test_v12_command_line(self):
        for arguments, code in (((), 2), (("--help",), 0), (("nonsense",), 2), (("serve",), 2), (("check",), 2), (("check", "-c", "x", "--zzz"), 2),
                                (("version",), 0), (("serve", "--help"), 0), (("plugin", "list"), 0), (("plugin",), 2)):
            with self.subTest(arguments):
                ended = Ended(*arguments)
                self.assertEqual(ended.code, code, ended)
                self.assertTrue(ended.out or ended.err)
        self.assertRegex(Ended("version").out, r"^sluice \d+\.\d+\.\d+\n$")

    def test_v13_a_summary(self):
        self.assertIn("0 errors, 0 warnings, 1 deployments", self.assert_fine(MODEL.format("echo/x")).out)

    def test_v14_hostile_yaml(self):
        """deep or wide: an answer within seconds, no crash"""
        for text in ("[" * 3000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 1500)), "model_list: " + "x" * 5_000_000):
            with self.subTest(text[:20]):
                begin = time.monotonic()
                ended = self.check(text)
                self.assertIn(ended.code, (0, 1), ended.code)
                self.assertLess(time.monotonic() - begin, 10 * SLOW)

    def test_v16_aliases_that_multiply(self):
        """nine to the sixth: refused, not unfolded"""
        text = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcde", "bcdef"))
        ended = self.check(text)
        self.assertEqual(ended.code, 1)

    def test_v18_keys_that_plugins_read(self):
        """what a plugin takes up is not called unused; what nobody reads is"""
        text = MODEL.format("echo/x") + """litellm_settings: {callbacks: [prometheus], cache: true, cache_params: {type: local}, turn_off_message_loging: true}
router_settings: {enable_pre_call_checks: true, optional_pre_call_checks: [prompt_caching], assistants_config: {}}
"""
        said = str(self.check(text))
        for read in ("litellm_settings.callbacks", "litellm_settings.cache", "optional_pre_call_checks"):
            self.assertNotIn(read + ":", said)
        self.assertIn("turn_off_message_loging: unknown key, ignored", said)
        self.assertIn("turn_off_message_logging", said)
        self.assertIn("assistants_config: LiteLLM knows this key, Sluice does not use it yet", said)

    def test_v15_a_file_that_is_too_private_to_read(self):
        if os.geteuid() == 0:
            self.skipTest("root reads everything")
        self.file.write_text("{}")
        self.file.chmod(0)
        self.assertEqual(Ended("check", "-c", self.file).code, 1)


if __name__ == "__main__":
    main()
