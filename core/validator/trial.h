// A host without a gateway: loads one plugin, makes instances of it, and runs scripted requests through its
// hooks.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.h"
#include "plugin_host/chain.h"
#include "plugin_host/library.h"
#include "plugin_host/runner.h"

namespace sluice::validator {

/// Thrown by a test: the promise is broken, and how.
struct Failure {
    std::string text;
};
/// Thrown by a test that does not apply to this plugin, and why.
struct Skip {
    std::string why;
};

/// What a test threw on another thread or fiber, for the one that waits for it.
class Thrown {
public:
    template <class Body>
    void keep(Body&& body) {
        try {
            body();
        } catch (const Failure&) {
            thrown_ = std::current_exception();
        } catch (const Skip&) {
            thrown_ = std::current_exception();
        } catch (const std::exception&) {
            thrown_ = std::current_exception();
        }
    }
    void rethrow() const {
        if (thrown_) std::rethrow_exception(thrown_);
    }

private:
    std::exception_ptr thrown_;
};

/// Answers a plugin's calls after a moment in which other requests run.
class TrialHttp final : public host::HttpCaller {
public:
    base::Status call(const host::HttpCall& call, base::TimePoint deadline,
                      host::HttpAnswer& answer) override;
};

/// What the plugin is tested with, from the command line.
struct Subject {
    std::string path;
    std::string config;  // JSON; empty: the first of "examples" in the manifest's schema, else {}
};

/// One scripted request on its way through the chain of one instance. Lives on a loop.
class Call {
public:
    Call(host::Instance& instance, llm::Operation operation, std::string body, bool stream = false);

    host::RequestState request;
    host::Runner& runner() { return *runner_; }
    /// Every phase up to the upstream, as a gateway runs them. False once one of them has answered or
    /// refused.
    bool before();
    /// The phases over an answer.
    void after(std::string body);
    /// The first verdict that says "failed" or "timeout"; empty if there is none.
    std::string failure() const;

private:
    http::RequestHead head_;
    std::unique_ptr<host::Chains> chains_;
    std::unique_ptr<host::Runner> runner_;
};

class Trial {
public:
    explicit Trial(Subject subject);
    ~Trial();

    const std::string& path() const { return subject_.path; }
    /// The bytes of the file, and its manifest. Failures if it has none.
    const std::string& image();
    const host::Manifest& manifest();
    const host::Library& library();
    host::Libraries& libraries() { return libraries_; }
    host::Services& services() { return services_; }
    /// The configuration that was given, checked against the manifest's schema, defaults filled in.
    config::PluginInstance settings();
    /// A new instance. Failure, with the plugin's words, if it refuses.
    std::unique_ptr<host::Instance> instance();

    /// Runs `body` as a fiber of a loop, until it and what it spawned has ended.
    void onLoop(const std::function<void(base::Loop&)>& body);

private:
    Subject subject_;
    std::string image_;
    host::Manifest manifest_;
    host::Library library_;
    host::Libraries libraries_;
    host::Metrics metrics_;
    base::Offload offload_;
    host::IntervalTimers timers_;
    TrialHttp http_;
    config::Secrets secrets_;
    host::Services services_;
};

/// Bodies that clients of a route send: plain ones first, odd ones behind.
std::vector<std::string> sampleBodies(llm::Operation operation, bool stream);

inline void require(bool holds, const std::string& otherwise) {
    if (!holds) throw Failure{otherwise};
}

}  // namespace sluice::validator
