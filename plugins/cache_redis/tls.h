// TLS over bytes: what came from the network goes in, what goes to it comes out; the sockets are the wire's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace cache_redis {

struct TlsOptions {
    bool on = false;
    bool verify = true, check_host = true;
    std::string ca_file, cert_file, key_file;  // PEM; without ca_file the system's authorities
};

/// What all connections share. Throws sluice::ConfigError that names the key of a file that is no good.
class TlsContext {
public:
    explicit TlsContext(const TlsOptions& options);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

private:
    friend class TlsSession;
    ssl_ctx_st* context_;
    const TlsOptions options_;
};

class TlsSession {
public:
    /// Begins the handshake.
    TlsSession(const TlsContext& context, const std::string& host);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Appends what these bytes of the network meant. False if the connection is of no use: see fault().
    bool receive(std::string_view bytes, std::string& plain);
    /// Before the end of the handshake it is kept.
    bool send(std::string_view plain);
    /// Appends what has to go to the network.
    void drain(std::string& out);
    const std::string& fault() const { return fault_; }

private:
    bool shake();
    bool failed(int result);

    ssl_st* session_;
    bool shaken_ = false;
    std::string early_, fault_;
};

}  // namespace cache_redis
