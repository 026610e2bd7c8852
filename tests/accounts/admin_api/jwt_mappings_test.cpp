// /jwt/key/mapping/…, in LiteLLM's shapes.
#include "accounts/digest.h"
#include "accounts/jwt_mapping.h"
#include "admin.h"

namespace {

const std::string kNew = "/jwt/key/mapping/new";

std::string keyOf(Admin& admin) { return admin.post("/key/generate", "{}").body["key"].get<std::string>(); }

std::string bodyFor(const std::string& value, const std::string& key, const std::string& more = "") {
    return R"({"jwt_claim_name":"azp","jwt_claim_value":")" + value + R"(","key":")" + key + "\"" + more +
           "}";
}

}  // namespace

TEST_CASE("a mapping is made, told of, listed, changed and taken away; the key's hash is not shown") {
    Admin admin;
    const auto key = keyOf(admin), other = keyOf(admin);
    const auto token = accounts::Digest(key).hex();
    const auto made = admin.post(kNew, bodyFor("alice", key, R"(,"description":"Alice's")"));
    REQUIRE(made.status == 200);
    const auto id = made.body["id"].get<std::string>();
    CHECK(id == accounts::jwtMappingId("", "azp", "alice"));
    CHECK(made.body["jwt_claim_value"] == "alice");
    CHECK(made.body["jwt_issuer"].is_null());
    CHECK(made.body["is_active"] == true);
    CHECK(made.body["description"] == "Alice's");
    CHECK(made.body.dump().find(token) == std::string::npos);
    CHECK(Json::parse(*admin.store.find("jwt_key_mapping", id))["token"] == token);
    CHECK(admin.post(kNew, bodyFor("alice", other)).status == 409);
    CHECK(admin.post(kNew, bodyFor("alice", other, R"(,"jwt_issuer":"https://idp.test")")).status == 200);

    const auto told = admin.get("/jwt/key/mapping/info?id=" + id);
    CHECK(told.body == made.body);
    const auto list = admin.get("/jwt/key/mapping/list?size=1").body;
    CHECK(list["mappings"].size() == 1);
    CHECK(list["total_count"] == 2);
    CHECK(list["total_pages"] == 2);
    CHECK(list.dump().find(accounts::Digest(other).hex()) == std::string::npos);

    const auto off = admin.post("/jwt/key/mapping/update",
                                R"({"id":")" + id + R"(","is_active":false,"key":")" + other + "\"}");
    CHECK(off.body["is_active"] == false);
    CHECK(off.body["description"] == "Alice's");
    CHECK(Json::parse(*admin.store.find("jwt_key_mapping", id))["token"] == accounts::Digest(other).hex());
    CHECK(admin.post("/jwt/key/mapping/delete", R"({"id":")" + id + "\"}").body["status"] == "success");
    CHECK_FALSE(admin.store.find("jwt_key_mapping", id));
    CHECK(admin.get("/jwt/key/mapping/info?id=" + id).status == 404);
    CHECK(admin.store.count("audit") == 6);  // two keys among them
}

TEST_CASE("mappings: what is refused") {
    Admin admin;
    const auto key = keyOf(admin);
    const auto token = accounts::Digest(key).hex();
    struct Case {
        std::string path, body;
        uint32_t status;
    };
    for (const auto& c :
         {Case{kNew, "{}", 422},
          {kNew, R"({"jwt_claim_name":"azp","key":")" + key + "\"}", 422},
          {kNew, R"({"jwt_claim_name":"azp","jwt_claim_value":"a"})", 400},
          {kNew, bodyFor("a", "sk-nobodys"), 400},
          {kNew, bodyFor("a", key, R"(,"token":")" + token + "\""), 400},
          {kNew, R"({"jwt_claim_name":"azp","jwt_claim_value":"a","token":"sk-plain"})", 400},
          {kNew, R"({"jwt_claim_name":"azp","jwt_claim_value":"a\nb","key":")" + key + "\"}", 422},
          {kNew, bodyFor("a", key, R"(,"is_active":true)"), 422},
          {"/jwt/key/mapping/update", R"({"id":"x","is_active":true})", 404},
          {"/jwt/key/mapping/update", R"({"id":"x","jwt_claim_value":"b"})", 422},
          {"/jwt/key/mapping/delete", R"({"id":"x"})", 404},
          {"/jwt/key/mapping/delete", "{}", 422}}) {
        CAPTURE(c.path, c.body);
        CHECK(admin.post(c.path, c.body).status == c.status);
    }
    CHECK(admin.get("/jwt/key/mapping/info").status == 422);
    CHECK(admin.get("/jwt/key/mapping/list?size=101").status == 422);
    CHECK(admin.store.count("jwt_key_mapping") == 0);
    CHECK(admin.post(kNew, R"({"jwt_claim_name":"azp","jwt_claim_value":"a","token":")" + token + "\"}")
              .status == 200);
    CHECK(admin.ask("GET", "/jwt/key/mapping/list", "", Identity{"somebody"}).status == 403);
    CHECK(admin.ask("POST", kNew, bodyFor("b", key), Identity{"somebody"}).status == 403);
}
