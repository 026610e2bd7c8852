#include "llm/body.h"

#include <algorithm>

#include "base/text.h"

namespace sluice::llm {
namespace {

// What a JSON value looks like as the content of a form field: strings bare, the rest as JSON.
std::string_view withoutSpace(std::string_view json) {
    constexpr std::string_view kSpace = " \t\r\n";
    const size_t first = json.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return json.substr(first, json.find_last_not_of(kSpace) - first + 1);
}

std::string formText(std::string_view json) {
    return json.front() == '"' ? jsonString(json) : std::string(json);
}

}  // namespace

base::Result<Body> Body::read(std::string text, BodyKind kind, std::string_view content_type) {
    auto original = std::make_shared<Original>();
    original->text = std::move(text);
    original->kind = kind;
    original->content_type = content_type;
    if (kind == BodyKind::Json) {
        auto index = JsonIndex::read(original->text);
        if (!index) return index.error();
        original->json = std::move(*index);
    } else if (kind == BodyKind::Multipart) {
        auto form = Multipart::read(original->text, content_type);
        if (!form) return form.error();
        original->form = std::move(*form);
    }
    Body body;
    body.original_ = std::move(original);
    return body;
}

const Body::Edit* Body::edit(std::string_view name) const {
    if (edits_.empty() || !edited_.mayHave(name)) return nullptr;
    const auto found =
        std::find_if(edits_.begin(), edits_.end(), [&](const Edit& e) { return e.name == name; });
    return found == edits_.end() ? nullptr : &*found;
}

std::optional<std::string_view> Body::member(std::string_view name) const {
    if (!original_) return std::nullopt;
    if (const Edit* e = edit(name))
        return e->json.empty() ? std::nullopt : std::optional<std::string_view>(e->json);
    if (original_->kind == BodyKind::Json) {
        const JsonMember* m = original_->json.find(name);
        if (!m) return std::nullopt;
        return std::string_view(original_->text).substr(m->value_begin, m->value_end - m->value_begin);
    }
    const FormPart* part = original_->form.find(name);
    return part && !part->file ? std::optional<std::string_view>(part->quoted) : std::nullopt;
}

std::vector<Body::Member> Body::members() const {
    std::vector<Member> all;
    if (!original_) return all;
    const auto add = [&](std::string_view name) {
        if (const auto json = member(name)) all.push_back({name, *json, false, false});
    };
    for (const auto& m : original_->json.members()) add(m.name);
    for (const auto& part : original_->form.parts()) {
        if (part.file) {
            const std::string_view text = original_->text;
            all.push_back(
                {part.name, text.substr(part.value_begin, part.value_end - part.value_begin), true, false});
        } else if (original_->form.find(part.name) == &part) {
            add(part.name);
        } else if (!edit(part.name)) {
            all.push_back({part.name, part.quoted, false, true});
        }
    }
    for (const auto& e : edits_) {
        if (!original_->json.find(e.name) && !original_->form.find(e.name)) add(e.name);
    }
    return all;
}

std::optional<std::string> Body::text(std::string_view name) const {
    const auto json = member(name);
    if (!json || json->empty() || json->front() != '"') return std::nullopt;
    return jsonString(*json);
}

bool Body::isTrue(std::string_view name) const {
    const auto json = member(name);
    return json &&
           (*json == "true" || (original_->kind == BodyKind::Multipart && base::iequals(*json, "\"true\"")));
}

bool Body::set(std::string_view name, std::string_view json) {
    json = withoutSpace(json);
    if (!original_ || original_->kind == BodyKind::None || !isJson(json)) return false;
    Edit fresh{std::string(name), base::jsonQuoted(name), std::string(json), {}};
    if (original_->kind == BodyKind::Multipart) {
        fresh.form = formText(json);
        if (!fitsForm(fresh)) return false;
    }
    if (Edit* e = const_cast<Edit*>(edit(name))) {
        *e = std::move(fresh);
    } else {
        edited_.add(name);
        edits_.push_back(std::move(fresh));
    }
    return true;
}

// An edit must not break out of its field, and a file is not ours to replace.
bool Body::fitsForm(const Edit& e) const {
    const FormPart* part = original_->form.find(e.name);
    return !(part && part->file) && e.name.find_first_of("\r\n\"\\") == std::string::npos &&
           e.form.find(original_->form.delimiter()) == std::string::npos;
}

bool Body::remove(std::string_view name) {
    if (!member(name)) return false;
    if (Edit* e = const_cast<Edit*>(edit(name))) {
        e->json.clear();
    } else {
        edited_.add(name);
        edits_.push_back({std::string(name), {}, {}, {}});
    }
    return true;
}

base::Status Body::replace(std::string text) {
    auto fresh = read(std::move(text), original_ ? original_->kind : BodyKind::None,
                      original_ ? original_->content_type : "");
    if (!fresh) return fresh.error();
    *this = std::move(*fresh);
    return {};
}

// A kept member takes the separator behind it along, unless it is the last one kept.
template <class Emit>
void Body::emitJson(Emit&& emit) const {
    const std::string_view text = original_->text;
    const auto& members = original_->json.members();
    const auto removed = [this](const JsonMember& m) {
        const Edit* e = edit(m.name);
        return e && e->json.empty();
    };
    size_t last_kept = members.size();
    for (size_t i = 0; i < members.size(); ++i) {
        if (!removed(members[i])) last_kept = i;
    }
    size_t at = original_->json.open() + 1;
    emit(text.substr(0, at));
    emitAddedJson(emit, last_kept == members.size());
    for (size_t i = 0; i < members.size(); ++i) {
        const auto& m = members[i];
        const Edit* e = edit(m.name);
        if (i == 0) emit(text.substr(at, m.begin - at));
        at = i + 1 < members.size() ? members[i + 1].begin : m.value_end;
        if (removed(m)) continue;
        emit(text.substr(m.begin, (e ? m.value_begin : m.value_end) - m.begin));
        if (e) emit(std::string_view(e->json));
        if (i != last_kept) emit(text.substr(m.value_end, at - m.value_end));
    }
    emit(text.substr(at));
}

template <class Emit>
void Body::emitAddedJson(Emit&& emit, bool nothing_follows) const {
    std::string_view separator = "";
    for (const auto& e : edits_) {
        if (e.json.empty() || original_->json.find(e.name)) continue;
        emit(separator);
        emit(std::string_view(e.quoted));
        emit(std::string_view(":"));
        emit(std::string_view(e.json));
        separator = ",";
    }
    if (!separator.empty() && !nothing_follows) emit(separator);
}

template <class Emit>
void Body::emitForm(Emit&& emit) const {
    const std::string_view text = original_->text;
    size_t at = original_->form.parts().empty() ? 0 : original_->form.parts().front().begin;
    emit(text.substr(0, at));
    for (const auto& e : edits_) {
        if (e.json.empty() || original_->form.find(e.name)) continue;
        emit(std::string_view(original_->form.delimiter()));
        emit(std::string_view("\r\nContent-Disposition: form-data; name=\""));
        emit(std::string_view(e.name));
        emit(std::string_view("\"\r\n\r\n"));
        emit(std::string_view(e.form));
        emit(std::string_view("\r\n"));
    }
    for (const auto& part : original_->form.parts()) {
        const Edit* e = edit(part.name);
        if (!e) continue;
        emit(text.substr(at, (e->json.empty() ? part.begin : part.value_begin) - at));
        if (!e->json.empty()) emit(std::string_view(e->form));
        at = e->json.empty() ? part.end : part.value_end;
    }
    emit(text.substr(at));
}

template <class Emit>
void Body::emit(Emit&& emit) const {
    if (!original_) return;
    if (edits_.empty() || original_->kind == BodyKind::None) {
        emit(std::string_view(original_->text));
    } else if (original_->kind == BodyKind::Json) {
        emitJson(emit);
    } else {
        emitForm(emit);
    }
}

size_t Body::size() const {
    size_t total = 0;
    emit([&](std::string_view piece) { total += piece.size(); });
    return total;
}

void Body::appendParts(std::vector<iovec>& parts) const {
    emit([&](std::string_view piece) {
        if (!piece.empty()) parts.push_back({const_cast<char*>(piece.data()), piece.size()});
    });
}

std::string Body::flattened() const {
    std::string out;
    out.reserve(size());
    emit([&](std::string_view piece) { out.append(piece); });
    return out;
}

}  // namespace sluice::llm
