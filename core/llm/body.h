// A request body that can be edited in place: JSON object, multipart form, or bytes that nobody understands.
// The original text is never changed; edits of single members are kept beside it and woven in when the body
// is written.
#pragma once

#include <sys/uio.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "llm/json_index.h"
#include "llm/multipart.h"
#include "llm/operation.h"

namespace sluice::llm {

class Body {
public:
    Body() = default;

    /// Takes the text and checks it. Malformed says what is wrong.
    static base::Result<Body> read(std::string text, BodyKind kind, std::string_view content_type);

    /// A top-level member (form field) as JSON text, edits included. Borrowed until the next edit.
    std::optional<std::string_view> member(std::string_view name) const;
    /// The member if it is a string, decoded.
    std::optional<std::string> text(std::string_view name) const;
    bool isTrue(std::string_view name) const;
    struct Member {
        std::string_view name;
        std::string_view json;  // of a file in a form: its bytes
        bool file;
        bool again;  // a field of a form with the name of one before it: an edit replaces both
    };
    /// All of them, edits included, as `member` gives them; in the order of the body.
    std::vector<Member> members() const;

    /// Replaces or adds a member. False if `json` is not JSON, or the body has no members.
    bool set(std::string_view name, std::string_view json);
    bool remove(std::string_view name);
    /// Replaces all of it; Malformed if it is not of the same kind.
    base::Status replace(std::string text);

    bool edited() const { return !edits_.empty(); }
    size_t size() const;
    /// The body as pieces to be written one after the other; borrowed from this object.
    void appendParts(std::vector<iovec>& parts) const;
    std::string flattened() const;

private:
    struct Edit {
        std::string name;
        std::string quoted;  // the name as JSON
        std::string json;    // empty: removed
        std::string form;    // the same as it stands in a form
    };
    struct Original {
        std::string text;
        BodyKind kind = BodyKind::None;
        std::string content_type;
        JsonIndex json;
        Multipart form;
    };

    const Edit* edit(std::string_view name) const;
    bool fitsForm(const Edit& e) const;
    template <class Emit>
    void emitJson(Emit&& emit) const;
    template <class Emit>
    void emitAddedJson(Emit&& emit, bool nothing_follows) const;
    template <class Emit>
    void emitForm(Emit&& emit) const;
    template <class Emit>
    void emit(Emit&& emit) const;

    std::shared_ptr<const Original> original_;  // shared by the copies that attempts edit
    std::vector<Edit> edits_;
    base::NameBits edited_;  // their names
};

}  // namespace sluice::llm
