#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>

#include "callback_otel/trace_parent.h"
#include "callback_prometheus/exemplars.h"
#include "callback_prometheus/open_metrics.h"
#include "exporters/hmac.h"

using callback_otel::parentOf;
using callback_otel::samplerOf;

namespace {

const std::string kField = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string changed(size_t at, char to) {
    std::string field = kField;
    field[at] = to;
    return field;
}

sluice_record recordOf(std::string_view id, std::string_view attributes, int64_t at_ms) {
    sluice_record record{};
    record.size = sizeof record;
    record.record_id = sluice::str(id);
    record.attributes = sluice::str(attributes);
    record.end_ms = at_ms;
    return record;
}

}  // namespace

TEST_CASE("traceparent as W3C has it", "[otel]") {
    const auto parent = parentOf(kField);
    REQUIRE(parent);
    CHECK(parent->sampled);
    CHECK(callback_otel::fieldOf(*parent) == kField);
    CHECK_FALSE(parentOf(changed(54, '0'))->sampled);
    CHECK(parentOf("cc" + kField.substr(2) + "-later"));
    for (const auto& bad : {std::string(), kField.substr(0, 54), kField + "-more", "ff" + kField.substr(2),
                            changed(5, 'G'), changed(5, 'A'), changed(2, '_'), changed(53, 'x'),
                            "00-" + std::string(32, '0') + kField.substr(35),
                            kField.substr(0, 36) + std::string(16, '0') + "-01"}) {
        INFO(bad);
        CHECK_FALSE(parentOf(bad));
    }
}

TEST_CASE("samplers keep all of a trace or none of it", "[otel]") {
    auto parent = *parentOf(kField);
    CHECK(samplerOf("parentbased_always_on", 1).keeps(parent.trace_id, nullptr));
    CHECK(samplerOf("parentbased_always_off", 1).keeps(parent.trace_id, &parent));
    CHECK_FALSE(samplerOf("parentbased_always_off", 1).keeps(parent.trace_id, nullptr));
    parent.sampled = false;
    CHECK_FALSE(samplerOf("parentbased_always_on", 1).keeps(parent.trace_id, &parent));
    CHECK(samplerOf("always_on", 1).keeps(parent.trace_id, &parent));
    CHECK_FALSE(samplerOf("always_off", 1).keeps(parent.trace_id, nullptr));
    const auto tenth = samplerOf("traceidratio", 0.1);
    size_t kept = 0;
    for (int i = 0; i < 10'000; ++i)
        kept += tenth.keeps(exporters::sha256(std::to_string(i)).substr(0, 16), nullptr) ? 1 : 0;
    CHECK(kept > 900);
    CHECK(kept < 1'100);
    CHECK_THROWS_AS(samplerOf("sometimes", 1), std::invalid_argument);
}

TEST_CASE("OpenMetrics: names of families, bounds, and an example for a bucket", "[metrics]") {
    using callback_prometheus::openMetrics;
    callback_prometheus::Exemplars exemplars;
    exemplars.note("h", {"a", "b"}, {"x\"y", "z"}, 0.3, recordOf("r1", "{}", 5'000));
    exemplars.note("h", {"a", "b"}, {"x\"y", "z"}, 0.31, recordOf("r2", "{}", 5'500));  // too soon after it
    exemplars.note("h", {"a", "b"}, {"x\"y", "z"}, 9,
                   recordOf("r3", R"({"otel.traceparent":")" + kField + "\"}", 6'000));
    const std::string page =
        "# HELP c_total Says \"c\"\n# TYPE c_total counter\nc_total{l=\"1\"} 2\n"
        "# HELP odd o\n# TYPE odd counter\nodd 1\n"
        "# HELP h H\n# TYPE h histogram\n"
        "h_bucket{a=\"x\\\"y\",b=\"z\",le=\"0.1\"} 0\nh_bucket{a=\"x\\\"y\",b=\"z\",le=\"1\"} 1\n"
        "h_bucket{a=\"x\\\"y\",b=\"z\",le=\"+Inf\"} 2\nh_sum{a=\"x\\\"y\",b=\"z\"} 9.3\n"
        "h_bucket{a=\"other\",b=\"z\",le=\"1\"} 1\n";
    CHECK(openMetrics(page, exemplars) ==
          "# TYPE c counter\n# HELP c Says \\\"c\\\"\nc_total{l=\"1\"} 2\n"
          "# TYPE odd unknown\n# HELP odd o\nodd 1\n"
          "# TYPE h histogram\n# HELP h H\n"
          "h_bucket{a=\"x\\\"y\",b=\"z\",le=\"0.1\"} 0\n"
          "h_bucket{a=\"x\\\"y\",b=\"z\",le=\"1.0\"} 1 # {trace_id=\"" +
              exporters::hexOf(exporters::sha256("r1").substr(0, 16)) +
              "\"} 0.3 5\n"
              "h_bucket{a=\"x\\\"y\",b=\"z\",le=\"+Inf\"} 2 # {trace_id=\"" +
              kField.substr(3, 32) +
              "\"} 9 6\n"
              "h_sum{a=\"x\\\"y\",b=\"z\"} 9.3\n"
              "h_bucket{a=\"other\",b=\"z\",le=\"1.0\"} 1\n# EOF\n");
    CHECK(
        callback_prometheus::wantsOpenMetrics("application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1"));
    CHECK_FALSE(callback_prometheus::wantsOpenMetrics("text/plain"));
}

TEST_CASE("examples have a bound, however many series there are", "[metrics]") {
    callback_prometheus::Exemplars exemplars;
    CHECK_FALSE(exemplars.wanted());
    for (int i = 0; i < 100'000; ++i)
        exemplars.note("h", {"a"}, {std::to_string(i)}, 0.3, recordOf("r", "{}", 5'000));
    CHECK_FALSE(exemplars.of("h_bucket{a=\"1999\",", 0, 1).empty());
    CHECK(exemplars.of("h_bucket{a=\"2000\",", 0, 1).empty());
}
