// What the gateway and its plugins count, in Prometheus' text format, and what of it is bad news: callbacks
// that drop records or cannot deliver, usage that is lost, plugins whose breaker is open, requests that wait,
// connections and descriptors that run out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "alert.h"

namespace alerts {

struct Series {
    std::string name;
    std::map<std::string, std::string> labels;
    double value = 0;
};

/// The series of these metrics: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4. What is
/// no such line is left out.
std::vector<Series> readSeries(std::string_view text, const std::vector<std::string_view>& names);

class Figures {
public:
    explicit Figures(int64_t repeat_ms) : repeat_ms_(repeat_ms) {}

    /// Compares with the text before; the first one only says where counters begin. One thread at a time.
    void take(std::string_view text, const Raise& raise);

private:
    using Totals = std::map<std::string, double>;
    struct Room {
        double used = 0, most = 0;
    };
    using Rooms = std::map<std::string, Room>;  // by what it is room for, in words
    /// False: it says nothing of any room.
    static bool noteRoom(const Series& series, Rooms& rooms);
    void tellRooms(const Rooms& rooms, const Raise& raise);
    void tellDropped(const Totals& now, const std::map<std::string, std::string>& who, const Raise& raise);
    void tellDelivery(const Totals& failed, const Totals& delivered, const Raise& raise);
    Alert alert(const char* type, std::string subject) const;

    const int64_t repeat_ms_;
    bool first_ = true;
    Totals dropped_, failed_, delivered_;
    std::map<std::string, int> failing_;  // looks in a row, by callback
    std::map<std::string, bool> open_;    // breakers that were told of
    int waiting_looks_ = 0;
    bool waiting_told_ = false;
    std::map<std::string, bool> full_;  // rooms that were told of
};

}  // namespace alerts
