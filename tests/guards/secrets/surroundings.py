"""Texts that secrets stand in. `usual` is what the detectors were written with; `other` is a style of its own, to see
whether they were only made to fit. {T} is the secret, {N} a variable's name, {n} the same in lower case, {L} what
people call it."""

NAMED_USUAL = [
    "{N}={T}\n",
    "DEBUG=false\n{N}={T}\nPORT=8080\n",
    'export {N}="{T}"',
    "services:\n  api:\n    environment:\n      {N}: {T}\n",
    "{n}: '{T}'\nregion: eu-west-1\n",
    '{{"region": "eu", "{n}": "{T}", "retries": 3}}',
    'settings = {{\n    "{n}": "{T}",\n    "timeout": 30,\n}}',
    '{N} = "{T}"\n',
    "const {n} = '{T}';\nconnect({n});",
    "[default]\n{n} = {T}\noutput = json\n",
    "ENV {N}={T}\nRUN make\n",
    "{n}={T}\nspring.profiles.active=prod\n",
    "My {L} is {T} but I still get 401, what is wrong?",
    "2026-03-01T10:22:11Z ERROR request failed config.{n}={T} status=401",
    '"{{\\"{n}\\": \\"{T}\\"}}"',
    'resource "x" "y" {{\n  {n} = "{T}"\n}}',
    "- {n}: REDACTED_LATER\n+ {n}: {T}\n",
]
BARE_USUAL = [
    "curl -H 'Authorization: Bearer {T}' https://api.example.com/v1/me",
    "I pasted {T} into the form. Is that a problem?",
    "here is the key: `{T}`\nplease write the client",
    "{T}",
    "GET /v1/items?access_token={T}&page=2 HTTP/1.1",
    "client = Client('{T}', timeout=3)",
    "Traceback: invalid credentials ({T})",
    "echo {T} | login --stdin",
]
NAMED_OTHER = [
    "        env:\n        - name: {N}\n          value: \"{T}\"\n        image: app:1.2\n",
    "    - run: deploy\n      env:\n        {N}: {T}\n",
    'os.environ["{N}"] = "{T}"\n',
    "define('{N}', '{T}');\n",
    "docker run -d -e {N}={T} -p 80:80 app:latest",
    '$env:{N} = "{T}"',
    'const {N}: &str = "{T}";',
    'private static final String {N} = "{T}";',
    "ENV['{N}'] ||= '{T}'",
    '    {n} := "{T}"\n    if err != nil {{\n',
    '<add key="{N}" value="{T}" />',
    "<{n}>{T}</{n}>",
    '{{"level":"warn","msg":"rotate","{n}":"{T}","ts":1711929600}}',
    "| setting | value |\n| --- | --- |\n| x | y |\n\n{N}: {T}\n",
    "Hi team,\n\nthe {L}: {T}\n\nRegards",
    "can you check why `{N}={T}` does not work in my shell",
    'val {n}: String = "{T}"',
    "set {N}={T}",
    "fly secrets set {N}={T}",
]
BARE_OTHER = [
    "fetch(url, {{ headers: {{ Authorization: `Bearer {T}` }} }})",
    "> {T}\n\nDid I leak this?",
    "Use {T}. It expires tomorrow.",
    "tool --verbose --token {T} --dry-run",
    "[INFO] using credentials {T} from cache",
    "(old: {T})",
    "https://api.example.com/data?api_key={T}",
    "X-Api-Key: {T}\r\nAccept: */*\r\n",
    "the value is \"{T}\", right?",
]

BEFORE = [
    "",
    "",
    "Please review this file:\n\n",
    "Why does this fail?\n```\n",
    "Translate the comments into German. The code follows.\n",
    "We deploy 3 services to eu-west-1 with version 2.14.0 of the chart; the image is app:2026.03.\n",
]
AFTER = ["", "", "\n```\n", "\nThanks!", "\n# end of file\n", "\nThe rest of the log looks normal, see line 120."]


def fill(template, secret, name="", label=""):
    """The text, and where the secret stands in it."""
    text = template.replace("{{", "\0").replace("}}", "\1")
    text = text.replace("{N}", name).replace("{n}", name.lower()).replace("{L}", label)
    text = text.replace("\0", "{").replace("\1", "}")
    at = text.index("{T}")
    return text.replace("{T}", secret), at, at + len(secret)
