#include "sink.h"

#include "exporters/json_text.h"

namespace callback_datadog {

using exporters::JsonText;
using exporters::Node;

namespace {

// Few values each: tags are indexed.
std::string tagsOf(const std::string& always, const Node& record) {
    std::string tags = always;
    addTag(tags, "model", record["model"].text());
    addTag(tags, "model_group", record["model_group"].text());
    addTag(tags, "provider", record["custom_llm_provider"].text());
    addTag(tags, "team", record["metadata"]["user_api_key_team_id"].text());
    record["request_tags"].each([&](const Node& tag) { addTag(tags, "request_tag", tag.text()); });
    return tags;
}

}  // namespace

void LogSink::encode(const Node& record, std::string_view raw, std::vector<std::string>& items) const {
    const bool success = record["outcome"].text() == "success";
    JsonText out;
    out.beginObject().key("ddsource").text(labels_.source).key("ddtags").text(tagsOf(labels_.tags, record));
    out.key("hostname").text(labels_.hostname).key("message").text(raw).key("service").text(labels_.service);
    out.key("status").text(success ? "info" : "error");
    items.push_back(out.endObject().take());
}

exporters::Outgoing LogSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                      const exporters::Destination& to) const {
    std::string body = "[";
    for (size_t i = begin; i < end; ++i) body += (i > begin ? "," : "") + items[i];
    body += ']';
    return {to.url, "application/json", {}, std::move(body)};
}

}  // namespace callback_datadog
