#include <filesystem>
#include <fstream>

#include "config/loading.h"

using namespace sluice;
namespace fs = std::filesystem;

namespace {

// A folder of configuration files, gone after the test.
struct Folder {
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "sluice_include_XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()));
        path = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    std::string write(const std::string& name, const std::string& text) const {
        const fs::path file = path / name;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
        return file.string();
    }
    fs::path path;
};

test::Loaded load(const std::string& file) {
    test::Loaded loaded;
    loaded.settings = config::loadSettings(file, test::environment({}), loaded.faults);
    return loaded;
}

std::string model(const std::string& name) {
    return "- {model_name: " + name + ", litellm_params: {model: openai/x, timeout: 5}}\n";
}

}  // namespace

TEST_CASE("lists of included files are appended, sections replace each other", "[config]") {
    const Folder folder;
    folder.write("more/b.yaml",
                 "model_list:\n" + model("b") + "router_settings: {routing_strategy: from-b}\n");
    folder.write("c.yaml", "model_list:\n" + model("c"));
    const auto main = folder.write("main.yaml", "include: [more/b.yaml, c.yaml]\nmodel_list:\n" + model("a") +
                                                    "router_settings: {routing_strategy: from-main}\n");
    const auto loaded = load(main);
    CHECK(loaded.faults.all().empty());
    REQUIRE(loaded.settings.model_list.size() == 3);
    CHECK(loaded.settings.model_list[0].model_name == "a");
    CHECK(loaded.settings.model_list[1].model_name == "b");
    CHECK(loaded.settings.model_list[2].model_name == "c");
    CHECK(loaded.settings.routing.strategy == "from-b");
}

TEST_CASE("a fault in an included file names that file and line", "[config]") {
    const Folder folder;
    folder.write("b.yaml",
                 "\nmodel_list:\n- model_name: b\n  litellm_params: {model: openai/x, timeout: soon}\n");
    const auto main = folder.write("main.yaml", "model_list:\n" + model("a") + "include: [b.yaml]\n");
    const auto loaded = load(main);
    REQUIRE(loaded.faults.errors() == 1);
    const auto& fault = loaded.faults.all()[0];
    CHECK(fs::path(fault.place.file).filename() == "b.yaml");
    CHECK(fault.place.line == 4);
    CHECK(fault.path == "model_list[1].litellm_params.timeout");
}

TEST_CASE("includes are found beside the file that includes them", "[config]") {
    const Folder folder;
    folder.write("x/b.yaml", "include: [../y/c.yaml]\n");
    folder.write("y/c.yaml", "model_list:\n" + model("c"));
    const auto loaded = load(folder.write("main.yaml", "include: [x/b.yaml]\n"));
    CHECK(loaded.faults.all().empty());
    CHECK(loaded.settings.model_list.size() == 1);
}

TEST_CASE("a circle of includes is an error, the same file twice is not", "[config]") {
    const Folder folder;
    folder.write("b.yaml", "include: [main.yaml]\n");
    const auto circle = load(folder.write("main.yaml", "include: [b.yaml]\nmodel_list:\n" + model("a")));
    REQUIRE(circle.faults.errors() == 1);
    CHECK(circle.says("the file is included in a circle or too deep; allowed: at most 8 levels"));
    CHECK(circle.settings.model_list.size() == 1);
    const auto self = load(folder.write("self.yaml", "include: [self.yaml]\n"));
    CHECK(self.faults.errors() == 1);
    folder.write("c.yaml", "model_list:\n" + model("c"));
    CHECK_FALSE(load(folder.write("twice.yaml", "include: [c.yaml, c.yaml]\n")).faults.hasErrors());
}

TEST_CASE("includes nest eight deep at most", "[config]") {
    const Folder folder;
    for (int i = 0; i < 12; ++i)
        folder.write(std::to_string(i) + ".yaml", "include: [" + std::to_string(i + 1) + ".yaml]\n");
    folder.write("12.yaml", "{}\n");
    CHECK(load((folder.path / "0.yaml").string()).says("too deep"));
    CHECK_FALSE(load((folder.path / "6.yaml").string()).faults.hasErrors());
}

TEST_CASE("files that cannot be read are faults, not exceptions", "[config]") {
    const Folder folder;
    fs::create_directories(folder.path / "directory.yaml");
    fs::create_symlink("loop.yaml", folder.path / "loop.yaml");
    for (const std::string& name :
         {std::string("missing.yaml"), std::string("directory.yaml"), std::string("loop.yaml"),
          std::string(5'000, 'x'), std::string("main.yaml/below.yaml")}) {
        CAPTURE(name.substr(0, 40));
        folder.write("main.yaml", "include: ['" + name + "']\n");
        test::Loaded included, direct;
        REQUIRE_NOTHROW(included = load((folder.path / "main.yaml").string()));
        CHECK(included.says("the file cannot be read"));
        REQUIRE_NOTHROW(direct = load((folder.path / name).string()));
        CHECK(direct.faults.hasErrors());
    }
}

TEST_CASE("include takes a list of file names", "[config]") {
    const Folder folder;
    CHECK(load(folder.write("a.yaml", "include: b.yaml\n"))
              .says("include: the text \"b.yaml\"; allowed: a list of file names"));
    CHECK(load(folder.write("b.yaml", "include: [7]\n")).faults.all().size() == 1);
}
