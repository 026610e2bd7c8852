// A stream on its way to the client, through every plugin that subscribed to it.
#pragma once

#include <sluice/testing/fake_request.hpp>
#include <sluice/testing/stream_stage.hpp>

namespace sluice::testing {

/// host.stream(request), after the hooks that subscribe have run. The plugin that was loaded last sees the
/// text first, as in the gateway. Text of lanes that nobody subscribed to goes through as it is. Holds end by
/// the host's clock: whatever is asked of the stream after host.advance() is as of then.
class FakeStream {
public:
    explicit FakeStream(FakeRequest request) : request_(std::move(request)) {
        auto& row = request_.data().subscriptions;
        std::stable_sort(row.begin(), row.end(), [](const Subscription& a, const Subscription& b) {
            return a.plugin->index > b.plugin->index;
        });
    }

    /// Text as the upstream sends it, cut wherever the test likes: half a character waits for the other half.
    /// `lane`: one SLUICE_LANE_*. False once a plugin has stopped the stream.
    bool push(std::string_view text, uint32_t lane = SLUICE_LANE_TEXT, uint32_t choice = 0) {
        settle();
        if (aborted_) return false;
        Channel& to = channel(lane, choice);
        to.cut += text;
        const size_t whole = wholeCharacters(to.cut);
        const std::string ready = to.cut.substr(0, whole);
        to.cut.erase(0, whole);
        return ready.empty() || feed(to, 0, ready, SLUICE_END_NOT_YET);
    }
    /// The same in pieces of 1 to 12 bytes, cut at random; the same seed, the same cuts.
    bool pushCut(std::string_view text, uint64_t seed, uint32_t lane = SLUICE_LANE_TEXT,
                 uint32_t choice = 0) {
        while (!text.empty()) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            const size_t size = std::min<size_t>(text.size(), 1 + (seed >> 33) % 12);
            if (!push(text.substr(0, size), lane, choice)) return false;
            text.remove_prefix(size);
        }
        return true;
    }
    /// One text is over; nothing happens if it never began.
    bool endText(uint32_t lane = SLUICE_LANE_TEXT, uint32_t choice = 0, int32_t how = SLUICE_END_OK) {
        settle();
        Channel* one = find(lane, choice);
        return !aborted_ && (!one || finish(*one, how));
    }
    /// The stream is over, and with it every text. Leaves the texts for post_call.
    bool end(int32_t how = SLUICE_END_OK) {
        settle();
        for (auto& one : channels_) {
            if (!aborted_) finish(*one, how);
        }
        for (const auto& one : channels_) request_.data().answer.lanes[one->lane].clear();
        for (const auto& one : channels_) request_.data().answer.lanes[one->lane] += one->out;
        return !aborted_;
    }
    /// All of it at once: a text cut at random, its end, and what came out.
    std::string run(std::string_view text, uint64_t seed, uint32_t lane = SLUICE_LANE_TEXT) {
        pushCut(text, seed, lane);
        end();
        return this->text(lane);
    }

    /// What has come out for the client until now.
    std::string text(uint32_t lane = SLUICE_LANE_TEXT, uint32_t choice = 0) {
        settle();
        const Channel* one = find(lane, choice);
        return one ? one->out : std::string();
    }
    /// A plugin, or a policy, has stopped the stream; the request's block says why.
    bool aborted() {
        settle();
        return aborted_;
    }

private:
    struct Channel {
        uint32_t lane, choice;
        std::vector<StreamStage> stages;
        std::string cut, out;
        bool ended = false;
    };

    Channel* find(uint32_t lane, uint32_t choice) {
        for (auto& one : channels_) {
            if (one->lane == lane && one->choice == choice) return one.get();
        }
        return nullptr;
    }
    Channel& channel(uint32_t lane, uint32_t choice) {
        if (Channel* known = find(lane, choice)) return *known;
        channels_.push_back(std::make_unique<Channel>(Channel{lane, choice, {}, {}, {}}));
        auto& data = request_.data();
        for (const auto& subscription : data.subscriptions) {
            if (!(subscription.lanes & lane)) continue;
            for (const auto& ctx : data.contexts) {
                if (ctx->plugin.get() == subscription.plugin)
                    channels_.back()->stages.emplace_back(data, ctx->plugin, subscription, lane, choice);
            }
        }
        return *channels_.back();
    }

    // From `stage` on: what the one releases is what the next one sees.
    bool feed(Channel& to, size_t stage, std::string moving, int32_t end) {
        if (to.ended) return !aborted_;
        for (; stage < to.stages.size() && !aborted_; ++stage) {
            if (moving.empty() && end == SLUICE_END_NOT_YET) return true;
            std::string moved;
            if (!to.stages[stage].feed(moving, end, moved)) aborted_ = true;
            moving = std::move(moved);
        }
        if (!aborted_) to.out += moving;
        return !aborted_;
    }
    bool finish(Channel& one, int32_t how) {
        const bool goes_on = feed(one, 0, {}, how);
        one.ended = true;
        return goes_on;
    }
    // Holds whose time is up.
    void settle() {
        for (auto& one : channels_) {
            for (size_t i = 0; i < one->stages.size() && !aborted_ && !one->ended; ++i) {
                if (one->stages[i].deadline() > request_.data().host.wallMs()) continue;
                std::string moved;
                aborted_ = !one->stages[i].expire(moved);
                if (!aborted_) feed(*one, i + 1, std::move(moved), SLUICE_END_NOT_YET);
            }
        }
    }

    FakeRequest request_;
    std::vector<std::unique_ptr<Channel>> channels_;
    bool aborted_ = false;
};

}  // namespace sluice::testing
