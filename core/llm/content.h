// The content visitor of whole bodies: every text in a request or an answer that says something to a model or
// to a person, in whatever dialect, and putting another text in its place while every other byte stays.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "llm/body.h"

namespace sluice::llm {

enum class Role : uint32_t { Other, System, User, Assistant, Tool };  // the numbers of SLUICE_ROLE_*

struct ContentText {
    uint32_t lane = 0;  // kLane*
    Role role = Role::Other;
    uint32_t message = 0;  // position of the message, item or choice it belongs to
    bool read_only = false;
    bool opaque = false;     // no text: an image, sound, tokens
    bool plain = false;      // its source is the text itself, not JSON
    bool arguments = false;  // JSON text, also after a replacement
    bool repeats = false;    // not shown: says other texts once more, and becomes null once one was replaced
    std::string where;       // "messages[2].content[0].text"
    size_t source = 0;       // which of the texts that were walked, and where the JSON value stands in it
    size_t begin = 0;
    size_t end = 0;
};

class Content {
public:
    /// The texts of a request. Keeps a copy of `body`, which shares its bytes.
    static Content ofRequest(const Body& body);
    /// Those of an answer: JSON, or plain text. Keeps `body` as it was.
    static Content ofAnswer(std::string body);
    /// Those of a stream that has gone: one for each lane, read-only.
    static Content ofLanes(const std::map<uint32_t, std::string>& lanes);

    size_t size() const { return shown_.size(); }
    const ContentText& info(size_t i) const { return texts_[shown_[i]]; }
    /// Decoded, replacements included. Borrowed from this object, whatever is replaced later.
    std::string_view text(size_t i);
    /// As it stands in the body, replacements not included: JSON, or the bytes of a file.
    std::string_view raw(size_t i) const;
    /// InvalidArgument if it cannot stand there, Unsupported if that text cannot be changed.
    base::Status replace(size_t i, std::string_view text);

    /// True if something was replaced since the last call of put.
    bool pending() const { return pending_; }
    /// Weaves all replacements into the body that this was made from.
    void put(Body& body);
    void put(std::string& body);

private:
    struct Source {
        std::string name;  // member of the body
        std::string_view json;
        bool changed = false;
    };
    struct Value {
        bool decoded = false;
        bool replaced = false;
        std::string_view text;
        std::string_view json;  // of the replacement
    };

    Content() = default;
    void walk(std::string name, std::string_view json, bool answer);
    void show();
    std::string woven(size_t source) const;

    Body body_;  // whose bytes the sources are
    std::vector<Source> sources_;
    std::vector<ContentText> texts_;
    std::vector<size_t> shown_;  // positions in texts_
    std::vector<Value> values_;  // beside texts_
    std::deque<std::string> kept_;
    bool pending_ = false;
};

}  // namespace sluice::llm
