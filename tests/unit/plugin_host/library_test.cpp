// Real libraries: what is loaded, what is refused, and one plugin of the SDK at work.
#include "plugin_host/library.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "plugin_host/catalog.h"
#include "plugin_host/host_world.h"

using namespace sluice;
namespace fs = std::filesystem;

namespace {

const std::string kEcho = std::string(SLUICE_TEST_PLUGIN_DIR) + "/probe_echo.so";

// A folder of the test's own, gone afterwards.
struct Folder {
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "sluice_library_XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()));
        path = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    std::string copyOfEcho(const std::string& name) const {
        fs::copy_file(kEcho, path / name);
        ::chmod((path / name).c_str(), 0644);
        return (path / name).string();
    }
    std::string write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path / name, std::ios::binary) << bytes;
        ::chmod((path / name).c_str(), 0644);
        return (path / name).string();
    }
    fs::path path;
};

std::string bytesOf(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

// Of the whole program, as in the gateway: images stay mapped.
host::Libraries& libraries() {
    static host::Libraries all;
    return all;
}

base::Error refusal(const std::string& path) {
    const auto library = libraries().load("test", path);
    REQUIRE_FALSE(library);
    CHECK(library.error().message.find(path) != std::string::npos);
    return library.error();
}

size_t openDescriptors() {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a library is loaded with its manifest", "[plugin_host]") {
    const auto library = libraries().load("probe_echo", kEcho);
    REQUIRE(library);
    CHECK(library->name == "probe_echo");
    CHECK(library->manifest.id == "probe_echo");
    CHECK(library->manifest.interfaces == std::vector<std::string>{"sluice.hooks/1"});
    REQUIRE(library->entry);
    CHECK(host::view(library->entry->describe()).find("probe_echo") != std::string::npos);
}

TEST_CASE("the same file is loaded once, a changed one again", "[plugin_host]") {
    const Folder folder;
    const auto file = folder.copyOfEcho("probe_echo.so");
    const size_t images = libraries().mapped().images;
    const auto first = libraries().load("probe_echo", file, {}, 7),
               again = libraries().load("probe_echo", file, {}, 8);
    REQUIRE(first);
    REQUIRE(again);
    CHECK(first->entry == again->entry);
    std::ofstream(file, std::ios::binary | std::ios::app) << "one more byte";
    const auto changed = libraries().load("probe_echo", file, {}, 9);
    REQUIRE(changed);
    CHECK(changed->entry != first->entry);
    CHECK(libraries().mapped().images == images + 2);
    CHECK(libraries().mapped().bytes > 2 * fs::file_size(file) - 100);
}

TEST_CASE("a library that allows it is unmapped with its last user", "[plugin_host]") {
    const Folder folder;
    const std::string word = "\"callbacks\":[\"echo-callback\"]", promise = "\"unloadable\":true";
    std::string bytes = bytesOf(kEcho);
    const size_t at = bytes.find(word);
    REQUIRE(at != std::string::npos);
    bytes.replace(at, word.size(), promise + std::string(word.size() - promise.size(), ' '));
    const auto file = folder.write("short.so", bytes);
    const auto mappings = [] {
        const auto maps = bytesOf("/proc/self/maps");
        size_t count = 0;
        for (size_t i = 0; (i = maps.find("memfd:short", i)) != std::string::npos; ++i) ++count;
        return count;
    };
    const size_t descriptors = openDescriptors(), images = libraries().mapped().images;
    for (int i = 0; i < 3; ++i) {
        const auto library = libraries().load("short", file);
        REQUIRE(library);
        CHECK(library->manifest.unloadable);
        CHECK(mappings() > 0);
        CHECK(libraries().mapped().images == images + 1);
    }
    CHECK(mappings() == 0);
    CHECK(openDescriptors() == descriptors);
    CHECK(libraries().mapped().images == images);
}

TEST_CASE("files that others could change are refused", "[plugin_host]") {
    const Folder folder;
    const auto file = folder.copyOfEcho("echo.so");
    CHECK(libraries().load("echo", file));
    ::chmod(file.c_str(), 0664);
    CHECK(refusal(file).code == base::Code::PermissionDenied);
    ::chmod(file.c_str(), 0646);
    CHECK(refusal(file).code == base::Code::PermissionDenied);
    ::chmod(file.c_str(), 0644);
    ::chmod(folder.path.c_str(), 0777);
    const auto library = libraries().load("echo", file);
    REQUIRE_FALSE(library);
    CHECK(library.error().code == base::Code::PermissionDenied);
    ::chmod(folder.path.c_str(), 0755);
    fs::create_symlink(file, folder.path / "link.so");
    CHECK(refusal((folder.path / "link.so").string()).code == base::Code::NotFound);
}

TEST_CASE("what is no plugin is refused before any of its code runs", "[plugin_host]") {
    const Folder folder;
    CHECK(refusal((folder.path / "missing.so").string()).code == base::Code::NotFound);
    CHECK(refusal(folder.write("text.so", "not a library")).code == base::Code::Malformed);
    const std::string bytes = bytesOf(kEcho);
    CHECK(refusal(folder.write("cut.so", bytes.substr(0, bytes.size() / 2))).code == base::Code::Malformed);
    std::string renamed = bytes;
    for (size_t at; (at = renamed.find(".sluice.manifest")) != std::string::npos;)
        renamed.replace(at, 16, ".sluice.nothing!");
    CHECK(refusal(folder.write("bare.so", renamed)).code == base::Code::NotFound);
    CHECK(refusal(std::string(SLUICE_TEST_PLUGIN_DIR) + "/probe_future.so").code == base::Code::Unsupported);
    std::string no_entry = bytes;
    for (size_t at; (at = no_entry.find("sluice_plugin_entry_v1")) != std::string::npos;)
        no_entry.replace(at, 22, "sluice_plugin_entry_v9");
    CHECK(refusal(folder.write("no_entry.so", no_entry)).code == base::Code::Unsupported);
}

TEST_CASE("a library that is refused before it is loaded leaves no descriptor open", "[plugin_host]") {
    const Folder folder;
    const auto text = folder.write("text.so", "x");
    (void)libraries().load("test", text).has_value();
    const size_t before = openDescriptors();
    for (int i = 0; i < 3; ++i) (void)libraries().load("test", text).has_value();
    CHECK(openDescriptors() == before);
}

// dlopen knows libraries by the names of their files, and /proc/self/fd/N is a name that can come again.
TEST_CASE("a library that was refused after it was loaded is never taken for the next one", "[plugin_host]") {
    const Folder folder;
    std::string bytes = bytesOf(kEcho);
    for (size_t at; (at = bytes.find("sluice_plugin_entry_v1")) != std::string::npos;) {
        bytes.replace(at, 22, "sluice_plugin_entry_v9");
    }
    const auto no_entry = folder.write("no_entry.so", bytes);
    for (int i = 0; i < 3; ++i) {
        CHECK(refusal(no_entry).code == base::Code::Unsupported);
        const auto next = libraries().load("probe_echo", kEcho);
        REQUIRE(next);
        CHECK(host::view(next->entry->describe()).find("probe_echo") != std::string::npos);
    }
}

TEST_CASE("the catalog knows libraries by the names of their files", "[plugin_host]") {
    const Folder folder;
    folder.write("broken.so", "x");
    folder.write("readme.txt", "x");
    const auto catalog =
        host::Catalog::scan({folder.path.string(), "no/such/folder", SLUICE_TEST_PLUGIN_DIR});
    REQUIRE(catalog.find("probe_echo"));
    CHECK(catalog.find("probe_echo")->fault.empty());
    CHECK(catalog.find("probe_echo")->manifest.version == "0.1.0");
    REQUIRE(catalog.find("broken"));
    CHECK_FALSE(catalog.find("broken")->fault.empty());
    CHECK_FALSE(catalog.find("probe_future")->fault.empty());
    CHECK_FALSE(catalog.find("readme"));
    CHECK(catalog.byProvider("echo") == catalog.find("probe_echo"));
    CHECK(catalog.byStrategy("echo-strategy") == catalog.find("probe_echo"));
    CHECK(catalog.byCallback("echo-callback") == catalog.find("probe_echo"));
    CHECK_FALSE(catalog.byProvider("nobody"));
}

TEST_CASE("the first folder that has a name wins", "[plugin_host]") {
    const Folder folder;
    folder.write("probe_echo.so", "x");
    CHECK_FALSE(host::Catalog::scan({folder.path.string(), SLUICE_TEST_PLUGIN_DIR})
                    .find("probe_echo")
                    ->fault.empty());
    CHECK(host::Catalog::scan({SLUICE_TEST_PLUGIN_DIR, folder.path.string()})
              .find("probe_echo")
              ->fault.empty());
}

TEST_CASE("a plugin of the SDK refuses its configuration in its own words", "[plugin_host]") {
    const auto library = libraries().load("probe_echo", kEcho);
    REQUIRE(library);
    test::HostServices host;
    config::PluginInstance settings = test::instanceNamed("echo");
    for (const auto& [word, said] :
         {std::pair{"refuse", "the configuration says refuse"}, {"explode", "the constructor threw"}}) {
        settings.config = {{"mode", word}};
        const auto instance = host::Instance::create(*library, settings, host.services, 0);
        REQUIRE_FALSE(instance);
        CHECK(instance.error().message.find(said) != std::string::npos);
    }
}

TEST_CASE("a plugin of the SDK at work", "[plugin_host]") {
    const auto library = libraries().load("probe_echo", kEcho);
    REQUIRE(library);
    test::HostServices host;
    auto instance = host::Instance::create(*library, test::instanceNamed("echo"), host.services, 0);
    REQUIRE(instance);
    const host::Chains chains({instance->get()});
    for (const auto& [model, outcome] : {std::pair{"fine", host::Outcome::Continue},
                                         {"blocked", host::Outcome::Block},
                                         {"throw", host::Outcome::Block}}) {
        CAPTURE(model);
        http::RequestHead head;
        host::RequestState request;
        request.head = &head;
        request.route = "chat";
        request.model = model;
        request.body = std::move(*llm::Body::read("{\"model\":\"x\"}", llm::BodyKind::Json, ""));
        request.response.body = "answer";
        host::Runner runner(request, chains.instanceCount());
        runner.setChain(chains.get("", llm::Operation::Chat));
        CHECK(runner.preCall() == outcome);
        if (outcome == host::Outcome::Continue) CHECK(request.body.text("user") == "echo");
        CHECK(runner.postCall() == host::Outcome::Continue);
        CHECK(request.response.body == "echo: answer");
    }
    CHECK((*instance)->failures == 1);
    const std::vector<std::string_view> labels{"chat"};
    CHECK(host.metrics.value("probe_echo_seen_total", labels) == 3);
}
