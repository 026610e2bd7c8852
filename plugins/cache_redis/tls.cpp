#include "tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstring>
#include <sluice/config.hpp>

namespace cache_redis {
namespace {

bool isAddress(const std::string& host) {
    std::array<unsigned char, 16> bytes;
    return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

std::string reason() {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(error)) return std::strerror(ERR_GET_REASON(error));
    const char* text = ERR_reason_error_string(error);
    return text ? text : "no reason is known";
}

[[noreturn]] void refuse(ssl_ctx_st* context, const char* key, const std::string& file) {
    SSL_CTX_free(context);
    throw sluice::ConfigError(std::string(key) + ": found " + file + ", which cannot be used (" + reason() +
                              "); allowed: a PEM file");
}

}  // namespace

TlsContext::TlsContext(const TlsOptions& options)
    : context_(SSL_CTX_new(TLS_client_method())), options_(options) {
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    if (options.ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(context_);
    } else if (SSL_CTX_load_verify_locations(context_, options.ca_file.c_str(), nullptr) != 1) {
        refuse(context_, "ssl_ca_certs", options.ca_file);
    }
    if (!options.cert_file.empty() &&
        SSL_CTX_use_certificate_chain_file(context_, options.cert_file.c_str()) != 1)
        refuse(context_, "ssl_certfile", options.cert_file);
    const std::string& key = options.key_file.empty() ? options.cert_file : options.key_file;
    if (!key.empty() && SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) != 1)
        refuse(context_, "ssl_keyfile", key);
    SSL_CTX_set_verify(context_, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

TlsSession::TlsSession(const TlsContext& context, const std::string& host)
    : session_(SSL_new(context.context_)) {
    SSL_set_bio(session_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(session_);
    const bool address = isAddress(host);
    if (!address) SSL_set_tlsext_host_name(session_, host.c_str());
    if (context.options_.verify && context.options_.check_host) {
        if (address) {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_), host.c_str());
        } else {
            SSL_set1_host(session_, host.c_str());
        }
    }
    (void)shake();
}

TlsSession::~TlsSession() { SSL_free(session_); }

bool TlsSession::failed(int result) {
    const int error = SSL_get_error(session_, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
    const long verdict = SSL_get_verify_result(session_);
    fault_ = error == SSL_ERROR_ZERO_RETURN ? "it closed the connection"
             : verdict != X509_V_OK         ? std::string("TLS: ") + X509_verify_cert_error_string(verdict)
                                            : "TLS: " + reason();
    ERR_clear_error();
    return true;
}

bool TlsSession::shake() {
    if (shaken_) return true;
    ERR_clear_error();
    const int result = SSL_do_handshake(session_);
    if (result != 1) return !failed(result);
    shaken_ = true;
    const std::string early = std::move(early_);
    return early.empty() || send(early);
}

bool TlsSession::receive(std::string_view bytes, std::string& plain) {
    BIO_write(SSL_get_rbio(session_), bytes.data(), static_cast<int>(bytes.size()));
    if (!shake()) return false;
    std::array<char, 16384> buffer;
    while (shaken_) {
        ERR_clear_error();
        const int got = SSL_read(session_, buffer.data(), buffer.size());
        if (got <= 0) return !failed(got);
        plain.append(buffer.data(), static_cast<size_t>(got));
    }
    return true;
}

bool TlsSession::send(std::string_view plain) {
    if (!shaken_) {
        early_ += plain;
        return true;
    }
    while (!plain.empty()) {
        ERR_clear_error();
        const size_t piece = std::min<size_t>(plain.size(), 1 << 20);
        const int sent = SSL_write(session_, plain.data(), static_cast<int>(piece));
        if (sent <= 0) return !failed(sent);
        plain.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
}

void TlsSession::drain(std::string& out) {
    BIO* bio = SSL_get_wbio(session_);
    std::array<char, 16384> buffer;
    for (;;) {
        const int got = BIO_read(bio, buffer.data(), buffer.size());
        if (got <= 0) return;
        out.append(buffer.data(), static_cast<size_t>(got));
    }
}

}  // namespace cache_redis
