// What is decided about a request or an answer as a whole: sizes, languages, topics, names, parameters, the
// schema of answers.
#pragma once

#include <sluice/content.hpp>

#include <memory>
#include <optional>
#include <string>

#include "engine/json_schema.h"
#include "engine/language.h"
#include "engine/names.h"
#include "engine/size_limits.h"
#include "engine/topics.h"
#include "settings.h"

namespace guard_content {

/// A rule that something has not kept.
struct Objection {
    std::string rule;  // "languages", "topics.medical": for the record
    Action action = Action::Block;
    std::string message;  // for the client
    std::string reason;   // internal
};

class WholeRules {
public:
    /// Reads files as well. Throws sluice::ConfigError. [control]
    explicit WholeRules(const Setting& config);

    bool ofRequests() const;
    bool ofAnswers() const;
    /// Does a stream have to be looked at while it runs?
    bool ofStreams() const { return answer_limits_.any() || schema_ != nullptr; }
    bool hasSchema() const { return schema_ != nullptr; }
    /// Bytes of an answer that are kept for the schema; a longer one does not fit.
    static constexpr size_t kSchemaBytesMax = 4 << 20;

    /// All that a request, or an answer, does not keep. [loop]
    std::vector<Objection> ofRequest(const sluice::Request& request, const sluice::Texts& texts) const;
    std::vector<Objection> ofAnswer(const sluice::Request& request, const sluice::Texts& texts,
                                    std::string_view body) const;
    /// One text of a stream, as far as it has come.
    struct Streamed {
        Sizes sizes;
        std::string text;  // if there is a schema
    };
    /// The same for what it grows by; at its end also by the schema.
    std::optional<Objection> ofStream(Streamed& so_far, std::string_view more, bool ended) const;

private:
    struct Rule {
        Action action = Action::Block;
        std::string message;
    };
    struct TopicRule : Rule {
        bool requests = true, answers = true;
    };

    void readTopics(const Setting& list);
    void readLanguages(const Setting& s);
    void readSchema(const Setting& config);
    void judgeText(std::string_view all, const std::vector<std::string_view>& texts, bool answer,
                   std::vector<Objection>& out) const;
    void judgeNames(const NameList& list, const std::vector<std::string>& names, const char* what,
                    std::vector<Objection>& out) const;
    std::optional<Objection> judgeSchema(std::string_view text) const;

    SizeLimits request_limits_, answer_limits_;
    Rule limits_rule_, names_rule_;
    std::optional<Languages> languages_;
    NameList allowed_languages_;
    Rule language_rule_;
    uint64_t language_min_bytes_ = 40;
    NameList models_, tools_;
    std::vector<std::string> denied_parameters_;
    Topics topics_;
    std::vector<TopicRule> topic_rules_;
    std::unique_ptr<JsonSchema> schema_;
    Rule schema_rule_;
};

}  // namespace guard_content
