// POST and GET /v1/batches. Source of the shapes: platform.openai.com/docs/api-reference/batch.
#include "plugin.h"

namespace batches {
namespace {

constexpr const char* kFolder = "/batches/";
constexpr size_t kMetadataMax = 16, kMetadataKeyMax = 64, kMetadataTextMax = 512;  // OpenAI's

Json orNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json errorsOf(const Batch& batch) {
    if (batch.error_code.empty()) return {};
    const Json one = {
        {"code", batch.error_code}, {"message", batch.error_message}, {"param", nullptr}, {"line", nullptr}};
    return {{"object", "list"}, {"data", Json::array({one})}};
}

Json view(const Batch& batch) {
    const auto at = [&](Status which) { return seconds(batch.since(which)); };
    const Usage& u = batch.usage;
    return {{"id", batch.id},
            {"object", "batch"},
            {"endpoint", batch.endpoint},
            {"errors", errorsOf(batch)},
            {"input_file_id", batch.input_file},
            {"completion_window", "24h"},
            {"status", nameOf(batch.status)},
            {"output_file_id", orNull(batch.output_file)},
            {"error_file_id", orNull(batch.error_file)},
            {"created_at", batch.created_us / 1'000'000},
            {"in_progress_at", at(Status::InProgress)},
            {"expires_at", seconds(batch.window_ends_ms)},
            {"finalizing_at", at(Status::Finalizing)},
            {"completed_at", at(Status::Completed)},
            {"failed_at", at(Status::Failed)},
            {"expired_at", at(Status::Expired)},
            {"cancelling_at", at(Status::Cancelling)},
            {"cancelled_at", at(Status::Cancelled)},
            {"request_counts",
             {{"total", batch.counts.total},
              {"completed", batch.counts.succeeded},
              {"failed", batch.counts.failed}}},
            {"usage",
             {{"input_tokens", u.input},
              {"input_tokens_details", {{"cached_tokens", u.cached}}},
              {"output_tokens", u.output},
              {"output_tokens_details", {{"reasoning_tokens", u.reasoning}}},
              {"total_tokens", u.input + u.output}}},
            {"metadata", batch.metadata}};
}

std::string text(const Json& body, const char* member) {
    const auto found = body.find(member);
    if (found == body.end() || !found->is_string())
        throw Refused(400, "invalid_member", std::string(member) + ": allowed: a text", member);
    return found->get<std::string>();
}

Json metadataOf(const Json& body) {
    const auto found = body.find("metadata");
    if (found == body.end() || found->is_null()) return {};
    bool fits = found->is_object() && found->size() <= kMetadataMax;
    for (auto it = found->begin(); fits && it != found->end(); ++it)
        fits = it.key().size() <= kMetadataKeyMax && it->is_string() &&
               it->get_ref<const std::string&>().size() <= kMetadataTextMax;
    if (!fits)
        throw Refused(400, "invalid_metadata",
                      "metadata: allowed: at most 16 texts of 512 bytes, with names of 64 bytes", "metadata");
    return *found;
}

int64_t outputsLive(const Json& body) {
    const auto found = body.find("output_expires_after");
    if (found == body.end() || found->is_null()) return 0;
    const int64_t value = found->is_object() ? found->value("seconds", int64_t{0}) : 0;
    if (value < 3'600 || value > 2'592'000 || found->value("anchor", "") != "created_at")
        throw Refused(
            400, "invalid_expires_after",
            "output_expires_after: allowed: {\"anchor\": \"created_at\", \"seconds\": 3600 to 2592000}",
            "output_expires_after");
    return value;
}

}  // namespace

sluice::Verdict Plugin::createBatch(const sluice::Request& request) {
    refuseRecursion(request);
    const Json body = objectOf(request);
    Batch draft;
    draft.kind = Kind::OpenAI;
    draft.owner = ownerOf(request);
    draft.endpoint = text(body, "endpoint");
    if (!isEndpoint(draft.endpoint))
        throw Refused(400, "invalid_endpoint",
                      "endpoint: found " + draft.endpoint.substr(0, 60) + "; allowed: " + endpointsListed(),
                      "endpoint");
    if (const auto window = text(body, "completion_window"); window != "24h")
        throw Refused(400, "invalid_completion_window",
                      "completion_window: found " + window.substr(0, 60) + "; allowed: 24h",
                      "completion_window");
    draft.metadata = metadataOf(body);
    draft.outputs_live_s = outputsLive(body);
    const std::string id = text(body, "input_file_id");
    Store& store = engine_->store();
    const auto file = store.file(draft.owner, id);
    if (!file)
        throw Refused(404, "not_found", "No file has the id '" + id.substr(0, 60) + "'", "input_file_id");
    if (file->purpose != "batch")
        throw Refused(400, "invalid_input_file",
                      "input_file_id: found a file of purpose " + file->purpose + "; allowed: batch",
                      "input_file_id");
    draft.input_file = id;
    Index index = readLines(Kind::OpenAI, store.content(*file), draft.endpoint, options_.lines_max);
    draft.counts.total = index.places.size();
    const Batch batch = store.addBatch(std::move(draft), &*file, {});
    engine_->submit(batch, std::move(index), credentialsOf(request));
    return answerJson(request, 200, view(batch));
}

sluice::Verdict Plugin::listBatches(const sluice::Request& request) {
    auto all = engine_->store().batches(ownerOf(request));
    all.erase(
        std::remove_if(all.begin(), all.end(), [](const Batch& batch) { return batch.kind != Kind::OpenAI; }),
        all.end());
    const auto [batches, more] = page(std::move(all), queryOf(request, "after"), limitOf(request, 20, 100));
    Json data = Json::array();
    for (const auto& batch : batches) data.push_back(view(batch));
    return answerJson(request, 200,
                      {{"object", "list"},
                       {"data", std::move(data)},
                       {"first_id", batches.empty() ? Json() : Json(batches.front().id)},
                       {"last_id", batches.empty() ? Json() : Json(batches.back().id)},
                       {"has_more", more}});
}

sluice::Verdict Plugin::getBatch(const sluice::Request& request) {
    return answerJson(request, 200, view(batchOf(request, Kind::OpenAI, idOf(request.path(), kFolder, {}))));
}

sluice::Verdict Plugin::cancelBatch(const sluice::Request& request) {
    const Batch batch = batchOf(request, Kind::OpenAI, idOf(request.path(), kFolder, "/cancel"));
    if (isOver(batch.status))
        throw Refused(409, "batch_is_over",
                      "A batch that is " + std::string(nameOf(batch.status)) + " cannot be cancelled");
    return answerJson(request, 200, view(cancel(batch)));
}

}  // namespace batches
