// POST /test/usage: puts usage events into the store, so that a scenario knows to the last digit what was
// spent and on which day. {"events": [{"call_id", "key_id", "user", …, "cost_pico_usd", "start_ms", "tags":
// […]}]}
#include <deque>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

namespace {

using Json = nlohmann::json;

class Feeder {
public:
    Feeder(std::string_view, sluice::Host host) : host_(host) {}

    void start() {
        const auto found = host_.service(SLUICE_STORE_ID, "");
        if (!found) throw sluice::ConfigError("there is no store");
        store_ = static_cast<const sluice_store*>(found->table);
        store_self_ = found->owner;
    }

    const std::vector<sluice::Route>& routes() const { return routes_; }

    sluice::Verdict handle(sluice::Request request, uint32_t) {
        if (!store_) return request.respond(500, "application/json", "{}");
        const Json body = Json::parse(request.body(), nullptr, false);
        std::deque<std::string> texts;
        std::deque<sluice_record> records;
        std::vector<const sluice_record*> pointers;
        for (const auto& event : body.value("events", Json::array())) {
            records.push_back(recordOf(event, texts));
            pointers.push_back(&records.back());
        }
        const auto status = store_->append(store_self_, pointers.data(), pointers.size());
        return request.respond(status == SLUICE_OK ? 200 : 500, "application/json", "{}");
    }

private:
    static sluice_record recordOf(const Json& event, std::deque<std::string>& texts) {
        const auto text = [&](const char* name, const char* otherwise = "") {
            texts.push_back(event.value(name, otherwise));
            return sluice::str(texts.back());
        };
        sluice_record record{};
        record.size = sizeof record;
        record.http_status = event.value("http_status", 200u);
        record.call_id = text("call_id");
        record.outcome = text("outcome", "success");
        record.route = text("route", "chat");
        record.start_ms = event.value("start_ms", int64_t{0});
        record.end_ms = record.start_ms + event.value("duration_ms", int64_t{1000});
        const auto first = event.value("first_token_after_ms", int64_t{0});
        record.first_token_ms = first > 0 ? record.start_ms + first : 0;
        record.cache_hit = event.value("cache_hit", false) ? 1 : 0;
        record.prompt_tokens = event.value("prompt_tokens", uint64_t{0});
        record.completion_tokens = event.value("completion_tokens", uint64_t{0});
        record.cached_tokens = event.value("cached_tokens", uint64_t{0});
        record.usage_known = 1;
        record.cost_pico_usd = event.value("cost_pico_usd", int64_t{-1});
        record.attempts = 1;
        record.key_id = text("key_id");
        record.user = text("user");
        record.team = text("team");
        record.organization = text("organization");
        record.end_user = text("end_user");
        record.model_group = text("model_group", "gpt");
        record.upstream_model = text("model", "gpt-up");
        record.provider = text("provider", "openai");
        record.api_base = text("api_base");
        record.error_class = text("error_class");
        record.key_alias = text("key_alias");
        record.call_type = text("call_type");
        texts.push_back(event.contains("tags") ? Json{{"tags", event["tags"].dump()}}.dump() : "{}");
        record.attributes = sluice::str(texts.back());
        return record;
    }

    const std::vector<sluice::Route> routes_{{"POST", "/test/usage", SLUICE_ROUTE_ADMIN}};
    sluice::Host host_;
    const sluice_store* store_ = nullptr;
    sluice_instance* store_self_ = nullptr;
};

}  // namespace

SLUICE_PLUGIN(Feeder, R"({"id":"usage_feeder","version":"1.0.0","abi":1,"blocking":true,
  "interfaces":["sluice.endpoint/1","sluice.start/1"]})")
