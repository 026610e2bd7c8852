// What a record costs: put() is what the thread that completes requests pays, encode what a sender pays.
//
//   sluice_exporter_bench [records]
#include <time.h>

#include <cstdio>
#include <cstdlib>

#include "callback_langfuse/sink.h"
#include "exporters/gzip.h"
#include "exporters/path.h"

namespace {

using exporters::Answer;
using exporters::Outgoing;

double cpuNs(clockid_t clock) {
    timespec now{};
    (void)::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

std::string recordOf(size_t number) {
    const std::string id = std::to_string(number);
    return R"({"id":"0198d2f0-0000-7000-8000-)" + id + R"(","trace_id":"c-)" + id +
           R"(","litellm_call_id":"c-)" + id +
           R"(","call_type":"acompletion","route":"chat","stream":true,"response_cost":0.000012345678,"status":"success","outcome":"success",)"
           R"("http_status":200,"custom_llm_provider":"openai","total_tokens":1200,"prompt_tokens":1000,"completion_tokens":200,"usage_known":true,)"
           R"("startTime":1767225600.123,"endTime":1767225601.5,"completionStartTime":1767225600.4,"response_time":1.4,"model":"gpt-4o-mini",)"
           R"("requested_model":"mini","model_id":"d1","model_group":"mini","api_base":"https://api.openai.com/v1","metadata":{"user_api_key_hash":)"
           R"("88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b","user_api_key_alias":"k","user_api_key_team_id":"t","user_api_key_user_id":)"
           R"("u","requester_ip_address":"10.0.0.1","user_agent":"openai-python/1.2","applied_guardrails":["pii"],"usage_object":{"prompt_tokens":1000,)"
           R"("completion_tokens":200,"total_tokens":1200,"prompt_tokens_details":{"cached_tokens":10},"completion_tokens_details":{"reasoning_tokens":0}},)"
           R"("attributes":{"tags":"[\"a\"]","langfuse.session_id":"s1"}},"end_user":"e","messages":null,"response":null,"finish_reason":"stop",)"
           R"("guardrail_information":[{"guardrail_name":"pii","guardrail_mode":"pre_call","guardrail_status":"success","verdict":"pass","duration":0.001}],)"
           R"("attempt_information":[{"model_id":"d1","duration":1.3}],"request_bytes":4000,"response_bytes":2000})";
}

}  // namespace

int main(int argc, char** argv) {
    const size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000;
    const callback_langfuse::OtelSink sink({"", "", [](const nlohmann::json&) { return nullptr; }});
    exporters::Options options;
    options.queue_records = count;
    options.queue_bytes = uint64_t{4} << 30;
    options.spool.clear();
    exporters::Events tell;
    tell.delivered = [](size_t) {};
    tell.dropped = [](size_t, const char*) {};
    tell.answered = [](int) {};
    tell.waiting = [](uint64_t, uint64_t, uint64_t) {};
    tell.warn = [](const std::string&, const std::string&) {};
    exporters::Path path(
        options, sink,
        [](const Outgoing&, exporters::milliseconds) {
            return Answer{200, "", ""};
        },
        tell);
    auto to = std::make_shared<exporters::Destination>();
    to->id = "bench";
    const std::string record = recordOf(1);
    path.start();
    const double all = cpuNs(CLOCK_PROCESS_CPUTIME_ID);
    const double mine = cpuNs(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < count; ++i) path.put(to, 0, record);
    const double put = cpuNs(CLOCK_THREAD_CPUTIME_ID) - mine;
    path.close();
    const double rest = cpuNs(CLOCK_PROCESS_CPUTIME_ID) - all - put;
    const auto n = static_cast<double>(count);
    std::printf(
        "%zu records of %zu bytes\nput      %8.2f us a record\nsenders  %8.2f us a record: read, write as "
        "OTLP, gzip\n",
        count, record.size(), put / n / 1000, rest / n / 1000);
    return 0;
}
