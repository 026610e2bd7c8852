// What is done for admins, on threads that may wait: removing, flushing, saying how it is.
#include <charconv>
#include <nlohmann/json.hpp>

#include "together.h"

namespace cache_redis {
namespace {

using Json = nlohmann::json;

constexpr int kRoundsMost = 3;

// As a pattern of SCAN that means itself.
std::string literally(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("*?[]\\^-").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

// A line "name:value" of INFO.
std::string_view lineOf(std::string_view info, const std::string& name) {
    const std::string begin = "\n" + name + ":";
    const size_t at = info.find(begin);
    if (at == std::string_view::npos) return {};
    info.remove_prefix(at + begin.size());
    return info.substr(0, info.find_first_of("\r\n"));
}

int64_t numberOf(std::string_view info, const std::string& name) {
    const auto text = lineOf(info, name);
    int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Json serverOf(const redisReply& info_reply, const redisReply& size) {
    const auto info = textOf(&info_reply);
    Json server;
    server["version"] = lineOf(info, "redis_version");
    server["role"] = lineOf(info, "role");
    server["used_memory_bytes"] = numberOf(info, "used_memory");
    server["max_memory_bytes"] = numberOf(info, "maxmemory");
    server["max_memory_policy"] = lineOf(info, "maxmemory_policy");
    server["evictions"] = numberOf(info, "evicted_keys");
    server["clients"] = numberOf(info, "connected_clients");
    server["uptime_seconds"] = numberOf(info, "uptime_in_seconds");
    server["keys_in_database"] = size.type == REDIS_REPLY_INTEGER ? size.integer : 0;
    return server;
}

}  // namespace

std::shared_ptr<Cache::Together> Cache::ask(std::vector<JobPtr> jobs) {
    const auto together = std::make_shared<Together>();
    together->pending = jobs.size();
    together->all.resize(jobs.size());
    const auto began = std::chrono::steady_clock::now();
    for (size_t i = 0; i < jobs.size(); ++i) {
        jobs[i]->done = [together, i, began](End end, std::vector<Reply>& replies) {
            using namespace std::chrono;
            const std::lock_guard lock(together->mutex);
            const auto took = duration_cast<microseconds>(steady_clock::now() - began);
            together->all[i] = {end, std::move(replies), took.count()};
            if (--together->pending == 0) together->ready.notify_all();
        };
    }
    engine_.submit(std::move(jobs));
    // Each of them ends by itself; this is for a server that drips.
    if (!together->wait(10 * engine_.options().timeout_ms)) return nullptr;
    return together;
}

bool Cache::unlink(const std::vector<std::string>& keys, const Place& master, uint64_t* removed) {
    std::vector<JobPtr> jobs;
    const bool one_slot_each = engine_.options().mode == Mode::Cluster || master == Place{};
    for (const auto& key : keys) {
        if (one_slot_each || jobs.empty()) {
            jobs.push_back(std::make_unique<Job>());
            jobs.back()->lane = kWrites;
            jobs.back()->commands = {{"UNLINK"}};
            jobs.back()->slot = slotOf(key);
        }
        jobs.back()->commands[0].push_back(key);
    }
    if (jobs.empty()) return true;
    const auto together = ask(std::move(jobs));
    if (!together) return false;
    bool whole = true;
    for (const auto& one : together->all) {
        whole = whole && one.end == End::Answered && !isError(one.replies[0].get());
        if (one.end != End::Answered) continue;
        if (isError(one.replies[0].get())) refused("remove entries", *one.replies[0]);
        if (removed && one.replies[0]->type == REDIS_REPLY_INTEGER)
            *removed += static_cast<uint64_t>(one.replies[0]->integer);
    }
    return whole;
}

sluice_status Cache::remove(const sluice_str* keys, size_t count, uint64_t* removed) {
    if (removed) *removed = 0;
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) {
        names.push_back(engine_.options().prefix);
        names.back() += sluice::view(keys[i]);
    }
    return unlink(names, {}, removed) ? SLUICE_OK : SLUICE_E_UNAVAILABLE;
}

Cache::Swept Cache::sweep(const Place& master, const std::string& pattern) {
    std::string cursor = "0";
    do {
        std::vector<JobPtr> jobs;
        jobs.push_back(std::make_unique<Job>());
        jobs[0]->lane = kWrites;  // behind what is being put
        jobs[0]->place = master;
        jobs[0]->commands = {{"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"}};
        const auto together = ask(std::move(jobs));
        if (!together || together->all[0].end != End::Answered) return Swept::Failed;
        const redisReply& reply = *together->all[0].replies[0];
        if (isError(&reply)) refused("list entries", reply);
        if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2 ||
            reply.element[1]->type != REDIS_REPLY_ARRAY)
            return Swept::Failed;
        cursor = textOf(reply.element[0]);
        std::vector<std::string> keys;
        for (size_t i = 0; i < reply.element[1]->elements; ++i)
            keys.emplace_back(textOf(reply.element[1]->element[i]));
        if (!unlink(keys, master, nullptr)) return Swept::Failed;
    } while (cursor != "0" && !cursor.empty());
    return Swept::Whole;
}

// Once more if keys moved meanwhile: they may have gone where it had been already.
sluice_status Cache::flush(std::string_view prefix) {
    const std::string pattern = literally(engine_.options().prefix + std::string(prefix)) + "*";
    for (int round = 0; round < kRoundsMost; ++round) {
        const uint64_t moves = moves_;
        const auto masters = engine_.masters(engine_.options().timeout_ms);
        if (masters.empty() || engine_.away()) return SLUICE_E_UNAVAILABLE;
        for (const auto& master : masters) {
            if (sweep(master, pattern) != Swept::Whole) return SLUICE_E_UNAVAILABLE;
        }
        if (moves == moves_ && masters == engine_.masters(0)) return SLUICE_OK;
    }
    return SLUICE_OK;
}

std::string Cache::fault() {
    const std::lock_guard lock(mutex_);
    if (!complaint_.empty()) return complaint_;
    if (!faults_.empty()) return faults_.begin()->first + " is away: " + faults_.begin()->second;
    return refusal_.empty() ? "it does not answer" : refusal_;
}

std::string Cache::status() {
    const auto masters = engine_.masters(engine_.options().timeout_ms);
    std::vector<JobPtr> jobs;
    for (const auto& master : masters) {
        for (const bool ping : {true, false}) {
            jobs.push_back(std::make_unique<Job>());
            jobs.back()->place = master;
            jobs.back()->commands = {{"INFO"}, {"DBSIZE"}};
            if (ping) jobs.back()->commands = {{"PING"}};
        }
    }
    const auto together = jobs.empty() ? nullptr : ask(std::move(jobs));
    bool healthy = together != nullptr;
    Json servers = Json::array();
    double latency_ms = 0;
    for (size_t i = 0; together && i < masters.size(); ++i) {
        const auto &ping = together->all[2 * i], &info = together->all[2 * i + 1];
        const bool answers = ping.end == End::Answered && info.end == End::Answered;
        Json server = answers ? serverOf(*info.replies[0], *info.replies[1]) : Json::object();
        server["server"] = masters[i].text();
        server["healthy"] = answers;
        if (answers) server["latency_ms"] = static_cast<double>(ping.took_us) / 1000;
        latency_ms = std::max(latency_ms, static_cast<double>(ping.took_us) / 1000);
        healthy = healthy && answers;
        servers.push_back(server);
    }
    const Mode mode = engine_.options().mode;
    Json json{{"type", "redis"},
              {"mode", mode == Mode::Single    ? "single"
                       : mode == Mode::Cluster ? "cluster"
                                               : "sentinel"},
              {"healthy", healthy},
              {"servers", servers},
              {"hits", hits_.load()},
              {"misses", misses_.load()},
              {"kept", kept_.load()},
              {"dropped", dropped_.load()},
              {"errors", errors_.load()},
              {"queue_bytes", queue_bytes_.load()}};
    if (healthy) json["latency_ms"] = latency_ms;
    if (!healthy) json["error"] = fault();
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cache_redis
