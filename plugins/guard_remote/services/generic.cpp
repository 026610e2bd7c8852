// LiteLLM's generic guardrail API: one endpoint that a vendor, or you, may implement.
//
// Format: "Generic Guardrail API", https://docs.litellm.ai/docs/adding_provider/generic_guardrail_api: POST
// {api_base}/beta/litellm_basic_guardrail_api; the answer's action is NONE, BLOCKED with a blocked_reason, or
// GUARDRAIL_INTERVENED with as many texts as were sent.
#include "../characters.h"
#include "../json.h"
#include "../reading.h"
#include "services.h"

namespace guard_remote {
namespace {

constexpr std::string_view kPath = "/beta/litellm_basic_guardrail_api";
constexpr size_t kReasonMax = 1'000;  // bytes of a reason that reach the client

// Fields that say something of the client and give nothing away; of others only that they are there.
constexpr std::string_view kShown[] = {"content-type", "user-agent", "accept", "x-request-id",
                                       "x-litellm-call-id"};

std::string reasonOf(const Json& answer) {
    const Json* reason = find(answer, "blocked_reason");
    if (!reason || !reason->is_string()) return "Content violates policy";
    std::string text = reason->get<std::string>();
    text.resize(characterBegin(text, kReasonMax));
    return text;
}

class Generic final : public Adapter {
public:
    Generic(const sluice::ConfigObject& config, const sluice::Host& host) {
        url_ = urlOf(textOrVariable(config, host, "api_base", "GENERIC_GUARDRAIL_API_BASE"), "api_base");
        const bool whole =
            url_.size() >= kPath.size() && url_.compare(url_.size() - kPath.size(), kPath.size(), kPath) == 0;
        if (!whole) url_ += kPath;
        if (const auto key = textOf(config, {"api_key"}); !key.empty())
            headers_.emplace_back("x-api-key", headerValue(key, "api_key"));
        if (const auto headers = config.object("headers")) {
            for (const auto name : headers->keys()) {
                std::string value;
                headers->read(name, value);
                headers_.emplace_back(headerName(std::string(name), headers->pathOf(name)),
                                      headerValue(value, headers->pathOf(name)));
            }
        }
        config.read("extra_headers", extra_);
        std::string params;
        config.readJson("additional_provider_specific_params", params);
        params_ = params.empty() ? Json::object() : Json::parse(params);
        if (!params_.is_object())
            sluice::ConfigObject::fail("additional_provider_specific_params", "no object", "an object");
    }

    Bounds bounds() const override { return {0, 0, 0}; }
    Yields yields() const override { return Yields::Edits; }
    bool wantsAbout() const override { return true; }
    // Who asks may matter to the service, and what else it is told.
    std::string keyOf(const About& about, std::string_view role) const override {
        const std::string_view parts[] = {typeOf(about), role,       about.wishes,       about.key_id,
                                          about.user,    about.team, about.organization, about.end_user};
        std::string key;
        for (const auto part : parts) key += std::to_string(part.size()) + ":" + std::string(part);
        return key;
    }

    std::vector<Judgement> judge(Caller& caller, const About& about,
                                 const std::vector<Piece>& texts) const override {
        const Json question = questionOf(about, texts);
        const Json answer = parsed(caller.post({url_, headers_, dumped(question)}));
        const std::string action = needText(answer, "action");
        std::vector<Judgement> judgements(texts.size());
        if (action == "NONE") return judgements;
        if (action == "BLOCKED") {
            auto& first = judgements.front();
            first.blocked = true;
            first.reason = "Content blocked by guardrail: " + reasonOf(answer);
            for (auto& one : judgements) one.certain = texts.size() == 1;
            return judgements;
        }
        if (action != "GUARDRAIL_INTERVENED") malformed("the action is unknown");
        edit(question, answer, texts, judgements);
        return judgements;
    }

private:
    static std::string_view typeOf(const About& about) {
        return about.side == Side::Request ? "request" : "response";
    }

    Json questionOf(const About& about, const std::vector<Piece>& texts) const {
        Json question{{"texts", Json::array()},
                      {"images", nullptr},
                      {"tools", nullptr},
                      {"tool_calls", nullptr},
                      {"structured_messages", nullptr},
                      {"request_data", Json::object()},
                      {"request_headers", headersOf(about)},
                      {"litellm_version", "sluice"},
                      {"input_type", typeOf(about)},
                      {"litellm_call_id", about.call_id},
                      {"litellm_trace_id", about.call_id},
                      {"additional_provider_specific_params", params_}};
        for (const auto& piece : texts) question["texts"].push_back(piece.text);
        const Json wishes = parsedOrNull(about.wishes);
        if (wishes.is_object()) question["additional_provider_specific_params"].update(wishes);
        auto& who = question["request_data"];
        const auto say = [&](const char* name, std::string_view text) {
            if (!text.empty()) who[name] = text;
        };
        say("user_api_key_hash", about.key_id);
        say("user_api_key_user_id", about.user);
        say("user_api_key_team_id", about.team);
        say("user_api_key_org_id", about.organization);
        say("user_api_key_end_user_id", about.end_user);
        readBody(about, question);
        return question;
    }

    Json headersOf(const About& about) const {
        Json headers = Json::object();
        for (const auto& [name, value] : about.headers) {
            bool shown = false;
            for (const auto known : kShown) shown |= sluice::sameName(name, known);
            for (const auto& known : extra_) shown |= sluice::sameName(name, known);
            headers[name] = shown ? std::string_view(value) : std::string_view("[present]");
        }
        return headers;
    }

    // What the body has of messages, tools and images in OpenAI's form. It has been checked before, or is
    // none.
    static void readBody(const About& about, Json& question) {
        const Json body = parsedOrNull(about.body);
        if (!body.is_object()) return;
        const auto copy = [&](const char* from, const char* to) {
            const auto found = body.find(from);
            if (found != body.end() && found->is_array()) question[to] = *found;
        };
        if (about.side == Side::Request) {
            copy("messages", "structured_messages");
            copy("tools", "tools");
        }
        const auto each = [&](const Json& message) {
            if (!message.is_object()) return;
            if (const auto calls = message.find("tool_calls"); calls != message.end() && calls->is_array())
                for (const auto& call : *calls) question["tool_calls"].push_back(call);
            const auto content = message.find("content");
            if (content == message.end() || !content->is_array()) return;
            for (const auto& part : *content) {
                if (!part.is_object() || !part.contains("image_url")) continue;
                const Json& image = part["image_url"];
                if (image.is_object() && image.contains("url")) question["images"].push_back(image["url"]);
                if (image.is_string()) question["images"].push_back(image);
            }
        };
        for (const char* member : {"messages", "choices"}) {
            const auto list = body.find(member);
            if (list == body.end() || !list->is_array()) continue;
            for (const auto& one : *list)
                each(one.is_object() && one.contains("message") ? one["message"] : one);
        }
    }

    // Edits of anything but texts cannot be carried out, and an edit that is not must not pass for one.
    static void edit(const Json& question, const Json& answer, const std::vector<Piece>& texts,
                     std::vector<Judgement>& judgements) {
        for (const char* member : {"images", "tools", "tool_calls", "structured_messages"}) {
            const Json* said = find(answer, member);
            if (said && !said->empty() && *said != question[member])
                malformed(std::string(member) + " was changed, which cannot be followed");
        }
        const Json& edited = needList(answer, "texts");
        if (edited.size() != texts.size()) malformed("texts are others than those that were sent");
        for (size_t i = 0; i < texts.size(); ++i) {
            if (!edited[i].is_string()) malformed("texts has the wrong type");
            if (edited[i] != question["texts"][i]) judgements[i].edited = edited[i].get<std::string>();
        }
    }

    std::string url_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::vector<std::string> extra_;
    Json params_;
};

}  // namespace

Made makeGeneric(const sluice::ConfigObject& config, const sluice::Host& host, const std::string&) {
    return std::make_unique<Generic>(config, host);
}

}  // namespace guard_remote
