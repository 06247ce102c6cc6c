#include "app/asked.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <unistd.h>

#include <fmt/format.h>

namespace claw {

CLI::App* add_command(Asked& asked, CLI::App& group, const std::string& verb, const std::string& about,
                      const std::string& command, bool names_tenant, std::function<void()> collect) {
  auto* sub = group.add_subcommand(verb, about);
  if (names_tenant) sub->add_option("TENANT", asked.tenant, "The tenant's name")->required();
  sub->callback([&asked, command, names_tenant, collect = std::move(collect)] {
    asked.command = command;
    if (names_tenant) asked.arguments["tenant"] = asked.tenant;
    if (collect) collect();
  });
  return sub;
}

std::string read_value(const std::string& file) {
  if (file.empty()) {
    if (::isatty(STDIN_FILENO)) fmt::print(stderr, "Type the value, then Enter and Ctrl-D:\n");
    return {std::istreambuf_iterator<char>(std::cin), {}};
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw CLI::ValidationError("--file", "cannot read " + file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace claw
