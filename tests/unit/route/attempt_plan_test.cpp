#include "route/attempt_plan.h"

#include <catch2/catch.hpp>

using namespace sluice;
using namespace sluice::route;
using Kind = AttemptPlan::Next::Kind;
using Hint = AttemptPlan::Situation::Hint;

namespace {

struct World {
    config::Routing routing;
    std::string model = "m";
    base::TimePoint now{};
    base::TimePoint deadline = base::TimePoint(std::chrono::hours(1));
    bool others = false;
    Hint hint = Hint::None;
    std::optional<uint32_t> own;

    AttemptPlan plan(Wishes wishes = {}) { return {routing, model, std::move(wishes)}; }
    AttemptPlan::Next fail(AttemptPlan& plan, FailureClass kind, const std::string& group = "m",
                           std::optional<base::milliseconds> retry_after = std::nullopt) {
        Failure failure;
        failure.kind = kind;
        failure.retry_after = retry_after;
        return plan.after(failure, {group, own, others, 0, now, deadline, hint});
    }
};

}  // namespace

TEST_CASE("two retries, then the end", "[route]") {
    World world;
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::ServerError).kind == Kind::Retry);
    CHECK(world.fail(plan, FailureClass::Timeout).kind == Kind::Retry);
    CHECK(world.fail(plan, FailureClass::Connection).kind == Kind::GiveUp);
    CHECK(plan.retries() == 2);
}

TEST_CASE("waits grow, with jitter, unless another deployment can be asked", "[route]") {
    World world;
    world.routing.num_retries = 10;
    auto plan = world.plan();
    for (const int base : {100, 200, 400, 800, 1600}) {
        const auto next = world.fail(plan, FailureClass::ServerError);
        CHECK(next.wait.count() >= base / 2);
        CHECK(next.wait.count() <= base);
    }
    world.others = true;
    CHECK(world.fail(plan, FailureClass::ServerError).wait.count() == 0);
}

TEST_CASE("Retry-After is honoured; one that is too long, or beyond the deadline, ends the retries",
          "[route]") {
    World world;
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::RateLimit, "m", base::milliseconds(3000)).wait ==
          base::milliseconds(3000));
    CHECK(world.fail(plan, FailureClass::RateLimit, "m", base::milliseconds(60'000)).kind == Kind::GiveUp);
    world.deadline = world.now + base::milliseconds(2000);
    CHECK(world.fail(plan, FailureClass::RateLimit, "m", base::milliseconds(3000)).kind == Kind::GiveUp);
    // Elsewhere there is no need to wait.
    world.others = true;
    CHECK(world.fail(plan, FailureClass::RateLimit, "m", base::milliseconds(60'000)).kind == Kind::Retry);
}

TEST_CASE("what makes no sense is not asked again", "[route]") {
    for (const auto kind :
         {FailureClass::BadRequest, FailureClass::ContextWindow, FailureClass::ContentPolicy,
          FailureClass::Unsupported, FailureClass::Authentication, FailureClass::NotFound}) {
        World world;
        auto plan = world.plan();
        CHECK(world.fail(plan, kind).kind == Kind::GiveUp);
    }
    World world;
    world.others = true;
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::Authentication).kind == Kind::Retry);
}

TEST_CASE("how many: the client, then policies, then the deployment, then the router", "[route]") {
    const auto retries = [](World& world, Wishes wishes = {}) {
        auto plan = world.plan(std::move(wishes));
        while (world.fail(plan, FailureClass::RateLimit).kind == Kind::Retry) {
        }
        return plan.retries();
    };
    World world;
    world.routing.num_retries = 3;
    CHECK(retries(world) == 3);
    world.own = 1;
    CHECK(retries(world) == 1);
    world.routing.retries_by_class[static_cast<size_t>(config::PolicyClass::RateLimit)] = 4;
    CHECK(retries(world) == 4);
    world.routing.retries_by_group["m"][static_cast<size_t>(config::PolicyClass::RateLimit)] = 5;
    CHECK(retries(world) == 5);
    Wishes wishes;
    wishes.num_retries = 0;
    CHECK(retries(world, std::move(wishes)) == 0);
}

TEST_CASE("a policy may want retries of a class that otherwise has none", "[route]") {
    World world;
    world.routing.retries_by_class[static_cast<size_t>(config::PolicyClass::ContentPolicy)] = 1;
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::ContentPolicy).kind == Kind::Retry);
    CHECK(world.fail(plan, FailureClass::ContentPolicy).kind == Kind::GiveUp);
}

TEST_CASE("retries never multiply: fallbacks share the budget", "[route]") {
    World world;
    world.routing.fallbacks["m"] = {"x", "y"};
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::ServerError).kind == Kind::Retry);
    CHECK(world.fail(plan, FailureClass::ServerError).kind == Kind::Retry);
    auto next = world.fail(plan, FailureClass::ServerError);
    REQUIRE(next.kind == Kind::Fallback);
    CHECK(next.target->model == "x");
    next = world.fail(plan, FailureClass::ServerError, "x");
    REQUIRE(next.kind == Kind::Fallback);
    CHECK(next.target->model == "y");
    CHECK(world.fail(plan, FailureClass::ServerError, "y").kind == Kind::GiveUp);
}

TEST_CASE("fallbacks by name, without the provider, by *, by default; never twice, never in a circle",
          "[route]") {
    const auto first = [](World& world, const std::string& group) {
        auto plan = world.plan();
        const auto next = world.fail(plan, FailureClass::BadRequest, group);
        return next.kind == Kind::Fallback ? next.target->model : "";
    };
    World world;
    world.routing.num_retries = 0;
    CHECK(first(world, "m").empty());
    world.routing.default_fallbacks = {"d"};
    CHECK(first(world, "m") == "d");
    world.routing.fallbacks["*"] = {"star"};
    CHECK(first(world, "m") == "star");
    world.routing.fallbacks["m"] = {"m", "own"};
    CHECK(first(world, "m") == "own");
    CHECK(first(world, "openai/m") == "own");
    world.routing.fallbacks["own"] = {"m"};
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::ServerError).target->model == "own");
    CHECK(world.fail(plan, FailureClass::ServerError, "own").kind == Kind::GiveUp);
}

TEST_CASE("at most max_fallbacks", "[route]") {
    World world;
    world.routing.num_retries = 0;
    world.routing.max_fallbacks = 2;
    world.routing.fallbacks["m"] = {"a", "b", "c"};
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::ServerError).kind == Kind::Fallback);
    CHECK(world.fail(plan, FailureClass::ServerError, "a").kind == Kind::Fallback);
    CHECK(world.fail(plan, FailureClass::ServerError, "b").kind == Kind::GiveUp);
}

TEST_CASE("a refusal for safety goes to the fallbacks for it alone, also in the middle of others",
          "[route]") {
    World world;
    world.routing.num_retries = 0;
    world.routing.fallbacks["*"] = {"a", "b"};
    Wishes wishes;
    wishes.fallbacks = {{"client", {}}};
    auto plan = world.plan(wishes);
    CHECK(world.fail(plan, FailureClass::ContentPolicy).kind == Kind::GiveUp);
    auto second = world.plan();
    CHECK(world.fail(second, FailureClass::ServerError).kind == Kind::Fallback);
    CHECK(world.fail(second, FailureClass::ContentPolicy, "a").kind == Kind::GiveUp);
    world.routing.content_policy_fallbacks["m"] = {"safe"};
    auto third = world.plan();
    CHECK(world.fail(third, FailureClass::ContentPolicy).target->model == "safe");
}

TEST_CASE("a prompt that is too long goes to its own fallbacks first", "[route]") {
    World world;
    world.routing.fallbacks["*"] = {"a"};
    world.routing.context_window_fallbacks["m"] = {"long"};
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::ContextWindow).target->model == "long");
    auto other = world.plan();
    CHECK(world.fail(other, FailureClass::ContextWindow, "n").target->model == "a");
}

TEST_CASE("plugins may ask for a retry or a fallback", "[route]") {
    World world;
    world.routing.fallbacks["m"] = {"a"};
    world.hint = Hint::Retry;
    auto plan = world.plan();
    CHECK(world.fail(plan, FailureClass::BadRequest).kind == Kind::Retry);
    world.hint = Hint::Fallback;
    CHECK(world.fail(plan, FailureClass::ServerError).kind == Kind::Fallback);
}
