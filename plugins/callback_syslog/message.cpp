#include "message.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "exporters/json_text.h"
#include "exporters/times.h"

namespace callback_syslog {

using exporters::Node;

namespace {

constexpr std::array<std::string_view, 24> kFacilities{
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};

constexpr size_t kHostMax = 255, kAppMax = 48, kProcessMax = 128, kMessageIdMax = 32, kParamMax = 256;

// RFC 5424, 6.2.1, table 2
int severityOf(std::string_view outcome) {
    constexpr int kError = 3, kWarning = 4, kNotice = 5, kInfo = 6;
    if (outcome == "success") return kInfo;
    if (outcome == "cancelled") return kNotice;
    return outcome == "blocked" ? kWarning : kError;
}

// At most that many bytes, and no half of a character at the end.
std::string_view cut(std::string_view text, size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end);
}

class Params {
public:
    explicit Params(const std::string& id) : text_("[" + id) {}
    void add(const char* name, std::string_view value) {
        if (!value.empty())
            text_ += std::string(" ") + name + "=\"" + paramText(cut(value, kParamMax)) + "\"";
    }
    void number(const char* name, const Node& value) {
        if (value.number()) add(name, value.json());
    }
    std::string take() { return text_ + "]"; }

private:
    std::string text_;
};

int64_t tookMs(const Node& record) {
    return std::max<int64_t>(
        0, exporters::epochMs(record["endTime"].real()) - exporters::epochMs(record["startTime"].real()));
}

std::string structuredData(const Node& record, const std::string& sd_id) {
    if (sd_id.empty()) return "-";
    const Node who = record["metadata"];
    Params params(sd_id);
    for (const char* name : {"id", "litellm_call_id", "outcome", "model", "model_group", "end_user"})
        params.add(name, record[name].text());
    params.add("provider", record["custom_llm_provider"].text());
    params.add("deployment", record["model_id"].text());
    for (const auto& [name, member] : {std::pair("key", "user_api_key_hash"),
                                       {"key_alias", "user_api_key_alias"},
                                       {"team", "user_api_key_team_id"},
                                       {"user", "user_api_key_user_id"},
                                       {"org", "user_api_key_org_id"},
                                       {"client", "requester_ip_address"}})
        params.add(name, who[member].text());
    params.number("status", record["http_status"]);
    params.number("prompt_tokens", record["prompt_tokens"]);
    params.number("completion_tokens", record["completion_tokens"]);
    params.number("cost", record["response_cost"]);
    params.add("took_ms", std::to_string(tookMs(record)));
    if (record["stream"].boolean()) params.add("stream", "true");
    params.add("error", record["error_information"]["error_class"].text());
    return params.take();
}

std::string lineOf(const Node& record) {
    const auto shown = [](std::string_view text) {
        return text.empty() ? std::string("-") : paramText(text);
    };
    std::string line = shown(record["route"].text()) + " " + shown(record["model"].text()) + " " +
                       shown(record["outcome"].text()) + " " +
                       std::to_string(record["http_status"].integer());
    line += " in " + std::to_string(tookMs(record)) + " ms, " +
            std::to_string(record["prompt_tokens"].integer()) + "+" +
            std::to_string(record["completion_tokens"].integer()) + " tokens";
    if (record["response_cost"].number()) line += ", " + record["response_cost"].json() + " USD";
    const auto error = record["error_information"]["error_class"].text();
    return error.empty() ? line : line + ", " + paramText(error);
}

// Members that hold what was said, or may quote it.
bool isContent(std::string_view name) {
    return name == "messages" || name == "response" || name == "error_str" || name == "error_message" ||
           name == "guardrail_request" || name == "guardrail_response";
}

void writeWithout(exporters::JsonText& out, const Node& value) {
    if (value.object()) {
        out.beginObject();
        value.members([&](std::string_view name, const Node& member) {
            if (!isContent(name)) writeWithout(out.key(name), member);
        });
        out.endObject();
    } else if (value.array()) {
        out.beginArray();
        value.each([&](const Node& element) { writeWithout(out, element); });
        out.endArray();
    } else {
        value.there() ? out.raw(value.json()) : out.null();
    }
}

}  // namespace

int facilityOf(std::string_view name) {
    const auto* const found = std::find(kFacilities.begin(), kFacilities.end(), name);
    return found == kFacilities.end() ? -1 : static_cast<int>(found - kFacilities.begin());
}

std::string headerText(std::string_view text, size_t bytes_max) {
    std::string plain;
    for (const char c : text) {
        if (plain.size() < bytes_max && c > 0x20 && c < 0x7F) plain += c;
    }
    return plain.empty() ? "-" : plain;
}

std::string paramText(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == ']') out += '\\';
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    return out;
}

std::string asciiJson(std::string_view json) {
    std::string out;
    const auto unit = [&out](uint32_t code) {
        std::array<char, 8> digits;
        (void)std::snprintf(digits.data(), digits.size(), "\\u%04x", code);
        out += digits.data();
    };
    for (size_t i = 0; i < json.size();) {
        const auto lead = static_cast<unsigned char>(json[i]);
        const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (size == 1) {
            out += json[i++];
            continue;
        }
        uint32_t code = lead & (0xFFu >> (size + 1));
        for (size_t k = 1; k < size && i + k < json.size(); ++k)
            code = code << 6 | (static_cast<unsigned char>(json[i + k]) & 0x3F);
        if (code >= 0x10000) {
            unit(0xD800 + ((code - 0x10000) >> 10));
            unit(0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            unit(code);
        }
        i += size;
    }
    return out;
}

std::string messageOf(const Node& record, const MessageOptions& options) {
    const int priority = options.facility * 8 + severityOf(record["outcome"].text());
    std::string message =
        "<" + std::to_string(priority) + ">1 " + exporters::isoTime(record["endTime"].real());
    message += " " + headerText(options.hostname, kHostMax) + " " + headerText(options.app, kAppMax);
    message += " " + headerText(options.process, kProcessMax) + " ";
    message += headerText(record["route"].text(), kMessageIdMax) + " ";
    message += structuredData(record, options.sd_id) + " ";
    if (options.format == Format::Json) {
        exporters::JsonText json;
        writeWithout(json, record);
        const std::string text = asciiJson(json.str());
        if (message.size() + text.size() <= options.bytes_max) return message + text;
    }
    // 6.4: UTF-8 begins with its mark.
    std::string line = lineOf(record);
    const bool ascii = std::all_of(line.begin(), line.end(), [](char c) { return c >= 0; });
    if (!ascii) line.insert(0, "\xEF\xBB\xBF");
    message += line;
    return std::string(cut(message, options.bytes_max));
}

}  // namespace callback_syslog
