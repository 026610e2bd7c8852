// JSON bodies: what is accepted is JSON for others too, members stand where the index says, and edits mean
// what they say.
#include <string>

#include <nlohmann/json.hpp>

#include "fuzz.h"
#include "llm/body.h"
#include "llm/json_index.h"

using namespace sluice;
using nlohmann::json;

namespace {

// The edit of one member, compared with the same edit of the document. Numbers past 64 bits lose digits in
// nlohmann on both sides.
void edit(llm::Body body, json document, const std::string& name) {
    const bool there = document.contains(name);
    fuzz::require(body.member(name).has_value() == there,
                  "the index and the document disagree about a member");
    fuzz::require(body.set(name, "[\"edited\",null]"), "a good edit is refused");
    document[name] = json::array({"edited", nullptr});
    fuzz::require(json::parse(body.flattened(), nullptr, false) == document,
                  "a replaced member reads otherwise");
    fuzz::require(body.remove(name), "a member cannot be removed");
    document.erase(name);
    fuzz::require(json::parse(body.flattened(), nullptr, false) == document,
                  "a removed member reads otherwise");
    fuzz::require(body.size() == body.flattened().size(), "the size is wrong");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto index = llm::JsonIndex::read(text);
    if (!index) return 0;
    const json document = json::parse(text, nullptr, false);
    fuzz::require(document.is_object(), "accepted, but no JSON object for nlohmann");
    fuzz::require(document.size() == index->members().size(), "another number of members");
    for (const auto& member : index->members()) {
        fuzz::require(member.begin < member.value_begin && member.value_begin < member.value_end &&
                          member.value_end < text.size(),
                      "a member out of place");
        const json value = json::parse(text.substr(member.value_begin, member.value_end - member.value_begin),
                                       nullptr, false);
        fuzz::require(document.contains(member.name) && document[member.name] == value,
                      "a member with another value");
    }
    auto body = llm::Body::read(std::string(text), llm::BodyKind::Json, "application/json");
    fuzz::require(body.has_value() && body->flattened() == text, "an unedited body has changed");
    edit(*body, document, "new member");
    if (!index->members().empty())
        edit(*body, document, index->members()[size % index->members().size()].name);
    return 0;
}
