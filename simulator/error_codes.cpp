#include "simulator/error_codes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace claw::sim {

namespace {

/// By code. HTTP statuses and titles are those of Meta's list of error codes.
constexpr auto kErrors = std::to_array<KnownError>({
    {0, 401, "We were unable to authenticate the app user", "We were unable to authenticate the app user."},
    {1, 500, "An unknown error occurred", "Invalid request or possible server error."},
    {2, 503, "Service temporarily unavailable", "Temporary, due to downtime or overload."},
    {3, 500, "Application does not have the capability to make this API call", "Capability or permissions issue."},
    {4, 400, "Application request limit reached", "The app has reached its API call rate limit."},
    {10, 403, "Application does not have permission for this action",
     "Permission is either not granted or has been removed."},
    {33, 400, "Parameter value is not valid", "The business phone number has been deleted."},
    {100, 400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters."},
    {190, 401, "Error validating access token: The session is invalid", "Your access token has expired."},
    {200, 403, "Permissions error", "Permission is either not granted or has been removed."},
    {368, 403, "Temporarily blocked for policies violations",
     "The WhatsApp Business Account associated with the app has been restricted or disabled for violating a platform "
     "policy."},
    {613, 400, "Fetch call permission limit hit",
     "Limit reached for requests to the fetch call permission status API."},
    {80007, 400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."},
    {130429, 429, "Rate limit hit", "Cloud API message throughput has been reached."},
    {130472, 400, "User's number is part of an experiment",
     "The user is part of an experiment group and the message was not sent as part of an experiment."},
    {130497, 403, "Business account is restricted from messaging users in this country",
     "The WhatsApp Business Account is restricted from messaging to users in certain countries."},
    {131000, 500, "Something went wrong", "Message failed to send due to an unknown error."},
    {131005, 403, "Access denied", "Permission is either not granted or has been removed."},
    {131008, 400, "Required parameter is missing", "You must provide a value for the required parameter."},
    {131009, 400, "Parameter value is not valid", "The parameter you passed is invalid."},
    {131016, 503, "Service unavailable", "A service is temporarily unavailable."},
    {131020, 400, "Bad group", "Cannot send messages to single member groups."},
    {131021, 400, "Recipient cannot be sender", "Sender and recipient phone number is the same."},
    {131026, 400, "Message undeliverable", "Unable to deliver message."},
    {131030, 400, "Recipient phone number not in allowed list",
     "When using test numbers, you can add up to 5 numbers that can receive messages. This error is raised when the "
     "recipient is not in the list."},
    {131031, 403, "Account has been locked",
     "The WhatsApp Business Account associated with the app has been restricted or disabled for violating a platform "
     "policy, or we were unable to verify data included in the request against data set on the WhatsApp Business "
     "Account (e.g, the two-step pin included in the request is incorrect)."},
    {131037, 400, "WhatsApp provided number needs display name approval before message can be sent",
     "The 555 business phone number used to send the request does not have an approved display name."},
    {131041, 400, "Group unknown", "The group was not found, either because it doesn't exist or you are not a member."},
    {131042, 400, "Business eligibility payment issue",
     "Message failed to send because there were one or more errors related to your payment method."},
    {131044, 400, "Business payment issue",
     "Message failed to send because there were one or more errors related to your payment method."},
    {131045, 400, "Incorrect certificate", "Message failed to send due to a phone number registration error."},
    {131047, 400, "Re-engagement message",
     "More than 24 hours have passed since the recipient last replied to the sender number."},
    {131048, 429, "Spam rate limit hit",
     "Message failed to send because there are restrictions on how many messages can be sent from this phone number. "
     "This may be because too many previous messages were blocked or flagged as spam."},
    {131049, 400, "This message was not delivered to maintain healthy ecosystem engagement",
     "This message was not delivered to maintain healthy ecosystem engagement."},
    {131050, 400, "Unable to deliver the message: this recipient has chosen to stop receiving marketing messages",
     "User has stopped marketing messages from the business account. you should listen to UserMarketingPreferences "
     "updates."},
    {131051, 400, "Unsupported message type", "The message type is not supported."},
    {131052, 500, "Media download error", "Unable to download the media sent by the user."},
    {131053, 400, "Media upload error", "Unable to upload the media used in the message."},
    {131056, 429, "(Business Account, Consumer Account) pair rate limit hit",
     "Too many messages sent from the sender phone number to the same recipient phone number in a short period of "
     "time."},
    {131057, 500, "Account in maintenance mode", "Business Account is in maintenance mode."},
    {131059, 400, "Group invalid cursor",
     "The cursor has either expired or become corrupted. Start pagination from the beginning again."},
    {131062, 400, "Bsuidrecipient not supported",
     "Business-scoped User ID (BSUID) recipients are not supported for this message."},
    {131063, 400, "Marketing templates disabled for cloud api", "Marketing templates are disabled for Cloud API."},
    {131064, 429, "Message failed to reach messaging limit",
     "Message failed to send because this account has reached its messaging limit due to template classification "
     "violations. This applies to both template messages and direct send messages."},
    {131201, 400, "Group request partially succeeded",
     "Not all participant-level operations in the request succeeded."},
    {131202, 400, "Group duplicate participant", "Duplicate participants in the participant array input."},
    {131204, 400, "Group participant overlimit", "Group participant size exceeds limit."},
    {131207, 400, "Group suspended", "The group violates platform policies."},
    {131208, 400, "Group rate limit hit",
     "Group operation failed because there were too many group operations from this phone number in a short period."},
    {131209, 400, "Group invalid profile picture aspect ratio", "Width and height of the image must be equal."},
    {131210, 400, "Group image too small", "Image width and height must be greater than 192px."},
    {131211, 400, "Group creation limit reached",
     "Reached the limit for the maximum number of groups that can be created for this number."},
    {131212, 400, "Group participant not in group", "Participant is not a part of the group."},
    {131213, 400, "Group join request does not exist", "Group join request does not exist."},
    {131214, 400, "Group creation temporarily disabled",
     "Group creation is temporarily disabled due to excessive marketing messages sent by the WABA in customer service "
     "window over the past 7 days."},
    {131215, 400, "Group apinot eligible",
     "Groups APIs are only available for eligible phone numbers. Please check eligibility for Groups APIs in our "
     "documentation."},
    {132000, 400, "Number of parameters does not match the expected number of params",
     "The number of variable parameter values included in the request did not match the number of variable parameters "
     "defined in the template."},
    {132001, 400, "Template name does not exist in the translation",
     "The template does not exist in the specified language or the template has not been approved."},
    {132005, 400, "Translated text too long", "The template text is too long."},
    {132007, 400, "Template format character policy violated", "The template content violates a WhatsApp policy."},
    {132008, 400, "Template param value invalid", "Variable parameter values formatted incorrectly."},
    {132012, 400, "Parameter format does not match format in the created template",
     "Variable parameter values formatted incorrectly."},
    {132015, 400, "Template is paused",
     "Template is paused due to low quality so it cannot be sent in a template message."},
    {132016, 400, "Template is disabled",
     "Template has been paused too many times due to low quality and is now permanently disabled."},
    {132068, 400, "Flow is blocked", "Flow is in blocked state."},
    {132069, 400, "Flow is throttled",
     "Flow is in throttled state and 10 messages using this flow were already sent in the last hour."},
    {133000, 400, "Incomplete deregistration", "A previous deregistration attempt failed; deregister again."},
    {133004, 503, "Server temporarily unavailable", "Server is temporarily unavailable."},
    {133005, 400, "Two step pin mismatch", "Two-step verification PIN is incorrect."},
    {133006, 400, "Phone number reverification needed", "Phone number must be verified before it is registered."},
    {133008, 400, "Too many pin guesses", "Too many two-step verification PIN guesses for this number."},
    {133009, 400, "Pin guessed too fast", "Two-step verification PIN was entered too quickly."},
    {133010, 400, "Account not registered", "Phone number is not registered on the WhatsApp Business Platform."},
    {133015, 400, "Wait before registering", "The number was recently deleted and the deletion is not complete."},
    {133016, 429, "Registration or deregistration failed",
     "Registration or Deregistration failed because there were too many attempts for this phone number in a short "
     "period of time."},
    {134011, 400, "Payments terms not accepted", "WhatsApp Payments terms of service not accepted."},
    {135000, 400, "Generic user error", "Generic error."},
    {137000, 400, "Recipient identity key mismatch",
     "The recipient's identity key hash does not match the one on record."},
    {138000, 400, "Calling not enabled", "Calling is not enabled on the business phone number."},
    {138001, 400, "Receiver uncallable", "Receiver is unable to receive calls."},
    {138002, 400, "Concurrent calls limit", "Limit reached for maximum concurrent calls (1000) for the given number."},
    {138003, 400, "Duplicate call", "A call is already ongoing with the receiver."},
    {138004, 500, "Call connection error", "Error while connecting the call."},
    {138005, 400, "Call rate limit exceeded",
     "Limit reached for maximum calls that can be initiated by the business phone number."},
    {138006, 400, "Call permission not found", "No approved call permission from the recipient."},
    {138007, 400, "Call connection timeout", "Call was unable to connect due to a timeout."},
    {138009, 400, "Call permission request limit hit",
     "Limit reached for call permission request sends for the given business and consumer pair."},
    {138012, 400, "Business initiated calls limit hit",
     "Limit reached for maximum business initiated calls allowed in 24 hours. Currently 5 connected business initiated "
     "calls are allowed within 24 hours."},
    {138013, 400, "Fetch call permission limit hit",
     "Limit reached for requests to the fetch call permission status API."},
    {138018, 400, "Calling cannot be enabled",
     "WhatsApp Business calling cannot be enabled because technical pre-requisites are not met."},
    {139000, 400, "Flow blocked by integrity",
     "Unfortunately, we've identified an issue with integrity in your account and have prevented you from creating or "
     "publishing your Flow."},
    {139001, 400, "Flow updating error", "Flow failed to update."},
    {139002, 400, "Flow publishing error", "Flow failed to publish."},
    {139003, 400, "Flow deprecating error", "Flow failed to deprecate."},
    {139004, 400, "Flow deleting error", "Flow failed to delete."},
    {139100, 400, "Bulk blocking failed", "Failed to block/unblock some users."},
    {139101, 400, "Block list limit reached", "Blocklist limit reached."},
    {139102, 400, "Block list concurrent update", "Blocklist concurrent update."},
    {139103, 500, "Block user internal error", "Internal error."},
    {147001, 400, "Username not available",
     "The username has already been claimed, doesn't pass our internal checks, or is not available for on the "
     "platform. Try requesting another username."},
    {147002, 400, "Account not eligible to request username",
     "The business portfolio that owns the WhatsApp Business Account and business phone number must have a higher "
     "messaging limit."},
    {147003, 400, "Fbaccount not linked",
     "You must link the phone number to the Facebook Page that already uses the requested username."},
    {147004, 400, "Igaccount not linked",
     "You must link the phone number to the Instagram account that already uses the requested username."},
    {147005, 400, "Username transfer required",
     "The requested username is currently in use on another business phone number within your business portfolio. To "
     "transfer it to this phone number, resend the request with force_transfer=True."},
    {2388012, 400, "Phone number already exists", "This phone number already exists in your list of phone numbers."},
    {2388019, 400, "Template limit exceeded",
     "You have exceeded the maximum number of message templates you can have for this WhatsApp business account."},
    {2388040, 400, "Template character limit exceeded",
     "A field in your template has exceeded the maximum character limit allowed."},
    {2388047, 400, "Template header format incorrect", "Your message header contains invalid formatting."},
    {2388073, 400, "Template footer format incorrect", "Your message footer contains invalid formatting."},
    {2388091, 400, "Phone number not eligible for registration code",
     "This phone number isn't eligible to receive/verify a registration code since it is not being migrated."},
    {2388093, 400, "Phone number not eligible for registration code",
     "This phone number isn't eligible to receive/verify a registration code since it is not being migrated."},
    {2388103, 400, "Cannot migrate phone number", "Cannot migrate phone number."},
    {2388293, 400, "Template parameters words ratio exceeds limit",
     "This template has too many variables for its length. Reduce the number of variables or increase the message "
     "length."},
    {2388299, 400, "Template leading or trailing parameters not allowed",
     "Variables cannot be at the start or end of the template."},
    {2494100, 400, "Phone number account in maintenance mode", "The business phone number is in maintenance mode."},
    {2494164, 400, "Signup not found error", "The specified signup entity does not exist."},
    {2494165, 400, "Signup apiunavailable", "The In-App Signup API is not enabled for this WABA."},
    {2494166, 400, "Signup unknown placeholder error", "The confirmation_message contains an unknown placeholder."},
    {2494167, 400, "Signup missing placeholder value error",
     "The confirmation_message uses the {{promo_code}} placeholder but no promo_code value was provided."},
    {2494168, 400, "Signup tosnot accepted", "The Terms of Service were not accepted."},
    {2494176, 400, "Signup tosalready accepted",
     "The business has already accepted the Terms of Service, but the request still included the policy object. Omit "
     "the policy object on subsequent create requests."},
    {2494177, 400, "Signup tosurlnot allowed",
     "The URL provided in policy.tos is not an approved Terms of Service URL. Use the URL shown in the Terms of "
     "Service section."},
    {2494179, 400, "Signup website urlscheme not allowed", "The website_url does not use the https:// scheme."},
    {2593107, 400, "Sync request limit exceeded", "Coexistence: history/contact sync requests limit exceeded."},
    {2593108, 400, "Sync outside time window", "Coexistence: sync request outside the allowed window."},
});
static_assert(std::ranges::is_sorted(kErrors, {}, &KnownError::code));

}  // namespace

const KnownError* find_error(int code) {
  const auto found = std::ranges::lower_bound(kErrors, code, {}, &KnownError::code);
  return found != kErrors.end() && found->code == code ? &*found : nullptr;
}

GraphError known_error(int code) {
  const KnownError* known = find_error(code);
  if (!known) return {.code = code, .message = fmt::format("(#{}) Error", code), .details = {}};
  return {.http = known->http,
          .code = code,
          .message = fmt::format("(#{}) {}", code, known->title),
          .details = std::string(known->details)};
}

}  // namespace claw::sim
