#include "api/delivery_log_api.hpp"

#include <algorithm>
#include <charconv>

#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "base/text.hpp"
#include "whatsapp/wire_text.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

constexpr char kKind = 'x';
/// Meta's codes have seven digits at most, phone numbers with their country code more.
constexpr std::size_t kLongestCode = 7;

HttpResponse no_log() {
  return problem(404, "Not found",
                 "This gateway keeps no delivery log: delivery_log.max_mib is 0, or its file could not be opened (the "
                 "gateway's own log says why).");
}

json::object row_json(const ExchangeRow& row, const PublicIds& ids) {
  json::array names;
  json::value message = nullptr;
  for (const auto& name : row.names) {
    if (const auto own = message_named(name))
      message = ids.name('m', own->value);
    else if (name != row.fbtrace_id)
      names.push_back(json::value(name));
  }
  return {{"id", ids.name(kKind, row.id)},
          {"kind", to_string(row.kind)},
          {"at", time_json(row.at)},
          {"took_us", row.took.count()},
          {"outcome", row.outcome},
          {"wrong", row.wrong},
          {"status", row.status == 0 ? json::value(nullptr) : json::value(row.status)},
          {"method", row.method},
          {"path", row.path},
          {"phone_number_id", text_or_null(row.phone_number_id)},
          {"bytes", row.bytes},
          {"error_code", row.error_code == 0 ? json::value(nullptr) : json::value(row.error_code)},
          {"error", error_json(row.error_code)},
          {"fbtrace_id", text_or_null(row.fbtrace_id)},
          {"trace", text_or_null(row.trace)},
          {"message", std::move(message)},
          {"names", std::move(names)}};
}

bool is_code(std::string_view word) {
  return !word.empty() && word.size() <= kLongestCode && word.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "+49 151 …" as Meta writes it: digits.
std::string without_plus(std::string_view word) {
  std::string digits;
  for (const char c : word)
    if (std::string_view("+ -()/.").find(c) == std::string_view::npos) digits += c;
  const bool is_phone = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
  return is_phone ? digits : std::string(word);
}

}  // namespace

void DeliveryLogApi::add_routes(net::Router& router) {
  const auto add = [&](const char* path, Permission permission, auto route) {
    guard_.add(router, "GET", path, permission,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("/api/v1/delivery-log", Permission::kInboxRead, &DeliveryLogApi::list);
  add("/api/v1/delivery-log/{id}", Permission::kInboxRead, &DeliveryLogApi::show);
  add("/api/v1/messages/{id}/why", Permission::kInboxRead, &DeliveryLogApi::why);
  add("/api/v1/delivery-log/{id}/payload", Permission::kAuditRead, &DeliveryLogApi::payload);
}

Task<std::vector<std::string>> DeliveryLogApi::names_of(TenantId tenant, std::string word) {
  if (const auto id = ids_.number('m', word)) {
    const auto message = co_await ledger_.message(tenant, MessageId{*id});
    if (!message) co_return std::vector<std::string>{word};
    std::vector<std::string> names{log_name_of(message->id)};
    if (!message->wamid.empty()) names.push_back(message->wamid);
    co_return names;
  }
  if (const auto user = co_await ledger_.user(tenant, word); user) {
    auto names = user->addresses;
    for (const auto& each : {user->phone, user->bsuid})
      if (!each.empty() && std::ranges::find(names, each) == names.end()) names.push_back(each);
    if (!names.empty()) co_return names;
  }
  co_return std::vector<std::string>{without_plus(word)};
}

DeliveryLogApi::Answer DeliveryLogApi::list(HttpRequest& request, const Caller& caller) {
  if (!log_) co_return no_log();
  const auto limit = limit_of(request);
  const auto before = before_of(request, kKind, ids_);
  const auto wrong = flag_of(request, "wrong");
  if (!limit) co_return problem_of(limit.error());
  if (!before) co_return problem_of(before.error());
  if (!wrong) co_return problem_of(wrong.error());
  ExchangeFilter filter{.limit = *limit, .before = *before, .phone_number_id = words_of(request, "number")};
  filter.wrong = wrong->value_or(false);
  if (const auto kind = words_of(request, "kind"); !kind.empty()) {
    filter.kind = exchange_kind_named(kind);
    if (!filter.kind) co_return problem(400, "Bad request", "kind must be webhook or graph");
  }
  const std::string word(trimmed(words_of(request, "q")));
  if (is_code(word))
    std::from_chars(word.data(), word.data() + word.size(), filter.error_code);
  else if (!word.empty())
    filter.names = co_await names_of(caller.tenant->id, word);
  const auto page = co_await log_->find(caller.tenant->id, std::move(filter));
  if (!page) co_return problem_of(page.error());
  co_return page_of("deliveries", *page, kKind, ids_, [this](const auto& row) { return row_json(row, ids_); });
}

Task<Result<ExchangeDetail>> DeliveryLogApi::detail_of(const HttpRequest& request, const Caller& caller) {
  const auto id = ids_.number(kKind, request.param("id"));
  if (!id) co_return fail(ErrorKind::kNotFound, "The log has no such delivery.");
  co_return co_await log_->exchange(caller.tenant->id, *id);
}

DeliveryLogApi::Answer DeliveryLogApi::show(HttpRequest& request, const Caller& caller) {
  if (!log_) co_return no_log();
  const auto detail = co_await detail_of(request, caller);
  if (!detail) co_return problem_of(detail.error());
  json::object shown = row_json(detail->row, ids_);
  shown["reason"] = text_or_null(detail->reason);
  shown["request"] = text_or_null(whatsapp::without_words(detail->request));
  shown["answer"] = text_or_null(whatsapp::without_words(detail->answer));
  shown["may_see_payload"] = caller.may(Permission::kAuditRead);
  co_return net::json_response(200, json::serialize(shown));
}

Task<Result<void>> DeliveryLogApi::add_turn(TenantId tenant, WayFacts& facts) {
  constexpr std::size_t kPage = 200;
  const MessageRecord& question = *facts.question;
  // Of messages that were joined the first names the turn, and the replies answer it.
  const MessageId first = question.turn ? question.turn : question.id;
  MessageFilter filter{.limit = kPage};
  filter.conversation = question.conversation;
  for (std::size_t looked = 0; looked < kMaxLooked;) {
    const auto page = co_await ledger_.messages(tenant, filter);
    if (!page) co_return std::unexpected(page.error());
    for (const auto& each : *page) {
      if (each.turn != first || each.id == question.id) continue;
      (each.direction == Direction::kInbound ? facts.together : facts.answers).push_back(each);
    }
    looked += page->size();
    if (page->next == 0 || page->empty() || page->back().id <= first) break;
    filter.before = MessageId{page->next};
  }
  std::ranges::sort(facts.together, {}, &MessageRecord::id);
  std::ranges::sort(facts.answers, {}, [](const auto& each) { return std::pair(each.part, each.id); });
  // A list has no statuses.
  for (auto& answer : facts.answers) {
    auto whole = co_await ledger_.message(tenant, answer.id);
    if (!whole) co_return std::unexpected(whole.error());
    answer = std::move(*whole);
  }
  co_return Result<void>{};
}

Task<Result<WayFacts>> DeliveryLogApi::facts_of(TenantId tenant, MessageId message) {
  auto asked = co_await ledger_.message(tenant, message);
  if (!asked) co_return std::unexpected(asked.error());
  WayFacts facts;
  if (asked->direction == Direction::kOutbound && !asked->turn) {
    facts.answers.push_back(std::move(*asked));
    co_return facts;
  }
  if (asked->direction == Direction::kOutbound) {
    auto question = co_await ledger_.message(tenant, asked->turn);
    // Its question may have been deleted with what is old.
    if (!question) {
      facts.answers.push_back(std::move(*asked));
      co_return facts;
    }
    facts.question = std::move(*question);
  } else {
    facts.question = std::move(*asked);
  }
  const auto added = co_await add_turn(tenant, facts);
  if (!added) co_return std::unexpected(added.error());
  co_return facts;
}

Task<> DeliveryLogApi::add_logged(TenantId tenant, std::string name, WayFacts& facts) {
  if (!log_ || name.empty()) co_return;
  auto page = co_await log_->find(tenant, {.limit = kMaxLogged, .names = {name}});
  // The way is told without it.
  if (!page) co_return;
  for (auto& row : *page) {
    row.names = {name};
    facts.log.push_back(std::move(row));
  }
}

Task<> DeliveryLogApi::add_logged_of(TenantId tenant, MessageRecord question, WayFacts& facts) {
  WayFacts found;
  co_await add_logged(tenant, question.wamid, found);
  for (auto& row : found.log) {
    if (row.kind == ExchangeKind::kWebhook) {
      const auto whole = co_await log_->exchange(tenant, row.id);
      const bool is_cut = !whole || row.bytes > static_cast<std::int64_t>(DeliveryLog::kMaxKeptBytes);
      // What nobody can look up any more: nobody speaks of a message before it was stored.
      const bool brings = (whole && whatsapp::brings_message(whole->request, question.wamid)) ||
                          (is_cut && to_ms(row.at) <= to_ms(question.created_at));
      if (!brings) continue;
    }
    facts.log.push_back(std::move(row));
  }
}

DeliveryLogApi::Answer DeliveryLogApi::why(HttpRequest& request, const Caller& caller) {
  const TenantId tenant = caller.tenant->id;
  const auto id = ids_.number('m', request.param("id"));
  if (!id) co_return problem(404, "Not found", "There is no such message.");
  auto facts = co_await facts_of(tenant, MessageId{*id});
  if (!facts) co_return problem_of(facts.error());
  if (facts->question) co_await add_logged_of(tenant, *facts->question, *facts);
  for (const auto& answer : facts->answers) co_await add_logged(tenant, log_name_of(answer.id), *facts);
  json::array steps;
  for (const auto& step : way_of(*facts))
    steps.push_back(json::object{
        {"id", step.id},
        {"title", step.title},
        {"detail", text_or_null(step.detail)},
        {"at", time_json(step.at)},
        {"state", to_string(step.state)},
        {"error", error_json(step.error_code)},
        {"part", step.part < 0 ? json::value(nullptr) : json::value(step.part)},
        {"delivery", step.exchange > 0 ? json::value(ids_.name(kKind, step.exchange)) : json::value(nullptr)}});
  const auto names_of = [this](const std::vector<MessageRecord>& messages) {
    json::array names;
    for (const auto& message : messages) names.push_back(json::value(ids_.name('m', message.id.value)));
    return names;
  };
  const auto& question = facts->question;
  co_return net::json_response(
      200, json::serialize(json::object{
               {"question", question ? json::value(ids_.name('m', question->id.value)) : json::value(nullptr)},
               {"together", names_of(facts->together)},
               {"answers", names_of(facts->answers)},
               {"trace", question && !question->wamid.empty()
                             ? json::value(trace_of_message(question->wamid, question->trace))
                             : json::value(nullptr)},
               {"steps", std::move(steps)}}));
}

DeliveryLogApi::Answer DeliveryLogApi::payload(HttpRequest& request, const Caller& caller) {
  if (!log_) co_return no_log();
  const auto detail = co_await detail_of(request, caller);
  if (!detail) co_return problem_of(detail.error());
  co_return net::json_response(200, json::serialize(json::object{{"request", text_or_null(detail->request)},
                                                                 {"answer", text_or_null(detail->answer)}}));
}

}  // namespace claw
