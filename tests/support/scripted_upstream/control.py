"""The control API: /__script, /__log, /__reset, /__state. On the same port, and never in the log."""
import json

from . import http1
from .script import BadScript


async def handle(connection, request):
    connection.is_control = True
    await http1.read_body(connection.reader, request, connection.write_now)
    status, answer = dispatch(connection.server, request)
    body = json.dumps(answer).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    await connection.write(http1.response_head(status, headers) + body)
    return not request.wants_close()


def dispatch(server, request):
    route = (request.method, request.path)
    if route == ("POST", "/__script"):
        try:
            return 200, {"id": server.scripts.push(json.loads(request.body))}
        except (ValueError, BadScript) as error:
            return 400, {"error": str(error)}
    if route == ("GET", "/__log"):
        return 200, [entry.as_json() for entry in server.log]
    if route == ("POST", "/__reset"):
        server.reset()
        return 200, {}
    if route == ("GET", "/__state"):
        return 200, server.state()
    return 404, {"error": f"no control route {route}"}
