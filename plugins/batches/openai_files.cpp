// POST, GET and DELETE /v1/files. Source of the shapes: platform.openai.com/docs/api-reference/files.
#include <charconv>

#include "multipart.h"
#include "plugin.h"

namespace batches {
namespace {

constexpr const char* kFolder = "/files/";
constexpr int64_t kExpiryMin = 3'600, kExpiryMax = 30 * 86'400;  // OpenAI's

Json view(const File& file) {
    return {{"id", file.id},
            {"object", "file"},
            {"bytes", file.bytes},
            {"created_at", file.created_us / 1'000'000},
            {"expires_at", file.expires_ms / 1'000},
            {"filename", file.filename},
            {"purpose", file.purpose},
            {"status", "processed"},
            {"status_details", nullptr}};
}

// expires_after[anchor], expires_after[seconds]; 0: the retention.
int64_t expiryOf(const std::vector<Part>& form) {
    const Part* anchor = partNamed(form, "expires_after[anchor]");
    const Part* given = partNamed(form, "expires_after[seconds]");
    if (!anchor && !given) return 0;
    if (!anchor || anchor->content != "created_at")
        throw Refused(400, "invalid_expires_after", "expires_after[anchor]: allowed: created_at",
                      "expires_after");
    int64_t value = 0;
    const auto text = given ? given->content : std::string_view();
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < kExpiryMin ||
        value > kExpiryMax)
        throw Refused(400, "invalid_expires_after", "expires_after[seconds]: allowed: 3600 to 2592000",
                      "expires_after");
    return value;
}

}  // namespace

sluice::Verdict Plugin::upload(const sluice::Request& request) {
    refuseRecursion(request);
    const auto form = readForm(request.header("content-type").value_or(""), request.body());
    const Part* purpose = partNamed(form, "purpose");
    const Part* content = partNamed(form, "file");
    if (!purpose || purpose->content != "batch")
        throw Refused(400, "invalid_purpose",
                      "purpose: found " + std::string(purpose ? purpose->content.substr(0, 60) : "nothing") +
                          "; allowed: batch",
                      "purpose");
    if (!content) throw Refused(400, "missing_file", "file: found nothing; allowed: a JSONL file", "file");
    if (content->content.size() > options_.file_bytes_max)
        throw Refused(413, "file_too_large",
                      "file: found " + std::to_string(content->content.size()) +
                          " bytes; allowed: " + std::to_string(options_.file_bytes_max),
                      "file");
    const int64_t seconds = expiryOf(form);
    (void)readLines(Kind::OpenAI, content->content, {}, options_.lines_max);
    File draft;
    draft.owner = ownerOf(request);
    draft.purpose = "batch";
    draft.filename = content->filename.empty() ? "batch.jsonl" : content->filename.substr(0, 255);
    return answerJson(request, 200,
                      view(engine_->store().addFile(std::move(draft), content->content, seconds)));
}

sluice::Verdict Plugin::listFiles(const sluice::Request& request) {
    auto all = engine_->store().files(ownerOf(request));
    if (const auto purpose = queryOf(request, "purpose"); !purpose.empty())
        all.erase(
            std::remove_if(all.begin(), all.end(), [&](const File& file) { return file.purpose != purpose; }),
            all.end());
    if (queryOf(request, "order") == "asc") std::reverse(all.begin(), all.end());
    const auto [files, more] =
        page(std::move(all), queryOf(request, "after"), limitOf(request, 10'000, 10'000));
    Json data = Json::array();
    for (const auto& file : files) data.push_back(view(file));
    return answerJson(request, 200,
                      {{"object", "list"},
                       {"data", std::move(data)},
                       {"first_id", files.empty() ? Json() : Json(files.front().id)},
                       {"last_id", files.empty() ? Json() : Json(files.back().id)},
                       {"has_more", more}});
}

File Plugin::fileOf(const sluice::Request& request, const std::string& id) {
    auto file = engine_->store().file(ownerOf(request), id);
    if (!file) throw Refused(404, "not_found", "No file has the id '" + id + "'", "id");
    return std::move(*file);
}

sluice::Verdict Plugin::getFile(const sluice::Request& request) {
    constexpr std::string_view kContent = "/content";
    const auto path = request.path();
    const bool content =
        path.size() > kContent.size() && path.substr(path.size() - kContent.size()) == kContent;
    const File file = fileOf(request, idOf(path, kFolder, content ? kContent : std::string_view()));
    if (!content) return answerJson(request, 200, view(file));
    return request.respond(200, "application/jsonl", engine_->store().content(file));
}

sluice::Verdict Plugin::deleteFile(const sluice::Request& request) {
    const File file = fileOf(request, idOf(request.path(), kFolder, {}));
    (void)engine_->store().removeFile(file.owner, file.id);
    return answerJson(request, 200, {{"id", file.id}, {"object", "file"}, {"deleted", true}});
}

}  // namespace batches
