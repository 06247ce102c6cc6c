#include "delivery/library_files.hpp"

#include <map>

#include <fmt/format.h>

namespace claw {

Task<Result<whatsapp::Outgoing>> LibraryFiles::ready(TenantRef tenant, std::string phone_number_id,
                                                     whatsapp::Outgoing message) {
  std::map<std::string, std::string> ids;  // ours, and what Meta calls them
  whatsapp::replace_file_ids(message, [&](const std::string& id) {
    if (is_file_id(id)) ids.try_emplace(id);
    return id;
  });
  for (auto& [ours, metas] : ids) {
    auto given = co_await library_.meta_id(tenant, phone_number_id, ours);
    if (!given)
      co_return fail(given.error().kind, fmt::format("the file {} cannot be sent: {}", ours, given.error().message));
    metas = std::move(*given);
  }
  if (!ids.empty())
    whatsapp::replace_file_ids(message, [&](const std::string& id) {
      const auto found = ids.find(id);
      return found == ids.end() ? id : found->second;
    });
  co_return message;
}

bool LibraryFiles::may_last(const Tenant&, const std::string&, const whatsapp::Outgoing& message) const {
  return message.view.data.find(R"("f_)") != std::string::npos;
}

}  // namespace claw
