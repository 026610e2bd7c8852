#include "finish.h"

#include "outcome.h"
#include "refused.h"

namespace batches {
namespace {

struct Words {
    Status status;
    const char* code;
    const char* type;  // Anthropic's
    const char* message;
};

Words wordsOf(End end) {
    switch (end) {
        case End::Cancelled:
            return {Status::Cancelled, "batch_cancelled", "canceled",
                    "The batch was cancelled before this request was answered."};
        case End::Expired:
            return {Status::Expired, "batch_expired", "expired",
                    "The completion window ended before this request was answered."};
        case End::Interrupted:
            return {Status::Failed, "gateway_restarted", "errored",
                    "The gateway was restarted before this request was answered. Send it again."};
        case End::StorageFull:
            return {Status::Failed, "storage_full", "errored", "The gateway's room for answers is used up."};
        case End::Completed:
            break;
    }
    return {Status::Completed, "not_answered", "errored", "This request was not answered."};
}

// A file that is written line by line, in pieces.
class Lines {
public:
    explicit Lines(std::string path) : path_(std::move(path)), file_(create(path_)) {}
    ~Lines() { removeFile(path_); }  // it has been renamed, or nobody wants it
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;

    void add(std::string_view line) {
        buffer_.append(line).append("\n");
        any_ = true;
        if (buffer_.size() >= kPiece) flush();
    }
    void flush() {
        appendTo(file_, buffer_, path_);
        buffer_.clear();
    }
    bool any() const { return any_; }
    const Descriptor& file() const { return file_; }
    const std::string& path() const { return path_; }

private:
    static constexpr size_t kPiece = 1 << 20;
    const std::string path_;
    Descriptor file_;
    std::string buffer_;
    bool any_ = false;
};

Counts countsOf(const Journal& journal, End end) {
    Counts counts;
    counts.total = journal.lines();
    counts.succeeded = journal.succeeded();
    counts.failed = journal.failed();
    const size_t left = journal.lines() - journal.done();
    if (end == End::Cancelled) counts.canceled = left;
    if (end == End::Expired) counts.expired = left;
    if (end == End::Interrupted || end == End::StorageFull) counts.failed += left;
    return counts;
}

void writeLines(const Store& store, const Batch& batch, const Journal& journal, const Index& index,
                const Words& words, Lines& outputs, Lines& errors) {
    const Descriptor input = openForReading(store.directory().batch(batch.id, ".input"));
    for (size_t i = 0; i < index.places.size(); ++i) {
        const auto outcome = journal.outcome(i);
        if (outcome != Journal::Outcome::None) {
            (outcome == Journal::Outcome::Output ? outputs : errors).add(journal.json(i));
            continue;
        }
        const Place& place = index.places[i];
        const Line line = readLine(batch.kind, readAt(input, place.offset, place.length), i + 1);
        errors.add(unansweredLine(batch.kind, requestId(batch, i), line.custom_id, words.code, words.type,
                                  words.message));
    }
    outputs.flush();
    errors.flush();
}

std::string addOutput(Store& store, const Batch& batch, const Lines& lines, const char* ending) {
    if (!lines.any()) return {};
    File draft;
    draft.owner = batch.owner;
    draft.purpose = "batch_output";
    draft.filename = batch.id + ending;
    return store.addOutput(std::move(draft), lines.file(), lines.path(), batch.outputs_live_s).id;
}

}  // namespace

std::string requestId(const Batch& batch, size_t index) {
    const size_t hex = batch.id.rfind('_') + 1;
    return "batch_req_" + batch.id.substr(hex, 16) + "_" + std::to_string(index);
}

void finish(Store& store, const Batch& batch, const Journal& journal, const Index& index, End end) {
    if (journal.done() == journal.lines() && end != End::Cancelled) end = End::Completed;
    const Words words = wordsOf(end);
    const auto name = [&](const char* ending) { return store.directory().batch(batch.id, ending); };
    std::string output, error;
    {
        Lines outputs(name(".out.tmp"));
        Lines errors(name(".err.tmp"));
        const bool one = batch.kind == Kind::Anthropic;
        writeLines(store, batch, journal, index, words, outputs, one ? outputs : errors);
        if (one) {
            settle(outputs.file(), outputs.path(), name(".results"));
        } else {
            output = addOutput(store, batch, outputs, "_output.jsonl");
            try {
                error = addOutput(store, batch, errors, "_error.jsonl");
            } catch (const DiskError&) {
                (void)store.removeFile(batch.owner, output);
                throw;
            }
        }
    }
    const int64_t gone_ms = store.goneMs();
    (void)store.update(batch.id, [&](Batch& now) {
        now.counts = countsOf(journal, end);
        now.usage = journal.usage();
        now.output_file = output;
        now.error_file = error;
        if (words.status == Status::Failed) {
            now.error_code = words.code;
            now.error_message = words.message;
        }
        now.gone_ms = gone_ms;
        now.enter(words.status, store.now());
    });
    store.forgetRun(batch);
}

void recover(Store& store, size_t lines_max,
             const std::function<void(const std::string& id, const std::string& why)>& failed) {
    for (const auto& id : store.unfinished()) {
        try {
            const Batch batch = store.batch(id).value();
            const auto text = readWhole(store.directory().batch(id, ".input"));
            const Index index = readLines(batch.kind, text, {}, lines_max);
            const Journal journal(store.directory().batch(id, ".journal"), index.places.size());
            finish(store, batch, journal, index,
                   batch.status == Status::Cancelling ? End::Cancelled : End::Interrupted);
            failed(id, "");
        } catch (const std::exception& error) {
            failed(id, error.what());
            const int64_t gone_ms = store.goneMs();
            (void)store.update(id, [&](Batch& now) {
                now.error_code = "gateway_restarted";
                now.error_message =
                    "The gateway was restarted, and what was done of this batch cannot be read.";
                now.gone_ms = gone_ms;
                now.enter(Status::Failed, store.now());
            });
        }
    }
}

}  // namespace batches
