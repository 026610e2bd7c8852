#include "yaml.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace guard_content {

namespace {

constexpr size_t kFileBytesMax = 16 << 20;

}  // namespace

std::string readListFile(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text;
    if (in) {
        std::ostringstream all;
        all << in.rdbuf();
        text = all.str();
    }
    if (!in)
        throw ListFault(path, 0, "cannot be read: found no such file, or nothing in it, or no permission");
    if (text.size() > kFileBytesMax) throw ListFault(path, 0, "is too long; allowed: 16 MB");
    return text;
}

YAML::Node yamlOf(std::string_view text, const std::string& file) {
    try {
        return YAML::Load(std::string(text));
    } catch (const YAML::Exception& e) {
        throw ListFault(file, e.mark.line < 0 ? 0 : static_cast<size_t>(e.mark.line) + 1,
                        "is no YAML: " + e.msg);
    }
}

std::string textOf(const YAML::Node& node, const std::string& file, const std::string& what) {
    if (!node.IsDefined() || !node.IsScalar())
        throw ListFault(file, node.IsDefined() ? lineOf(node) : 0, what + ": found no text; allowed: a text");
    return node.Scalar();
}

std::vector<std::string> textsOf(const YAML::Node& node, const std::string& file, const std::string& what) {
    std::vector<std::string> texts;
    if (!node.IsDefined() || node.IsNull()) return texts;
    if (!node.IsSequence())
        throw ListFault(file, lineOf(node), what + ": found no list; allowed: a list of texts");
    for (const YAML::Node& one : node) texts.push_back(textOf(one, file, what));
    return texts;
}

void onlyKeys(const YAML::Node& map, const std::string& file, const std::vector<std::string_view>& allowed) {
    for (const auto& pair : map) {
        const std::string key = textOf(pair.first, file, "a key");
        if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
        std::string names;
        for (const auto name : allowed) names += (names.empty() ? "" : ", ") + std::string(name);
        throw ListFault(file, lineOf(pair.first), "found the unknown key " + key + "; allowed: " + names);
    }
}

}  // namespace guard_content
