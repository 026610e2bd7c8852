// on_stream: the host's window on one side, rows of stages on the other.
#include <algorithm>

#include "plugin.h"

namespace lua_policy {

using sluice::Verdict;

namespace {

const char* laneName(uint32_t lane) {
    return lane == SLUICE_LANE_REASONING   ? "reasoning"
           : lane == SLUICE_LANE_TOOL_ARGS ? "tool_args"
           : lane == SLUICE_LANE_REFUSAL   ? "refusal"
                                           : "text";
}

}  // namespace

Row& Plugin::rowOf(PerRequest& state, const sluice::Stream& stream) {
    for (const auto& row : state.rows) {
        if (row->lane == stream.lane() && row->choice == stream.choice()) return *row;
    }
    auto row = std::make_unique<Row>();
    row->lane = stream.lane();
    row->choice = stream.choice();
    for (const auto& bound : state.policies) {
        if (bound.policy->has(Phase::Chunk) && (bound.policy->stream().lanes & stream.lane()) != 0)
            row->stages.emplace_back(*bound.policy);
    }
    state.rows.push_back(std::move(row));
    return *state.rows.back();
}

// Tells the host how much of its window may go, and what stands in the place of what was changed. Changed
// text without a place of its own waits for the next that has one.
Verdict Plugin::emit(const sluice::Stream& stream, Row& row, const Flow& out, size_t window) const {
    size_t at = 0, place = 0;
    for (const Run& run : out.runs()) {
        const auto text = std::string_view(out.text()).substr(at, run.size);
        at += run.size;
        if (!run.changed && row.carry.empty()) {
            place += run.original;
            continue;
        }
        row.carry += text;
        if (run.original == 0) continue;
        if (place + run.original > window || !stream.replace(place, run.original, row.carry))
            return stream.failed("the stream did not take a replacement");
        row.carry.clear();
        place += run.original;
    }
    row.held = window - std::min(place, window);
    return stream.release(place);
}

Verdict Plugin::on_stream(sluice::Stream stream) {
    PerRequest& state = resolve(stream);
    Row& row = rowOf(state, stream);
    const auto window = stream.window();
    Flow flow;
    if (row.held + stream.text().size() != window.size()) {
        // Text was held too long or too much, and has gone on without us: what the stages have is old.
        for (auto& stage : row.stages) stage = Stage(stage.policy());
        row.carry.clear();
        flow.append(window);
    } else {
        flow.append(stream.text());
    }
    bool stopped = false;
    for (auto& stage : row.stages) {
        const auto bound = std::find_if(state.policies.begin(), state.policies.end(),
                                        [&](const Bound& one) { return one.policy == &stage.policy(); });
        const auto show = [&](Policy& policy, Chunk& chunk) {
            Call call = callOf(Phase::Chunk, stream, *bound);
            chunk.lane = laneName(row.lane);
            chunk.choice = row.choice;
            call.chunk = &chunk;
            const size_t notes = state.notes.size();
            const Went went = run(stream, state, *bound, call);
            const bool shadow_spoke = policy.shadow() && call.decision.kind != Decision::Kind::None;
            // A failure that lets the text go: it is noted once, and nothing more is shown to the policy.
            if (went == Went::On &&
                (shadow_spoke || (state.notes.size() != notes && call.decision.kind == Decision::Kind::None)))
                stage.bypass();
            if (call.edits > 0) stage.edited();
            return went == Went::On;
        };
        Flow out;
        if (!stage.feed(std::move(flow), stream.ended(), show, out)) {
            stopped = true;
            break;
        }
        flow = std::move(out);
        if (stream.ended() && !stage.bypassed()) {
            Call call = callOf(Phase::Chunk, stream, *bound);
            call.edits = stage.edits();
            note(stream, state, stage.policy(), Phase::Chunk, stage.edits() > 0 ? "modify" : "pass", &call);
        }
    }
    if (stopped) return Verdict::Abort;
    return emit(stream, row, flow, window.size());
}

}  // namespace lua_policy
