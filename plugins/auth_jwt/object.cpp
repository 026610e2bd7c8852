#include "object.h"

#include <set>
#include <vector>

namespace auth_jwt {
namespace {

constexpr int kDepthMax = 16;

// Watches the parser: which members the objects have that are open just now.
class Watch {
public:
    bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > kDepthMax) too_deep_ = true;
        switch (event) {
            case Json::parse_event_t::object_start:
                open_.emplace_back();
                break;
            case Json::parse_event_t::key:
                twice_ |= !open_.back().insert(parsed.get<std::string>()).second;
                break;
            case Json::parse_event_t::object_end:
                open_.pop_back();
                break;
            case Json::parse_event_t::array_start:
            case Json::parse_event_t::array_end:
            case Json::parse_event_t::value:
                break;
        }
        return true;
    }
    const char* fault() const {
        return twice_ ? "a member is there twice" : too_deep_ ? "it is nested too deeply" : nullptr;
    }

private:
    std::vector<std::set<std::string>> open_;
    bool twice_ = false, too_deep_ = false;
};

}  // namespace

std::optional<Json> readObject(std::string_view text, std::string& fault) {
    Watch watch;
    fault = "it is no JSON object";
    if (text.empty() || text.front() != '{') return std::nullopt;  // the parser would skip a byte order mark
    const auto seen = [&watch](int depth, Json::parse_event_t event, Json& parsed) {
        return watch(depth, event, parsed);
    };
    Json object = Json::parse(text, seen, false);
    if (watch.fault()) fault = watch.fault();
    if (!object.is_object() || watch.fault()) return std::nullopt;
    return object;
}

const Json* valueAt(const Json& object, std::string_view path) {
    if (!object.is_object() || path.empty()) return nullptr;
    if (const auto whole = object.find(std::string(path)); whole != object.end()) return &*whole;
    for (size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
        const auto member = object.find(std::string(path.substr(0, dot)));
        if (member == object.end()) continue;
        if (const Json* inner = valueAt(*member, path.substr(dot + 1))) return inner;
    }
    return nullptr;
}

}  // namespace auth_jwt
