// /v1/messages/batches. Source of the shapes: docs.anthropic.com/en/api/creating-message-batches and the
// pages next to it.
#include "plugin.h"

namespace batches {
namespace {

constexpr const char* kFolder = "/messages/batches/";

const char* processingStatus(const Batch& batch) {
    if (isOver(batch.status)) return "ended";
    return batch.status == Status::Cancelling ? "canceling" : "in_progress";
}

int64_t endedMs(const Batch& batch) { return isOver(batch.status) ? batch.since(batch.status) : 0; }

bool endsWith(std::string_view text, std::string_view ending) {
    return text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
}

}  // namespace

Json Plugin::messagesView(const sluice::Request& request, const Batch& batch) const {
    std::string base = options_.public_url;
    if (base.empty()) {
        const auto proto = request.header("x-forwarded-proto").value_or("");
        const bool tls = proto == "https" || (proto != "http" && options_.base_url.rfind("https", 0) == 0);
        base = (tls ? "https://" : "http://") + std::string(request.header("host").value_or("127.0.0.1"));
    }
    const Counts& n = batch.counts;
    const uint64_t done = n.succeeded + n.failed + n.canceled + n.expired;
    return {{"id", batch.id},
            {"type", "message_batch"},
            {"processing_status", processingStatus(batch)},
            {"request_counts",
             {{"processing", n.total - std::min(n.total, done)},
              {"succeeded", n.succeeded},
              {"errored", n.failed},
              {"canceled", n.canceled},
              {"expired", n.expired}}},
            {"ended_at", rfc3339(endedMs(batch))},
            {"created_at", rfc3339(batch.created_us / 1'000)},
            {"expires_at", rfc3339(batch.window_ends_ms)},
            {"archived_at", nullptr},
            {"cancel_initiated_at", rfc3339(batch.since(Status::Cancelling))},
            {"results_url",
             isOver(batch.status) ? Json(base + "/v1" + kFolder + batch.id + "/results") : Json()}};
}

sluice::Verdict Plugin::createMessages(const sluice::Request& request) {
    refuseRecursion(request);
    const std::string lines = linesOfRequests(request.body());
    if (lines.size() > options_.file_bytes_max)
        throw Refused(413, "request_too_large",
                      "requests: found " + std::to_string(lines.size()) +
                          " bytes; allowed: " + std::to_string(options_.file_bytes_max));
    Batch draft;
    draft.kind = Kind::Anthropic;
    draft.owner = ownerOf(request);
    draft.endpoint = kMessages;
    Index index = readLines(Kind::Anthropic, lines, {}, options_.lines_max);
    draft.counts.total = index.places.size();
    const Batch batch = engine_->store().addBatch(std::move(draft), nullptr, lines);
    engine_->submit(batch, std::move(index), credentialsOf(request));
    return answerJson(request, 200, messagesView(request, batch));
}

sluice::Verdict Plugin::listMessages(const sluice::Request& request) {
    auto all = engine_->store().batches(ownerOf(request));
    all.erase(std::remove_if(all.begin(), all.end(),
                             [](const Batch& batch) { return batch.kind != Kind::Anthropic; }),
              all.end());
    const auto before = queryOf(request, "before_id");
    // Towards the newer ones: the page that ends just before that id.
    if (!before.empty()) std::reverse(all.begin(), all.end());
    auto [batches, more] = page(std::move(all), before.empty() ? queryOf(request, "after_id") : before,
                                limitOf(request, 20, 1'000));
    if (!before.empty()) std::reverse(batches.begin(), batches.end());
    Json data = Json::array();
    for (const auto& batch : batches) data.push_back(messagesView(request, batch));
    return answerJson(request, 200,
                      {{"data", std::move(data)},
                       {"has_more", more},
                       {"first_id", batches.empty() ? Json() : Json(batches.front().id)},
                       {"last_id", batches.empty() ? Json() : Json(batches.back().id)}});
}

sluice::Verdict Plugin::getMessages(const sluice::Request& request) {
    constexpr std::string_view kResults = "/results";
    const bool results = endsWith(request.path(), kResults);
    const Batch batch = batchOf(request, Kind::Anthropic,
                                idOf(request.path(), kFolder, results ? kResults : std::string_view()));
    if (!results) return answerJson(request, 200, messagesView(request, batch));
    if (!isOver(batch.status))
        throw Refused(404, "not_ended",
                      "The batch has not ended: its results are there once processing_status is ended");
    return request.respond(200, "application/x-jsonl",
                           readWhole(engine_->store().directory().batch(batch.id, ".results")));
}

sluice::Verdict Plugin::cancelMessages(const sluice::Request& request) {
    const Batch batch = batchOf(request, Kind::Anthropic, idOf(request.path(), kFolder, "/cancel"));
    if (isOver(batch.status))
        throw Refused(400, "batch_is_over", "A batch that has ended cannot be cancelled");
    return answerJson(request, 200, messagesView(request, cancel(batch)));
}

sluice::Verdict Plugin::deleteMessages(const sluice::Request& request) {
    const Batch batch = batchOf(request, Kind::Anthropic, idOf(request.path(), kFolder, {}));
    if (!engine_->store().removeBatch(batch.owner, batch.id))
        throw Refused(400, "not_ended", "A batch that has not ended cannot be deleted: cancel it first");
    return answerJson(request, 200, {{"id", batch.id}, {"type", "message_batch_deleted"}});
}

}  // namespace batches
