#include "api.h"

#include <charconv>

namespace admin_api {

std::string Asked::parameter(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

bool Asked::flag(const std::string& name, bool otherwise) const {
    const std::string text = parameter(name);
    return text.empty() ? otherwise : text == "true" || text == "True";
}

size_t Asked::number(const std::string& name, size_t otherwise, size_t least, size_t most) const {
    const std::string text = parameter(name);
    if (text.empty()) return otherwise;
    size_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || value < least || value > most)
        throw invalid(name, text.substr(0, 60), std::to_string(least) + " to " + std::to_string(most));
    return value;
}

Route get(std::string path, Access access, const char* summary, Fields query, Handler handler) {
    return {"GET", std::move(path), access, summary, std::move(query), {}, std::move(handler)};
}

Route change(const char* method, std::string path, Access access, const char* summary, Fields body,
             Handler handler) {
    return {method, std::move(path), access, summary, {}, std::move(body), std::move(handler)};
}

Route post(std::string path, Access access, const char* summary, Fields body, Handler handler) {
    return change("POST", std::move(path), access, summary, std::move(body), std::move(handler));
}

std::vector<std::string> Asked::listed(const std::string& name) const {
    std::vector<std::string> all;
    const std::string text = parameter(name);
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin) all.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return all;
}

Page pageOf(const Asked& asked, const char* size_name, size_t otherwise, size_t most) {
    return {asked.number("page", 1, 1, 1'000'000), asked.number(size_name, otherwise, 1, most)};
}

}  // namespace admin_api
