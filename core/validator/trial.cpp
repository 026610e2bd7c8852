#include "validator/trial.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "config/schema.h"

namespace sluice::validator {

using host::Outcome;
using llm::Operation;

base::Status TrialHttp::call(const host::HttpCall&, base::TimePoint, host::HttpAnswer& answer) {
    if (base::Fiber::current()) (void)base::Fiber::park(base::Clock::now() + base::milliseconds(5), false);
    answer.status = 200;
    (void)answer.fields.add("content-type", "application/json");
    answer.body = "{}";
    return {};
}

Call::Call(host::Instance& instance, Operation operation, std::string body, bool stream) {
    const auto& info = llm::info(operation);
    head_.method = info.method;
    head_.path = "/v1" + std::string(info.tail);
    (void)head_.fields.add("content-type", "application/json");
    (void)head_.fields.add("authorization", "Bearer sk-trial");
    request.head = &head_;
    request.route = info.name;
    request.operation = operation;
    request.call_id = base::randomUuid();
    request.client_address = "192.0.2.1";
    request.deadline = base::Clock::now() + base::milliseconds(5'000);
    request.stream = stream;
    auto read = llm::Body::read(std::move(body), info.body, "application/json");
    require(read.has_value(), "a sample body is none");
    request.body = std::move(*read);
    request.model = request.body.text("model").value_or("m");
    chains_ = std::make_unique<host::Chains>(std::vector<host::Instance*>{&instance});
    runner_ = std::make_unique<host::Runner>(request, instance.index() + 1);
    runner_->setChain(chains_->get("", operation));
}

bool Call::before() {
    const auto goesOn = [](Outcome outcome) {
        return outcome == Outcome::Continue || outcome == Outcome::Identified;
    };
    if (!goesOn(runner_->onRequest())) return false;
    const bool asks = !runner_->chain().authenticate.empty();
    if (asks && runner_->authenticate() == Outcome::Block) {
        // Nobody's key is known here; what comes behind wants to be looked at all the same.
        request.identity = {true, false, "trial", "", "", "", "", "", ""};
    }
    if (!goesOn(runner_->authorize()) || !goesOn(runner_->preCall()) || !goesOn(runner_->cacheLookup()))
        return false;
    request.attempt.number = 1;
    request.attempt.body = request.body;
    return goesOn(runner_->onUpstreamRequest());
}

void Call::after(std::string body) {
    request.response.status = 200;
    (void)request.response.fields.set("content-type", "application/json");
    (void)runner_->onUpstreamResponse();
    request.response.body = std::move(body);
    (void)runner_->postCall();
    (void)runner_->onResponse();
    (void)runner_->onAttemptEnd();
}

std::string Call::failure() const {
    for (const auto& record : request.verdicts) {
        const std::string_view said = record.verdict;
        if (said == "failed" || said == "timeout")
            return std::string(host::name(record.phase)) + " on route " + std::string(request.route) + ": " +
                   (record.reason.empty() ? "it failed without a reason" : record.reason);
    }
    return {};
}

Trial::Trial(Subject subject)
    : subject_(std::move(subject)),
      offload_(2, 1024),
      timers_(offload_),
      services_{metrics_, offload_, timers_, http_, secrets_} {
    subject_.path = std::filesystem::absolute(subject_.path).string();
}

Trial::~Trial() = default;

const std::string& Trial::image() {
    if (!image_.empty()) return image_;
    std::ifstream in(subject_.path, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    image_ = bytes.str();
    require(!image_.empty(), subject_.path + " cannot be read, or is empty");
    return image_;
}

const host::Manifest& Trial::manifest() {
    if (!manifest_.id.empty()) return manifest_;
    auto read = host::manifestOf(subject_.path, image());
    if (!read) throw Failure{read.error().message};
    return manifest_ = std::move(*read);
}

const host::Library& Trial::library() {
    if (library_.entry) return library_;
    auto loaded = libraries_.load(std::filesystem::path(subject_.path).stem().string(), subject_.path);
    if (!loaded) throw Failure{loaded.error().message};
    return library_ = std::move(*loaded);
}

config::PluginInstance Trial::settings() {
    config::PluginInstance settings;
    settings.id = "trial";
    settings.plugin = manifest().id;
    settings.breaker_failures = 0;
    settings.grants = manifest().capabilities;
    const auto& schema = manifest().config_schema;
    const auto examples = schema.find("examples");
    if (subject_.config.empty() && examples != schema.end() && examples->is_array() && !examples->empty()) {
        settings.config = examples->front();
    } else if (!subject_.config.empty()) {
        settings.config = config::Json::parse(subject_.config, nullptr, false);
    }
    require(settings.config.is_object(),
            "the configuration to test with is no JSON object: " + subject_.config);
    config::Faults faults;
    config::applySchema(manifest().config_schema, settings.config, "config", config::Tree{}, faults);
    if (faults.hasErrors())
        throw Failure{faults.all().front().text() + " (give a configuration to test with: --config '{…}')"};
    return settings;
}

std::unique_ptr<host::Instance> Trial::instance() {
    auto made = host::Instance::create(library(), settings(), services_, 0);
    if (!made) throw Failure{made.error().message + " (give a configuration to test with: --config '{…}')"};
    return std::move(*made);
}

void Trial::onLoop(const std::function<void(base::Loop&)>& body) {
    base::Loop loop;
    Thrown thrown;
    loop.spawn([&] {
        thrown.keep([&] { body(loop); });
        loop.stop();
    });
    loop.run();
    thrown.rethrow();
}

std::vector<std::string> sampleBodies(Operation operation, bool stream) {
    const std::string tail = stream ? R"(,"stream":true})" : "}";
    const std::string user =
        R"([{"role":"user","content":"Call me on 555-1234, says \u00e9\u4f60\ud83d\ude00"}])";
    std::string plain = R"({"model":"m","input":"hello","prompt":"hello","query":"q","documents":["d"])";
    if (operation == Operation::Chat || operation == Operation::Messages)
        plain = R"({"model":"m","max_tokens":5,"messages":)" + user;
    std::string many = R"({"model":"m","messages":[)";
    for (int i = 0; i < 2000; ++i) many += std::string(i ? "," : "") + R"({"role":"user","content":"x"})";
    return {
        plain + tail,
        "{}",
        R"({"model":"m","messages":null})",
        R"({"model":"","messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]})",
        R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url"}]}]})",
        R"({"model":7,"messages":{"role":1},"stream":"yes","user":[[[[]]]],"x":1e300})",
        R"({"model":"m","messages":[{"role":"user","content":")" + std::string(300'000, 'a') + "\"}]}",
        many + "]}"};
}

}  // namespace sluice::validator
