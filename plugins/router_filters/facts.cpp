#include "facts.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

#include "json_cursor.h"
#include "region.h"

namespace router_filters {
namespace {

// A list of texts; other elements are a fault.
std::vector<std::string> textsOf(std::string_view params, const char* key, std::vector<std::string>& faults) {
    std::vector<std::string> texts;
    const auto list = memberOf(params, key);
    if (!list) return texts;
    if (list->front() != '[') faults.push_back(std::string("litellm_params.") + key + " is no list");
    eachElement(*list, [&](std::string_view element) {
        auto text = textOf(element);
        if (text)
            texts.push_back(std::move(*text));
        else
            faults.push_back(std::string("litellm_params.") + key + " has an element that is no text");
    });
    return texts;
}

void readTagRegex(std::string_view params, Facts& facts, std::vector<std::string>& faults) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);  // of one pattern, compiled
    for (const auto& pattern : textsOf(params, "tag_regex", faults)) {
        auto regex = std::make_unique<re2::RE2>(pattern, options);
        if (regex->ok())
            facts.tag_regex.push_back(std::move(regex));
        else
            faults.push_back("litellm_params.tag_regex \"" + pattern + "\": " + regex->error());
    }
}

// Providers name their region in parameters of their own.
std::string readRegion(std::string_view params) {
    for (const char* key : {"region_name", "aws_region_name", "vertex_location"}) {
        const auto json = memberOf(params, key);
        const auto text = json ? textOf(*json) : std::nullopt;
        if (text && !text->empty()) return regionKey(*text);
    }
    return {};
}

uint32_t readLacks(std::string_view info) {
    constexpr std::pair<const char*, Capability> kKeys[] = {{"supports_vision", kVision},
                                                            {"supports_function_calling", kTools},
                                                            {"supports_response_schema", kJsonSchema},
                                                            {"supports_audio_input", kAudioInput}};
    uint32_t lacks = 0;
    for (const auto& [key, capability] : kKeys) {
        if (memberOf(info, key) == "false") lacks |= capability;
    }
    return lacks;
}

}  // namespace

Facts::Facts() = default;
Facts::~Facts() = default;

bool Facts::has(std::string_view tag) const {
    return std::binary_search(tags.begin(), tags.end(), tag, std::less<>());
}

std::unique_ptr<Facts> readFacts(const sluice::Candidate& candidate, std::vector<std::string>& faults) {
    auto facts = std::make_unique<Facts>();
    facts->mark = IdMark(candidate.id());
    facts->id = candidate.id();
    facts->provider = candidate.provider();
    facts->params_size = candidate.params().size();
    facts->info_size = candidate.info().size();
    facts->id_hash = std::hash<std::string_view>()(facts->id);
    facts->tags = textsOf(candidate.params(), "tags", faults);
    std::sort(facts->tags.begin(), facts->tags.end());
    readTagRegex(candidate.params(), *facts, faults);
    facts->region = readRegion(candidate.params());
    facts->matters = readLacks(candidate.info());
    if (facts->has("default")) facts->matters |= kHasDefaultTag;
    if (!facts->tag_regex.empty()) facts->matters |= kHasPatterns;
    facts->input_cost = candidate.inputCost().value_or(0);
    facts->output_cost = candidate.outputCost().value_or(0);
    return facts;
}

}  // namespace router_filters
