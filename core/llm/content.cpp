#include "llm/content.h"

#include <algorithm>

#include <simdjson.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "llm/content_walk.h"
#include "llm/json_index.h"
#include "llm/json_scan.h"
#include "llm/stream_texts.h"

namespace sluice::llm {

using base::Code;

namespace {

constexpr size_t kTextsAtFirst = 16;  // of most requests all of them

bool isUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

ContentText plain(uint32_t lane, std::string where, size_t source, size_t size) {
    ContentText text;
    text.lane = lane;
    text.role = Role::Assistant;
    text.where = std::move(where);
    text.source = source;
    text.end = size;
    return text;
}

}  // namespace

void Content::walk(std::string name, std::string_view json, bool answer) {
    walkContent(name, json, answer, sources_.size(), texts_);
    sources_.push_back({std::move(name), json});
}

void Content::show() {
    values_.resize(texts_.size());
    shown_.reserve(texts_.size());
    for (size_t i = 0; i < texts_.size(); ++i) {
        if (!texts_[i].repeats) shown_.push_back(i);
    }
}

Content Content::ofRequest(const Body& body) {
    Content content;
    content.body_ = body;
    content.texts_.reserve(kTextsAtFirst);
    for (const auto& m : content.body_.members()) {
        if (m.file) {
            auto text = plain(kLaneText, std::string(m.name), content.sources_.size(), m.json.size());
            text.role = Role::User;
            text.opaque = text.read_only = true;
            content.texts_.push_back(std::move(text));
            content.sources_.push_back({std::string(m.name), m.json});
            continue;
        }
        const size_t before = content.texts_.size();
        content.walk(std::string(m.name), m.json, false);
        for (size_t i = before; m.again && i < content.texts_.size(); ++i) content.texts_[i].read_only = true;
    }
    content.show();
    return content;
}

Content Content::ofAnswer(std::string body) {
    Content content;
    const std::string_view all = content.kept_.emplace_back(std::move(body));
    const size_t first = skipSpace(all, 0);
    if (const auto index = JsonIndex::read(all)) {
        // Each member is walked for itself, but all of them stand in one text.
        for (const auto& m : index->members()) {
            const size_t before = content.texts_.size();
            walkContent(m.name, all.substr(m.value_begin, m.value_end - m.value_begin), true, 0,
                        content.texts_);
            for (size_t i = before; i < content.texts_.size(); ++i) {
                content.texts_[i].begin += m.value_begin;
                content.texts_[i].end += m.value_begin;
            }
        }
        content.sources_.push_back({{}, all});
    } else if (first < all.size() && (all[first] == '[' || all[first] == '{') && isJson(all)) {
        content.walk("body", all, true);
    } else if (!all.empty()) {
        auto text = plain(kLaneText, "body", 0, all.size());
        text.opaque = text.read_only = !isUtf8(all);
        text.plain = true;
        content.texts_.push_back(std::move(text));
        content.sources_.push_back({{}, all});
    }
    content.show();
    return content;
}

Content Content::ofLanes(const std::map<uint32_t, std::string>& lanes) {
    Content content;
    for (const auto& [lane, said] : lanes) {
        const std::string_view kept = content.kept_.emplace_back(said);
        auto text = plain(lane, "stream", content.sources_.size(), kept.size());
        text.read_only = text.plain = true;
        content.texts_.push_back(std::move(text));
        content.sources_.push_back({{}, kept});
    }
    content.show();
    return content;
}

std::string_view Content::text(size_t i) {
    const ContentText& info = texts_[shown_[i]];
    Value& value = values_[shown_[i]];
    if (value.decoded) return value.text;
    value.decoded = true;
    const auto raw = sources_[info.source].json.substr(info.begin, info.end - info.begin);
    if (info.opaque) {
        value.text = {};
    } else if (info.plain || raw.empty() || raw.front() != '"') {
        value.text = raw;
    } else if (raw.find('\\') == std::string_view::npos) {
        value.text = raw.substr(1, raw.size() - 2);
    } else {
        value.text = kept_.emplace_back(jsonString(raw));
    }
    return value.text;
}

std::string_view Content::raw(size_t i) const {
    const ContentText& info = texts_[shown_[i]];
    return sources_[info.source].json.substr(info.begin, info.end - info.begin);
}

base::Status Content::replace(size_t i, std::string_view text) {
    const ContentText& info = texts_[shown_[i]];
    if (info.read_only) return base::pluginError(Code::Unsupported, "this text cannot be changed");
    if (!isUtf8(text)) return base::pluginError(Code::InvalidArgument, "the text is not UTF-8");
    if (info.arguments && !isJson(text))
        return base::pluginError(Code::InvalidArgument, "the arguments of a tool must be JSON");
    Source& source = sources_[info.source];
    const bool quoted = !info.plain && source.json[info.begin] == '"';
    Value& value = values_[shown_[i]];
    value.text = kept_.emplace_back(text);
    value.json = quoted ? std::string_view(kept_.emplace_back(base::jsonQuoted(text))) : value.text;
    value.decoded = value.replaced = true;
    source.changed = pending_ = true;
    return {};
}

std::string Content::woven(size_t source) const {
    const std::string_view from = sources_[source].json;
    std::string out;
    out.reserve(from.size() + 64);
    size_t at = 0;
    for (size_t i = 0; i < texts_.size(); ++i) {
        const ContentText& info = texts_[i];
        if (info.source != source || !(values_[i].replaced || info.repeats)) continue;
        out.append(from.substr(at, info.begin - at));
        out.append(info.repeats ? std::string_view("null") : values_[i].json);
        at = info.end;
    }
    return out.append(from.substr(at));
}

void Content::put(Body& body) {
    for (size_t i = 0; i < sources_.size(); ++i) {
        if (sources_[i].changed) (void)body.set(sources_[i].name, woven(i));
    }
    pending_ = false;
}

void Content::put(std::string& body) {
    for (size_t i = 0; i < sources_.size(); ++i) {
        if (sources_[i].changed) body = woven(i);
    }
    pending_ = false;
}

}  // namespace sluice::llm
