#include "tenancy/attempts.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace claw {
namespace {

/// What stands for one subscriber: the address, or the network of an IPv6 one.
std::string subscriber(const std::string& address) {
  std::string bytes(16, '\0');
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  constexpr std::string_view kMappedIpv4("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  return bytes.starts_with(kMappedIpv4) ? bytes : bytes.substr(0, 8);
}

}  // namespace

double Attempts::used(const Bucket& bucket, const Limit& limit, TimePoint now) {
  const double recovered = static_cast<double>((now - bucket.at).count()) / static_cast<double>(limit.recovery.count());
  return std::max(0.0, bucket.used - std::max(0.0, recovered));
}

Attempts::Bucket& Attempts::bucket_of(Kind& kind, const std::string& key, TimePoint now) {
  if (kind.buckets.size() >= kMaxBuckets && !kind.buckets.contains(key)) {
    std::erase_if(kind.buckets, [&](const auto& entry) { return used(entry.second, kind.limit, now) == 0; });
    if (kind.buckets.size() >= kMaxBuckets)
      kind.buckets.erase(std::ranges::min_element(
          kind.buckets, {}, [&](const auto& entry) { return used(entry.second, kind.limit, now); }));
  }
  Bucket& bucket = kind.buckets[key];
  bucket.used = used(bucket, kind.limit, now);
  bucket.at = now;
  if (bucket.used == 0) bucket.told = false;
  return bucket;
}

std::chrono::milliseconds Attempts::wait_for(const Bucket& bucket, const Limit& limit) {
  const double missing = bucket.used + 1 - limit.burst;
  if (missing <= 0) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(missing *
                                                      std::chrono::duration<double, std::milli>(limit.recovery));
}

std::optional<Attempts::Refusal> Attempts::begin(const std::string& account, const std::string& from, bool is_known) {
  const auto now = clock_.now();
  const std::string address = subscriber(from);
  std::scoped_lock lock(mutex_);
  Bucket& of_address = bucket_of(addresses_, address, now);
  Bucket& of_both = bucket_of(accounts_at_addresses_, address + ' ' + account, now);
  Bucket& of_account = bucket_of(accounts_, account, now);
  auto wait = std::max(wait_for(of_address, kOfAddress), wait_for(of_both, kOfAccountAtAddress));
  if (!is_known) wait = std::max(wait, wait_for(of_account, kOfAccount));
  if (wait.count() > 0)
    return Refusal{std::chrono::ceil<std::chrono::seconds>(wait), !std::exchange(of_account.told, true)};
  of_address.used += 1;
  of_both.used += 1;
  // Not beyond its bound: tries from a known address must not lengthen the wait of others.
  of_account.used = std::min(of_account.used + 1, kOfAccount.burst);
  return std::nullopt;
}

void Attempts::give_back(const std::string& account, const std::string& from) {
  const auto now = clock_.now();
  const std::string address = subscriber(from);
  std::scoped_lock lock(mutex_);
  for (Bucket* bucket :
       {&bucket_of(addresses_, address, now), &bucket_of(accounts_at_addresses_, address + ' ' + account, now),
        &bucket_of(accounts_, account, now)})
    bucket->used = std::max(0.0, bucket->used - 1);
}

std::size_t Attempts::buckets() const {
  std::scoped_lock lock(mutex_);
  return addresses_.buckets.size() + accounts_at_addresses_.buckets.size() + accounts_.buckets.size();
}

}  // namespace claw
