// OpenAI's Batch API and Anthropic's Message Batches, executed by the gateway itself.
#pragma once

#include <memory>
#include <vector>

#include "engines.h"
#include "web.h"

namespace batches {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host);
    ~Plugin();
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;

    void start();
    const std::vector<sluice::Route>& routes() const;
    /// [offload], as the manifest asks for: files are read and written.
    sluice::Verdict handle(sluice::Request request, uint32_t route);

private:
    // openai_files.cpp
    sluice::Verdict upload(const sluice::Request& request);
    sluice::Verdict listFiles(const sluice::Request& request);
    sluice::Verdict getFile(const sluice::Request& request);
    sluice::Verdict deleteFile(const sluice::Request& request);
    File fileOf(const sluice::Request& request, const std::string& id);
    // openai_batches.cpp
    sluice::Verdict createBatch(const sluice::Request& request);
    sluice::Verdict listBatches(const sluice::Request& request);
    sluice::Verdict getBatch(const sluice::Request& request);
    sluice::Verdict cancelBatch(const sluice::Request& request);
    // anthropic.cpp
    sluice::Verdict createMessages(const sluice::Request& request);
    sluice::Verdict listMessages(const sluice::Request& request);
    sluice::Verdict getMessages(const sluice::Request& request);
    sluice::Verdict cancelMessages(const sluice::Request& request);
    sluice::Verdict deleteMessages(const sluice::Request& request);
    Json messagesView(const sluice::Request& request, const Batch& batch) const;

    sluice::Verdict proveFrontDoor(const sluice::Request& request);
    /// The caller's batch of that kind. Throws Refused: 404.
    Batch batchOf(const sluice::Request& request, Kind kind, const std::string& id);
    /// As far as it has got once its end has been asked for.
    Batch cancel(const Batch& batch);

    const Options options_;
    Voice voice_;
    std::shared_ptr<Engine> engine_;
    bool attached_ = false;
};

}  // namespace batches
