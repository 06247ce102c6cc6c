#include "ledger/sqlite/exchange_segment.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <lz4.h>

#include <fmt/format.h>

#include "whatsapp/wire_text.hpp"

namespace claw::sqlite {
namespace {

static_assert(std::endian::native == std::endian::little, "the file has numbers as this machine has them");

void put(std::string& out, std::int64_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void put(std::string& out, std::string_view text) {
  const auto bytes = static_cast<std::uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&bytes), sizeof bytes).append(text);
}

/// Reads what put() wrote. Behind the end everything is 0 and empty, and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  std::int64_t number() { return plain<std::int64_t>(); }
  std::string_view text() { return take(plain<std::uint32_t>()); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return left_.empty(); }

 private:
  template <class Number>
  Number plain() {
    Number number{};
    const auto bytes = take(sizeof number);
    if (ok_) std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }
  std::string_view take(std::size_t size) {
    ok_ &= size <= left_.size();
    if (!ok_) return {};
    const auto taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  std::string_view left_;
  bool ok_ = true;
};

/// More than a batch has in any case: what is damaged must not ask for any memory it likes.
constexpr std::int64_t kLargest = 64 * 1024 * 1024;

/// Behind its own length.
std::string compressed(const std::string& plain) {
  std::string out;
  put(out, std::ssize(plain));
  const auto head = out.size();
  out.resize(head + static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(plain.size()))));
  const int bytes = LZ4_compress_default(plain.data(), out.data() + head, static_cast<int>(plain.size()),
                                         static_cast<int>(out.size() - head));
  out.resize(head + static_cast<std::size_t>(bytes));
  return out;
}

/// Empty where it is damaged.
std::string uncompressed(std::string_view bytes) {
  Reader reader(bytes);
  const auto size = reader.number();
  if (!reader.ok() || size < 0 || size > kLargest) return {};
  std::string plain(static_cast<std::size_t>(size), '\0');
  bytes.remove_prefix(sizeof size);
  const int read =
      LZ4_decompress_safe(bytes.data(), plain.data(), static_cast<int>(bytes.size()), static_cast<int>(size));
  return read == size ? plain : std::string();
}

/// FNV-1a, folded. It stands in files: it must not become another.
std::uint32_t hash_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char byte : name) hash = (hash ^ byte) * 0x100000001b3;
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

/// Of both bodies, each name once.
whatsapp::WireNames names_of(const Exchange& exchange) {
  auto found = whatsapp::names_in(exchange.request);
  auto answered = whatsapp::names_in(exchange.answer);
  for (auto& name : answered.names)
    if (std::ranges::find(found.names, name) == found.names.end()) found.names.push_back(std::move(name));
  for (auto& name : found.names)
    if (const auto ours = parse_callback_data(name)) name = log_name_of(ours->message);
  if (answered.error_code != 0) found.error_code = answered.error_code;
  if (!answered.fbtrace_id.empty()) found.fbtrace_id = std::move(answered.fbtrace_id);
  return found;
}

std::string trace_of(const Exchange& exchange, const std::vector<std::string>& names) {
  if (!exchange.trace.empty()) return exchange.trace;
  const auto message = std::ranges::find_if(names, [](const auto& name) { return name.starts_with("wamid."); });
  return message == names.end() ? std::string() : trace_of_message(*message);
}

std::string without_secrets(const std::string& body) {
  return whatsapp::without_secrets(std::string_view(body).substr(0, DeliveryLog::kMaxKeptBytes));
}

}  // namespace

std::string name_of_error(std::int64_t code) {
  return fmt::format("error {}", code);
}

std::optional<ExchangeSegment> ExchangeSegment::kept(std::int64_t wrong, TimePoint last, std::string_view rows,
                                                     std::string_view bodies, std::string_view names) {
  ExchangeSegment segment;
  segment.count_ = std::ssize(rows_of(rows, 0));
  segment.wrong_ = wrong;
  segment.last_ = last;
  segment.rows_ = uncompressed(rows);
  segment.bodies_ = uncompressed(bodies);
  segment.names_.resize(names.size() / sizeof(std::uint32_t));
  std::memcpy(segment.names_.data(), names.data(), segment.names_.size() * sizeof(std::uint32_t));
  if (segment.count_ == 0 || !bodies_at(bodies, segment.count_ - 1)) return std::nullopt;
  return segment;
}

void ExchangeSegment::add(const Exchange& exchange) {
  const auto found = names_of(exchange);
  const std::string trace = trace_of(exchange, found.names);
  ++count_;
  wrong_ += exchange.wrong ? 1 : 0;
  last_ = std::max(last_, exchange.at);
  for (const auto number :
       {static_cast<std::int64_t>(exchange.kind), to_ms(exchange.at), static_cast<std::int64_t>(exchange.took.count()),
        static_cast<std::int64_t>(exchange.wrong), static_cast<std::int64_t>(exchange.status),
        static_cast<std::int64_t>(std::max(exchange.request.size(), exchange.answer.size())), found.error_code,
        static_cast<std::int64_t>(found.names.size())})
    put(rows_, number);
  const auto& number = exchange.phone_number_id.empty() ? found.phone_number_id : exchange.phone_number_id;
  for (const std::string* text :
       {&exchange.outcome, &exchange.method, &exchange.path, &number, &found.fbtrace_id, &trace})
    put(rows_, *text);
  for (const auto& name : found.names) {
    put(rows_, name);
    names_.push_back(hash_of(name));
  }
  if (!trace.empty()) names_.push_back(hash_of(trace));
  if (found.error_code != 0) names_.push_back(hash_of(name_of_error(found.error_code)));
  put(bodies_, without_secrets(exchange.request));
  put(bodies_, without_secrets(exchange.answer));
  put(bodies_, exchange.reason);
}

std::string ExchangeSegment::rows() const {
  return compressed(rows_);
}

std::string ExchangeSegment::bodies() const {
  return compressed(bodies_);
}

std::string ExchangeSegment::names() const {
  auto sorted = names_;
  std::ranges::sort(sorted);
  const auto [first, last] = std::ranges::unique(sorted);
  sorted.erase(first, last);
  return {reinterpret_cast<const char*>(sorted.data()), sorted.size() * sizeof(std::uint32_t)};
}

std::vector<ExchangeRow> rows_of(std::string_view rows, std::int64_t first) {
  std::vector<ExchangeRow> all;
  const std::string plain = uncompressed(rows);
  for (Reader reader(plain); !reader.at_end();) {
    ExchangeRow row;
    row.id = first + std::ssize(all);
    row.kind = static_cast<ExchangeKind>(reader.number());
    row.at = from_ms(reader.number());
    row.took = std::chrono::microseconds(reader.number());
    row.wrong = reader.number() != 0;
    row.status = static_cast<int>(reader.number());
    row.bytes = reader.number();
    row.error_code = reader.number();
    const auto names = reader.number();
    for (std::string* text : {&row.outcome, &row.method, &row.path, &row.phone_number_id, &row.fbtrace_id, &row.trace})
      *text = reader.text();
    for (std::int64_t i = 0; i < names && reader.ok(); ++i) row.names.emplace_back(reader.text());
    if (!reader.ok()) break;
    all.push_back(std::move(row));
  }
  return all;
}

std::optional<ExchangeBodies> bodies_at(std::string_view bodies, std::int64_t index) {
  const std::string plain = uncompressed(bodies);
  Reader reader(plain);
  constexpr int kTexts = 3;
  for (std::int64_t i = 0; i < index * kTexts && reader.ok(); ++i) (void)reader.text();
  ExchangeBodies found;
  for (std::string* text : {&found.request, &found.answer, &found.reason}) *text = reader.text();
  if (!reader.ok()) return std::nullopt;
  return found;
}

bool may_name(std::string_view names, std::string_view name) {
  const auto wanted = hash_of(name);
  const auto at = [names](std::size_t index) {
    std::uint32_t hash = 0;
    std::memcpy(&hash, names.data() + index * sizeof hash, sizeof hash);
    return hash;
  };
  std::size_t from = 0, to = names.size() / sizeof(std::uint32_t);
  while (from < to) {
    const auto middle = from + (to - from) / 2;
    if (at(middle) < wanted)
      from = middle + 1;
    else
      to = middle;
  }
  return from < names.size() / sizeof(std::uint32_t) && at(from) == wanted;
}

}  // namespace claw::sqlite
