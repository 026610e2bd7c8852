#include "transfers.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <map>

namespace batches {
namespace {

// Once a process, and never undone: other code of the process may use the library, too.
void startCurl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)started;
}

struct EndEasy {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct EndList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string lowered(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

// RFC 9110, 10.2.3: seconds or a date.
int64_t retryAfterMs(const std::string& value) {
    int64_t seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (read.ec == std::errc() && read.ptr == value.data() + value.size())
        return std::clamp<int64_t>(seconds, 0, 86'400) * 1'000;
    const time_t at = curl_getdate(value.c_str(), nullptr);
    return at < 0 ? 0 : std::clamp<int64_t>(at - std::time(nullptr), 0, 86'400) * 1'000;
}

}  // namespace

struct Transfers::One {
    Call call;
    std::unique_ptr<CURL, EndEasy> easy;
    std::unique_ptr<curl_slist, EndList> list;
    Answer answer;

    static size_t onBody(char* data, size_t size, size_t count, void* self) {
        auto& one = *static_cast<One*>(self);
        if (one.answer.body.size() + size * count > one.call.answer_bytes_max) {
            one.answer.fault = Answer::Fault::TooLarge;
            return 0;
        }
        one.answer.body.append(data, size * count);
        return size * count;
    }
    static size_t onField(char* data, size_t size, size_t count, void* self) {
        auto& answer = static_cast<One*>(self)->answer;
        const std::string_view line(data, size * count);
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos) return size * count;
        const std::string name = lowered(line.substr(0, colon));
        std::string value(line.substr(colon + 1));
        value.erase(0, value.find_first_not_of(" \t"));
        value.erase(value.find_last_not_of(" \t\r\n") + 1);
        if (name == "content-type") answer.content_type = lowered(value);
        if (name == "retry-after") answer.retry_after_ms = retryAfterMs(value);
        // The name under which the gateway's records know the request.
        if (name == "x-litellm-call-id") answer.request_id = value;
        return size * count;
    }
};

struct Transfers::State {
    CURLM* multi = nullptr;
    std::map<uint64_t, std::unique_ptr<One>> all;
};

Transfers::Transfers() : state_(std::make_unique<State>()) {
    startCurl();
    state_->multi = curl_multi_init();
    if (!state_->multi) throw std::bad_alloc();
}

Transfers::~Transfers() {
    while (!state_->all.empty()) abort(state_->all.begin()->first);
    curl_multi_cleanup(state_->multi);
}

void Transfers::start(Call call) {
    auto one = std::make_unique<One>();
    one->call = std::move(call);
    one->easy.reset(curl_easy_init());
    if (!one->easy) throw std::bad_alloc();
    CURL* it = one->easy.get();
    for (const auto& field : one->call.fields) {
        auto* longer = curl_slist_append(one->list.get(), field.c_str());
        if (!longer) throw std::bad_alloc();
        (void)one->list.release();
        one->list.reset(longer);
    }
    curl_easy_setopt(it, CURLOPT_URL, one->call.url.c_str());
    curl_easy_setopt(it, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(it, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(it, CURLOPT_PROXY, "");
    curl_easy_setopt(it, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(it, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(it, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!one->call.ca_file.empty()) curl_easy_setopt(it, CURLOPT_CAINFO, one->call.ca_file.c_str());
    curl_easy_setopt(it, CURLOPT_HTTPHEADER, one->list.get());
    if (!one->call.body.empty()) {
        curl_easy_setopt(it, CURLOPT_POST, 1L);
        curl_easy_setopt(it, CURLOPT_POSTFIELDS, one->call.body.data());
        curl_easy_setopt(it, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(one->call.body.size()));
    }
    curl_easy_setopt(it, CURLOPT_WRITEFUNCTION, One::onBody);
    curl_easy_setopt(it, CURLOPT_WRITEDATA, one.get());
    curl_easy_setopt(it, CURLOPT_HEADERFUNCTION, One::onField);
    curl_easy_setopt(it, CURLOPT_HEADERDATA, one.get());
    curl_easy_setopt(it, CURLOPT_TIMEOUT_MS, static_cast<long>(one->call.timeout_ms));
    curl_easy_setopt(it, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
    curl_easy_setopt(it, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(it, CURLOPT_PRIVATE, one.get());
    curl_multi_add_handle(state_->multi, it);
    state_->all[one->call.key] = std::move(one);
}

void Transfers::abort(uint64_t key) {
    const auto found = state_->all.find(key);
    if (found == state_->all.end()) return;
    curl_multi_remove_handle(state_->multi, found->second->easy.get());
    state_->all.erase(found);
}

size_t Transfers::running() const { return state_->all.size(); }

std::vector<std::pair<uint64_t, Answer>> Transfers::perform() {
    int running = 0;
    curl_multi_perform(state_->multi, &running);
    std::vector<std::pair<uint64_t, Answer>> ended;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(state_->multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        char* opaque = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &opaque);
        auto& one = *reinterpret_cast<One*>(opaque);
        long status = 0;
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        one.answer.status = static_cast<int>(status);
        if (code != CURLE_OK && one.answer.fault == Answer::Fault::None)
            one.answer.fault =
                code == CURLE_OPERATION_TIMEDOUT ? Answer::Fault::Timeout : Answer::Fault::Unreachable;
        const uint64_t key = one.call.key;
        ended.emplace_back(key, std::move(one.answer));
        abort(key);
    }
    return ended;
}

void Transfers::wait(int ms) { curl_multi_poll(state_->multi, nullptr, 0, ms, nullptr); }

void Transfers::wake() { curl_multi_wakeup(state_->multi); }

}  // namespace batches
