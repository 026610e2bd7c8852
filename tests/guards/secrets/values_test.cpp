// Values behind names, in URLs, headers, prose and command lines. No secret of anybody: all values are made
// up.
#include "made.h"

#include <catch2/catch.hpp>

using made::marked;

namespace {

// `text` with "{}" for the secret: it has to be found, and nothing else.
void finds(std::string_view text, std::string_view entity = "PASSWORD",
           std::string_view secret = "b7Kq!x92Lm") {
    std::string all(text), expected(text);
    all.replace(all.find("{}"), 2, secret);
    expected.replace(expected.find("{}"), 2, "<" + std::string(entity) + ">");
    CHECK(marked(all) == expected);
}

void passes(std::string_view text) { CHECK(marked(text) == text); }

}  // namespace

TEST_CASE("assignments in code and configuration") {
    finds("password = \"{}\"");
    finds("PASSWORD={}\nX=1");
    finds("db_password: {}\n");
    finds("{\"password\": \"{}\", \"a\": 1}");
    finds("{\\\"password\\\": \\\"{}\\\"}");
    finds("const dbPassword = '{}';");
    finds("password := `{}`");
    finds("'password' => '{}',");
    finds("if (password == \"{}\")");
    finds("password: str = \"{}\"");
    finds("let password: &str = \"{}\";");
    finds("char password[] = \"{}\";");
    finds("os.environ[\"DB_PASSWORD\"] = \"{}\"");
    finds("props.put(\"password\", \"{}\");");
    finds("conn.setPassword(\"{}\");");
    finds("<password>{}</password>");
    finds("<add key=\"DbPassword\" value=\"{}\"/>");
    finds("- name: DB_PASSWORD\n  value: \"{}\"");
    finds("password: |\n  {}\n");
    finds("password = r\"{}\"");
    finds("password = String::from(\"{}\")");
    finds("Server=db;Password={};Encrypt=true");
    finds("**Password:** {}");
    finds("DB_PASSWORD_PROD={}");
    finds("api_key = \"{}\"", "API_KEY", "q8Zx01LmPq77RtYu");
    finds("X-Api-Key: {}", "API_KEY", "q8Zx01LmPq77RtYu");
    finds("Secret access key: {}", "API_KEY", "q8Zx01LmPq77RtYu");
}

TEST_CASE("the examples of LiteLLM's page on hidden secrets") {
    finds("Hey, how's it going, API_KEY = '{}'", "API_KEY", "sk_1234567890abcdef");
    finds("what is the value of my open ai key? openai_api_key={}", "API_KEY", "sk-1234998222");
}

TEST_CASE("what is no value") {
    passes("password = \"${DB_PASSWORD}\"");
    passes("password = os.environ[\"DB_PASSWORD\"]");
    passes("password = getpass.getpass()");
    passes("password: string;");
    passes("'password' => 'required|min:8|confirmed',");
    passes("password: min_length=8, max_length=20");
    passes("password:\n  type: string\ntoken:\n  expires_in: 3600\nsecret:\n  name: db-2024\n");
    passes("POSTGRES_PASSWORD: example\nRABBITMQ_DEFAULT_PASS: guest\nMYSQL_ROOT_PASSWORD=root\n");
    passes("password = random_password.db.result\naccess_key = aws_iam_access_key.user.id");
    passes("token = \"<|endoftext|>\" password_hash = \"$2b$12$abcdefghijklmnopqrstuv\"");
    passes("<label for=\"password\">Password:</label>");
    passes("password: <your password>");
    passes("password = \"changeme\"");
    passes("password=********");
    passes("password = user.password2");
    passes("password = password");
    passes("\"password\": \"Password is required\"");
    passes("\"label.password\": \"Passwort\"");
    passes("secret: \"Ungültig\"");
    passes("token: 4096");
    passes("max_tokens: 4096, next_token: \"q8Zx01LmPq77RtYu\"");
    passes("token_type: \"bearer\"");
    passes("secretName: my-tls-secret-2024");
    passes("password_file: /run/secrets/db1");
    passes("public_key = \"q8Zx01LmPq77RtYu\"");
    passes("x ? \"pass\" : \"modified\"");
    passes("type=\"password\" name=\"user1234\"");
    passes("access_token: https://example.com/oauth2/token");
    passes("api_key: vault:secret/data/app#key1");
}

TEST_CASE("URLs") {
    finds("postgres://app:{}@db/x", "URL_PASSWORD", "q8Zx01LmPq");
    finds("redis://:{}@cache:6379", "URL_PASSWORD", "q8Zx01LmPq");
    finds("mongodb+srv://a:{}@c.example.net/?x=1", "URL_PASSWORD", "p@ssw0rd");
    finds("jdbc:mysql://db/app?user=a&password={}&ssl=1", "PASSWORD", "q8Zx01LmPq");
    passes("http://localhost:8080/a@b");
    passes("https://user@example.com:443/x");
    passes("postgres://user:password@localhost/db");
    passes("amqp://guest:guest@localhost");
    passes("postgres://$USER:$PASS@db, postgres://{user}:{password}@db, mysql://root:<password>@h");
    passes("https://example.com/@user:x");
}

TEST_CASE("headers") {
    finds("Authorization: Basic {}", "BASIC_AUTH", "dXNlcjpiN0txeDkyTG0=");
    finds("authorization: Bearer {}", "BEARER_TOKEN", "q8Zx01LmPq77RtYuVw");
    passes("Authorization: Bearer <token>");
    passes("Authorization: Bearer $TOKEN");
    passes("Basic authentication and Bearer authentication");
    passes("Basic dXNlcm5hbWVvbmx5bm9jb2xvbg==");
}

TEST_CASE("prose") {
    finds("the password is {}");
    finds("my password for the staging box: {}");
    finds("I set the passphrase to '{}' today");
    finds("user admin password {} works");
    finds("The password is:\n{}\n");
    finds("our api key is {}, keep it", "API_KEY", "q8Zx01LmPq77RtYu");
    passes("The password is case-sensitive.");
    passes("Your password must be at least 8 characters.");
    passes("the password is base64-encoded");
    passes("How is the token sent? The secret is patience. The key is in the door.");
}

TEST_CASE("command lines") {
    finds("mysql -u root -p{} app");
    finds("sshpass -p '{}' ssh h");
    finds("tool --password {} --yes");
    finds("curl -u admin:{} https://h", "BASIC_AUTH", "q8Zx01LmPq");
    finds("curl --user 'ci:{}' https://h", "BASIC_AUTH", "q8Zx01LmPq");
    finds("CREATE USER a IDENTIFIED BY '{}';");
    finds("machine h login app password {}", "PASSWORD", "q8Zx01LmPq");
    passes("tool --password-stdin --token-file x9.txt --password PASSWORD");
    passes("docker run -p 8080:80 app");
}
