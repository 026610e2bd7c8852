#include "whole_rules.h"

#include <sluice/types.hpp>

#include "engine/category.h"
#include "engine/list_fault.h"

namespace guard_content {

namespace {

SizeLimits readLimits(const std::optional<Setting>& s, bool messages) {
    SizeLimits limits;
    if (!s) return limits;
    if (messages)
        s->only({"max_bytes", "max_characters", "max_tokens", "max_messages", "action", "message"});
    else
        s->only({"max_bytes", "max_characters", "max_tokens", "action", "message"});
    limits.max_bytes = s->count("max_bytes", 0);
    limits.max_characters = s->count("max_characters", 0);
    limits.max_tokens = s->count("max_tokens", 0);
    if (messages) limits.max_messages = s->count("max_messages", 0);
    return limits;
}

NameList readNames(const std::optional<Setting>& s) {
    NameList list;
    if (!s) return list;
    s->only({"allowed", "denied"});
    list.allowed = s->texts("allowed");
    list.denied = s->texts("denied");
    return list;
}

// Nothing can be put in the place of a whole text, so MASK is BLOCK there.
Action decision(const Setting& s) {
    return s.action("action").value_or(Action::Block) == Action::Warn ? Action::Warn : Action::Block;
}

// Answers that are text; a schema says nothing about embeddings.
bool generates(std::string_view route) {
    for (const char* part : {"chat", "completion", "responses", "messages"})
        if (route.find(part) != std::string_view::npos) return true;
    return false;
}

}  // namespace

WholeRules::WholeRules(const Setting& config) : topics_(std::vector<Topic>()) {
    request_limits_ = readLimits(config.find("limits"), true);
    answer_limits_ = readLimits(config.find("answer_limits"), false);
    if (const auto s = config.find("limits")) limits_rule_ = {decision(*s), s->text("message", "")};
    models_ = readNames(config.find("models"));
    tools_ = readNames(config.find("tools"));
    denied_parameters_ = config.texts("denied_parameters");
    if (const auto s = config.find("languages")) readLanguages(*s);
    if (const auto s = config.find("topics")) readTopics(*s);
    readSchema(config);
}

void WholeRules::readLanguages(const Setting& s) {
    s.only({"allowed", "denied", "min_bytes", "action", "message"});
    languages_.emplace();
    allowed_languages_ = {s.texts("allowed"), s.texts("denied")};
    for (const auto* list : {&allowed_languages_.allowed, &allowed_languages_.denied})
        for (const auto& code : *list)
            if (!languages_->known(code)) s.fail("the language " + code, languages_->codes());
    if (!allowed_languages_.any()) s.fail("neither allowed nor denied", "a list of languages");
    language_min_bytes_ = s.count("min_bytes", 40);
    language_rule_ = {decision(s), s.text("message", "")};
}

void WholeRules::readTopics(const Setting& list) {
    std::vector<Topic> topics;
    for (const Setting& s : list.elements()) {
        s.only({"topic", "file", "words", "threshold", "action", "message", "applies_to"});
        const auto name = s.find("topic");
        if (!name) s.fail("no topic", "{topic, file, words, threshold, action, message, applies_to}");
        Topic topic{name->text(), {}, 1};
        const auto file = s.find("file"), words = s.find("words");
        try {
            if (file)
                topic = readTopic(readListFile(file->text()), topic.name, file->text());
            else if (!words && shippedTopic(topic.name).empty())
                name->fail("another text", shippedTopics() + ", or any with file or words");
            else if (!words)
                topic = readTopic(shippedTopic(topic.name), topic.name, topic.name + ".txt");
        } catch (const ListFault& fault) {
            throw sluice::ConfigError(s.path() + ": " + fault.what());
        }
        if (words) {
            if (!words->json().is_object()) words->fail("no object", "{word: weight}");
            for (const auto& [word, weight] : words->json().items())
                topic.words.push_back({word, Setting(weight, words->path() + "." + word).number()});
        }
        if (const auto threshold = s.find("threshold")) topic.threshold = threshold->number();
        if (topic.threshold <= 0) s.fail("a threshold of 0 or less", "a number above 0");
        const std::string side = s.text("applies_to", "both");
        if (side != "both" && side != "requests" && side != "answers")
            s.find("applies_to")->fail("another text", "requests, answers, both");
        topic_rules_.push_back({{decision(s), s.text("message", "")}, side != "answers", side != "requests"});
        topics.push_back(std::move(topic));
    }
    topics_ = Topics(std::move(topics));
}

void WholeRules::readSchema(const Setting& config) {
    const auto inlined = config.find("json_schema"), file = config.find("json_schema_file");
    if (inlined && file) file->fail("a file beside json_schema", "one of both");
    const auto& from = inlined ? inlined : file;
    if (!from) return;
    try {
        schema_ = std::make_unique<JsonSchema>(inlined ? inlined->json().dump() : readListFile(file->text()));
    } catch (const std::invalid_argument& fault) {
        throw sluice::ConfigError(from->path() + ": " + fault.what());
    } catch (const ListFault& fault) {
        throw sluice::ConfigError(from->path() + ": " + fault.what());
    }
    const auto action = config.action("json_schema_action");
    schema_rule_ = {action == Action::Warn ? Action::Warn : Action::Block,
                    config.text("json_schema_message", "")};
}

bool WholeRules::ofRequests() const {
    return request_limits_.any() || languages_ || models_.any() || tools_.any() ||
           !denied_parameters_.empty() || !topics_.empty();
}
bool WholeRules::ofAnswers() const {
    return answer_limits_.any() || languages_ || tools_.any() || !topics_.empty() || schema_;
}

void WholeRules::judgeNames(const NameList& list, const std::vector<std::string>& names, const char* what,
                            std::vector<Objection>& out) const {
    for (const auto& name : names) {
        if (list.allows(name)) continue;
        const std::string said = std::string("Content blocked: ") + what + " is not allowed";
        out.push_back({std::string(what) + "s", Action::Block, said, said + ": " + name.substr(0, 100)});
        return;
    }
}

void WholeRules::judgeText(std::string_view all, const std::vector<std::string_view>& texts, bool answer,
                           std::vector<Objection>& out) const {
    const auto object = [&out](std::string name, const Rule& rule, const std::string& usual,
                               const std::string& reason) {
        out.push_back({std::move(name), rule.action, rule.message.empty() ? usual : rule.message, reason});
    };
    if (languages_ && all.size() >= language_min_bytes_) {
        const auto guess = languages_->guess(all);
        if (!guess.code.empty() && !allowed_languages_.allows(guess.code))
            object("languages", language_rule_, "Content blocked: the language is not allowed",
                   "language: " + std::string(guess.code));
    }
    if (topics_.empty()) return;
    auto score = topics_.start();
    for (const auto text : texts) topics_.add(score, text);
    for (size_t t = 0; t < topic_rules_.size(); ++t) {
        if (!(answer ? topic_rules_[t].answers : topic_rules_[t].requests) ||
            score.of(t) < topics_.topics()[t].threshold)
            continue;
        const std::string& name = topics_.topics()[t].name;
        object("topics." + name, topic_rules_[t], "Content blocked: topic " + name,
               "topic " + name + ": " + std::to_string(score.of(t)));
    }
}

std::vector<Objection> WholeRules::ofRequest(const sluice::Request& request,
                                             const sluice::Texts& texts) const {
    std::vector<Objection> out;
    if (models_.any()) judgeNames(models_, {std::string(request.model())}, "model", out);
    for (const auto& parameter : denied_parameters_)
        if (request.member(parameter))
            out.push_back({"parameters", Action::Block,
                           "Content blocked: the parameter " + parameter + " is not allowed",
                           "parameter: " + parameter});
    if (tools_.any()) judgeNames(tools_, toolNames(request.body()), "tool", out);
    Sizes sizes;
    std::string said;
    std::vector<std::string_view> views;
    uint32_t last_message = UINT32_MAX;
    for (const auto text : texts) {
        if (text.message() != last_message) ++sizes.messages;
        last_message = text.message();
        if (text.opaque()) continue;
        sizes.add(text.view(), request_limits_);
        views.push_back(text.view());
        // What people and models have said; what developers have written may be in another language.
        if (languages_ && text.role() == sluice::Role::User && text.lane() == SLUICE_LANE_TEXT)
            said.append(text.view()).append("\n");
    }
    const std::string over = excess(sizes, request_limits_);
    if (!over.empty())
        out.push_back({"limits", limits_rule_.action,
                       limits_rule_.message.empty() ? "Content blocked: " + over : limits_rule_.message,
                       over});
    judgeText(said, views, false, out);
    return out;
}

std::vector<Objection> WholeRules::ofAnswer(const sluice::Request& request, const sluice::Texts& texts,
                                            std::string_view body) const {
    std::vector<Objection> out;
    if (tools_.any()) judgeNames(tools_, toolNames(body), "tool", out);
    Sizes sizes;
    std::string said, choice;
    std::vector<std::string_view> views;
    uint32_t number = UINT32_MAX;
    const bool checked = schema_ && generates(request.path());
    const auto flush = [&] {
        if (!checked || number == UINT32_MAX) return;
        if (auto fault = judgeSchema(choice)) out.push_back(std::move(*fault));
        choice.clear();
    };
    for (const auto text : texts) {
        if (text.opaque()) continue;
        sizes.add(text.view(), answer_limits_);
        views.push_back(text.view());
        if (text.lane() != SLUICE_LANE_TEXT) continue;
        said.append(text.view()).append("\n");
        if (text.message() != number) flush();
        number = text.message();
        choice.append(text.view());
    }
    flush();
    const std::string over = excess(sizes, answer_limits_);
    if (!over.empty())
        out.push_back({"answer_limits", Action::Block, "Content blocked: the answer is " + over, over});
    judgeText(said, views, true, out);
    return out;
}

std::optional<Objection> WholeRules::judgeSchema(std::string_view text) const {
    const std::string fault =
        text.size() > kSchemaBytesMax ? "$: the answer is too long" : schema_->fault(text);
    if (fault.empty()) return std::nullopt;
    const std::string usual = "Content blocked: the answer does not fit the schema: " + fault;
    return Objection{"json_schema", schema_rule_.action,
                     schema_rule_.message.empty() ? usual : schema_rule_.message, fault};
}

std::optional<Objection> WholeRules::ofStream(Streamed& so_far, std::string_view more, bool ended) const {
    so_far.sizes.add(more, answer_limits_);
    const std::string over = excess(so_far.sizes, answer_limits_);
    if (!over.empty())
        return Objection{"answer_limits", Action::Block, "Content blocked: the answer is " + over, over};
    if (!schema_) return std::nullopt;
    if (so_far.text.size() <= kSchemaBytesMax) so_far.text.append(more);
    return ended ? judgeSchema(so_far.text) : std::nullopt;
}

}  // namespace guard_content
