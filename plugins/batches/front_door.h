// Is base_url this gateway? Callers' credentials go there, so it has to prove itself first: it is asked for
// an answer that this process alone can give, over a public route of the plugin.
#pragma once

#include <mutex>
#include <optional>
#include <string>

namespace batches {

inline constexpr const char* kProofPath = "/batches/front_door/";

/// [any]
class FrontDoor {
public:
    /// A new question; what is asked for is GET base_url + kProofPath + question. Throws DiskError without
    /// random numbers.
    std::string ask();
    /// What the route answers; nothing for a question that nobody has asked.
    std::optional<std::string> answerTo(const std::string& question) const;
    /// The answer that came back.
    bool check(const std::string& body);

    bool proven() const;
    /// Nobody answered a line: asked anew.
    void doubt();

private:
    mutable std::mutex mutex_;
    std::string question_, answer_;  // guarded by mutex_, as is the rest
    bool proven_ = false;
};

}  // namespace batches
