#include "upstream/tls_socket.h"

#include <unordered_map>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <Poco/Exception.h>
#include <Poco/Net/SSLException.h>

namespace sluice::upstream {

using base::Code;
using Poco::Net::Context;

namespace {

// OpenSSL's error queue belongs to the thread, and fibers share it: what another connection left there must
// not be read as ours.
void clearErrors() { ERR_clear_error(); }

// Why the certificates of the handshakes in progress on this thread were refused, by descriptor: OpenSSL
// keeps that in the SSL object, which Poco does not show.
thread_local std::unordered_map<int, int> refusals;

int verifyChain(X509_STORE_CTX* chain, void*) {
    const int fine = X509_verify_cert(chain);
    if (fine != 1) {
        const auto* ssl =
            static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
        refusals[SSL_get_fd(ssl)] = X509_STORE_CTX_get_error(chain);
    }
    return fine;
}

std::string refusalOf(int fd) {
    const auto found = refusals.find(fd);
    if (found == refusals.end()) return {};
    const std::string reason = X509_verify_cert_error_string(found->second);
    refusals.erase(found);
    return reason;
}

base::Error handshakeError(FiberSocketImpl& socket, const Poco::Exception& e) {
    const std::string refusal = refusalOf(socket.sockfd());
    if (socket.lastWake() == base::Wake::Interrupted)
        return base::upstreamError(Code::Cancelled, "the TLS handshake was cancelled");
    if (dynamic_cast<const Poco::TimeoutException*>(&e))
        return base::upstreamError(Code::Unavailable, "the TLS handshake took too long");
    if (!refusal.empty())
        return base::upstreamError(Code::Unavailable, "the TLS certificate was refused: " + refusal);
    return base::upstreamError(Code::Unavailable, "TLS handshake failed: " + e.displayText());
}

}  // namespace

TlsSocketImpl::TlsSocketImpl(FiberSocketImpl* inner, Context::Ptr context)
    : SecureStreamSocketImpl(inner, context), inner_(inner) {
    setLazyHandshake(true);
}

bool TlsSocketImpl::poll(const Poco::Timespan& timeout, int mode) {
    if ((mode & SELECT_READ) && available() > 0) return true;
    return inner_->poll(timeout, mode);
}

base::Status TlsSocketImpl::handshakeAsClient(const std::string& host, base::TimePoint deadline) {
    inner_->setDeadline(deadline);
    try {
        clearErrors();
        setPeerHostName(host);
        connectSSL();
        if (completeHandshake() != 1)
            return base::upstreamError(Code::Unavailable, "the TLS handshake did not complete");
        verifyPeerCertificate(host);
    } catch (const Poco::Net::CertificateValidationException&) {
        return base::upstreamError(Code::Unavailable,
                                   "the TLS certificate is not valid for the name " + host);
    } catch (const Poco::Exception& e) {
        return handshakeError(*inner_, e);
    }
    return {};
}

base::Status TlsSocketImpl::handshakeAsServer(base::TimePoint deadline) {
    inner_->setDeadline(deadline);
    try {
        clearErrors();
        acceptSSL();
        if (completeHandshake() != 1)
            return base::clientError(Code::Unavailable, "the TLS handshake did not complete");
    } catch (const Poco::Exception& e) {
        return handshakeError(*inner_, e);
    }
    return {};
}

base::Result<Context::Ptr> clientContext(const std::string& ca_file) {
    try {
        Context::Params params;
        params.caLocation = ca_file;
        params.verificationMode = Context::VERIFY_STRICT;
        params.verificationDepth = 9;
        params.loadDefaultCAs = ca_file.empty();
        params.cipherList = "HIGH:!aNULL:!eNULL:!MD5:!RC4:!3DES";
        Context::Ptr context(new Context(Context::TLS_CLIENT_USE, params));
        context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
        context->enableExtendedCertificateVerification(true);
        SSL_CTX_set_mode(context->sslContext(),
                         SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_CTX_set_cert_verify_callback(context->sslContext(), verifyChain, nullptr);
        return context;
    } catch (const Poco::Exception& e) {
        return base::gatewayError(Code::InvalidArgument, "cannot set up upstream TLS: " + e.displayText());
    }
}

base::Result<Context::Ptr> serverContext(const std::string& certificate_file, const std::string& key_file) {
    try {
        Context::Params params;
        params.privateKeyFile = key_file;
        params.certificateFile = certificate_file;
        params.verificationMode = Context::VERIFY_NONE;
        params.cipherList = "HIGH:!aNULL:!eNULL:!MD5:!RC4:!3DES";
        Context::Ptr context(new Context(Context::TLS_SERVER_USE, params));
        context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
        SSL_CTX_set_mode(context->sslContext(),
                         SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return context;
    } catch (const Poco::Exception& e) {
        return base::gatewayError(Code::InvalidArgument,
                                  "cannot use the TLS certificate: " + e.displayText());
    }
}

}  // namespace sluice::upstream
