// TLS over a socket that does not block (RFC 5425: the server's certificate is always verified, by name).
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace callback_syslog {

struct TlsOptions {
    std::string server_name;          // in its certificate: a name or an address
    std::string ca_file;              // empty: those of the system
    std::string cert_file, key_file;  // our own, where the receiver wants one
};

enum class TlsStep { Done, WantRead, WantWrite, Failed };

/// One connection. [one thread at a time]
class TlsSession {
public:
    explicit TlsSession(ssl_st* session) : session_(session) {}
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    TlsStep handshake();
    /// After WantRead or WantWrite the same bytes again.
    TlsStep write(std::string_view bytes, size_t& written);
    /// Reads away what came; false: it has ended.
    bool alive();
    const std::string& fault() const { return fault_; }

private:
    TlsStep stepOf(int result);

    ssl_st* session_;
    std::string fault_;
};

class TlsContext {
public:
    /// Throws sluice::ConfigError. [control]
    explicit TlsContext(TlsOptions options);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    std::unique_ptr<TlsSession> session(int fd) const;

private:
    const TlsOptions options_;
    ssl_ctx_st* context_;
};

}  // namespace callback_syslog
