"""The scripted upstream. server: listener and control API; connection: one client; script: what a test ordered;
providers: the default answers; http1: the little HTTP that is needed; record: what was seen."""
