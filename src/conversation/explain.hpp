#pragma once

#include "conversation/access.hpp"
#include "conversation/session.hpp"

namespace claw {

/// Whose next message is asked about.
struct Inquiry {
  std::string from = {};           ///< A phone number as people write it, or a BSUID.
  std::string number = {};         ///< The phone number id they write to; empty: the tenant's, where it has one only.
  std::string text = {};           ///< What they write; empty: anything.
  std::string source_id = {};      ///< Of the ad they came by.
  std::string ctwa_clid = {};      ///< Of the ad they came by.
  std::optional<bool> first = {};  ///< Whether it is the first of a session; nothing: as it would be now.
};

/// What would become of the message, and why.
struct Explanation {
  std::string address;
  std::string user;  ///< Public id; empty: nobody is known by this address.
  std::string name;
  std::string number;
  ChannelPolicy policy = ChannelPolicy::kDisabled;
  Access::Standpoint access;
  std::string agent;  ///< Who answers, or would once the sender is let in; empty: nobody.
  std::string matched_by;
  int rule = -1;                         ///< As RoutingAnswer.
  std::optional<SessionRecord> session;  ///< Nothing: there is no conversation yet.
  bool held = false;                     ///< Somebody answers by hand: session->paused_by.
  bool first_of_session = true;
  std::string says;  ///< The same in one or two sentences.
};

/// Asks what turns ask (access, session, routing), by the same functions, and changes nothing. Fails with kInvalid,
/// naming what is wrong with the inquiry, and as the stores do.
[[nodiscard]] Task<Result<Explanation>> explain(Ledger& ledger, Access& access, TimePoint now, TenantRef tenant,
                                                Inquiry inquiry);

}  // namespace claw
