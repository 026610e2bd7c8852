#include "names.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pricing {
namespace {

bool digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool takePrefix(std::string_view& text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix) return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool takeSuffix(std::string_view& text, std::string_view suffix) {
    if (text.size() <= suffix.size() || text.substr(text.size() - suffix.size()) != suffix) return false;
    text.remove_suffix(suffix.size());
    return true;
}

bool takeDate(std::string_view& name) {
    const size_t size = name.size();
    if (size > 11) {
        const auto tail = name.substr(size - 11);  // -2024-08-06
        if (tail[0] == '-' && tail[5] == '-' && tail[8] == '-' && digits(tail.substr(1, 4)) &&
            digits(tail.substr(6, 2)) && digits(tail.substr(9))) {
            name.remove_suffix(11);
            return true;
        }
    }
    if (size > 9 && (name[size - 9] == '-' || name[size - 9] == '@') && digits(name.substr(size - 8))) {
        name.remove_suffix(9);  // -20241022, @20240620
        return true;
    }
    return takeSuffix(name, "-latest") || takeSuffix(name, "@latest") || takeSuffix(name, "@default") ||
           takeSuffix(name, "-001") || takeSuffix(name, "-002");
}

// us.anthropic.claude-3-5-haiku-20241022-v1:0: docs.aws.amazon.com/bedrock/latest/userguide/models-supported
bool takeBedrock(std::string_view& name) {
    std::string_view rest = name;
    for (const char* region : {"us.", "eu.", "apac.", "jp.", "au.", "global."}) {
        if (takePrefix(rest, region)) break;
    }
    if (!takePrefix(rest, "anthropic.")) return false;
    const size_t version = rest.rfind("-v");
    if (version != std::string_view::npos && digits(rest.substr(version + 2, 1)))
        rest = rest.substr(0, version);
    name = rest;
    return true;
}

}  // namespace

std::vector<std::string> namesOf(std::string_view model) {
    std::vector<std::string> names{std::string(model)};
    const auto add = [&names](std::string_view name) { names.emplace_back(name); };
    if (takePrefix(model, "models/")) add(model);
    if (model.substr(0, 3) == "ft:") {  // ft:gpt-4o-mini-2024-07-18:acme::id
        const size_t owner = model.find(':', 3);
        if (owner != std::string_view::npos) add(model = model.substr(0, owner));
    }
    if (takeBedrock(model)) add(model);
    if (takeDate(model)) add(model);
    return names;
}

std::vector<std::string_view> providersOf(std::string_view provider) {
    static constexpr std::pair<std::string_view, std::string_view> kSame[] = {
        {"azure", "openai"},       {"azure_ai", "openai"},      {"azure_ai", "mistral"},
        {"azure_ai", "cohere"},    {"vertex_ai", "gemini"},     {"vertex_ai", "anthropic"},
        {"vertex_ai", "mistral"},  {"bedrock", "anthropic"},    {"text-completion-openai", "openai"},
        {"cohere_chat", "cohere"}, {"vertex_ai_beta", "gemini"}};
    std::vector<std::string_view> all{provider};
    for (const auto& [reseller, owner] : kSame) {
        if (reseller == provider) all.push_back(owner);
    }
    return all;
}

}  // namespace pricing
