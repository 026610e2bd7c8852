#include "app/policy_command.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace sluice::app {

int policyCommand(const std::vector<std::string>& arguments) {
    std::error_code ignored;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    std::vector<std::string> words{(self.parent_path() / "sluice-policy").string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    (void)execv(argv[0], argv.data());
    std::fprintf(stderr, "sluice: %s cannot be started (%s): it comes with the plugin lua\n", argv[0],
                 std::strerror(errno));
    return 127;
}

}  // namespace sluice::app
