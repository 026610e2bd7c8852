// A payload as the configuration describes it: JSON in whose texts members of the record are filled in.
//
//   {"event": "llm.{{call_type}}", "cost": "{{response_cost}}", "at": "{{startTime | ms}}"}
//
// A text that is one placeholder and nothing else becomes the member with its kind, null if it is missing;
// within a text it becomes its text, nothing if it is missing. A name is members joined by points, and
// indices of lists: guardrail_information.0.guardrail_name. After a bar stands how it is written: ms and ns
// (since the Unix epoch, of a time in seconds), iso, text (a number as a text), json (anything as a text).
// Times have more forms: s (whole seconds), ms_part (the milliseconds of that second), compact
// (20260131T120000123000Z). {{.}} is the whole record; {{config.NAME}} a word of the destination. Of several
// names with commas between them the first that is there counts. A member whose text begins with ? is left
// out if it is missing: {"error": "{{?error_str}}"}.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "exporters/json_text.h"
#include "exporters/node.h"

namespace callback_http {

/// [any]
class Template {
public:
    /// Throws sluice::ConfigError, with `key`, for a placeholder that cannot be read.
    Template(const nlohmann::json& wanted, const std::string& key);

    using Words = std::map<std::string, std::string>;

    void write(exporters::JsonText& out, const exporters::Node& record, const Words& words = {}) const;

private:
    enum class Form { Plain, Seconds, Milliseconds, MsPart, Nanoseconds, Iso, Compact, Text, Json };
    struct Placeholder {
        std::vector<std::vector<std::string>> paths;  // an empty one: the record
        Form form = Form::Plain;
        bool optional = false;
    };
    struct Found {
        exporters::Node node;
        const std::string* word = nullptr;  // instead of the node
        bool there() const { return word || node.there(); }
    };
    struct Text {
        std::vector<std::variant<std::string, Placeholder>> parts;
    };
    struct Member;
    struct Fixed {
        std::string json;
    };
    struct Object {
        std::vector<Member> members;
    };
    struct List {
        std::vector<Template> elements;
    };

    static Text parse(const std::string& text, const std::string& key);
    static Placeholder placeholder(std::string_view text, const std::string& key);
    static std::vector<std::string> path(std::string_view name, const std::string& key);
    static Found find(const exporters::Node& record, const Words& words, const Placeholder& wanted);
    static void writeValue(exporters::JsonText& out, const Found& value, Form form);
    static std::string textOf(const Found& value, Form form);
    static void writeText(exporters::JsonText& out, const Text& text, const exporters::Node& record,
                          const Words& words);
    bool leftOut(const exporters::Node& record, const Words& words) const;

    std::variant<Fixed, Text, std::shared_ptr<const Object>, std::shared_ptr<const List>> value_;
};

}  // namespace callback_http
