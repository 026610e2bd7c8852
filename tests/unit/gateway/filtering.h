// One stream through a row of fake plugins, for the tests of StreamFilter.
#pragma once

#include "gateway/stream_filter.h"

#include "llm/stream_reader.h"
#include "plugin_host/host_world.h"

namespace sluice::test {

using nlohmann::json;

inline sluice_subscription wish(int32_t mode, uint32_t lanes = SLUICE_LANE_TEXT) {
    sluice_subscription s{};
    s.size = sizeof s;
    s.lanes = lanes;
    s.mode = mode;
    return s;
}

// Subscribes in pre_call.
inline FakePlugin& with(FakePlugin& plugin, const sluice_subscription& wanted, FakePlugin::StreamHook hook) {
    return plugin
        .preCall([wanted](sluice_ctx* ctx) {
            CHECK(host::kHostStream.subscribe(ctx, &wanted) == SLUICE_OK);
            return SLUICE_CONTINUE;
        })
        .onStream(std::move(hook));
}

// Replaces every `word`, which may lie across chunks: holds what could be its beginning.
inline FakePlugin::StreamHook replaces(std::string word, std::string by) {
    return [word, by](sluice_ctx* ctx, const sluice_stream_event& event, sluice_stream_action& action) {
        const auto window = host::view(event.window);
        size_t done = 0;
        for (size_t at; (at = window.find(word, done)) != std::string_view::npos; done = at + word.size())
            CHECK(host::kHostStream.replace(ctx, at, word.size(), host::str(by)) == SLUICE_OK);
        size_t keep = std::min(word.size() - 1, window.size() - done);
        while (keep > 0 && window.substr(window.size() - keep) != word.substr(0, keep)) --keep;
        action.release = window.size() - keep;
        return SLUICE_CONTINUE;
    };
}

// One stream through a row of plugins.
class Stream {
public:
    explicit Stream(HostWorld& world, llm::Operation operation = llm::Operation::Chat)
        : reader_(operation), runner_(world.start()) {
        (void)runner_.preCall();
        filter_.emplace(runner_, world.request);
    }
    base::Status event(const std::string& data) {
        const std::string raw = "data: " + data + "\n\n";
        const llm::SseEvent event{raw, data, {}, true};
        const auto kind = reader_.read(event, true);
        return filter_->take(event, reader_.texts(),
                             kind == llm::StreamReader::Kind::Terminal ? SLUICE_END_OK : SLUICE_END_NOT_YET,
                             out);
    }
    base::Status event(const json& data) { return event(data.dump()); }
    gateway::StreamFilter& filter() { return *filter_; }

    // The text of the chat events that came out.
    std::string text() const {
        std::string all;
        for (const auto& chunk : chunks()) {
            for (const auto& choice : chunk["choices"]) all += choice["delta"].value("content", "");
        }
        return all;
    }
    std::vector<json> chunks() const {
        std::vector<json> all;
        std::istringstream lines(out);
        for (std::string line; std::getline(lines, line);) {
            if (line.size() > 6 && line != "data: [DONE]") all.push_back(json::parse(line.substr(6)));
        }
        return all;
    }
    std::string out;

private:
    llm::StreamReader reader_;
    host::Runner& runner_;
    std::optional<gateway::StreamFilter> filter_;
};

inline json chat(const std::string& text, uint32_t choice = 0) {
    return {{"choices", {{{"index", choice}, {"delta", {{"content", text}}}}}}};
}
inline json finish() {
    return {{"choices", {{{"index", 0}, {"delta", json::object()}, {"finish_reason", "stop"}}}}};
}

}  // namespace sluice::test
