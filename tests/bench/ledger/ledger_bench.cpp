// What the ledger costs a request, and what it costs its threads.
//
//   sluice_ledger_bench [EVENTS] [DIRECTORY]
//
// Events go in as on_complete gives them, from one thread, with texts as long as usual; the store takes
// everything at once.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "book.h"

using namespace ledger;

namespace {

double seconds(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

sluice_str str(std::string_view text) { return {text.data(), text.size()}; }

sluice_record usual() {
    sluice_record r{};
    r.size = sizeof r;
    r.http_status = 200;
    r.outcome = str("success");
    r.route = str("chat");
    r.model = str("gpt-4o");
    r.call_type = str("acompletion");
    r.key_id = str("88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b");
    r.key_alias = str("production-app");
    r.tenant = r.team = str("team-7f3a");
    r.user = str("ann@example.com");
    r.organization = str("example");
    r.end_user = str("customer-12345");
    r.model_group = str("gpt-4o");
    r.deployment_id = str("6f1c2d8a90b44c1e");
    r.upstream_model = str("gpt-4o-2024-08-06");
    r.provider = str("openai");
    r.api_base = str("https://api.openai.com/v1");
    r.client = str("10.20.30.40");
    r.user_agent = str("OpenAI/Python 1.54.3");
    r.attributes = str(R"({"tags":"[\"prod\",\"search\"]"})");
    r.start_ms = 1'795'000'000'000;
    r.cost_pico_usd = 123'456'789;
    return r;
}

}  // namespace

int main(int argc, char** argv) {
    const int events = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
    Options options;
    options.spool = argc > 2 ? argv[2] : "bench.spool";
    options.memory_bytes = size_t{1} << 30;
    uint64_t taken = 0;
    Book book(
        options, 1,
        [&taken](const sluice_record* const*, size_t count) {
            taken += count;
            return SLUICE_OK;
        },
        [](const Figures&) {}, [](Level, const std::string& words) { std::puts(words.c_str()); });
    book.start();
    sluice_record record = usual();
    char id[40];
    const double process = seconds(CLOCK_PROCESS_CPUTIME_ID);
    double spent = 0;
    for (int i = 0; i < events; ++i) {
        record.call_id = {id,
                          static_cast<size_t>(std::snprintf(id, sizeof id, "%08x-5d1f-4c3b-9a70-0123456789ab",
                                                            static_cast<unsigned>(i)))};
        if (i % 1'000 == 0 && i > 0) pause(milliseconds(5));  // some 150,000 a second
        const double begin = i % 16 == 0 ? seconds(CLOCK_THREAD_CPUTIME_ID) : 0;
        book.add(record);
        if (i % 16 == 0) spent += seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
    }
    book.close();
    const double clock_cost = [] {
        const double begin = seconds(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < 10'000; ++i) (void)seconds(CLOCK_THREAD_CPUTIME_ID);
        return (seconds(CLOCK_THREAD_CPUTIME_ID) - begin) / 10'000;
    }();
    std::printf(
        "add: %.0f ns of CPU (a look at the clock, %.0f ns, taken off); all threads: %.2f us an event\n",
        (spent / (events / 16.0) - clock_cost) * 1e9, clock_cost * 1e9,
        (seconds(CLOCK_PROCESS_CPUTIME_ID) - process) / events * 1e6);
    std::printf("stored %llu of %d\n", static_cast<unsigned long long>(taken), events);
}
