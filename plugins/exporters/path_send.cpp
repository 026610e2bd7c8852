// How a batch is sent, and what an answer means.
#include <algorithm>
#include <chrono>

#include "gzip.h"
#include "path.h"
#include "retry.h"

namespace exporters {
namespace {

constexpr size_t kGzipFrom = 512;  // below that gzip makes it longer, or hardly shorter

int64_t wallMs() {
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// Requests that may be spent on finding what a receiver refuses in a batch of that many.
size_t searchesFor(size_t items) {
    size_t most = 4;
    for (size_t n = items; n > 1; n /= 2) most += 2;
    return most;
}

std::string statusOf(const Answer& answer) {
    return std::to_string(answer.status) + (answer.why.empty() ? "" : " (" + answer.why + ")");
}

// Of records with several items the last one counts.
size_t recordsThatEnd(const std::vector<size_t>& owners, size_t at, size_t end) {
    size_t records = 0;
    for (size_t i = at; i < end; ++i) records += i + 1 == owners.size() || owners[i + 1] != owners[i] ? 1 : 0;
    return records;
}

}  // namespace

// Where a request that begins at `at` ends.
size_t Path::endOf(const std::vector<std::string>& items, size_t at, size_t step) const {
    const size_t most = std::min({step, sink_.itemsMax(), items.size() - at});
    size_t bytes = items[at].size();
    size_t end = at + 1;
    while (end < at + most && bytes + items[end].size() <= sink_.bytesMax() &&
           sink_.together(items[at], items[end]))
        bytes += items[end++].size();
    return end;
}

void Path::sendSpooled(Sender& sender, Lane& lane) {
    const auto records = lane.spool->read(options_.batch_size, options_.batch_bytes);
    if (records.empty()) return;
    const size_t settled = send(sender, lane, {records.begin(), records.end()});
    if (settled > 0) lane.spool->sent(settled);
}

void Path::sendTaken(Sender& sender, Lane& lane, std::vector<Waiting>& taken) {
    std::vector<std::string_view> records;
    uint64_t size = 0;
    for (const auto& record : taken) {  // there may be more than a batch if the disk takes nothing
        size += record.json.size();
        if (records.size() >= options_.batch_size || (!records.empty() && size > options_.batch_bytes)) break;
        records.push_back(record.json);
    }
    const size_t settled = send(sender, lane, records);
    uint64_t bytes = 0;
    for (size_t i = 0; i < settled; ++i) bytes += taken[i].bytes;
    release(settled, bytes);
    taken.erase(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(settled));
}

// How many of them, from the first, are delivered or given up. The rest is for later.
size_t Path::send(Sender& sender, Lane& lane, const std::vector<std::string_view>& records) {
    std::vector<std::string> items;
    std::vector<size_t> owners;  // which record an item is of
    for (size_t i = 0; i < records.size(); ++i) {
        const Node record = sender.reader.read(records[i]);
        if (!record.object()) {
            events_.dropped(1, "malformed");
            continue;
        }
        sink_.encodeFor(*lane.in_hand, record, records[i], items);
        if (items.size() == owners.size()) events_.delivered(1);  // there is nothing to say about it
        owners.resize(items.size(), i);
    }
    size_t step = items.size();
    size_t searches = searchesFor(items.size());
    for (size_t at = 0; at < items.size();) {
        const size_t end = endOf(items, at, step);
        const Answer answer = ask(lane, items, at, end);
        const Verdict verdict = answer.later ? Verdict::Retry : verdictOf(answer.status);
        if (verdict == Verdict::Retry) {
            failed(sender, lane, answer);
            return owners[at];
        }
        lane.failures = 0;
        lane.retry_at = {};
        const size_t count = end - at;
        const size_t ended = recordsThatEnd(owners, at, end);
        const bool search = verdict == Verdict::Split && searches > 0;
        if (count > 1 && (verdict == Verdict::TooLarge || search)) {
            if (search) --searches;
            step = count / 2;
            continue;
        }
        const size_t refused = verdict == Verdict::Delivered ? std::min(ended, sink_.refused(answer)) : ended;
        if (refused < ended) events_.delivered(ended - refused);
        if (refused > 0) {
            events_.dropped(refused, verdict == Verdict::TooLarge ? "too_large" : "rejected");
            events_.warn("rejected", "the receiver refused records with status " + statusOf(answer) +
                                         "; they are dropped");
        }
        at = end;
        if (verdict == Verdict::Split) step = items.size();  // that was the bad one: the rest in one again
    }
    return records.size();
}

void seal(Outgoing& request, const Destination& to, bool gzip) {
    request.fields.insert(request.fields.end(), to.fields.begin(), to.fields.end());
    request.fields.emplace_back("content-type", request.content_type);
    if (!gzip || request.body.size() < kGzipFrom) return;
    std::string packed = gzipped(request.body);
    if (packed.empty()) return;
    request.body = std::move(packed);
    request.fields.emplace_back("content-encoding", "gzip");
}

Answer Path::ask(Lane& lane, const std::vector<std::string>& items, size_t begin, size_t end) {
    const Destination& to = *lane.in_hand;
    Outgoing request = sink_.assemble(items, begin, end, to);
    if (!request.fault.empty()) return {0, "", "", std::move(request.fault)};
    seal(request, to, options_.gzip);
    // At the end a request may take as long as is left, but not so little that nobody could answer.
    Answer answer = send_(request, std::max(timeLeft(), std::min(milliseconds(100), options_.timeout)));
    events_.answered(answer.status);
    sink_.judge(answer);
    return answer;
}

Path::Verdict Path::verdictOf(int status) {
    if (status >= 200 && status < 300) return Verdict::Delivered;
    if (status == 413) return Verdict::TooLarge;
    // One bad record must not take the others with it.
    if (status == 400 || status == 422) return Verdict::Split;
    if (status >= 400 && status < 500 && status != 408 && status != 425 && status != 429)
        return Verdict::Rejected;
    return Verdict::Retry;  // also 1xx and 3xx: this is not the receiver that was meant, and it may come back
}

void Path::failed(Sender& sender, Lane& lane, const Answer& answer) {
    ++lane.failures;
    sender.dice = sender.dice * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
    milliseconds pause = pauseAfter(options_, lane.failures, sender.dice >> 33);
    if (const auto wanted = retryAfter(answer.retry_after, wallMs())) pause = std::max(pause, *wanted);
    lane.retry_at = SteadyClock::now() + pause;
    events_.warn("away", answer.status == 0
                             ? "the receiver does not answer" +
                                   (answer.why.empty() ? "" : " (" + answer.why + ")") + "; records wait"
                             : "the receiver answers " + statusOf(answer) + "; records wait");
}

}  // namespace exporters
