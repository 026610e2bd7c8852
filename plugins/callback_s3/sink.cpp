#include "sink.h"

#include <algorithm>
#include <stdexcept>

#include "exporters/gzip.h"
#include "exporters/hmac.h"
#include "exporters/settings.h"
#include "exporters/times.h"

namespace callback_s3 {

using exporters::Node;
using exporters::Outgoing;

namespace {

constexpr size_t kPartMax = 256;

// "2026-01-31" and "12-00-00-123000", as in LiteLLM's names.
std::pair<std::string, std::string> dayAndTime(const Node& record) {
    const std::string iso = exporters::isoTime(record["startTime"].real());  // 2026-01-31T12:00:00.123Z
    std::string time = iso.substr(11, 12) + "000";
    std::replace_if(
        time.begin(), time.end(), [](char c) { return c == ':' || c == '.'; }, '-');
    return {iso.substr(0, 10), time};
}

std::string withoutResponse(std::string_view raw) {
    auto record = nlohmann::json::parse(raw, nullptr, false);
    if (!record.is_object()) return "{}";
    record["response"] = nullptr;
    return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct Item {
    std::string_view folder, name, json;
};

Item parts(std::string_view item) {
    const size_t first = item.find('\n');
    const size_t second = item.find('\n', first + 1);
    return {item.substr(0, first), item.substr(first + 1, second - first - 1), item.substr(second + 1)};
}

}  // namespace

std::string keyPart(std::string_view text) {
    std::string part(text);
    std::replace_if(
        part.begin(), part.end(),
        [](char c) { return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        '_');
    if (part.find_first_not_of('.') == std::string::npos)
        part = std::string(std::max<size_t>(part.size(), 1), '_');
    if (part.size() <= kPartMax) return part;
    size_t cut = kPartMax - 33;
    while (cut > 0 && (static_cast<unsigned char>(part[cut]) & 0xC0) == 0x80) --cut;  // between characters
    return part.substr(0, cut) + "-" + exporters::hexOf(exporters::sha256(text).substr(0, 16));
}

void ObjectSink::encode(const Node& record, std::string_view raw, std::vector<std::string>& items) const {
    const auto [day, time] = dayAndTime(record);
    std::string item;
    const Node metadata = record["metadata"];
    const auto add = [&](bool wanted, const char* alias) {
        const auto text = metadata[alias].text();
        if (wanted && !text.empty()) item += keyPart(text) + "/";
    };
    add(options_.team_prefix, "user_api_key_team_alias");
    add(options_.key_prefix, "user_api_key_alias");
    item += day + "/\ntime-" + time + "_" + keyPart(record["id"].text()) + "\n";
    if (options_.prompts_only)
        item += withoutResponse(raw);
    else
        item += raw;
    items.push_back(std::move(item));
}

// An object is in one folder.
bool ObjectSink::together(const std::string& one, const std::string& another) const {
    return parts(one).folder == parts(another).folder;
}

Outgoing ObjectSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                              const exporters::Destination& to) const {
    const s3::Store& store = static_cast<const BucketDestination&>(to).store;
    const Item first = parts(items[begin]);
    std::string key = store.path;
    key.append(first.folder).append(first.name).append(options_.batches ? ".jsonl" : ".json");
    std::string body;
    for (size_t i = begin; i < end; ++i) {
        body += parts(items[i]).json;
        if (options_.batches) body += '\n';
    }
    Outgoing request;
    request.method = "PUT";
    request.content_type = options_.batches ? "application/x-ndjson" : "application/json";
    if (options_.gzip) {
        std::string packed = exporters::gzipped(body);
        if (packed.empty()) {
            request.fault = "no memory for gzip";
            return request;
        }
        body = std::move(packed);
        key += ".gz";
        request.content_type = "application/gzip";
    }
    try {
        store.bucket->signer().prepare();
        auto fields = store.fields;
        fields.emplace_back("content-type", request.content_type);
        auto call = store.bucket->put(key, std::move(body), fields, host_.wallMs() / 1000);
        request.url = std::move(call.url);
        request.body = std::move(call.body);
        // Who sends it adds the type again.
        for (auto& field : call.fields) {
            if (field.first != "content-type") request.fields.push_back(std::move(field));
        }
    } catch (const s3::Unsigned& why) {
        request.fault = why.what();
    }
    return request;
}

// Nothing that a store refuses is about a record, but for its size: a key that is wrong, a bucket that is not
// there, a clock. Records wait until that has been put right.
void ObjectSink::judge(exporters::Answer& answer) const {
    if (answer.status == 0 || (answer.status >= 200 && answer.status < 300)) return;
    s3::Answer said;
    said.status = answer.status;
    said.body = answer.body;
    answer.why = said.code();
    if (answer.why == "EntityTooLarge") answer.status = 413;
    answer.later = answer.status != 413;
}

std::shared_ptr<const exporters::Destination> ObjectSink::own(const nlohmann::json& vars) const {
    if (!vars.is_object() || (!vars.contains("s3_bucket_name") && !vars.contains("gcs_bucket_name")))
        return nullptr;
    try {
        auto to = destinationOf(vars, host_, false);
        exporters::checkOwnHost(to->url, url_, config_);
        return to;
    } catch (const sluice::ConfigError& fault) {
        throw std::invalid_argument(fault.message());
    }
}

}  // namespace callback_s3
