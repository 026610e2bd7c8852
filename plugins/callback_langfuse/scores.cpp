#include "exporters/json_text.h"
#include "sink.h"

namespace callback_langfuse {

using exporters::JsonText;

void writeScore(JsonText& out, const Facts& facts, const ScoreFact& score, const std::string& trace,
                const std::string& observation) {
    out.key("id")
        .text(facts.uuid(score.what))
        .key("traceId")
        .text(trace)
        .key("observationId")
        .text(observation);
    out.key("name").text(score.name).key("value").integer(score.value).key("dataType").text("BOOLEAN");
    out.key("comment").text(score.comment);
}

void ScoreSink::encode(const exporters::Node& record, std::string_view /*raw*/,
                       std::vector<std::string>& items) const {
    const Facts facts(record);
    for (const auto& score : scoresOf(facts)) {
        JsonText out;
        out.beginObject();
        writeScore(out, facts, score, facts.traceHex(), facts.generationHex());
        if (!common_.environment.empty()) out.key("environment").text(common_.environment);
        items.push_back(out.endObject().take());
    }
}

exporters::Outgoing ScoreSink::assemble(const std::vector<std::string>& items, size_t begin, size_t /*end*/,
                                        const exporters::Destination& to) const {
    return {to.url, "application/json", {}, items[begin]};
}

std::shared_ptr<const exporters::Destination> ScoreSink::own(const nlohmann::json& vars) const {
    return common_.own(vars);
}

}  // namespace callback_langfuse
