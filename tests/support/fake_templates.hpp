#pragma once

#include <map>
#include <optional>
#include <string>

#include "graph/templates.hpp"

namespace claw::testing {

using whatsapp::MessageTemplate;

/// One in English.
inline MessageTemplate named(const std::string& name, const std::string& id, const std::string& status = "APPROVED") {
  MessageTemplate made;
  made.id = id;
  made.name = name;
  made.language = "en";
  made.status = status;
  return made;
}

/// Meta as the test wants it. Only touched between the calls.
class FakeTemplates final : public GraphTemplates {
 public:
  std::map<std::string, MessageTemplate> has;  ///< By id.
  std::size_t page_size = 100;
  std::optional<GraphFailure> fails;  ///< Every call.
  int pages = 0, looks = 0;
  std::string account;  ///< Of the last call.
  std::string request;  ///< Of the last creation.
  std::vector<std::string> samples;

  void refuse(GraphFailure::Kind kind, std::string reason) {
    fails.emplace();
    fails->kind = kind;
    fails->reason = std::move(reason);
  }
  Task<GraphRead<whatsapp::TemplatePage>> page(TenantRef, std::string, std::string waba, std::string after) override {
    ++pages;
    account = waba;
    if (fails) co_return std::unexpected(*fails);
    whatsapp::TemplatePage page;
    for (auto at = has.upper_bound(after); at != has.end(); ++at) {
      if (page.templates.size() == page_size) {
        page.after = page.templates.back().id;
        break;
      }
      page.templates.push_back(at->second);
    }
    co_return page;
  }
  Task<GraphRead<MessageTemplate>> find(TenantRef, std::string, std::string id) override {
    ++looks;
    if (fails) co_return std::unexpected(*fails);
    co_return has.at(id);
  }
  Task<GraphRead<MessageTemplate>> create(TenantRef, std::string, std::string waba, std::string asked) override {
    account = waba;
    request = asked;
    if (fails) co_return std::unexpected(*fails);
    MessageTemplate made;
    made.id = "99";
    made.status = "PENDING";
    made.category = "MARKETING";
    co_return made;
  }
  Task<GraphRead<std::string>> sample(TenantRef, std::string, std::string app, Sample file) override {
    if (fails) co_return std::unexpected(*fails);
    samples.push_back(app + " " + file.mime_type + " " + file.bytes);
    co_return "4::" + file.bytes;
  }
  Task<GraphRead<void>> remove(TenantRef, std::string, std::string, std::string, std::string id) override {
    if (fails) co_return std::unexpected(*fails);
    has.erase(id);
    co_return GraphRead<void>();
  }
};

}  // namespace claw::testing
