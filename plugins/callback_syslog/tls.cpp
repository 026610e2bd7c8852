#include "tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include <sluice/plugin.hpp>

namespace callback_syslog {
namespace {

std::string lastError(const char* otherwise) {
    const unsigned long code = ::ERR_get_error();
    ::ERR_clear_error();
    const char* reason = code != 0 ? ::ERR_reason_error_string(code) : nullptr;
    return reason ? reason : otherwise;
}

}  // namespace

TlsContext::TlsContext(TlsOptions options)
    : options_(std::move(options)), context_(::SSL_CTX_new(::TLS_client_method())) {
    const auto refuse = [this](const char* key, const std::string& file) {
        const std::string why = lastError("it cannot be used");
        ::SSL_CTX_free(context_);
        throw sluice::ConfigError(std::string(key) + ": " + file + ": " + why);
    };
    if (!context_) throw sluice::ConfigError("address: TLS is of no use here: " + lastError("no memory"));
    (void)::SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    ::SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    (void)::SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (options_.ca_file.empty())
        (void)::SSL_CTX_set_default_verify_paths(context_);
    else if (::SSL_CTX_load_verify_locations(context_, options_.ca_file.c_str(), nullptr) != 1)
        refuse("ca_file", options_.ca_file);
    if (options_.cert_file.empty()) return;
    if (::SSL_CTX_use_certificate_chain_file(context_, options_.cert_file.c_str()) != 1)
        refuse("cert_file", options_.cert_file);
    if (::SSL_CTX_use_PrivateKey_file(context_, options_.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
        refuse("key_file", options_.key_file);
}

TlsContext::~TlsContext() { ::SSL_CTX_free(context_); }

std::unique_ptr<TlsSession> TlsContext::session(int fd) const {
    ssl_st* made = ::SSL_new(context_);
    if (made) {
        const char* name = options_.server_name.c_str();
        // An address is looked for among the certificate's addresses, and is no SNI (RFC 6066, 3).
        if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(made), name) != 1) {
            ::ERR_clear_error();
            (void)::SSL_set1_host(made, name);
            (void)::SSL_set_tlsext_host_name(made, name);
        }
        (void)::SSL_set_fd(made, fd);
    }
    return std::make_unique<TlsSession>(made);
}

TlsSession::~TlsSession() {
    if (session_ && ::SSL_is_init_finished(session_)) (void)::SSL_shutdown(session_);
    ::SSL_free(session_);
}

TlsStep TlsSession::handshake() { return session_ ? stepOf(::SSL_connect(session_)) : TlsStep::Failed; }

TlsStep TlsSession::write(std::string_view bytes, size_t& written) {
    ::ERR_clear_error();
    const int result = ::SSL_write_ex(session_, bytes.data(), bytes.size(), &written);
    if (result != 1) written = 0;
    return stepOf(result);
}

bool TlsSession::alive() {
    std::array<char, 512> said;
    size_t size = 0;
    for (;;) {
        ::ERR_clear_error();
        const int result = ::SSL_read_ex(session_, said.data(), said.size(), &size);
        if (result == 1) continue;
        const TlsStep step = stepOf(result);
        return step == TlsStep::WantRead || step == TlsStep::WantWrite;
    }
}

TlsStep TlsSession::stepOf(int result) {
    if (result == 1) return TlsStep::Done;
    switch (::SSL_get_error(session_, result)) {
        case SSL_ERROR_WANT_READ:
            return TlsStep::WantRead;
        case SSL_ERROR_WANT_WRITE:
            return TlsStep::WantWrite;
        default:
            break;
    }
    const long verified = ::SSL_get_verify_result(session_);
    fault_ = verified != X509_V_OK ? ::X509_verify_cert_error_string(verified)
                                   : lastError("the receiver has closed the connection");
    ::ERR_clear_error();
    return TlsStep::Failed;
}

}  // namespace callback_syslog
