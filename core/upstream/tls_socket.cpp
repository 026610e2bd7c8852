#include "upstream/tls_socket.h"

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

base::Error handshakeError(const FiberSocketImpl& socket, const Poco::Exception& e) {
    if (socket.lastWake() == base::Wake::Interrupted)
        return base::upstreamError(Code::Cancelled, "the TLS handshake was cancelled");
    if (dynamic_cast<const Poco::TimeoutException*>(&e))
        return base::upstreamError(Code::Unavailable, "the TLS handshake took too long");
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
