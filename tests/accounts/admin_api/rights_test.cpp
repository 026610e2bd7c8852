#include "admin.h"

namespace {

// An organisation with a team, its admins, a member, and a key for each.
struct World : Admin {
    World() {
        (void)post("/organization/new", R"({"organization_id":"o","models":["gpt"]})");
        for (const char* user : {"olga", "tina", "ulf"})
            (void)post("/user/new", std::string(R"({"user_id":")") + user +
                                        R"(","user_role":"internal_user","organizations":["o"]})");
        (void)ask("PATCH", "/organization/member_update",
                  R"({"organization_id":"o","user_id":"olga","role":"org_admin"})", master());
        (void)post("/team/new", R"({"team_id":"t","organization_id":"o","members_with_roles":[
            {"role":"admin","user_id":"tina"},{"role":"user","user_id":"ulf"}]})");
        (void)post("/user/new", R"({"user_id":"root","user_role":"proxy_admin"})");
        for (const char* user : {"olga", "tina", "ulf", "root"})
            (void)post("/key/generate",
                       std::string(R"({"key":")") + keyOf(user) + R"(","user_id":")" + user + "\"}");
    }
    static std::string keyOf(const std::string& user) { return "sk-key-of-somebody-" + user; }
    static Identity as(const std::string& user) { return {hashOf(keyOf(user)), "", user, ""}; }
};

}  // namespace

TEST_CASE("roles count from the next request on") {
    World world;
    CHECK(world.ask("POST", "/user/new", "{}", World::as("root")).status == 200);
    (void)world.post("/user/update", R"({"user_id":"root","user_role":"proxy_admin_viewer"})");
    CHECK(world.ask("POST", "/user/new", "{}", World::as("root")).status == 403);
    CHECK(world.ask("GET", "/user/list", "", World::as("root")).body["total"] == 5);
    (void)world.post("/team/member_update", R"({"team_id":"t","user_id":"tina","role":"user"})");
    CHECK(
        world
            .ask("POST", "/team/member_add", R"({"team_id":"t","member":{"user_id":"x"}})", World::as("tina"))
            .status == 403);
}

TEST_CASE("a key that somebody makes for another user has none of that user's powers") {
    World world;
    (void)world.post("/organization/member_add", R"({"organization_id":"o","member":{"user_id":"root"}})");
    (void)world.ask("POST", "/team/member_add",
                    R"({"team_id":"t","member":{"user_id":"root","role":"user"}})", World::as("tina"));
    const auto made =
        world.ask("POST", "/key/generate", R"({"team_id":"t","user_id":"root"})", World::as("tina"));
    REQUIRE(made.status == 200);
    CHECK(made.body["delegated"] == true);
    const Identity holder{made.body["token"], "t", "root", "t"};
    CHECK(world.ask("POST", "/user/new", "{}", holder).status == 403);
    CHECK(world.ask("GET", "/user/list", "", holder).status == 403);
    CHECK(world.ask("GET", "/key/list", "", holder).body["keys"] == Json{made.body["token"]});
    // Neither by taking the member away, nor by a rotation, nor through the one who made it.
    CHECK(world
              .post("/key/update",
                    R"({"key":")" + made.body["token"].get<std::string>() + R"(","delegated":false})")
              .status == 422);
    const auto rotated =
        world.ask("POST", "/key/regenerate", R"({"key":")" + made.body["token"].get<std::string>() + "\"}",
                  World::as("tina"));
    CHECK(rotated.body["delegated"] == true);
    CHECK(world.ask("POST", "/key/update", R"({"key":")" + World::keyOf("root") + "\"}", World::as("tina"))
              .status == 403);
}

TEST_CASE("metadata that steers stays, whatever who is no admin writes") {
    World world;
    (void)world.post("/team/update", R"({"team_id":"t","metadata":{"priority":"low","note":1}})");
    const auto changed =
        world.ask("POST", "/team/update", R"({"team_id":"t","metadata":{"note":2}})", World::as("tina"));
    CHECK(changed.body["metadata"] == Json({{"note", 2}, {"priority", "low"}}));
    CHECK(world.ask("POST", "/team/update", R"({"team_id":"t","metadata":null})", World::as("tina"))
              .body["metadata"]["priority"] == "low");
    CHECK(world
              .ask("POST", "/team/update", R"({"team_id":"t","metadata":{"priority":"high"}})",
                   World::as("tina"))
              .status == 403);
}

TEST_CASE("admins of organisations: theirs, and nobody who could be somebody else's") {
    World world;
    CHECK(world.ask("POST", "/user/update", R"({"user_id":"ulf","user_alias":"u"})", World::as("olga"))
              .status == 200);
    (void)world.post("/organization/new", R"({"organization_id":"p"})");
    (void)world.post("/user/update", R"({"user_id":"ulf","organizations":["o","p"]})");
    CHECK(world.ask("POST", "/user/update", R"({"user_id":"ulf","user_alias":"v"})", World::as("olga"))
              .status == 403);
    CHECK(world.ask("GET", "/user/info?user_id=ulf", "", World::as("olga")).body ==
          world.ask("GET", "/user/info?user_id=never", "", World::as("olga")).body);
    CHECK(world.ask("POST", "/team/new", R"({"organization_id":"o","models":["gpt"]})", World::as("olga"))
              .status == 200);
    CHECK(world.ask("POST", "/team/new", R"({"organization_id":"o"})", World::as("olga")).status == 403);
    CHECK(world.ask("POST", "/team/new", R"({"organization_id":"p"})", World::as("olga")).status == 403);
}

TEST_CASE("memberships stand in the groups, and go with the user") {
    World world;
    CHECK(world.get("/user/info?user_id=ulf").body["user_info"]["teams"] == Json{"t"});
    (void)world.post("/key/generate", R"({"user_id":"ulf","team_id":"t"})");
    CHECK(world.post("/user/delete", R"({"user_ids":["ulf"]})").status == 200);
    CHECK(world.get("/team/info?team_id=t").body["team_info"]["members_with_roles"].size() == 1);
    CHECK(world.get("/team/info?team_id=t").body["keys"].empty());
    CHECK(world.store.find("key", hashOf(World::keyOf("ulf"))) == nullptr);
}

TEST_CASE("a key that bounds its holder is no way to one that does not") {
    World world;
    (void)world.post("/key/generate",
                     R"({"key":"sk-small-key-of-ulf-0","user_id":"ulf","max_budget":1,"duration":"1h"})");
    const Identity small{hashOf("sk-small-key-of-ulf-0"), "", "ulf", ""};
    const std::string large = World::keyOf("ulf");
    CHECK(world.ask("POST", "/key/regenerate", R"({"key":")" + large + "\"}", small).status == 403);
    CHECK(world.ask("POST", "/key/regenerate", R"({"key":"sk-small-key-of-ulf-0"})", small).status == 200);
    const auto graced = world.ask("POST", "/key/regenerate",
                                  R"({"key":")" + large + R"(","grace_period":"1d"})", World::as("ulf"));
    REQUIRE(graced.status == 200);
    // The old key is still its user's to take away.
    const Identity fresh{graced.body["token"], "", "ulf", ""};
    CHECK(world.ask("POST", "/key/delete", R"({"keys":[")" + large + "\"]}", fresh).status == 200);
}

TEST_CASE("members of a team do with its keys what the team lets them") {
    World world;
    const auto permit = [&](const std::string& list, const std::string& who) {
        return world
            .ask("POST", "/team/permissions_update",
                 R"({"team_id":"t","team_member_permissions":)" + list + "}", World::as(who))
            .status;
    };
    const auto make = [&](const std::string& who) {
        return world.ask("POST", "/key/generate", R"({"team_id":"t","models":["gpt"]})", World::as(who));
    };
    CHECK(make("ulf").body["error"]["type"] == "team_member_permission_error");
    CHECK(make("tina").status == 200);
    CHECK(make("olga").status == 200);
    CHECK(permit(R"(["/key/generate"])", "ulf") == 403);
    CHECK(permit(R"(["/key/generate"])", "tina") == 200);
    const auto made = make("ulf");
    REQUIRE(made.status == 200);
    const std::string own = R"({"key":")" + made.body["key"].get<std::string>() + R"(","tags":["x"]})";
    CHECK(world.ask("POST", "/key/update", own, World::as("ulf")).status == 403);
    CHECK(permit(R"(["/key/update"])", "olga") == 200);
    CHECK(world.ask("POST", "/key/update", own, World::as("ulf")).status == 200);
    CHECK(make("ulf").status == 403);
    // Of another program, or of an import: what nothing here enforces opens nothing.
    auto team = world.get("/team/info?team_id=t").body["team_info"];
    team["team_member_permissions"] = {"/key/list", "*", 5, "/key/delete"};
    world.store.put("team", "t", team.dump());
    CHECK(world.get("/team/permissions_list?team_id=t").body["team_member_permissions"] ==
          Json({"/key/info", "/key/health", "/key/delete"}));
    CHECK(make("ulf").status == 403);
    team["team_member_permissions"] = "/key/generate";
    world.store.put("team", "t", team.dump());
    CHECK(make("ulf").status == 200);
    team["team_member_permissions"] = Json{{"/key/generate", true}};
    world.store.put("team", "t", team.dump());
    CHECK(make("ulf").status == 403);
}

TEST_CASE("aliases tell nobody of other tenants' keys") {
    World world;
    (void)world.post("/key/generate", R"({"key":"sk-key-of-somebody-else","key_alias":"prod"})");
    CHECK(world.ask("POST", "/key/generate", R"({"key_alias":"prod"})", World::as("ulf")).status == 200);
    CHECK(world.ask("POST", "/key/generate", R"({"key_alias":"prod"})", World::as("ulf")).status == 400);
    CHECK(world.post("/key/delete", R"({"key_aliases":["prod"]})").status == 400);
    CHECK(world.ask("POST", "/key/delete", R"({"key_aliases":["prod"]})", World::as("ulf")).status == 200);
    CHECK(world.store.find("key", hashOf("sk-key-of-somebody-else")) != nullptr);
}

TEST_CASE("into a team of an organisation come its members only") {
    World world;
    const auto add = [&](const std::string& user) {
        return world
            .ask("POST", "/team/member_add", R"({"team_id":"t","member":{"user_id":")" + user + "\"}}",
                 World::as("tina"))
            .status;
    };
    CHECK(add("root") == 403);
    CHECK(add("never-was") == 403);
    CHECK(add("olga") == 200);
}

TEST_CASE("access groups open models: only proxy admins give them, and they bound whoever holds them") {
    World world;
    const std::string ulf = World::keyOf("ulf");
    REQUIRE(world.post("/key/update", R"({"key":")" + ulf + R"(","access_group_ids":["beta"]})").status ==
            200);
    const auto make = [&](const std::string& body, const char* who = "ulf") {
        return world.ask("POST", "/key/generate", body, World::as(who));
    };
    const auto made = make("{}");
    REQUIRE(made.status == 200);
    CHECK(made.body["access_group_ids"] == Json{"beta"});
    CHECK(make(R"({"models":["beta"]})").status == 200);
    for (const char* more : {R"({"models":[]})", R"({"models":["gpt"]})", R"({"access_group_ids":["more"]})",
                             R"({"access_group_ids":["beta"]})", R"({"access_group_ids":[]})"}) {
        CAPTURE(more);
        CHECK(make(more).status == 403);
    }
    // Neither by a change, nor by taking another of one's own keys over.
    const std::string own = R"({"key":")" + ulf + R"(",)";
    for (const char* more : {R"("access_group_ids":null})", R"("access_group_ids":["more"]})",
                             R"("models":[]})", R"("models":["gpt"]})"}) {
        CAPTURE(more);
        CHECK(world.ask("POST", "/key/update", own + more, World::as("ulf")).status == 403);
    }
    (void)world.post(
        "/key/generate",
        R"({"key":"sk-another-of-ulfs","user_id":"ulf","models":["gpt"],"access_group_ids":["more"]})");
    (void)world.post("/key/generate", R"({"key":"sk-narrow-one-of-ulfs","user_id":"ulf","models":["gpt"]})");
    const Identity narrow{hashOf("sk-narrow-one-of-ulfs"), "", "ulf", ""};
    CHECK(world.ask("POST", "/key/regenerate", R"({"key":"sk-another-of-ulfs"})", narrow).status == 403);
    CHECK(world.ask("POST", "/key/regenerate", R"({"key":"sk-another-of-ulfs"})", World::as("ulf")).status ==
          403);
    // A team whose models are those of its groups stays within them.
    (void)world.post("/team/update", R"({"team_id":"t","access_group_ids":["beta"]})");
    for (const char* more :
         {R"({"team_id":"t","models":["gpt"]})", R"({"team_id":"t","access_group_ids":["beta","more"]})",
          R"({"team_id":"t","access_group_ids":null})"}) {
        CAPTURE(more);
        CHECK(world.ask("POST", "/team/update", more, World::as("tina")).status == 403);
    }
    CHECK(
        world.ask("POST", "/team/update", R"({"team_id":"t","models":["beta"]})", World::as("tina")).status ==
        200);
    CHECK(world
              .ask("POST", "/team/new",
                   R"({"organization_id":"o","models":["gpt"],"access_group_ids":["x"]})", World::as("olga"))
              .status == 403);
}
