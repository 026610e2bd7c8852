"""A gateway that listens with TLS: whether it is up is asked over TLS, too."""
from processes import Gateway
from raw_http import RawConnection

HEALTH = b"GET /health/liveliness HTTP/1.1\r\nhost: h\r\n\r\n"


def tls_gateway(tls):
    """The class of gateways that `tls`, a client's ssl.SSLContext, trusts."""
    class TlsGateway(Gateway):
        def is_live(self):
            try:
                with RawConnection(self.port, timeout=1.0, tls=tls) as connection:
                    connection.send(HEALTH)
                    return connection.answer().status == 200
            except (OSError, EOFError):
                return super().is_live() if self.process.poll() is not None else False

    return TlsGateway
