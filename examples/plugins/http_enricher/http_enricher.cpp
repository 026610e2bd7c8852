// Asks a service about the caller and puts what it answers into the request as the member "metadata".
//
//   plugins: [{plugin: http_enricher, config: {url: "http://127.0.0.1:8080/callers", timeout_ms: 500}}]
//
// The service gets {"key_id":"…","model":"…"} and answers with a JSON object.
#include <string>

#include <nlohmann/json.hpp>

#include <sluice/plugin.hpp>

namespace {

using sluice::Verdict;

class HttpEnricher {
public:
    HttpEnricher(std::string_view config, sluice::Host host) : host_(host) {
        const auto settings = nlohmann::json::parse(config);  // checked by the host, defaults filled in
        url_ = settings.at("url").get<std::string>();
        timeout_ms_ = settings.at("timeout_ms").get<uint32_t>();
        if (url_.compare(0, 7, "http://") != 0 && url_.compare(0, 8, "https://") != 0)
            throw sluice::ConfigError("url: it starts with http:// or https://");
    }

    Verdict pre_call(sluice::Request request) {
        const nlohmann::json question{{"key_id", request.keyId()}, {"model", request.model()}};
        // Reads like a call that blocks. The thread serves other requests meanwhile: hold no lock across it.
        const auto answer = request.post(host_, url_, question.dump(), timeout_ms_);
        request.setAttribute("http_enricher.status", std::to_string(answer.status));
        // What a failure means for the request is not decided here but by on_error of the configuration.
        if (!answer.ok()) return Verdict::Failed;
        return request.setMember("metadata", answer.body) ? Verdict::Continue : Verdict::Failed;
    }

private:
    sluice::Host host_;
    std::string url_;
    uint32_t timeout_ms_ = 0;
};

}  // namespace

SLUICE_PLUGIN(HttpEnricher, R"({
  "id": "http_enricher",
  "version": "1.0.0",
  "abi": 1,
  "description": "Puts what a service knows about the caller into the request",
  "interfaces": ["sluice.hooks/1"],
  "capabilities": ["net"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "required": ["url"],
    "examples": [{"url": "http://127.0.0.1:8080/callers"}],
    "properties": {
      "url": {"type": "string"},
      "timeout_ms": {"type": "integer", "minimum": 1, "default": 1000}
    }
  }
})")
