#include "shared_aws/settings.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace s3 {
namespace {

using Json = nlohmann::json;
using sluice::ConfigError;

bool isOneLine(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// Texts of a configuration, which may be secrets, or variables.
class Texts {
public:
    Texts(const Json& config, const sluice::Host& host, bool variables)
        : config_(config), host_(host), variables_(variables) {}

    bool has(const char* key) const {
        const auto found = config_.find(key);
        return found != config_.end() && !found->is_null();
    }
    std::string of(const char* key, const char* variable = nullptr) const {
        std::string text;
        if (has(key)) {
            text = revealed(key);
        } else if (variable && variables_) {
            text = std::string(host_.reveal(variable).value_or(""));
        }
        // A service account's JSON has lines.
        if (!isOneLine(text) && text.front() != '{')
            throw ConfigError(std::string(key) + ": found control characters; allowed: text of one line");
        return text;
    }
    bool flag(const char* key, bool otherwise) const {
        if (!has(key)) return otherwise;
        if (!config_[key].is_boolean())
            throw ConfigError(std::string(key) + ": found another value; allowed: true or false");
        return config_[key].get<bool>();
    }
    bool variables() const { return variables_; }

private:
    std::string revealed(const char* key) const {
        const Json& value = config_[key];
        if (value.is_string()) return value.get<std::string>();
        if (!value.is_object() || !value.contains("$secret") || !value["$secret"].is_string())
            throw ConfigError(std::string(key) + ": found no text; allowed: a text");
        const auto text = host_.reveal(value["$secret"].get<std::string>());
        if (!text) throw ConfigError(std::string(key) + ": there is no such secret");
        return std::string(*text);
    }

    const Json& config_;
    const sluice::Host& host_;
    const bool variables_;
};

std::string needed(const Texts& texts, const char* key, const char* variable, const std::string& allowed) {
    std::string text = texts.of(key, variable);
    if (text.empty()) throw ConfigError(std::string(key) + ": found nothing; allowed: " + allowed);
    return text;
}

Place placeFor(const PlaceOptions& options, const char* key) {
    try {
        return placeOf(options);
    } catch (const std::invalid_argument& allowed) {
        throw ConfigError(std::string(key) + ": found something else; allowed: " + allowed.what());
    }
}

void checkUnsupported(const Texts& texts) {
    for (const char* key : {"s3_aws_role_name", "s3_aws_profile_name", "s3_aws_web_identity_token",
                            "s3_aws_session_name", "s3_aws_sts_endpoint"}) {
        if (texts.has(key))
            throw ConfigError(std::string(key) +
                              ": found a role or a profile, which is not supported; allowed: "
                              "s3_aws_access_key_id and s3_aws_secret_access_key");
    }
    if (texts.has("s3_verify") && !texts.flag("s3_verify", true))
        throw ConfigError(
            "s3_verify: found false; allowed: true. Authorities of one's own: listen.upstream_tls");
}

sigv4::Credentials awsCredentials(const Texts& texts) {
    sigv4::Credentials credentials;
    credentials.access_key_id = needed(texts, "s3_aws_access_key_id", "AWS_ACCESS_KEY_ID",
                                       "a text, such as os.environ/AWS_ACCESS_KEY_ID");
    credentials.secret_access_key = needed(texts, "s3_aws_secret_access_key", "AWS_SECRET_ACCESS_KEY",
                                           "a text, such as os.environ/AWS_SECRET_ACCESS_KEY");
    // A token of the environment belongs to the key of the environment.
    const bool own = texts.has("s3_aws_access_key_id");
    credentials.session_token = texts.of("s3_aws_session_token", own ? nullptr : "AWS_SESSION_TOKEN");
    return credentials;
}

void addEncryption(const Texts& texts, Store& store) {
    std::string algorithm = texts.of("s3_server_side_encryption");
    const std::string key = texts.of("s3_sse_kms_key_id");
    if (algorithm.empty() && !key.empty()) algorithm = "aws:kms";
    if (algorithm.empty()) return;
    store.fields.emplace_back("x-amz-server-side-encryption", algorithm);
    if (key.empty()) return;
    if (algorithm.rfind("aws:kms", 0) != 0)
        throw ConfigError(
            "s3_sse_kms_key_id: found with another s3_server_side_encryption; allowed: aws:kms");
    store.fields.emplace_back("x-amz-server-side-encryption-aws-kms-key-id", key);
}

Store amazon(const Texts& texts) {
    checkUnsupported(texts);
    Store store;
    PlaceOptions options;
    options.bucket = store.name =
        needed(texts, "s3_bucket_name", nullptr, "the name of a bucket, or gcs_bucket_name");
    options.endpoint = texts.of("s3_endpoint_url");
    options.region = texts.of("s3_region_name", "AWS_REGION");
    options.tls = texts.flag("s3_use_ssl", true);
    options.virtual_hosted = texts.flag("s3_use_virtual_hosted_style", false);
    // Stores of others take any; this one is what their clients say without a setting.
    if (options.region.empty() && !options.endpoint.empty()) options.region = "us-east-1";
    if (options.region.empty())
        throw ConfigError("s3_region_name: found nothing; allowed: a region, such as eu-west-1");
    const Place place = placeFor(options, options.endpoint.empty() ? "s3_bucket_name" : "s3_endpoint_url");
    const auto credentials = awsCredentials(texts);
    store.identity = place.origin + place.path + " " + credentials.access_key_id;
    store.path = texts.of("s3_path");
    addEncryption(texts, store);
    store.bucket =
        std::make_shared<const Bucket>(place, std::make_shared<KeySigner>(credentials, options.region));
    return store;
}

std::string fileOrText(const std::string& text, const Texts& texts) {
    if (text.empty() || text.front() == '{' || !texts.variables()) return text;
    std::ifstream in(text, std::ios::binary);
    std::stringstream bytes;
    if (!in || !(bytes << in.rdbuf())) throw ConfigError("gcs_path_service_account: the file cannot be read");
    return bytes.str();
}

// An HMAC key signs as for S3; a service account has tokens.
std::shared_ptr<Signer> googleSigner(const Texts& texts, const sluice::Host& host, std::string& identity) {
    const std::string id = texts.of("gcs_access_key_id");
    if (!id.empty()) {
        identity += " " + id;
        return std::make_shared<KeySigner>(
            sigv4::Credentials{
                id, needed(texts, "gcs_secret_access_key", nullptr, "the secret of the HMAC key"), ""},
            "auto");
    }
    const std::string account = fileOrText(
        needed(texts, "gcs_path_service_account", "GCS_PATH_SERVICE_ACCOUNT",
               "the JSON of a service account's key or its file, here or in GCS_PATH_SERVICE_ACCOUNT; or "
               "gcs_access_key_id and gcs_secret_access_key"),
        texts);
    try {
        auto parsed = ServiceAccount::parse(account);
        // No key shall make the gateway call what only the gateway reaches.
        if (!texts.variables() && parsed.token_uri != ServiceAccount::kGoogles)
            throw std::invalid_argument("a service account whose token_uri is Google's");
        identity += " " + parsed.client_email;
        return std::make_shared<TokenSigner>(std::move(parsed), sendOver(host),
                                             [host] { return host.wallMs(); });
    } catch (const std::invalid_argument& allowed) {
        throw ConfigError(std::string("gcs_path_service_account: found something else; allowed: ") +
                          allowed.what());
    }
}

Store google(const Texts& texts, const sluice::Host& host) {
    Store store;
    store.google = true;
    std::string name = needed(texts, "gcs_bucket_name", "GCS_BUCKET_NAME",
                              "the name of a bucket, here or in GCS_BUCKET_NAME");
    store.path = texts.of("gcs_path");
    // As in LiteLLM: what stands behind the bucket's name is a path.
    if (const size_t slash = name.find('/'); slash != std::string::npos) {
        store.path = name.substr(slash + 1) + (store.path.empty() ? "" : "/" + store.path);
        name.resize(slash);
    }
    PlaceOptions options;
    options.bucket = store.name = name;
    options.endpoint = texts.of("gcs_endpoint_url");
    const bool own = !options.endpoint.empty();
    if (!own) options.endpoint = "https://storage.googleapis.com";
    const Place place = placeFor(options, own ? "gcs_endpoint_url" : "gcs_bucket_name");
    store.identity = place.origin + place.path;
    auto signer = googleSigner(texts, host, store.identity);
    store.bucket = std::make_shared<const Bucket>(place, std::move(signer));
    return store;
}

}  // namespace

Send sendOver(const sluice::Host& host) {
    return [host](const Call& call, uint32_t timeout_ms) {
        sluice::HttpCall request{call.url, call.method};
        for (const auto& [name, value] : call.fields) request.headers.push_back({name, value});
        request.body = call.body;
        request.timeout_ms = timeout_ms;
        return answerOf(host.http(request));
    };
}

Answer answerOf(const sluice::HttpResult& result) {
    Answer answer;
    if (result.error != SLUICE_OK) return answer;
    answer.status = result.status;
    answer.body = std::string(result.body);
    for (size_t i = 0; i < result.field_count; ++i) {
        std::string name(sluice::view(result.fields[i].name));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
        answer.fields.emplace_back(std::move(name), std::string(sluice::view(result.fields[i].value)));
    }
    return answer;
}

Store storeOf(const Json& config, const sluice::Host& host, bool variables) {
    const Texts texts(config, host, variables);
    const bool amazons = texts.has("s3_bucket_name");
    const bool googles = texts.has("gcs_bucket_name");
    if (amazons && googles)
        throw ConfigError(
            "gcs_bucket_name: found beside s3_bucket_name; allowed: one of them in an instance");
    const bool granted = variables && host.reveal("GCS_BUCKET_NAME").has_value();
    Store store = googles || (!amazons && granted) ? google(texts, host) : amazon(texts);
    while (!store.path.empty() && store.path.back() == '/') store.path.pop_back();
    while (!store.path.empty() && store.path.front() == '/') store.path.erase(0, 1);
    constexpr size_t kPathMax = 400;  // of the 1,024 bytes of a key
    if (store.path.size() > kPathMax)
        throw ConfigError(std::string(store.google ? "gcs_path" : "s3_path") + ": found more than 400 bytes");
    if (!store.path.empty()) store.path += '/';
    return store;
}

}  // namespace s3
