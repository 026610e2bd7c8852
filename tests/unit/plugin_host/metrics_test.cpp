#include "plugin_host/metrics.h"

#include <thread>

#include "base/limits.h"
#include "base/text.h"

using sluice::host::Metrics;
using Kind = sluice::host::Metrics::Kind;

namespace {

using Labels = std::vector<std::string_view>;

bool record(Metrics& metrics, int id, double value, const Labels& labels = {}) {
    return metrics.record(id, labels, value);
}

}  // namespace

TEST_CASE("counters add, gauges set", "[plugin_host]") {
    Metrics metrics;
    const int counter = metrics.define(Kind::Counter, "requests_total", "How many.", {"model"});
    const int gauge = metrics.define(Kind::Gauge, "in_flight", "Now.", {});
    REQUIRE(counter >= 0);
    REQUIRE(gauge >= 0);
    CHECK(record(metrics, counter, 1, {"a"}));
    CHECK(record(metrics, counter, 2, {"a"}));
    CHECK(record(metrics, counter, 5, {"b"}));
    CHECK(record(metrics, gauge, 7));
    CHECK(record(metrics, gauge, 3));
    CHECK(metrics.value("requests_total", Labels{"a"}) == 3);
    CHECK(metrics.value("requests_total", Labels{"b"}) == 5);
    CHECK(metrics.value("requests_total", Labels{"c"}) == 0);
    CHECK(metrics.value("in_flight", {}) == 3);
    CHECK(metrics.value("nope", {}) == 0);
    CHECK(metrics.text() ==
          "# HELP requests_total How many.\n# TYPE requests_total counter\nrequests_total{model=\"a\"} "
          "3\nrequests_total{model=\"b\"} 5\n"
          "# HELP in_flight Now.\n# TYPE in_flight gauge\nin_flight 3\n");
}

TEST_CASE("histograms have cumulative buckets, a sum and a count", "[plugin_host]") {
    Metrics metrics;
    const int id = metrics.define(Kind::Histogram, "seconds", "Time.", {"m"});
    for (const double value : {0.001, 0.05, 0.07, 1.0, 1000.0}) CHECK(record(metrics, id, value, {"x"}));
    const std::string text = metrics.text();
    for (const char* line :
         {"seconds_bucket{m=\"x\",le=\"0.005\"} 1\n", "seconds_bucket{m=\"x\",le=\"0.05\"} 2\n",
          "seconds_bucket{m=\"x\",le=\"0.1\"} 3\n", "seconds_bucket{m=\"x\",le=\"1\"} 4\n",
          "seconds_bucket{m=\"x\",le=\"300\"} 4\n", "seconds_bucket{m=\"x\",le=\"+Inf\"} 5\n",
          "seconds_count{m=\"x\"} 5\n", "# TYPE seconds histogram\n"}) {
        CAPTURE(line);
        CHECK(text.find(line) != std::string::npos);
    }
    CHECK(text.find("seconds_sum{m=\"x\"} 1001.121\n") != std::string::npos);
    CHECK(metrics.value("seconds", Labels{"x"}) == Approx(1001.121));
    const int plain = metrics.define(Kind::Histogram, "plain", "", {});
    CHECK(record(metrics, plain, 1));
    CHECK(metrics.text().find("plain_bucket{le=\"1\"} 1\n") != std::string::npos);
    CHECK(metrics.text().find("plain_count 1\n") != std::string::npos);
}

TEST_CASE("definitions are checked and shared", "[plugin_host]") {
    Metrics metrics;
    const int id = metrics.define(Kind::Counter, "a_total", "x", {"l"});
    CHECK(metrics.define(Kind::Counter, "a_total", "y", {"l"}) == id);
    CHECK(metrics.define(Kind::Gauge, "a_total", "x", {"l"}) == -1);
    CHECK(metrics.define(Kind::Counter, "a_total", "x", {"l", "m"}) == -1);
    for (const char* bad : {"", "1a", "a-b", "a b", "a{", "a\n", "\xc3\xa4"}) {
        CHECK(metrics.define(Kind::Counter, bad, "", {}) == -1);
        CHECK(metrics.define(Kind::Counter, "fine", "", {bad}) == -1);
    }
    CHECK(metrics.define(Kind::Counter, "ns:sub_total", "", {}) >= 0);
    CHECK(metrics.define(Kind::Counter, "colon_label", "", {"a:b"}) ==
          -1);  // Prometheus allows no colon in a label
    CHECK(metrics.define(Kind::Histogram, "own_le", "", {"le"}) == -1);  // that one is the histogram's
}

TEST_CASE("records that do not fit are refused", "[plugin_host]") {
    Metrics metrics;
    const int id = metrics.define(Kind::Counter, "a_total", "", {"l"});
    CHECK_FALSE(record(metrics, -1, 1, {"x"}));
    CHECK_FALSE(record(metrics, 99, 1, {"x"}));
    CHECK_FALSE(record(metrics, id, 1));
    CHECK_FALSE(record(metrics, id, 1, {"x", "y"}));
    CHECK_FALSE(record(metrics, id, -1, {"x"}));
    CHECK_FALSE(record(metrics, id, std::numeric_limits<double>::quiet_NaN(), {"x"}));
    CHECK(metrics.value("a_total", Labels{"x"}) == 0);
}

TEST_CASE("past the cap everything goes to other", "[plugin_host]") {
    Metrics metrics;
    const int id = metrics.define(Kind::Counter, "a_total", "", {"user", "model"});
    for (size_t i = 0; i < sluice::base::kMetricSeriesMax + 500; ++i)
        CHECK(record(metrics, id, 1, {std::to_string(i), "m"}));
    CHECK(record(metrics, id, 1, {"0", "m"}));  // the old ones still count
    CHECK(metrics.value("a_total", Labels{"0", "m"}) == 2);
    CHECK(metrics.value("a_total", Labels{"other", "other"}) == 500);
    const std::string text = metrics.text();
    CHECK(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) ==
          sluice::base::kMetricSeriesMax + 1 + 2);
}

TEST_CASE("label values and help cannot break out of their line", "[plugin_host]") {
    Metrics metrics;
    const int id = metrics.define(Kind::Counter, "a_total", "say \"hi\"\\\nx 1", {"l"});
    CHECK(record(metrics, id, 1, {"quote\" back\\slash\nb_total 9"}));
    CHECK(metrics.text() ==
          "# HELP a_total say \"hi\"\\\\\\nx 1\n# TYPE a_total counter\na_total{l=\"quote\\\" "
          "back\\\\slash\\nb_total 9\"} 1\n");
}

TEST_CASE("label values are valid UTF-8, or Prometheus drops the whole page", "[plugin_host]") {
    Metrics metrics;
    const int id = metrics.define(Kind::Counter, "a_total", "", {"model"});
    CHECK(record(metrics, id, 1, {"bad \xff\xfe"}));
    CHECK_NOTHROW(nlohmann::json(metrics.text()).dump());
}

TEST_CASE("label values have a bound, and are not cut inside a character", "[plugin_host]") {
    Metrics metrics;
    const int id = metrics.define(Kind::Counter, "asked_total", "x", {"model"});
    for (const char* tail : {"a", "ab", "abc"}) {
        const std::string long_one = tail + std::string("\xe2\x82\xac") + std::string(1'000'000, 'x');
        std::string euros(tail);
        for (int i = 0; i < 500; ++i) euros += "\xe2\x82\xac";
        for (const std::string& value : {long_one, euros}) {
            CHECK(record(metrics, id, 1, {value}));
            CHECK(record(metrics, id, 1, {value}));
        }
    }
    const std::string page = metrics.text();
    CHECK(page.size() < 10 * sluice::base::kMetricLabelBytesMax);
    CHECK(sluice::base::isUtf8(page));
    CHECK(page.find('?') == std::string::npos);
    CHECK(page.find(" 2\n") != std::string::npos);
}

TEST_CASE("many threads record at once", "[plugin_host]") {
    Metrics metrics;
    const int id = metrics.define(Kind::Counter, "a_total", "", {"t"});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            const std::string label = std::to_string(t % 2);
            for (int i = 0; i < 5'000; ++i) (void)record(metrics, id, 1, {label});
        });
    }
    for (int i = 0; i < 50; ++i) (void)metrics.text();
    for (auto& thread : threads) thread.join();
    CHECK(metrics.value("a_total", Labels{"0"}) == 10'000);
    CHECK(metrics.value("a_total", Labels{"1"}) == 10'000);
}
