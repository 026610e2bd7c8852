#include "region.h"

#include <algorithm>

#include "json_cursor.h"

namespace router_filters {
namespace {

bool startsWith(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

template <size_t N>
bool isOneOf(std::string_view text, const std::string_view (&list)[N]) {
    return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// AWS and Google count London and Zurich among "eu-…" and "europe-…".
constexpr std::string_view kEuropeNotUnion[] = {"eu-west-2", "eu-central-2", "europe-west2", "europe-west6"};
// Azure's names begin with the country, or say Europe.
constexpr std::string_view kAzureUnion[] = {
    "westeurope",     "northeurope", "francecentral", "francesouth", "germanywestcentral", "germanynorth",
    "swedencentral",  "swedensouth", "polandcentral", "italynorth",  "spaincentral",       "austriaeast",
    "belgiumcentral", "denmarkeast", "norwayeast",    "norwaywest",  "finlandcentral",     "greececentral"};
constexpr std::string_view kAzureStates[] = {
    "eastus",        "eastus2",    "eastus3",      "centralus", "northcentralus", "southcentralus",
    "westcentralus", "westus",     "westus2",      "westus3",   "southeastus",    "usgovvirginia",
    "usgovarizona",  "usgovtexas", "usdodcentral", "usdodeast"};

bool inUnion(std::string_view region) {
    if (isOneOf(region, kEuropeNotUnion)) return false;
    return region == "eu" || region == "europe" || startsWith(region, "eu-") ||
           startsWith(region, "europe-") || startsWith(region, "eusc-") || isOneOf(region, kAzureUnion);
}

bool inStates(std::string_view region) {
    return region == "us" || startsWith(region, "us-") || isOneOf(region, kAzureStates);
}

bool allowedBy(const AllowedRegions& allowed, const Facts& facts) {
    return std::any_of(allowed.begin(), allowed.end(),
                       [&](const std::string& one) { return regionAllowed(facts.region, one); });
}

// The attribute is a text, not JSON.
std::vector<std::optional<AllowedRegions>> statementsOf(const sluice::Request& request) {
    std::vector<std::optional<AllowedRegions>> statements;
    const auto add = [&](std::optional<std::string_view> json) {
        if (json && *json != "null") statements.push_back(readAllowedRegions(*json));
    };
    add(request.member("allowed_model_region"));
    for (const char* metadata : {"metadata", "litellm_metadata"}) {
        if (const auto object = request.member(metadata)) add(memberOf(*object, "allowed_model_region"));
    }
    if (const auto attribute = request.attribute("allowed_model_region"))
        statements.push_back(AllowedRegions{regionKey(*attribute)});
    return statements;
}

}  // namespace

std::string regionKey(std::string_view name) {
    std::string key;
    for (const char c : name) {
        if (c != ' ') key += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return key;
}

bool regionAllowed(std::string_view region, std::string_view allowed) {
    if (region.empty()) return false;
    if (allowed == "eu") return inUnion(region);
    if (allowed == "us") return inStates(region);
    return region == allowed;
}

std::optional<AllowedRegions> readAllowedRegions(std::string_view json) {
    AllowedRegions regions;
    bool fine = true;
    const auto add = [&](std::string_view element) {
        const auto text = textOf(element);
        if (text) regions.push_back(regionKey(*text));
        fine = fine && text;
    };
    if (!json.empty() && json.front() == '[')
        eachElement(json, add);
    else
        add(json);
    if (!fine || regions.empty()) return std::nullopt;
    return regions;
}

std::optional<Refused> filterByRegion(const sluice::Request& request, Choice& choice) {
    for (const auto& allowed : statementsOf(request)) {
        // A limit that cannot be read must not be no limit.
        if (!allowed) {
            return Refused{
                400, "allowed_model_region must be a region's name, \"eu\" or \"us\", or a list of these", "",
                "invalid_request_error"};
        }
        const bool any = choice.narrow([&](const Option& o) { return allowedBy(*allowed, *o.facts); },
                                       "it is not in an allowed region");
        if (any) continue;
        return Refused{400,
                       "No deployment of the model " + std::string(request.model()) +
                           " is in a region that allowed_model_region allows",
                       "", "invalid_request_error"};
    }
    return std::nullopt;
}

}  // namespace router_filters
