#include "llm/json_index.h"

#include <string>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "llm/json_parser.h"
#include "llm/json_scan.h"

namespace sluice::llm {

using base::Code;

namespace {

// Comparing with all names before is fastest for the few members that bodies have; many are looked up.
class DuplicateCheck {
public:
    bool seen(const JsonIndex& index, const std::string& name) {
        constexpr size_t kFew = 32;
        if (index.members().size() < kFew) return index.find(name) != nullptr;
        if (names_.empty()) {
            for (const auto& member : index.members()) names_.insert(member.name);
        }
        return !names_.insert(name).second;
    }

private:
    std::unordered_set<std::string> names_;
};

}  // namespace

std::string jsonString(std::string_view literal) {
    if (literal.size() < 2 || literal.front() != '"') return {};
    if (literal.find('\\') == std::string_view::npos)
        return std::string(literal.substr(1, literal.size() - 2));
    std::string_view text;
    if (parseJson(literal).get(text) != simdjson::SUCCESS) return {};
    return std::string(text);
}

bool isJson(std::string_view text) {
    const auto error = parseJson(text).error();
    if (error == simdjson::SUCCESS) return true;
    // nlohmann takes a NUL for the end.
    const bool number = error == simdjson::NUMBER_ERROR || error == simdjson::NUMBER_OUT_OF_RANGE;
    return number && text.find('\0') == std::string_view::npos && nlohmann::json::accept(text);
}

base::Result<JsonIndex> JsonIndex::read(std::string_view text) {
    const auto error = parseJson(text).error();
    if (error != simdjson::SUCCESS && !isJson(text)) {
        return base::clientError(
            Code::Malformed, std::string("the body is not valid JSON: ") + simdjson::error_message(error));
    }
    JsonIndex index;
    index.members_.reserve(8);
    index.open_ = skipSpace(text, 0);
    if (text[index.open_] != '{') return base::clientError(Code::Malformed, "the body must be a JSON object");
    DuplicateCheck duplicates;
    size_t at = skipSpace(text, index.open_ + 1);
    while (text[at] != '}') {
        JsonMember member;
        member.begin = at;
        const size_t name_end = skipString(text, at);
        member.name = jsonString(text.substr(at, name_end - at));
        member.value_begin = skipSpace(text, skipSpace(text, name_end) + 1);
        member.value_end = skipValue(text, member.value_begin);
        if (duplicates.seen(index, member.name)) {
            return base::clientError(Code::Malformed,
                                     "the member \"" + member.name + "\" stands twice in the body");
        }
        if (index.members_.size() >= base::kJsonMembersMax)
            return base::clientError(Code::TooLarge, "the body has too many members");
        at = skipSpace(text, member.value_end);
        index.names_.add(member.name);
        index.members_.push_back(std::move(member));
        if (text[at] == ',') at = skipSpace(text, at + 1);
    }
    return index;
}

const JsonMember* JsonIndex::find(std::string_view name) const {
    if (!names_.mayHave(name)) return nullptr;
    for (const auto& member : members_) {
        if (member.name == name) return &member;
    }
    return nullptr;
}

}  // namespace sluice::llm
