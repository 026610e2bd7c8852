"""Secrets with a surrounding of their own: keys in blocks, URLs, headers, command lines, prose."""

import base64
import json

import surroundings
from tokens import ALNUM, HEX, LOWER, URL64, UPPER, b64, password, pem, some, url_password


def _at(text, secret):
    begin = text.index(secret)
    return text, begin, begin + len(secret)


def private_key(rng, style):
    kind = rng.choice(["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "DSA PRIVATE KEY"])
    block, body = pem(rng, kind, rng.randint(100, 1600))
    return _at(rng.choice(["my key:\n{}", "cat ~/.ssh/id_rsa\n{}", "{}"]).format(block), body)


def pgp_key(rng, style):
    body = b64(rng, 900)
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    head = "Version: GnuPG v2\n\n" if style == "usual" else "\n"
    text = f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{head}{lines}\n={some(rng, ALNUM, 4)}\n-----END PGP PRIVATE KEY BLOCK-----"
    return _at(text, lines)


def service_account(rng, style):
    block, body = pem(rng, "PRIVATE KEY", 1190, "\\n")
    text = f'{{"type": "service_account", "project_id": "p-1", "private_key_id": "{some(rng, HEX, 40)}", "private_key": "{block}\\n", "client_email": "a@p-1.iam.gserviceaccount.com"}}'
    return _at(text, body)


def putty_key(rng, style):
    body = b64(rng, 400)
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    count = lines.count("\n") + 1
    text = f"PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: k\nPrivate-Lines: {count}\n{lines}\nPrivate-MAC: {some(rng, HEX, 40)}"
    return _at(text, lines)


def database_url(rng, style):
    scheme = rng.choice(["postgres", "postgresql", "mysql", "mongodb+srv", "redis", "amqps", "mssql+pyodbc", "clickhouse"])
    secret = url_password(rng)
    user = rng.choice(["app", "svc_orders", "admin", ""]) if scheme == "redis" else rng.choice(["app", "svc_orders", "admin"])
    url = f"{scheme}://{user}:{secret}@db-{rng.randint(1, 9)}.internal.example.net:5432/orders?sslmode=require"
    texts = ["DATABASE_URL={}", "dsn: {}", 'engine = create_engine("{}")'] if style == "usual" else ["psql '{}'", "the replica is at {} now", 'jdbc.url="{}"', "export CELERY_BROKER_URL={}"]
    return _at(rng.choice(texts).format(url), secret)


def http_url(rng, style):
    secret = url_password(rng)
    text = rng.choice(["git clone https://deploy:{}@git.example.com/a/b.git", "pip install --index-url https://ci:{}@pypi.example.com/simple app", "http_proxy=http://proxyuser:{}@10.0.0.1:3128"])
    return _at(text.format(secret), secret)


def ado(rng, style):
    secret = password(rng).replace(";", "x")
    usual = ["Server=db;Database=app;User Id=sa;Password={};Encrypt=true", "Data Source=db;User=app;Pwd={};"]
    other = ["jdbc:sqlserver://db:1433;user=sa;password={};encrypt=true", "Host=pg;Username=app;Password={};Pooling=true", "jdbc:mysql://db/app?user=app&password={}&useSSL=true"]
    if style != "usual":
        secret = some(rng, ALNUM, 14)
    return _at(rng.choice(usual if style == "usual" else other).format(secret), secret)


def azure_connection(rng, style):
    key = b64(rng, 64)
    return _at(f"DefaultEndpointsProtocol=https;AccountName=store{rng.randint(1, 99)};AccountKey={key};EndpointSuffix=core.windows.net", key)


def azure_sas(rng, style):
    signature = b64(rng, 32).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return _at(f"https://store.blob.core.windows.net/c/f.csv?sv=2022-11-02&ss=b&srt=co&sp=rl&se=2026-12-31T00:00:00Z&sig={signature}", signature)


def basic_header(rng, style):
    secret = base64.b64encode(f"svc:{password(rng)}".encode()).decode()
    texts = ["Authorization: Basic {}", "curl -H 'Authorization: Basic {}' https://x.example.com"] if style == "usual" else ['headers={{"Authorization": "Basic {}"}}', "proxy-authorization: basic {}\r\n"]
    return _at(rng.choice(texts).format(secret), secret)


def bearer_header(rng, style):
    secret = some(rng, ALNUM + "._-", 32, 48).replace("..", "a")
    texts = ["Authorization: Bearer {}", "-H 'authorization: bearer {}'"] if style == "usual" else ['"Authorization": "Bearer {}",', "req.Header.Set(\"Authorization\", \"Bearer {}\")"]
    return _at(rng.choice(texts).format(secret), secret)


def curl_user(rng, style):
    secret = some(rng, ALNUM, 12)
    return _at(rng.choice(["curl -u admin:{} https://x.example.com", 'curl --user "ci:{}" -X POST https://x.example.com']).format(secret), secret)


def command_line(rng, style):
    secret = some(rng, ALNUM, 14)
    usual = ["mysql -u root -p{} app < dump.sql", "tool login --username me --password {}", "sshpass -p '{}' ssh me@host"]
    other = ["redis-cli -h cache -a {} ping", "docker login -u me -p {} registry.example.com", "az login --service-principal --password {}", "PGPASSWORD={} psql -h db app"]
    return _at(rng.choice(usual if style == "usual" else other).format(secret), secret)


def spoken(rng, style):
    secret = some(rng, LOWER, 4) + some(rng, UPPER, 2) + rng.choice("!$#") + some(rng, ALNUM, 5)
    usual = ["the password is {}", "Password: {}", "The root password for staging is {} by the way", "login with user admin and password {}"]
    other = ["my wifi passphrase was '{}' until yesterday", "pw: {}", "I set the database password to {}.", "das Passwort ist {}", "ALTER USER app WITH PASSWORD '{}';"]
    return _at(rng.choice(usual if style == "usual" else other).format(secret), secret)


def in_code(rng, style):
    secret = password(rng)
    usual = ['password = "{}"', "db.connect(user='app', password='{}')", '"password": "{}"', 'private String dbPassword = "{}";']
    other = ['conn.setPassword("{}");', "props.put(\"password\", \"{}\");", "CREATE USER app IDENTIFIED BY '{}';", "'password' => '{}',", 'let password: String = "{}".into();', "machine db.example.com login app password {}"]
    template = rng.choice(usual if style == "usual" else other)
    if "machine" in template:
        secret = some(rng, ALNUM, 12)
    text, begin, end = surroundings.fill(template.replace("{}", "{T}"), secret)
    return text, begin, end


def high_entropy(rng, style):
    hexadecimal = rng.random() < 0.4
    secret = some(rng, HEX, rng.choice([32, 40, 64])) if hexadecimal else some(rng, ALNUM, 32, 44)
    usual = ['secret_key = "{}"', "use this api key {} for the test", "auth_token={}", 'access_token: "{}"']
    other = ["my access token, please keep it: {}", "app.config['SECRET'] = '{}'", "credentials for the sandbox: {}", "client_secret={}&grant_type=client_credentials"]
    return _at(rng.choice(usual if style == "usual" else other).format(secret), secret)


ALL = [private_key, pgp_key, service_account, putty_key, database_url, http_url, ado, azure_connection, azure_sas, basic_header,
       bearer_header, curl_user, command_line, spoken, in_code, high_entropy]
