// The part of the store that keeps batches.
#include <algorithm>

#include "refused.h"
#include "store.h"

namespace batches {

void Store::write(const Batch& batch) const {
    writeWhole(directory_.batch(batch.id, ".json"),
               toJson(batch).dump(-1, ' ', false, Json::error_handler_t::replace));
}

Batch Store::addBatch(Batch draft, const File* input, std::string_view lines) {
    const std::lock_guard lock(mutex_);
    if (used(draft.owner).running >= options_.tenant_batches_max)
        throw Refused(429, "too_many_batches",
                      "You have " + std::to_string(options_.tenant_batches_max) +
                          " batches in progress, which is the most: wait until one has ended, or cancel one");
    const uint64_t bytes = input ? input->bytes : lines.size();
    makeRoom(draft.owner, bytes);
    draft.id = randomId(draft.kind == Kind::OpenAI ? "batch_" : "msgbatch_");
    draft.created_us = nextUs();
    draft.enter(Status::Validating, clock_());
    draft.window_ends_ms = clock_() + options_.window_s * 1'000;
    // A name of its own: the client may delete the file while the batch runs.
    if (input)
        link(directory_.file(input->id, ".jsonl"), directory_.batch(draft.id, ".input"));
    else
        writeWhole(directory_.batch(draft.id, ".input"), lines);
    write(draft);
    bytes_[draft.owner] += bytes;
    all_bytes_ += bytes;
    batches_.emplace(draft.id, draft);
    return draft;
}

std::optional<Batch> Store::batch(const std::string& owner, const std::string& id) const {
    auto found = batch(id);
    if (found && found->owner != owner) found.reset();
    return found;
}

std::optional<Batch> Store::batch(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = batches_.find(id);
    return found == batches_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Batch> Store::batches(const std::string& owner) const {
    const std::lock_guard lock(mutex_);
    std::vector<Batch> out;
    for (const auto& [id, one] : batches_) {
        if (one.owner == owner) out.push_back(one);
    }
    std::sort(out.begin(), out.end(),
              [](const Batch& a, const Batch& b) { return a.created_us > b.created_us; });
    return out;
}

std::optional<Batch> Store::update(const std::string& id, const std::function<void(Batch&)>& change) {
    const std::lock_guard lock(mutex_);
    const auto found = batches_.find(id);
    if (found == batches_.end()) return std::nullopt;
    Batch changed = found->second;
    change(changed);
    write(changed);
    return found->second = std::move(changed);
}

void Store::note(const std::string& id, const Counts& counts, const Usage& usage) {
    const std::lock_guard lock(mutex_);
    const auto found = batches_.find(id);
    if (found == batches_.end()) return;
    found->second.counts = counts;
    found->second.usage = usage;
}

void Store::dropBatch(const Batch& batch) {
    batches::removeFile(directory_.batch(batch.id, ".json"));
    for (const char* ending : kBatchContent) {
        const std::string path = directory_.batch(batch.id, ending);
        const uint64_t bytes = sizeOf(path);
        batches::removeFile(path);
        bytes_[batch.owner] -= bytes;
        all_bytes_ -= bytes;
    }
    batches_.erase(std::string(batch.id));
}

bool Store::removeBatch(const std::string& owner, const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = batches_.find(id);
    if (found == batches_.end() || found->second.owner != owner || !isOver(found->second.status))
        return false;
    dropBatch(Batch(found->second));
    return true;
}

std::vector<std::string> Store::unfinished() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const auto& [id, batch] : batches_) {
        if (!isOver(batch.status)) ids.push_back(id);
    }
    return ids;
}

void Store::forgetRun(const Batch& batch) {
    const std::lock_guard lock(mutex_);
    for (const char* ending : {".journal", ".input"}) {
        const std::string path = directory_.batch(batch.id, ending);
        const uint64_t bytes = sizeOf(path);
        batches::removeFile(path);
        bytes_[batch.owner] -= bytes;
        all_bytes_ -= bytes;
    }
    const uint64_t results = sizeOf(directory_.batch(batch.id, ".results"));
    bytes_[batch.owner] += results;
    all_bytes_ += results;
}

int64_t Store::goneMs() const {
    const std::lock_guard lock(mutex_);
    return clock_() + options_.retention_s * 1'000;
}

size_t Store::sweep() {
    const std::lock_guard lock(mutex_);
    const int64_t now = clock_();
    std::vector<File> files;
    std::vector<Batch> batches;
    for (const auto& [id, file] : files_) {
        if (file.expires_ms <= now) files.push_back(file);
    }
    for (const auto& [id, batch] : batches_) {
        if (batch.gone_ms > 0 && batch.gone_ms <= now) batches.push_back(batch);
    }
    for (const auto& file : files) dropFile(file);
    for (const auto& batch : batches) dropBatch(batch);
    return files.size() + batches.size();
}

}  // namespace batches
