#include "gateway/stream_memory.h"

#include <fmt/format.h>

#include "base/text.h"
#include "gateway/event_edits.h"
#include "llm/json_parser.h"

namespace sluice::gateway {

using llm::Body;
using llm::Operation;

namespace {

// The answer so far stands last, as the assistant's; what goes before it says what it is there for.
constexpr std::string_view kInstruction =
    R"({"role":"system","content":"The assistant's answer below was cut off. Go on exactly where it ends, )"
    R"(without repeating any of it and without a preface."})";

std::optional<Body> readEvent(std::string_view data) {
    auto body = Body::read(std::string(data), llm::BodyKind::Json, "");
    return body ? std::optional<Body>(std::move(*body)) : std::nullopt;
}

bool addMessages(Body& body, std::string_view messages) {
    const auto list = body.member("messages");
    if (!list) return false;
    std::string_view text = base::trimmed(*list);
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
    text = base::trimmed(text.substr(0, text.size() - 1));
    std::string all(text);
    if (text.size() > 1) all += ',';
    all.append(messages).append("]");
    return body.set("messages", all);
}

}  // namespace

bool StreamMemory::possible(Operation operation) {
    return operation == Operation::Chat || operation == Operation::Completions ||
           operation == Operation::Messages;
}

void StreamMemory::note(const llm::SseEvent& event, std::span<const llm::EventText> texts) {
    for (const auto& text : texts) {
        if (text.lane == llm::kLaneMeta || text.text.empty()) continue;
        if (text.kind != llm::EventText::Kind::Delta) continue;
        const bool same = !now_.spoken || text.part == now_.part;
        if (text.lane != llm::kLaneText || !same || said_.size() + text.text.size() > kSaidMax)
            now_.other = true;
        if (now_.other) continue;
        now_.part = text.part;
        now_.spoken = true;
        said_ += text.text;
    }
    if (operation_ == Operation::Messages) {
        if (event.name == "content_block_stop") now_.closed = true;
    } else if (id_.empty()) {
        const auto first = readEvent(event.data);
        if (!first) return;
        id_ = first->member("id").value_or("");
        created_ = first->member("created").value_or("");
    }
}

void StreamMemory::sent() {
    sent_ = now_;
    sent_bytes_ = said_.size();
}

void StreamMemory::unsent() {
    now_ = sent_;
    said_.resize(sent_bytes_);
    if (!broken_ && sent_bytes_ == 0) id_.clear();
}

bool StreamMemory::resumable(const Body& request, bool watched) const {
    if (!now_.spoken || now_.other || now_.closed) return false;
    if (mode_ == Mode::Restart) return true;
    if (watched || request.member("response_format")) return false;
    Body trial = request;
    return prefill(trial);
}

bool StreamMemory::prefill(Body& body) const {
    if (operation_ == Operation::Completions) {
        const auto prompt = body.text("prompt");
        return prompt && body.set("prompt", base::jsonQuoted(*prompt + said_));
    }
    // Anthropic refuses an answer that ends with space (docs.anthropic.com, "Prefill Claude's response").
    std::string_view said = said_;
    const bool anthropic = operation_ == Operation::Messages;
    if (anthropic) said = said.substr(0, said.find_last_not_of(" \t\r\n") + 1);
    if (said.empty()) return true;
    std::string message(anthropic ? "" : kInstruction);
    if (!anthropic) message += ',';
    message += R"({"role":"assistant","content":)";
    base::appendJsonQuoted(message, said);
    message += '}';
    return addMessages(body, message);
}

std::string StreamMemory::opening() {
    if (mode_ != Mode::Restart) return {};
    said_.clear();
    now_ = {};
    sent();
    if (operation_ == Operation::Messages)
        return "event: sluice.restart\ndata: {\"type\":\"sluice.restart\"}\n\n";
    const bool chat = operation_ == Operation::Chat;
    return fmt::format(
        "event: sluice.restart\ndata: {{\"id\":{},\"object\":\"{}\",\"created\":{},\"choices\":[],"
        "\"sluice\":\"restart\"}}\n\n",
        id_.empty() ? "\"\"" : id_, chat ? "chat.completion.chunk" : "text_completion",
        created_.empty() ? "0" : created_);
}

void StreamMemory::append(const llm::SseEvent& event, bool opening, std::string& out) {
    if (!continues() || !event.has_data) {
        out.append(event.raw);
        return;
    }
    const bool anthropic = operation_ == Operation::Messages;
    // The client's stream is open already.
    if (anthropic ? event.name == "message_start" || event.name == "content_block_start" : opening) return;
    if (anthropic && event.name == "message_delta" && !now_.closed) {
        out += fmt::format(
            "event: content_block_stop\ndata: {{\"type\":\"content_block_stop\",\"index\":{}}}\n\n",
            now_.part & 0xffff);
        now_.closed = true;
    }
    auto body = readEvent(event.data);
    if (!body) {  // [DONE]
        out.append(event.raw);
        return;
    }
    if (anthropic && body->member("index")) (void)body->set("index", std::to_string(now_.part & 0xffff));
    if (!anthropic && !id_.empty()) (void)body->set("id", id_);
    if (!anthropic && !created_.empty()) (void)body->set("created", created_);
    out += withData(event.raw, body->flattened());
}

}  // namespace sluice::gateway
