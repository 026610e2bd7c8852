// Every text of a request or of a whole answer, whatever the dialect; see sluice/host_content.h.
//
//   for (const auto text : sluice::texts(request)) {
//       if (text.opaque()) continue;                    // an image, sound, tokens
//       if (text.view().find("secret") != std::string_view::npos) text.replace("[REDACTED]");
//   }
#pragma once

#include <sluice/request.hpp>

namespace sluice {

enum class Role : uint32_t {
    Other = SLUICE_ROLE_OTHER,
    System = SLUICE_ROLE_SYSTEM,
    User = SLUICE_ROLE_USER,
    Assistant = SLUICE_ROLE_ASSISTANT,
    Tool = SLUICE_ROLE_TOOL,
};

/// One text; valid until the hook returns. [loop]
class Text {
public:
    Text(const sluice_host_content* table, sluice_ctx* ctx, int32_t side, uint32_t index)
        : table_(table), ctx_(ctx), side_(side), index_(index) {
        raw_.size = sizeof raw_;
        if (table_->at(ctx_, side_, index_, &raw_) != SLUICE_OK) raw_.flags = SLUICE_TEXT_OPAQUE;
    }

    std::string_view view() const { return sluice::view(raw_.text); }
    uint32_t lane() const { return raw_.lane; }
    Role role() const { return static_cast<Role>(raw_.role); }
    /// Position of the message, item or choice it belongs to.
    uint32_t message() const { return raw_.message; }
    /// For people: "messages[2].content[0].text".
    std::string_view where() const { return sluice::view(raw_.where); }
    bool opaque() const { return (raw_.flags & SLUICE_TEXT_OPAQUE) != 0; }
    bool readOnly() const { return (raw_.flags & SLUICE_TEXT_READ_ONLY) != 0; }
    /// Of a stream that has gone; on_stream has seen it.
    bool sent() const { return (raw_.flags & SLUICE_TEXT_SENT) != 0; }
    /// False if it cannot be changed, or not to that.
    bool replace(std::string_view text) const {
        return table_->replace(ctx_, side_, index_, str(text)) == SLUICE_OK;
    }

    /// As it stands in the body: JSON, or the bytes of a file. Needs the capability "raw_bytes".
    std::optional<std::string_view> bytes() const {
        sluice_str all{};
        if (!SLUICE_HAS(table_, raw) || table_->raw(ctx_, side_, index_, &all) != SLUICE_OK) return {};
        return sluice::view(all);
    }

private:
    const sluice_host_content* table_;
    sluice_ctx* ctx_;
    int32_t side_;
    uint32_t index_;
    sluice_text raw_{};
};

class Texts {
public:
    Texts(const sluice_host_content* table, sluice_ctx* ctx, int32_t side)
        : table_(table), ctx_(ctx), side_(side) {
        known_ = table_ && table_->count(ctx_, side_, &count_) == SLUICE_OK;
    }

    /// False if this host, or this phase, cannot tell the texts: nothing was looked at.
    bool known() const { return known_; }
    uint32_t size() const { return count_; }
    Text operator[](uint32_t i) const { return {table_, ctx_, side_, i}; }

    class Iterator {
    public:
        Iterator(const Texts& all, uint32_t i) : all_(&all), i_(i) {}
        Text operator*() const { return (*all_)[i_]; }
        Iterator& operator++() {
            ++i_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return i_ != other.i_; }

    private:
        const Texts* all_;
        uint32_t i_;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, count_}; }

private:
    const sluice_host_content* table_;
    sluice_ctx* ctx_;
    int32_t side_;
    uint32_t count_ = 0;
    bool known_ = false;
};

/// Of the request, from pre_call on; they can be changed in pre_call.
inline Texts texts(const Request& request) {
    return {detail::tables.content, request.raw(), SLUICE_CONTENT_REQUEST};
}
/// Of the answer, in post_call.
inline Texts answerTexts(const Response& response) {
    return {detail::tables.content, response.raw(), SLUICE_CONTENT_RESPONSE};
}

}  // namespace sluice
