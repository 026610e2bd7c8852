#include "records.h"

namespace batches {
namespace {

constexpr std::array<std::string_view, kStatuses> kNames{
    "validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled"};

Status statusFrom(const std::string& name) {
    for (size_t i = 0; i < kStatuses; ++i) {
        if (kNames[i] == name) return static_cast<Status>(i);
    }
    return Status::Failed;
}

}  // namespace

std::string_view nameOf(Status status) { return kNames[static_cast<size_t>(status)]; }

Usage& Usage::operator+=(const Usage& other) {
    input += other.input;
    output += other.output;
    cached += other.cached;
    reasoning += other.reasoning;
    return *this;
}

Json toJson(const File& file) {
    return {{"id", file.id},
            {"owner", file.owner},
            {"filename", file.filename},
            {"purpose", file.purpose},
            {"bytes", file.bytes},
            {"created_us", file.created_us},
            {"expires_ms", file.expires_ms}};
}

File fileFrom(const Json& json) {
    File file;
    json.at("id").get_to(file.id);
    json.at("owner").get_to(file.owner);
    json.at("filename").get_to(file.filename);
    json.at("purpose").get_to(file.purpose);
    json.at("bytes").get_to(file.bytes);
    json.at("created_us").get_to(file.created_us);
    json.at("expires_ms").get_to(file.expires_ms);
    return file;
}

Json toJson(const Batch& batch) {
    const Counts& n = batch.counts;
    const Usage& u = batch.usage;
    return {{"id", batch.id},
            {"owner", batch.owner},
            {"kind", batch.kind == Kind::OpenAI ? "openai" : "anthropic"},
            {"status", nameOf(batch.status)},
            {"endpoint", batch.endpoint},
            {"input_file", batch.input_file},
            {"metadata", batch.metadata},
            {"created_us", batch.created_us},
            {"since_ms", batch.since_ms},
            {"window_ends_ms", batch.window_ends_ms},
            {"outputs_live_s", batch.outputs_live_s},
            {"gone_ms", batch.gone_ms},
            {"output_file", batch.output_file},
            {"error_file", batch.error_file},
            {"counts", {n.total, n.succeeded, n.failed, n.canceled, n.expired}},
            {"usage", {u.input, u.output, u.cached, u.reasoning}},
            {"error_code", batch.error_code},
            {"error_message", batch.error_message}};
}

Batch batchFrom(const Json& json) {
    Batch batch;
    json.at("id").get_to(batch.id);
    json.at("owner").get_to(batch.owner);
    batch.kind = json.at("kind") == "openai" ? Kind::OpenAI : Kind::Anthropic;
    batch.status = statusFrom(json.at("status").get<std::string>());
    json.at("endpoint").get_to(batch.endpoint);
    json.at("input_file").get_to(batch.input_file);
    batch.metadata = json.at("metadata");
    json.at("created_us").get_to(batch.created_us);
    json.at("since_ms").get_to(batch.since_ms);
    json.at("window_ends_ms").get_to(batch.window_ends_ms);
    json.at("outputs_live_s").get_to(batch.outputs_live_s);
    json.at("gone_ms").get_to(batch.gone_ms);
    json.at("output_file").get_to(batch.output_file);
    json.at("error_file").get_to(batch.error_file);
    const auto n = json.at("counts").get<std::array<uint64_t, 5>>();
    batch.counts = {n[0], n[1], n[2], n[3], n[4]};
    const auto u = json.at("usage").get<std::array<uint64_t, 4>>();
    batch.usage = {u[0], u[1], u[2], u[3]};
    json.at("error_code").get_to(batch.error_code);
    json.at("error_message").get_to(batch.error_message);
    return batch;
}

}  // namespace batches
