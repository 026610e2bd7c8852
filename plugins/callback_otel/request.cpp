#include "request.h"

#include "exporters/hmac.h"
#include "measures/gen_ai.h"

namespace callback_otel {

using exporters::Attributes;
using exporters::Node;

namespace {

void addUsage(Attributes& to, const Node& record) {
    if (!record["usage_known"].boolean() && record["total_tokens"].integer() == 0) return;
    to.integer("gen_ai.usage.input_tokens", record["prompt_tokens"].integer());
    to.integer("gen_ai.usage.output_tokens", record["completion_tokens"].integer());
    to.integer("llm.usage.total_tokens", record["total_tokens"].integer());
    if (record["response_cost"].number()) to.real("gen_ai.usage.cost", record["response_cost"].real());
}

// What the request said of the answer that it wants.
void addParameters(Attributes& to, const Node& parameters) {
    for (const char* name : {"temperature", "top_p", "frequency_penalty", "presence_penalty"}) {
        if (parameters[name].number())
            to.real(std::string("gen_ai.request.") + name, parameters[name].real());
    }
    for (const char* name : {"max_completion_tokens", "max_tokens"}) {
        if (!parameters[name].number()) continue;
        to.integer("gen_ai.request.max_tokens", parameters[name].integer());
        break;
    }
    for (const char* name : {"seed", "top_k"}) {
        if (parameters[name].number())
            to.integer(std::string("gen_ai.request.") + name, parameters[name].integer());
    }
}

void addWho(Attributes& to, const Node& record) {
    const Node who = record["metadata"];
    for (const char* name : {"user_api_key_hash", "user_api_key_alias", "user_api_key_team_id",
                             "user_api_key_user_id", "user_api_key_org_id", "requester_ip_address"})
        to.text(std::string("metadata.") + name, who[name].text());
    for (const char* name : {"litellm_call_id", "model_group", "model_id"})
        to.text(std::string("metadata.") + name, record[name].text());
    record["custom_fields"].members([&](std::string_view name, const Node& value) {
        to.text("metadata." + std::string(name), value.text());
    });
    to.text("llm.user", record["end_user"].text());
}

}  // namespace

Place::Place(const Node& record) {
    const Node attributes = record["metadata"]["attributes"];
    parent = parentOf(attributes[kTraceParent].text());
    const auto own = parentOf(attributes[kOwnSpan].text());
    const std::string id(record["id"].text());
    trace_id = own ? own->trace_id : parent ? parent->trace_id : exporters::sha256(id).substr(0, 16);
    span_id = own ? own->span_id : exporters::sha256(id + "\nrequest").substr(0, 8);
}

std::string requestName(const Node& record) {
    return std::string(measures::genAiOperation(record["call_type"].text())) + " " +
           std::string(record["requested_model"].text());
}

void addRequest(Attributes& to, const Node& record) {
    const auto operation = measures::genAiOperation(record["call_type"].text());
    const auto provider = record["custom_llm_provider"].text();
    to.text("gen_ai.operation.name", operation);
    to.text("gen_ai.system", provider);
    to.text("gen_ai.provider.name", measures::genAiProvider(provider));
    to.text("gen_ai.request.model", record["requested_model"].text());
    to.text("gen_ai.response.model", record["model"].text());
    to.text("gen_ai.response.id", record["response"]["id"].text());
    if (const auto reason = record["finish_reason"].text(); !reason.empty())
        to.texts("gen_ai.response.finish_reasons", {std::string(reason)});
    to.text("llm.request.type", operation);
    to.boolean("llm.is_streaming", record["stream"].boolean());
    to.integer("http.response.status_code", record["http_status"].integer());
    addParameters(to, record["model_parameters"]);
    addUsage(to, record);
    addWho(to, record);
    to.text("error.type", measures::genAiError(record));
}

}  // namespace callback_otel
