#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/plugin_tools.h"
#include "base/text.h"
#include "plugin_host/hook_names.h"

namespace sluice::app {

namespace fs = std::filesystem;

namespace {

int refuse(const std::string& why) {
    std::fprintf(stderr, "sluice: %s\n", why.c_str());
    return 2;
}

void replaceAll(std::string& text, std::string_view what, std::string_view by) {
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
}

// In a template of JSON each entry of a list has its comma: which one is the last depends on the hooks that
// were chosen.
std::string withoutLastCommas(std::string text) {
    for (size_t at = 0; (at = text.find(",\n", at)) != std::string::npos; ++at) {
        const size_t next = text.find_first_not_of(" \n", at + 1);
        if (next != std::string::npos && text[next] == ']') text.erase(at, 1);
    }
    return text;
}

bool isName(std::string_view name) {
    return !name.empty() && name[0] >= 'a' && name[0] <= 'z' &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::string pascal(std::string_view name) {
    std::string out;
    for (const auto word : base::split(name, '_')) {
        if (word.empty()) continue;
        out += static_cast<char>(word[0] >= 'a' && word[0] <= 'z' ? word[0] - 'a' + 'A' : word[0]);
        out += word.substr(1);
    }
    return out;
}

// The rules of sdk/templates/README.md.
class Template {
public:
    explicit Template(const NewOptions& options)
        : options_(options), name_(options.id.substr(options.id.rfind('.') + 1)), class_(pascal(name_)) {}

    const std::string& name() const { return name_; }

    std::string text(std::string text) const {
        // A dotted id stands in the manifest; the file and the code take its last word.
        for (const std::string_view pattern :
             {"\"id\":\"@ID@\"", "\"id\": \"@ID@\"", "\\\"id\\\":\\\"@ID@\\\""}) {
            std::string full(pattern);
            replaceAll(full, "@ID@", options_.id);
            replaceAll(text, pattern, full);
        }
        replaceAll(text, "@ID@", name_);
        replaceAll(text, "@CLASS@", class_);
        return sections(text);
    }

private:
    std::string sections(const std::string& text) const {
        std::string out;
        std::vector<bool> kept{true};
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            const size_t open = line.find("<hook:");
            if (open != std::string::npos) {
                const size_t from = open + 6;
                kept.push_back(kept.back() &&
                               chosen(std::string_view(line).substr(from, line.find('>', from) - from)));
            } else if (line.find("</hook>") != std::string::npos) {
                kept.pop_back();
            } else if (kept.back()) {
                out += line + "\n";
            }
        }
        return out;
    }
    bool chosen(std::string_view names) const {
        const auto list = base::split(names, ',');
        return std::any_of(list.begin(), list.end(), [&](std::string_view name) {
            return std::find(options_.hooks.begin(), options_.hooks.end(), name) != options_.hooks.end();
        });
    }

    const NewOptions& options_;
    std::string name_, class_;
};

fs::path templatesOf(const NewOptions& options) {
    if (!options.templates.empty()) return options.templates;
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored).parent_path().parent_path() / "share" / "sluice" /
           "templates";
}

}  // namespace

int newPlugin(const NewOptions& options) {
    const Template instance(options);
    if (!isName(instance.name()))
        return refuse("--id \"" + options.id +
                      "\": its last word has to be [a-z][a-z0-9_]*, as in com.acme.length_guard");
    const auto& known = host::hookNames();
    for (const auto& hook : options.hooks) {
        if (std::find(known.begin(), known.end(), hook) != known.end()) continue;
        const auto near = base::nearest(hook, known);
        return refuse(fmt::format("there is no hook \"{}\"; there are {}{}", hook, fmt::join(known, ", "),
                                  near.empty() ? "" : fmt::format("; did you mean {}?", near)));
    }
    const fs::path from = templatesOf(options) / options.language;
    if (!fs::is_directory(from))
        return refuse("no templates at " + from.string() + "; say where with --templates");
    const fs::path to = options.folder.empty() ? fs::path(instance.name()) : fs::path(options.folder);
    if (fs::exists(to) && !fs::is_empty(to)) return refuse(to.string() + " is there already, and not empty");
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
        if (!entry.is_regular_file() || entry.path().extension() != ".in") continue;
        std::ifstream in(entry.path(), std::ios::binary);
        std::stringstream text;
        text << in.rdbuf();
        const fs::path target = to / entry.path().lexically_relative(from).replace_extension();
        fs::create_directories(target.parent_path());
        std::ofstream out(target, std::ios::binary);
        const std::string written = instance.text(text.str());
        out << (target.extension() == ".json" ? withoutLastCommas(written) : written);
        if (!out) return refuse(target.string() + " cannot be written");
        fmt::print("{}\n", target.string());
    }
    fmt::print("\nWhat to do next stands in {}\n", (to / "README.md").string());
    return 0;
}

}  // namespace sluice::app
