// Random edits of random JSON objects, against a list of members as the model.
#include <random>

#include "llm/body.h"

using namespace sluice;

namespace {

using Random = std::mt19937;

size_t below(Random& random, size_t n) { return random() % n; }

std::string space(Random& random) {
    static const std::vector<std::string> kSpaces{"", "", "", " ", "\n  ", "\t", " \r\n"};
    return kSpaces[below(random, kSpaces.size())];
}

const std::vector<std::string> kNames{"model", "messages",         "n",        "stream",
                                      "a\"b",  "back\\slash",      "\xc3\xa4", "",
                                      "tab\t", "\xf0\x9f\x98\x80", "x/y",      "user"};

// The name as a JSON string, sometimes with escapes that need not be there.
std::string literal(Random& random, const std::string& name) {
    if (below(random, 2) || name.empty() || static_cast<unsigned char>(name[0]) >= 0x80)
        return nlohmann::json(name).dump();
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(name[0]));
    return "\"" + std::string(escaped) + nlohmann::json(name.substr(1)).dump().substr(1);
}

std::string value(Random& random, int depth = 0) {
    switch (below(random, depth < 3 ? 8 : 6)) {
        case 0:
            return std::to_string(static_cast<int>(below(random, 2000)) - 1000);
        case 1:
            return "true";
        case 2:
            return "null";
        case 3:
            return "1.5e-3";
        case 4:
            return R"("}],{\"\\")";
        case 5:
            return "\"\"";
        case 6: {
            std::string list = "[" + space(random);
            for (size_t i = below(random, 4); i > 0; --i)
                list += value(random, depth + 1) + space(random) + (i > 1 ? "," : "");
            return list + "]";
        }
        default: {
            std::string object = "{" + space(random);
            for (size_t i = below(random, 4); i > 0; --i)
                object += "\"k" + std::to_string(i) + "\"" + space(random) + ":" + value(random, depth + 1) +
                          (i > 1 ? "," : "");
            return object + "}";
        }
    }
}

struct Member {
    std::string name;
    std::string raw;  // from the quote of its name to the end of its value, as it was written
    std::string value;
    bool edited = false;
};

struct Document {
    std::string text;
    std::vector<Member> members;
};

Document document(Random& random) {
    Document made;
    auto names = kNames;
    std::shuffle(names.begin(), names.end(), random);
    names.resize(below(random, 7));
    made.text = space(random) + "{" + space(random);
    for (size_t i = 0; i < names.size(); ++i) {
        const std::string v = value(random),
                          raw = literal(random, names[i]) + space(random) + ":" + space(random) + v;
        made.members.push_back({names[i], raw, v});
        made.text += raw + space(random) + (i + 1 < names.size() ? "," + space(random) : "");
    }
    made.text += "}" + space(random);
    return made;
}

nlohmann::json meaning(const std::vector<Member>& members) {
    auto object = nlohmann::json::object();
    for (const auto& member : members) object[member.name] = nlohmann::json::parse(member.value);
    return object;
}

// Untouched members stand in the text as they were written, in their order.
bool keepsUntouched(const std::string& text, const std::vector<Member>& members) {
    size_t at = 0;
    for (const auto& member : members) {
        if (member.edited) continue;
        at = text.find(member.raw, at);
        if (at == std::string::npos) return false;
        at += member.raw.size();
    }
    return true;
}

}  // namespace

TEST_CASE("random edits of random objects mean what they should", "[llm]") {
    Random random(424242);
    for (int round = 0; round < 3'000; ++round) {
        auto made = document(random);
        auto& members = made.members;
        auto read = llm::Body::read(made.text, llm::BodyKind::Json, "application/json");
        REQUIRE(read);
        llm::Body& body = *read;
        for (size_t step = below(random, 8); step > 0; --step) {
            const std::string& name = kNames[below(random, kNames.size())];
            const auto found =
                std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == name; });
            if (below(random, 3) == 0) {
                REQUIRE(body.remove(name) == (found != members.end()));
                if (found != members.end()) members.erase(found);
                continue;
            }
            const std::string fresh = value(random);
            REQUIRE(body.set(name, fresh));
            if (found != members.end()) {
                found->value = fresh;
                found->edited = true;
            } else {
                members.push_back({name, {}, fresh, true});
            }
        }
        const std::string text = body.flattened();
        CAPTURE(round, made.text, text);
        const auto parsed = nlohmann::json::parse(text, nullptr, false);
        REQUIRE(parsed == meaning(members));
        REQUIRE(keepsUntouched(text, members));
        REQUIRE(body.size() == text.size());
        for (const auto& member : members) REQUIRE(body.member(member.name) == member.value);
        REQUIRE(llm::JsonIndex::read(text));  // and nothing stands twice
    }
}

TEST_CASE("replacing members in place changes no byte beside their values", "[llm]") {
    Random random(99);
    for (int round = 0; round < 1'000; ++round) {
        const auto made = document(random);
        if (made.members.empty()) continue;
        auto body = llm::Body::read(made.text, llm::BodyKind::Json, "application/json");
        REQUIRE(body);
        std::string expected = made.text;
        size_t at = 0;
        for (const auto& member : made.members) {
            at = expected.find(member.raw, at);
            REQUIRE(at != std::string::npos);
            const size_t value_at = at + member.raw.size() - member.value.size();
            if (below(random, 2)) {
                const std::string fresh = value(random);
                REQUIRE(body->set(member.name, fresh));
                expected.replace(value_at, member.value.size(), fresh);
                at = value_at + fresh.size();
            } else {
                at = value_at + member.value.size();
            }
        }
        REQUIRE(body->flattened() == expected);
    }
}
