"""Makes secrets by their documented formats. Nothing that looks like one stands in the repository: all of them come
from a seeded generator when the tests run."""

import base64
import json
import string
import zlib

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
URL64 = ALNUM + "_-"
BASE64 = ALNUM + "+/"
HEX = "0123456789abcdef"
BASE62 = DIGITS + UPPER + LOWER


def some(rng, alphabet, size, most=None):
    """Text of that size, or of a size up to `most`, which begins and ends with a letter or digit if it can."""
    size = rng.randint(size, most) if most else size
    text = [rng.choice(alphabet) for _ in range(size)]
    inner = [c for c in alphabet if c.isalnum()]
    if inner and text:
        text[0], text[-1] = rng.choice(inner), rng.choice(inner)
    return "".join(text)


def crc_token(rng, prefix):
    """A token of GitHub's and npm's format: 30 characters and their CRC-32 in base 62."""
    random = some(rng, ALNUM, 30)
    rest, tail = zlib.crc32(random.encode()), ""
    for _ in range(6):
        tail = BASE62[rest % 62] + tail
        rest //= 62
    return prefix + random + tail


def uuid(rng):
    return "-".join(some(rng, HEX, size) for size in (8, 4, 4, 4, 12))


def b64(rng, size):
    return base64.b64encode(rng.randbytes(size)).decode()


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt(rng, claims=3):
    algorithm = rng.choice(["HS256", "RS256", "ES256", "HS512"])
    header = {"alg": algorithm, "typ": "JWT"} if rng.random() < 0.7 else {"typ": "JWT", "alg": algorithm, "kid": some(rng, HEX, 16)}
    payload = {"sub": some(rng, DIGITS, 8), "iat": rng.randint(1_600_000_000, 1_800_000_000)}
    for i in range(claims):
        payload[f"claim{i}"] = some(rng, ALNUM, 12, 40)
    signature = rng.randbytes(32 if algorithm != "RS256" else 256)
    return ".".join((b64url(json.dumps(header, separators=(",", ":")).encode()), b64url(json.dumps(payload).encode()), b64url(signature)))


def pem(rng, kind="RSA PRIVATE KEY", size=600, newline="\n", tail=True):
    """The whole block, and what of it is secret: its body."""
    body = b64(rng, size)
    lines = newline.join(body[i : i + 64] for i in range(0, len(body), 64))
    head = f"-----BEGIN {kind}-----{newline}"
    return head + lines + (f"{newline}-----END {kind}-----" if tail else ""), lines


WORDS = "river stone maple copper violet thunder falcon meadow harbor winter silver canyon".split()


def password(rng):
    """What people make up: words, numbers, signs."""
    form = rng.randrange(7)
    word, other = rng.choice(WORDS), rng.choice(WORDS)
    if form == 0:
        return word.title() + rng.choice("!@#$%*") + some(rng, DIGITS, 3, 5)
    if form == 1:
        return some(rng, ALNUM + "!#%*-_", 12, 20)
    if form == 2:
        return word + some(rng, DIGITS, 2, 4)
    if form == 3:
        return word.title() + other.title() + some(rng, DIGITS, 2) + "!"
    if form == 4:
        return some(rng, LOWER, 3) + rng.choice("@!#") + some(rng, ALNUM, 6, 9)
    if form == 5:
        return word[0].upper() + word[1:].replace("e", "3").replace("o", "0").replace("i", "1") + some(rng, DIGITS, 2) + "$"
    return some(rng, ALNUM, 16)


def url_password(rng):
    return some(rng, ALNUM + "-_", 10, 18)


# name -> (generator, what it is called, names of variables it stands in)
TOKENS = {
    "aws_access_key": (lambda r: r.choice(["AKIA", "ASIA"]) + some(r, UPPER + "234567", 16), "AWS key id", ["AWS_ACCESS_KEY_ID"]),
    "google_api_key": (lambda r: "AIza" + some(r, URL64, 35), "Google API key", ["GOOGLE_API_KEY", "MAPS_API_KEY"]),
    "google_oauth": (lambda r: "GOCSPX-" + some(r, URL64, 28), "OAuth client secret", ["GOOGLE_CLIENT_SECRET"]),
    "google_refresh": (lambda r: "1//0" + some(r, URL64, 60, 100), "refresh token", ["REFRESH_TOKEN"]),
    "google_access": (lambda r: "ya29." + some(r, URL64, 80, 180), "Google access token", ["ACCESS_TOKEN"]),
    "digitalocean": (lambda r: r.choice(["dop", "doo", "dor"]) + "_v1_" + some(r, HEX, 64), "DigitalOcean token", ["DO_TOKEN"]),
    "alibaba": (lambda r: "LTAI" + some(r, ALNUM, 20), "Alibaba key id", ["ALIYUN_ACCESS_KEY_ID"]),
    "azure_client": (lambda r: some(r, ALNUM, 3) + some(r, DIGITS, 1) + "Q~" + some(r, ALNUM + "_-", 34), "client secret", ["AZURE_CLIENT_SECRET"]),
    "heroku": (lambda r: "HRKU-AA" + some(r, URL64, 58), "Heroku key", ["HEROKU_API_KEY"]),
    "cloudflare_ca": (lambda r: "v1.0-" + some(r, HEX, 24) + "-" + some(r, HEX, 146), "Origin CA key", ["CF_ORIGIN_CA_KEY"]),
    "netlify": (lambda r: "nfp_" + some(r, ALNUM, 36), "Netlify token", ["NETLIFY_AUTH_TOKEN"]),
    "fly": (lambda r: "fm2_" + some(r, BASE64, 120, 500), "Fly token", ["FLY_API_TOKEN"]),
    "github": (lambda r: crc_token(r, r.choice(["ghp_", "gho_", "ghu_", "ghs_", "ghr_"])), "GitHub token", ["GITHUB_TOKEN", "GH_TOKEN"]),
    "github_fine": (lambda r: "github_pat_" + some(r, ALNUM, 22) + "_" + some(r, ALNUM, 59), "GitHub token", ["GITHUB_TOKEN"]),
    "gitlab": (lambda r: r.choice(["glpat-", "gldt-", "glrt-", "glft-"]) + some(r, URL64, 20), "GitLab token", ["GITLAB_TOKEN"]),
    "gitlab_trigger": (lambda r: "glptt-" + some(r, HEX, 40), "trigger token", ["CI_TRIGGER_TOKEN"]),
    "bitbucket": (lambda r: "ATBB" + some(r, ALNUM, 32), "app password", ["BITBUCKET_APP_PASSWORD"]),
    "npm": (lambda r: crc_token(r, "npm_"), "npm token", ["NPM_TOKEN"]),
    "pypi": (lambda r: "pypi-AgEIcHlwaS5vcmc" + some(r, URL64, 120, 180), "PyPI token", ["TWINE_PASSWORD", "PYPI_TOKEN"]),
    "rubygems": (lambda r: "rubygems_" + some(r, HEX, 48), "RubyGems key", ["GEM_HOST_API_KEY"]),
    "docker": (lambda r: "dckr_pat_" + some(r, URL64, 27), "Docker Hub token", ["DOCKER_PASSWORD"]),
    "crates": (lambda r: "cio" + some(r, ALNUM, 32), "crates.io token", ["CARGO_REGISTRY_TOKEN"]),
    "slack_bot": (lambda r: f"xoxb-{some(r, DIGITS, 11)}-{some(r, DIGITS, 12)}-{some(r, ALNUM, 24)}", "Slack token", ["SLACK_BOT_TOKEN"]),
    "slack_user": (lambda r: f"xoxp-{some(r, DIGITS, 11)}-{some(r, DIGITS, 11)}-{some(r, DIGITS, 12)}-{some(r, HEX, 32)}", "Slack token", ["SLACK_TOKEN"]),
    "slack_app": (lambda r: f"xapp-1-A{some(r, UPPER + DIGITS, 10)}-{some(r, DIGITS, 13)}-{some(r, HEX, 64)}", "app-level token", ["SLACK_APP_TOKEN"]),
    "slack_webhook": (lambda r: f"https://hooks.slack.com/services/T{some(r, UPPER + DIGITS, 10)}/B{some(r, UPPER + DIGITS, 10)}/{some(r, ALNUM, 24)}", "webhook", ["SLACK_WEBHOOK_URL"]),
    "discord_bot": (lambda r: b64url(some(r, DIGITS, 18).encode()) + "." + some(r, ALNUM, 6) + "." + some(r, URL64, 38), "bot token", ["DISCORD_TOKEN"]),
    "discord_webhook": (lambda r: f"https://discord.com/api/webhooks/{some(r, DIGITS, 18)}/{some(r, URL64, 68)}", "webhook", ["DISCORD_WEBHOOK"]),
    "telegram": (lambda r: some(r, "123456789", 1) + some(r, DIGITS, 9) + ":AA" + some(r, URL64, 33), "bot token", ["TELEGRAM_BOT_TOKEN"]),
    "teams": (lambda r: f"https://contoso.webhook.office.com/webhookb2/{uuid(r)}@{uuid(r)}/IncomingWebhook/{some(r, HEX, 32)}/{uuid(r)}", "webhook", ["TEAMS_WEBHOOK"]),
    "twilio": (lambda r: r.choice(["SK", "AC"]) + some(r, HEX, 32), "Twilio key", ["TWILIO_API_KEY"]),
    "sendgrid": (lambda r: f"SG.{some(r, URL64, 22)}.{some(r, URL64, 43)}", "SendGrid key", ["SENDGRID_API_KEY"]),
    "mailgun": (lambda r: "key-" + some(r, HEX, 32), "Mailgun key", ["MAILGUN_API_KEY"]),
    "mailchimp": (lambda r: some(r, HEX, 32) + "-us" + str(r.randint(1, 21)), "Mailchimp key", ["MAILCHIMP_API_KEY"]),
    "stripe": (lambda r: r.choice(["sk_live_", "rk_live_", "sk_test_"]) + some(r, ALNUM, r.choice([24, 99])), "Stripe key", ["STRIPE_SECRET_KEY"]),
    "stripe_hook": (lambda r: "whsec_" + some(r, ALNUM, 32), "signing secret", ["STRIPE_WEBHOOK_SECRET"]),
    "square": (lambda r: r.choice(["sq0atp-" + some(r, URL64, 22), "sq0csp-" + some(r, URL64, 43)]), "Square token", ["SQUARE_ACCESS_TOKEN"]),
    "braintree": (lambda r: f"access_token$production${some(r, LOWER + DIGITS, 16)}${some(r, HEX, 32)}", "PayPal token", ["BRAINTREE_TOKEN"]),
    "razorpay": (lambda r: "rzp_live_" + some(r, ALNUM, 14), "Razorpay key", ["RAZORPAY_KEY_ID"]),
    "adyen": (lambda r: "AQE" + some(r, BASE64, 110), "Adyen key", ["ADYEN_API_KEY"]),
    "openai": (lambda r: "sk-" + some(r, ALNUM, 20) + "T3BlbkFJ" + some(r, ALNUM, 20), "OpenAI key", ["OPENAI_API_KEY"]),
    "openai_project": (lambda r: r.choice(["sk-proj-", "sk-svcacct-"]) + some(r, URL64, 74) + "T3BlbkFJ" + some(r, URL64, 74), "OpenAI key", ["OPENAI_API_KEY"]),
    "anthropic": (lambda r: r.choice(["sk-ant-api03-", "sk-ant-admin01-"]) + some(r, URL64, 93) + "AA", "Claude key", ["ANTHROPIC_API_KEY"]),
    "huggingface": (lambda r: "hf_" + some(r, LOWER + UPPER, 34), "HF token", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]),
    "replicate": (lambda r: "r8_" + some(r, ALNUM, 37), "Replicate token", ["REPLICATE_API_TOKEN"]),
    "groq": (lambda r: "gsk_" + some(r, ALNUM, 52), "Groq key", ["GROQ_API_KEY"]),
    "perplexity": (lambda r: "pplx-" + some(r, ALNUM, 48), "Perplexity key", ["PERPLEXITY_API_KEY"]),
    "xai": (lambda r: "xai-" + some(r, ALNUM, 80), "xAI key", ["XAI_API_KEY"]),
    "cerebras": (lambda r: "csk-" + some(r, LOWER + DIGITS, 48), "Cerebras key", ["CEREBRAS_API_KEY"]),
    "openrouter": (lambda r: "sk-or-v1-" + some(r, HEX, 64), "OpenRouter key", ["OPENROUTER_API_KEY"]),
    "langsmith": (lambda r: f"lsv2_pt_{some(r, HEX, 32)}_{some(r, HEX, 10)}", "LangSmith key", ["LANGCHAIN_API_KEY"]),
    "langfuse": (lambda r: "sk-lf-" + uuid(r), "Langfuse key", ["LANGFUSE_SECRET_KEY"]),
    "vault": (lambda r: "hvs." + some(r, URL64, 90, 100), "Vault token", ["VAULT_TOKEN"]),
    "vault_batch": (lambda r: "hvb." + some(r, URL64, 140, 250), "batch token", ["VAULT_TOKEN"]),
    "terraform": (lambda r: some(r, ALNUM, 14) + ".atlasv1." + some(r, URL64, 67), "Terraform token", ["TFE_TOKEN"]),
    "new_relic": (lambda r: "NRAK-" + some(r, UPPER + DIGITS, 27), "New Relic key", ["NEW_RELIC_API_KEY"]),
    "grafana": (lambda r: f"glsa_{some(r, ALNUM, 32)}_{some(r, HEX, 8)}", "Grafana token", ["GRAFANA_TOKEN"]),
    "grafana_cloud": (lambda r: "glc_" + some(r, BASE64, 80, 160), "Grafana Cloud token", ["GRAFANA_TOKEN"]),
    "sentry": (lambda r: "sntrys_eyJpYXQiO" + some(r, BASE64, 100, 160) + "_" + some(r, BASE64, 43), "Sentry token", ["SENTRY_AUTH_TOKEN"]),
    "databricks": (lambda r: "dapi" + some(r, HEX, 32), "Databricks token", ["DATABRICKS_TOKEN"]),
    "pulumi": (lambda r: "pul-" + some(r, HEX, 40), "Pulumi token", ["PULUMI_ACCESS_TOKEN"]),
    "doppler": (lambda r: "dp.pt." + some(r, ALNUM, 43), "Doppler token", ["DOPPLER_TOKEN"]),
    "linear": (lambda r: "lin_api_" + some(r, ALNUM, 40), "Linear key", ["LINEAR_API_KEY"]),
    "notion": (lambda r: r.choice(["ntn_" + some(r, DIGITS, 11) + some(r, ALNUM, 35), "secret_" + some(r, ALNUM, 43)]), "Notion token", ["NOTION_TOKEN"]),
    "atlassian": (lambda r: "ATATT3xFfGF0" + some(r, URL64, 172) + "=" + some(r, HEX.upper(), 8), "Atlassian token", ["JIRA_API_TOKEN"]),
    "shopify": (lambda r: "shpat_" + some(r, HEX, 32), "Shopify token", ["SHOPIFY_ACCESS_TOKEN"]),
    "postman": (lambda r: f"PMAK-{some(r, HEX, 24)}-{some(r, HEX, 34)}", "Postman key", ["POSTMAN_API_KEY"]),
    "okta": (lambda r: "00" + some(r, URL64, 40), "Okta token", ["OKTA_API_TOKEN"]),
    "figma": (lambda r: "figd_" + some(r, URL64, 40), "Figma token", ["FIGMA_TOKEN"]),
    "airtable": (lambda r: "pat" + some(r, ALNUM, 14) + "." + some(r, HEX, 64), "Airtable token", ["AIRTABLE_TOKEN"]),
    "jwt": (jwt, "session JWT", ["ACCESS_TOKEN", "ID_TOKEN"]),
}
# No prefix: only the name says what they are.
NAMED = {
    "aws_secret": (lambda r: some(r, BASE64, 40), "AWS secret access key", ["AWS_SECRET_ACCESS_KEY"]),
    "azure_storage": (lambda r: b64(r, 64), "storage account key", ["AZURE_STORAGE_ACCOUNT_KEY", "AccountKey"]),
    "ibm": (lambda r: some(r, URL64, 44), "IBM Cloud API key", ["IBMCLOUD_API_KEY"]),
    "cloudflare": (lambda r: some(r, URL64, 40), "Cloudflare API token", ["CLOUDFLARE_API_TOKEN"]),
    "heroku_uuid": (uuid, "Heroku API key", ["HEROKU_API_KEY"]),
    "vercel": (lambda r: some(r, ALNUM, 24), "Vercel token", ["VERCEL_TOKEN"]),
    "datadog": (lambda r: some(r, HEX, r.choice([32, 40])), "Datadog API key", ["DD_API_KEY", "DATADOG_APP_KEY"]),
    "mistral": (lambda r: some(r, ALNUM, 32), "Mistral API key", ["MISTRAL_API_KEY"]),
    "cohere": (lambda r: some(r, ALNUM, 40), "Cohere API key", ["CO_API_KEY", "COHERE_API_KEY"]),
    "deepinfra": (lambda r: some(r, ALNUM, 32), "DeepInfra token", ["DEEPINFRA_TOKEN"]),
    "pagerduty": (lambda r: some(r, URL64, 20), "PagerDuty API token", ["PAGERDUTY_TOKEN"]),
    "twilio_auth": (lambda r: some(r, HEX, 32), "Twilio auth token", ["TWILIO_AUTH_TOKEN"]),
    "django": (lambda r: some(r, LOWER + DIGITS + "!@#%^*-_=+", 50), "Django secret key", ["SECRET_KEY"]),
    "session": (lambda r: some(r, HEX, 64), "session secret", ["SESSION_SECRET", "SECRET_KEY_BASE", "JWT_SECRET"]),
    "snowflake": (password, "Snowflake password", ["SNOWFLAKE_PASSWORD"]),
    "password": (password, "database password", ["DB_PASSWORD", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "SMTP_PASS"]),
    "master": (lambda r: some(r, ALNUM, 20, 32), "master key", ["ENCRYPTION_KEY", "MASTER_KEY", "API_SECRET"]),
}
