#include "figures.h"

#include <algorithm>
#include <cstdlib>

#include "text.h"

namespace alerts {
namespace {

constexpr int kFailingLooks = 2, kWaitingLooks = 3;
constexpr double kFull = 0.9, kRoomAgain = 0.8;  // of what there may be
constexpr const char *kConnections = "Connections of clients", *kDescriptors = "File descriptors";

const std::vector<std::string_view>& wanted() {
    static const std::vector<std::string_view> names{"sluice_callback_dropped_total",
                                                     "sluice_callback_delivered_total",
                                                     "sluice_callback_requests_total",
                                                     "sluice_exporter_dropped_total",
                                                     "sluice_records_dropped_total",
                                                     "sluice_ledger_dropped_total",
                                                     "sluice_ledger_rejected_total",
                                                     "sluice_plugin_breaker_open",
                                                     "sluice_waiting_requests",
                                                     "sluice_client_connections",
                                                     "sluice_client_connections_max",
                                                     "process_open_fds",
                                                     "process_max_fds"};
    return names;
}

std::string labelOf(const Series& series, const char* name) {
    const auto found = series.labels.find(name);
    return found == series.labels.end() ? "" : found->second;
}

// name="value",… up to the brace; where it ends, npos if it does not.
size_t readLabels(std::string_view line, size_t at, std::map<std::string, std::string>& labels) {
    while (at < line.size() && line[at] != '}') {
        const size_t equals = line.find('=', at);
        if (equals == std::string_view::npos || equals + 1 >= line.size() || line[equals + 1] != '"')
            return std::string_view::npos;
        std::string& value = labels[std::string(line.substr(at, equals - at))];
        size_t i = equals + 2;
        for (; i < line.size() && line[i] != '"'; ++i) {
            const bool escape = line[i] == '\\' && i + 1 < line.size();
            if (escape) ++i;
            value += escape && line[i] == 'n' ? '\n' : line[i];
        }
        at = i + 1;
        if (at < line.size() && line[at] == ',') ++at;
    }
    return at < line.size() ? at + 1 : std::string_view::npos;
}

double rise(const std::map<std::string, double>& before, const std::string& name, double now) {
    const auto found = before.find(name);
    const double then = found == before.end() ? 0 : found->second;
    return now < then ? now : now - then;
}

}  // namespace

std::vector<Series> readSeries(std::string_view text, const std::vector<std::string_view>& names) {
    std::vector<Series> all;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line[0] == '#') continue;
        const size_t name_end = line.find_first_of("{ ");
        if (name_end == std::string_view::npos) continue;
        const std::string_view name = line.substr(0, name_end);
        if (std::find(names.begin(), names.end(), name) == names.end()) continue;
        Series series{std::string(name), {}, 0};
        const size_t at = line[name_end] == '{' ? readLabels(line, name_end + 1, series.labels) : name_end;
        if (at == std::string_view::npos || at >= line.size()) continue;
        const std::string value(line.substr(at + 1));
        char* stop = nullptr;
        series.value = std::strtod(value.c_str(), &stop);
        if (stop != value.c_str()) all.push_back(std::move(series));
    }
    return all;
}

Alert Figures::alert(const char* type, std::string subject) const {
    Alert alert;
    alert.type = type;
    alert.level = Level::Error;
    alert.subject = std::move(subject);
    alert.window_ms = repeat_ms_;
    return alert;
}

void Figures::take(std::string_view text, const Raise& raise) {
    Totals dropped, failed, delivered;
    std::map<std::string, std::string> who;  // of what was dropped: the callback
    bool waiting = false;
    double waiting_now = 0;
    Rooms rooms;
    for (const auto& series : readSeries(text, wanted())) {
        if (noteRoom(series, rooms)) continue;
        const std::string callback = labelOf(series, "callback");
        if (series.name == "sluice_callback_delivered_total") {
            delivered[callback] += series.value;
        } else if (series.name == "sluice_callback_requests_total") {
            const std::string status = labelOf(series, "status");
            if (status.empty() || status[0] != '2') failed[callback] += series.value;
        } else if (series.name == "sluice_plugin_breaker_open") {
            const std::string instance = labelOf(series, "instance");
            const bool open = series.value > 0, told = open_[instance];
            if (open == told) continue;
            open_[instance] = open;
            Alert news = alert("plugin_failures", instance);
            news.title = open ? "A plugin fails" : "A plugin works again";
            news.who = instance;
            news.resolves = !open;
            if (open)
                news.advice =
                    "Its breaker is open: it is not called for a while. The log says why it failed.";
            raise(std::move(news));
        } else if (series.name == "sluice_waiting_requests") {
            waiting = series.value > 0;
            waiting_now = series.value;
        } else {
            const std::string key = series.name + "|" + callback + "|" + labelOf(series, "reason");
            dropped[key] += series.value;
            who[key] = callback;
        }
    }
    tellRooms(rooms, raise);
    if (!first_) {
        tellDropped(dropped, who, raise);
        tellDelivery(failed, delivered, raise);
    }
    first_ = false;
    dropped_ = std::move(dropped);
    failed_ = std::move(failed);
    delivered_ = std::move(delivered);
    waiting_looks_ = waiting ? waiting_looks_ + 1 : 0;
    const bool tell = waiting_looks_ >= kWaitingLooks && !waiting_told_;
    const bool over = !waiting && waiting_told_;
    if (!tell && !over) return;
    waiting_told_ = tell;
    Alert news = alert("waiting_requests", "waiting");
    news.title = over ? "No requests wait any more" : "Requests wait for room";
    news.facts = {{"Waiting", number(static_cast<int64_t>(waiting_now))}};
    news.resolves = over;
    if (!over)
        news.advice =
            "Deployments, or the gateway, serve as many as they may at once. Raise max_parallel_requests, or "
            "add deployments.";
    raise(std::move(news));
}

bool Figures::noteRoom(const Series& series, Rooms& rooms) {
    const std::string& name = series.name;
    const bool descriptors = name == "process_open_fds" || name == "process_max_fds";
    if (!descriptors && name.rfind("sluice_client_connections", 0) != 0) return false;
    const bool most = name == "process_max_fds" || name == "sluice_client_connections_max";
    Room& room = rooms[descriptors ? kDescriptors : kConnections];
    (most ? room.most : room.used) = series.value;
    return true;
}

// Each request may take a descriptor for its client and one for its upstream, so connections to upstreams end
// where these do: the gateway has no other bound for them.
void Figures::tellRooms(const Rooms& rooms, const Raise& raise) {
    for (const auto& [what, room] : rooms) {
        if (room.most <= 0) continue;
        const double share = room.used / room.most;
        bool& told = full_[what];
        const bool full = share >= (told ? kRoomAgain : kFull);
        if (full == told) continue;
        told = full;
        Alert news = alert("connections_exhausted", what);
        news.title = full ? "Connections run out" : "There is room for connections again";
        news.who = what;
        news.facts = {{"In use", number(static_cast<int64_t>(room.used)) + " of " +
                                     number(static_cast<int64_t>(room.most)) + " (" + percent(share) + ")"}};
        news.resolves = !full;
        if (full)
            news.advice =
                what == kDescriptors
                    ? "Without any, no client is accepted and no upstream reached. Raise the limit "
                      "(ulimit -n, LimitNOFILE), or add gateways."
                    : "Beyond it new clients get 503. Raise listen.limits.connections_max, or add gateways.";
        raise(std::move(news));
    }
}

void Figures::tellDropped(const Totals& now, const std::map<std::string, std::string>& who,
                          const Raise& raise) {
    for (const auto& [key, value] : now) {
        const double lost = rise(dropped_, key, value);
        if (lost <= 0) continue;
        const std::string metric = key.substr(0, key.find('|'));
        const bool ledger = metric.rfind("sluice_ledger", 0) == 0;
        Alert news = alert(ledger ? "failed_tracking_spend" : "exporter_failures", key);
        news.title = ledger ? "Usage is lost" : "Records of requests are lost";
        const auto callback = who.find(key);
        news.who = callback == who.end() || callback->second.empty() ? metric : callback->second;
        const std::string reason = key.substr(key.rfind('|') + 1);
        news.facts = {{"Lost", number(static_cast<int64_t>(lost))}};
        if (!reason.empty()) news.facts.push_back({"Why", reason});
        news.advice = ledger ? "Budgets and reports miss it. Look at the store and the ledger's spool."
                             : "Look at the receiver, and at the bounds of queue and spool.";
        news.times = static_cast<uint64_t>(lost);
        raise(std::move(news));
    }
}

// Requests fail and nothing is delivered, look after look.
void Figures::tellDelivery(const Totals& failed, const Totals& delivered, const Raise& raise) {
    for (const auto& [callback, value] : failed) {
        const auto now = delivered.find(callback);
        const bool nothing = rise(delivered_, callback, now == delivered.end() ? 0 : now->second) <= 0;
        const bool fails = rise(failed_, callback, value) > 0 && nothing;
        int& looks = failing_[callback];
        if (!fails && nothing) continue;  // nobody has tried
        const bool was_told = looks >= kFailingLooks;
        looks = fails ? looks + 1 : 0;
        const bool over = was_told && !fails;
        if (!over && looks < kFailingLooks) continue;
        Alert news = alert("exporter_failures", "delivery|" + callback);
        news.title = over ? "A callback delivers again" : "A callback cannot deliver";
        news.who = callback;
        news.resolves = over;
        news.state = true;
        if (!over) news.advice = "Records wait in its spool. Look at the receiver, its address and its key.";
        raise(std::move(news));
    }
}

}  // namespace alerts
