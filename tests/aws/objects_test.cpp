// What callback_s3 makes of records.
#include <catch2/catch.hpp>

#include <map>
#include <thread>

#include <sluice/testing/fake_host.hpp>

#include "callback_s3/sink.h"
#include "exporters/support.h"

using callback_s3::BucketDestination;
using callback_s3::ObjectSink;
using nlohmann::json;

namespace {

struct Nothing {
    Nothing(std::string_view, sluice::Host) {}
};

const json kStore{{"s3_bucket_name", "logs"},
                  {"s3_endpoint_url", "http://127.0.0.1:9000"},
                  {"s3_path", "/a/b/"},
                  {"s3_aws_access_key_id", "id"},
                  {"s3_aws_secret_access_key", "planted"}};

struct Rig {
    explicit Rig(json more = json::object(), json store = kStore) : config(std::move(store)) {
        config.update(more);
        config = callback_s3::merged(config);
        to = callback_s3::destinationOf(config, host(), true);
        sink = std::make_unique<ObjectSink>(callback_s3::optionsOf(config), host(), config, to->url);
    }
    sluice::Host host() { return sluice::Host(plugin.host()); }
    exporters::Outgoing request(const std::vector<std::string>& records) {
        std::vector<std::string> items;
        exporters::Reader reader;
        for (const auto& record : records) sink->encode(reader.read(record), record, items);
        return sink->assemble(items, 0, items.size(), *to);
    }

    sluice::testing::FakeHost fake;
    sluice::testing::FakePlugin plugin = fake.load<Nothing>();
    json config;
    std::shared_ptr<const BucketDestination> to;
    std::unique_ptr<ObjectSink> sink;
};

std::string record(const std::string& id, double start = 1767225600.25, const std::string& team = "") {
    return json{{"id", id},
                {"startTime", start},
                {"metadata", {{"user_api_key_team_alias", team}, {"user_api_key_alias", "k"}}},
                {"response", "answer"}}
        .dump();
}

std::string refusal(const json& more, const json& store = kStore) {
    try {
        Rig(more, store);
        return "";
    } catch (const sluice::ConfigError& e) {
        return std::string(e.message());
    }
}

}  // namespace

TEST_CASE("batches become lines, a record becomes LiteLLM's object", "[objects]") {
    Rig lines(json{{"gzip", false}});
    const auto batch = lines.request({record("r1"), record("r2")});
    CHECK(batch.method == "PUT");
    CHECK(batch.url == "http://127.0.0.1:9000/logs/a/b/2026-01-01/time-00-00-00-250000_r1.jsonl");
    CHECK(batch.body == record("r1") + "\n" + record("r2") + "\n");
    CHECK(batch.content_type == "application/x-ndjson");

    const auto packed = Rig().request({record("r1")});
    CHECK(packed.url.substr(packed.url.size() - 11) == "r1.jsonl.gz");
    CHECK(packed.body.substr(0, 2) == "\x1f\x8b");
    CHECK(packed.content_type == "application/gzip");

    Rig single(json{{"object", "record"}});
    const auto one = single.request({record("r1")});
    CHECK(one.url == "http://127.0.0.1:9000/logs/a/b/2026-01-01/time-00-00-00-250000_r1.json");
    CHECK(one.body == record("r1"));
    CHECK(single.sink->itemsMax() == 1);
    // What is sent once more with it, by the path, stands in the signature.
    for (const auto& [name, value] : one.fields) {
        CHECK(name != "content-type");
        if (name == "authorization")
            CHECK(value.find("SignedHeaders=content-type;host;") != std::string::npos);
    }
}

TEST_CASE("an object is of one day and one team", "[objects]") {
    Rig rig(json{{"s3_callback_params", {{"s3_use_team_prefix", true}, {"s3_use_key_prefix", true}}}});
    std::vector<std::string> items;
    exporters::Reader reader;
    for (const auto& one : {record("1", 1767225600, "red"), record("2", 1767225601, "red"),
                            record("3", 1767225602, "blue"), record("4", 1767312000, "blue")})
        rig.sink->encode(reader.read(one), one, items);
    CHECK(rig.sink->together(items[0], items[1]));
    CHECK_FALSE(rig.sink->together(items[1], items[2]));
    CHECK_FALSE(rig.sink->together(items[2], items[3]));
    CHECK(rig.request({record("1", 1767225600, "../red/team")}).url.find("/a/b/.._red_team/k/2026-01-01/") !=
          std::string::npos);
    CHECK(rig.request({record("1", 1767225600, "..")}).url.find("/a/b/__/k/2026-01-01/") !=
          std::string::npos);
}

TEST_CASE("parts of keys", "[objects]") {
    CHECK(callback_s3::keyPart("chatcmpl-1") == "chatcmpl-1");
    CHECK(callback_s3::keyPart("") == "_");
    CHECK(callback_s3::keyPart("a/b\n\x7f") == "a_b__");
    const std::string longer(300, 'a');
    CHECK(callback_s3::keyPart(longer).size() == 256);
    CHECK(callback_s3::keyPart(longer) != callback_s3::keyPart(longer + "b"));
    std::string accents;
    for (int i = 0; i < 200; ++i) accents += "\xC3\xA4";
    const auto cut = callback_s3::keyPart(accents);
    CHECK(cut[cut.find('-') - 1] == '\xA4');
}

TEST_CASE("nothing of a response where only prompts are wanted", "[objects]") {
    const auto body =
        Rig(json{{"object", "record"}, {"s3_log_prompts_only", true}}).request({record("r")}).body;
    CHECK(json::parse(body)["response"].is_null());
    CHECK(body.find("answer") == std::string::npos);
}

TEST_CASE("what a store says that is not about records keeps them", "[objects]") {
    const Rig rig;
    const auto judged = [&](int status, const std::string& code) {
        exporters::Answer answer{status, "", "<Error><Code>" + code + "</Code></Error>", "", false};
        rig.sink->judge(answer);
        return answer;
    };
    CHECK(judged(403, "SignatureDoesNotMatch").later);
    CHECK(judged(403, "SignatureDoesNotMatch").why == "SignatureDoesNotMatch");
    CHECK(judged(404, "NoSuchBucket").later);
    CHECK(judged(400, "EntityTooLarge").status == 413);
    CHECK_FALSE(judged(400, "EntityTooLarge").later);
    CHECK_FALSE(judged(200, "").later);
}

TEST_CASE("the configuration", "[objects]") {
    CHECK(refusal(json::object()).empty());
    CHECK(Rig(json{{"s3_batch_size", 7}, {"s3_flush_interval", 2}}).config["batch_size"] == 7);
    CHECK(refusal({{"s3_bucket_name", nullptr}}).find("s3_bucket_name: found nothing") == 0);
    CHECK(refusal({{"s3_aws_secret_access_key", nullptr}}).find("s3_aws_secret_access_key: found nothing") ==
          0);
    CHECK(refusal({{"s3_endpoint_url", "store"}}).find("s3_endpoint_url: ") == 0);
    CHECK(refusal({{"s3_endpoint_url", nullptr}}).find("s3_region_name: found nothing") == 0);
    CHECK(refusal({{"s3_aws_role_name", "arn"}}).find("s3_aws_role_name: ") == 0);
    CHECK(refusal({{"s3_verify", false}}).find("s3_verify: ") == 0);
    CHECK(refusal({{"gcs_bucket_name", "b"}}).find("gcs_bucket_name: ") == 0);
    CHECK(refusal({{"s3_callback_params", {{"bucket", "b"}}}}).find("s3_callback_params.bucket: ") == 0);
    CHECK(refusal({{"s3_aws_access_key_id", "id\r\nx: y"}}).find("s3_aws_access_key_id: ") == 0);
    for (const auto& bad : {json{{"s3_region_name", "pl/nted"}, {"s3_endpoint_url", nullptr}},
                            json{{"s3_aws_secret_access_key", "planted\n"}}})
        CHECK(refusal(bad).find("nted") == std::string::npos);

    const Rig nested(json{{"s3_callback_params", kStore}}, json::object());
    CHECK(nested.to->store.path == "a/b/");
    const Rig encrypted(json{{"s3_sse_kms_key_id", "key1"}});
    CHECK(encrypted.to->store.fields ==
          sigv4::Fields{{"x-amz-server-side-encryption", "aws:kms"},
                        {"x-amz-server-side-encryption-aws-kms-key-id", "key1"}});

    const json google{{"gcs_bucket_name", "logs/litellm"},
                      {"gcs_path", "x"},
                      {"gcs_access_key_id", "GOOG1"},
                      {"gcs_secret_access_key", "planted"}};
    Rig gcs(json::object(), google);
    CHECK(gcs.request({record("r")})
              .url.rfind("https://storage.googleapis.com/logs/litellm/x/2026-01-01/", 0) == 0);
    CHECK(refusal({{"gcs_secret_access_key", nullptr}}, google).find("gcs_secret_access_key: ") == 0);
    CHECK(refusal({{"gcs_path_service_account", "{}"}, {"gcs_access_key_id", nullptr}}, google)
              .find("gcs_path_service_account: ") == 0);
}

TEST_CASE("a bucket of a key's or team's own needs credentials of its own", "[objects]") {
    Rig rig;
    CHECK(rig.sink->own(json::object()) == nullptr);
    CHECK_THROWS_AS(rig.sink->own({{"s3_bucket_name", "theirs"}}), std::invalid_argument);
    json vars = kStore;
    vars["s3_endpoint_url"] = "http://10.0.0.1:1";
    CHECK_THROWS_AS(rig.sink->own(vars), std::invalid_argument);
    vars["s3_endpoint_url"] = "http://127.0.0.1:9000";
    vars["s3_bucket_name"] = "theirs";
    const auto own = rig.sink->own(vars);
    REQUIRE(own);
    CHECK(own->id != rig.to->id);
    // No file of the gateway's.
    const json file{{"gcs_bucket_name", "b"}, {"gcs_path_service_account", "/etc/hostname"}};
    CHECK_THROWS_AS(rig.sink->own(file), std::invalid_argument);
}

// Answers get lost after an object was stored, and batches are cut anew: more records have come meanwhile.
TEST_CASE("a record is in one object, however often it is sent", "[objects]") {
    constexpr int kRecords = 60;
    Rig rig(json{{"gzip", false}});
    std::mutex mutex;
    std::map<std::string, std::string> objects;
    size_t calls = 0;
    int given = 0;
    exporters::Options options = testing::quick();
    options.batch_size = 7;
    testing::Told told;
    exporters::Path* path = nullptr;
    const auto give = [&](int more) {
        for (; more > 0 && given < kRecords; --more, ++given)
            path->put(rig.to, 0, record("r" + std::to_string(given), 1767225600 + given));
    };
    const auto send = [&](const exporters::Outgoing& request, exporters::milliseconds) {
        const std::lock_guard lock(mutex);
        const size_t turn = ++calls % 4;
        if (turn != 2) objects[request.url] = request.body;
        if (turn != 0) give(2);
        exporters::Answer answer;
        answer.status = turn == 1 ? 0 : turn == 2 ? 503 : turn == 3 ? 500 : 200;
        return answer;
    };
    exporters::Path all(options, *rig.sink, send, told.events());
    path = &all;
    give(2);
    all.start();
    for (int i = 0; i < 2000 && told.count("delivered") < kRecords; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        const std::lock_guard lock(mutex);
        if (told.count("delivered") == static_cast<size_t>(given)) give(2);
    }
    all.close();
    CHECK(told.count("delivered") == kRecords);
    std::map<std::string, int> seen;
    for (const auto& [url, body] : objects) {
        for (size_t at = 0; at < body.size();) {
            const size_t end = body.find('\n', at);
            ++seen[json::parse(body.substr(at, end - at))["id"].get<std::string>()];
            at = end + 1;
        }
    }
    CHECK(seen.size() == kRecords);
    for (const auto& [id, times] : seen) {
        INFO(id);
        CHECK(times == 1);
    }
}
