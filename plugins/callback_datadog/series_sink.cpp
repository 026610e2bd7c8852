#include "series_sink.h"

#include <algorithm>
#include <map>

#include "exporters/json_text.h"

namespace callback_datadog {

using exporters::JsonText;
using exporters::Node;
using measures::Kind;

namespace {

constexpr int64_t kTypeCount = 1;

// One series: its name, and its tags as the inside of a JSON list.
using Key = std::pair<std::string, std::string>;

void writeHead(JsonText& out, const Key& key, const std::vector<std::string>& always) {
    out.beginObject().key("metric").text(key.first).key("tags").beginArray();
    for (const auto& tag : always) out.text(tag);
    if (!key.second.empty()) out.raw(key.second);
    out.endArray();
}

}  // namespace

// {"t": [tags], "m": [[name, value], …]}: added up when it is known what goes together.
void SeriesSink::encode(const Node& record, std::string_view /*raw*/, std::vector<std::string>& items) const {
    JsonText out;
    out.beginObject().key("t").beginArray();
    for (const auto& [name, value] : tagger_->tagsOf(record)) {
        if (!value.empty()) out.text(name + ":" + value);
    }
    out.endArray().key("m").beginArray();
    bool any = false;
    for (const auto& measure : measures::measuresOf(record)) {
        if (measure.kind != options_.kind) continue;
        any = true;
        out.beginArray().text(options_.prefix + std::string(measure.name)).real(measure.value).endArray();
    }
    out.endArray().endObject();
    if (any) items.push_back(out.take());
}

int64_t SeriesSink::nextSecond() const {
    int64_t before = last_;
    int64_t now = 0;
    do {
        now = std::max(wall_ms_() / 1000, before + 1);
    } while (!last_.compare_exchange_weak(before, now));
    return now;
}

exporters::Outgoing SeriesSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                         const exporters::Destination& to) const {
    std::map<Key, std::vector<double>> all;
    exporters::Reader reader;
    for (size_t i = begin; i < end; ++i) {
        const Node item = reader.read(items[i]);
        std::string tags = item["t"].json();
        tags = tags.size() > 2 ? tags.substr(1, tags.size() - 2) : "";
        item["m"].each([&](const Node& pair) {
            std::string name;
            pair.each([&](const Node& part) {
                if (part.isText())
                    name = part.text();
                else
                    all[{name, tags}].push_back(part.real());
            });
        });
    }
    const int64_t now = nextSecond();
    JsonText out;
    out.beginObject().key("series").beginArray();
    for (const auto& [key, values] : all) {
        writeHead(out, key, options_.tags);
        if (options_.kind == Kind::Count) {
            double sum = 0;
            for (const double value : values) sum += value;
            out.key("type").integer(kTypeCount).key("interval").integer(options_.interval_s);
            out.key("points").beginArray().beginObject();
            out.key("timestamp").integer(now).key("value").real(sum).endObject().endArray();
            out.key("resources").beginArray().beginObject().key("name").text(options_.hostname);
            out.key("type").text("host").endObject().endArray();
        } else {
            out.key("type").text("distribution").key("host").text(options_.hostname);
            out.key("points").beginArray().beginArray().integer(now).beginArray();
            for (const double value : values) out.real(value);
            out.endArray().endArray().endArray();
        }
        out.endObject();
    }
    out.endArray().endObject();
    return {to.url, "application/json", {}, out.take()};
}

}  // namespace callback_datadog
