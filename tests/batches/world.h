// A directory of a test's own, a clock that stands still, and lines.
#pragma once

#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "finish.h"
#include "refused.h"
#include "run.h"

namespace batches {

class Folder {
public:
    Folder() {
        char name[] = "/tmp/sluice-batches-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

struct World {
    Folder folder;
    int64_t now_ms = 1'700'000'000'000;
    Options options = [this] {
        Options o;
        o.directory = folder.path() + "/batches";
        return o;
    }();
    Store open() {
        return Store(options, [this] { return now_ms; });
    }
};

inline std::string lineOf(const std::string& id, const std::string& model = "m") {
    return R"({"custom_id":")" + id + R"(","method":"POST","url":"/v1/chat/completions","body":{"model":")" +
           model + "\"}}\n";
}

inline Batch makeBatch(Store& store, const std::string& text) {
    File file;
    file.owner = "key:a";
    file.purpose = "batch";
    file = store.addFile(file, text, 0);
    Batch draft;
    draft.owner = "key:a";
    draft.endpoint = "/v1/chat/completions";
    draft.input_file = file.id;
    return store.addBatch(draft, &file, {});
}

inline Answer answerOf(int status, std::string body, int64_t retry_after_ms = 0) {
    Answer answer;
    answer.status = status;
    answer.content_type = "application/json";
    answer.body = std::move(body);
    answer.retry_after_ms = retry_after_ms;
    return answer;
}

template <class F>
std::string refusalOf(F&& what) {
    try {
        what();
    } catch (const Refused& refused) {
        return refused.what();
    }
    return "";
}

}  // namespace batches
