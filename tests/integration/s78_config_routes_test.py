"""AX: the configuration over the API: what was handed to admin_api is shown, no planted secret ever is, and changes are refused with what to do instead."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, Gateway, Scenario, Upstream, main  # noqa: E402

READ = ("/config/yaml", "/config/list?config_type=general_settings", "/config/field/info?field_name=alerting", "/get/config/callbacks", "/callbacks/list", "/active/callbacks",
        "/router/settings", "/alerting/settings", "/config/cost_discount_config", "/config/cost_margin_config", "/routes")
CHANGE = (("POST", "/config/update", {"router_settings": {"num_retries": 1}}), ("POST", "/config/field/update", {"field_name": "alerting", "field_value": [], "config_type": "general_settings"}),
          ("POST", "/config/field/delete", {"field_name": "alerting", "config_type": "general_settings"}), ("POST", "/config/pass_through_endpoint", {"path": "/x", "target": "http://y"}),
          ("PATCH", "/config/cost_discount_config", {"openai": 0.5}), ("PATCH", "/config/cost_margin_config", {"global": 0.1}))

# Each secret is a text of its own, so that a failure says which one it was. Sections are handed over by YAML's anchors, as docs/admin_api.md says.
CONFIG = """
model_list:
  - model_name: gpt
    litellm_params:
      model: openai/gpt-up
      api_base: {base}/v1
      api_key: planted-inline-key
      extra_headers: {{x-team: planted-header, authorization: planted-authorization}}
      temperature: 0.5
    model_info: {{id: gpt-1, mode: chat, access_groups: [beta], owner: planted-info}}
  - model_name: env
    litellm_params: {{model: openai/env-up, api_base: "http://127.0.0.1:9/planted-path", api_key: os.environ/PLANTED_VARIABLE}}
    model_info: {{id: env-1}}
environment_variables:
  PLANTED_SECTION: planted-variable
general_settings: &general
  master_key: {key}
  global_max_parallel_requests: 77
  database_url: postgresql://user:planted-database@db/sluice
  alerting_args: {{note: planted-args}}
  unheard_of: planted-unknown
  nested: {{deeper: [{{deepest: planted-deep}}]}}
  from_variable: os.environ/PLANTED_VARIABLE
litellm_settings: &litellm
  callbacks: []
  cost_discount_config: {{openai: 0.05}}
  cost_margin_config: {{global: {{percentage: 0.1, fixed_amount: 0.001}}}}
  request_timeout: 30
  some_store: {{type: local, password: planted-password, redis_url: "redis://:planted-redis@r:6379"}}
router_settings: &router
  routing_strategy: simple-shuffle
  num_retries: 1
  fallbacks: [{{gpt: [env]}}]
  model_group_alias: {{fast: gpt}}
  redis_password: 9081726354
plugins:
  - {{plugin: store_sqlite, config: {{path: sluice.db}}}}
  - {{plugin: auth_keys}}
  - plugin: admin_api
    config: {{show: {{general_settings: *general, litellm_settings: *litellm, router_settings: *router}}}}
"""


class ConfigRoutes(Scenario):
    @classmethod
    def text(cls, upstream):
        return CONFIG.format(base=upstream.url, key=KEY)

    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.gateway = cls.enterClassContext(Gateway(cls.text(cls.upstream), env={"PLANTED_VARIABLE": "planted-environment"}))
        cls.port = cls.gateway.port

    def read(self, path, status=200, key=KEY):
        answer = self.call(path, None, "GET", key)
        self.assertEqual(answer.status, status, (path, answer.body))
        return answer.json()

    def made(self, role):
        self.assertEqual(self.call("/user/new", {"user_id": "ax-" + role, "user_role": role}).status, 200)
        return self.call("/key/generate", {"user_id": "ax-" + role}).json()["key"]


class Shown(ConfigRoutes):
    def test_ax20_no_secret_is_readable(self):
        """planted in keys, headers, URLs, unknown keys, variables and numbers; also where a route refuses"""
        asked = [self.call(path, None, "GET").body for path in (*READ, "/openapi.json", "/config/field/info?field_name=master_key", "/config/field/info?field_name=database_url")]
        asked += [self.call(path, body, method).body for method, path, body in CHANGE]
        for answer in asked:
            for planted in (b"planted", KEY.encode(), b"9081726354"):
                self.assertNotIn(planted, answer.lower(), answer[:2000])
        self.assertIn(b"REDACTED", asked[0])
        self.assertNotIn("planted", self.gateway.stderr())

    def test_ax21_the_configuration(self):
        shown = self.read("/config/yaml")
        entries = {entry["model_name"]: entry for entry in shown["model_list"]}
        self.assertEqual(set(entries), {"gpt", "env", "fast"})
        params = entries["gpt"]["litellm_params"]
        self.assertEqual((params["model"], params["api_key"], params["api_base"], params["temperature"]), ("openai/gpt-up", "REDACTED", self.upstream.url + "/v1", 0.5))
        self.assertEqual(entries["gpt"]["model_info"], {"mode": "chat", "access_groups": ["beta"], "owner": "REDACTED", "id": "gpt-1"})
        self.assertEqual(entries["env"]["litellm_params"]["api_base"], "http://127.0.0.1:9/REDACTED")
        self.assertEqual(shown["general_settings"]["master_key"], "REDACTED")
        self.assertEqual(shown["general_settings"]["global_max_parallel_requests"], 77)
        self.assertEqual(shown["router_settings"]["fallbacks"], [{"gpt": ["env"]}])

    def test_ax22_fields(self):
        fields = {field["field_name"]: field for field in self.read("/config/list?config_type=general_settings")}
        one = fields["global_max_parallel_requests"]
        self.assertEqual(set(one), {"field_name", "field_type", "field_description", "field_value", "stored_in_db", "field_default_value"})
        self.assertEqual((one["field_type"], one["field_value"], one["stored_in_db"]), ("Integer", 77, False))
        self.assertEqual((fields["health_check_interval"]["field_value"], fields["health_check_interval"]["field_default_value"]), (None, 300))
        self.assertEqual(self.read("/config/field/info?field_name=global_max_parallel_requests")["field_value"], 77)
        router = self.read("/router/settings")
        self.assertEqual((router["current_values"]["num_retries"], router["current_values"]["model_group_alias"]), (1, {"fast": "gpt"}))
        self.assertEqual({f["field_name"]: f["field_value"] for f in router["fields"]}["routing_strategy"], "simple-shuffle")
        self.assertEqual(self.read("/config/cost_discount_config"), {"values": {"openai": 0.05}})
        self.assertEqual(self.read("/config/cost_margin_config"), {"values": {"global": {"percentage": 0.1, "fixed_amount": 0.001}}})
        self.assertEqual(self.read("/callbacks/list"), {"success": [], "failure": [], "success_and_failure": []})
        self.assertEqual(self.read("/get/config/callbacks")["router_settings"]["num_retries"], 1)
        self.assertIn({"path": "/config/yaml", "methods": ["GET"]}, self.read("/routes")["routes"])

    def test_ax23_bad_input(self):
        for path, status in (("/config/list", 422), ("/config/list?config_type=", 422), ("/config/list?config_type=router_settings", 422), ("/config/list?config_type=%ff", 422),
                             ("/config/field/info", 400), ("/config/field/info?field_name=no_such_field", 400), ("/config/field/info?field_name=%00", 422), ("/config/nothing", 404)):
            with self.subTest(path=path):
                self.assert_error(self.call(path, None, "GET"), status)
        for method, path, body in (("POST", "/config/update", {"general_settings": []}), ("POST", "/config/update", {"no_such_section": {}}), ("POST", "/config/field/update", {"field_name": 1}),
                                   ("POST", "/config/field/delete", {"field_name": "x", "more": 1}), ("PATCH", "/config/cost_discount_config", {"openai": "much"}),
                                   ("PATCH", "/config/cost_discount_config", {"openai": -1})):
            with self.subTest(path=path, body=body):
                self.assert_error(self.call(path, body, method), 422)
        for method, path, _ in CHANGE:
            self.assert_error(self.call(path, b"[]", method), 400)
            self.assert_error(self.call(path, b'{"x":"' + b"x" * 2_000_000 + b'"}', method), 413)
        self.assert_error(self.call("/config/yaml", {}, "POST"), 405)

    def test_ax24_changes_are_for_the_file(self):
        """501 in the dialect's shape, with what to do instead; nothing changes, and the audit log says nothing"""
        before = self.read("/config/yaml")
        for method, path, body in CHANGE:
            with self.subTest(path=path):
                error = self.assert_error(self.call(path, body, method), 501, kind="not_implemented_error", contains="/admin/reload")
                self.assertEqual(error["code"], "501")
        self.assertEqual(self.read("/config/yaml"), before)
        self.assertEqual(self.read("/audit?table_name=config")["total"], 0)

    def test_ax25_who_may(self):
        keys = {role: self.made(role) for role in ("proxy_admin", "proxy_admin_viewer", "internal_user")}
        for path in READ[:-1]:
            for role, status in (("proxy_admin", 200), ("proxy_admin_viewer", 200), ("internal_user", 403)):
                with self.subTest(path=path, role=role):
                    self.assertEqual(self.call(path, None, "GET", keys[role]).status, status)
            self.assertEqual(self.call(path, None, "GET", key=None).status, 401)
        for method, path, body in CHANGE:
            for role, status in (("proxy_admin", 501), ("proxy_admin_viewer", 403), ("internal_user", 403)):
                with self.subTest(path=path, role=role):
                    self.assertEqual(self.call(path, body, method, keys[role]).status, status)


class NotHandedOver(ConfigRoutes):
    @classmethod
    def text(cls, upstream):
        return super().text(upstream).split("    config: {show")[0]

    def test_ax26_nothing_is_made_up(self):
        """without `show` the models are there, and the rest is a 501 that says how to hand it over"""
        self.assertEqual(set(self.read("/config/yaml")), {"model_list"})
        for path in READ[1:-1]:
            with self.subTest(path=path):
                self.assert_error(self.call(path, None, "GET"), 501, contains="show: {")


if __name__ == "__main__":
    main()
