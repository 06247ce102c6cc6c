#include "simulator/graph_media.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "simulator/multipart.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

using Answer = std::expected<json::object, GraphError>;
using Refusal = std::unexpected<GraphError>;

const FormPart* part_named(const std::vector<FormPart>& parts, std::string_view name) {
  const auto found = std::ranges::find(parts, name, &FormPart::name);
  return found == parts.end() ? nullptr : &*found;
}

/// Whether the call's token reaches the business that has the file.
std::optional<GraphError> refuse_access(const Meta& meta, GraphCall call, const Media& media) {
  call.object = media.waba;
  return check_access(meta, call).refusal;
}

json::object facts_of(const Meta& meta, const Media& media) {
  const auto digest = sha256(*media.bytes);
  return {{"messaging_product", "whatsapp"},  {"url", meta.origin + meta.media.url_path(media, meta.now())},
          {"mime_type", media.mime_type},     {"sha256", to_hex(digest)},
          {"file_size", media.bytes->size()}, {"id", media.id}};
}

}  // namespace

Answer upload_media(Meta& meta, const GraphCall& call, const Number& number, Exchange& exchange) {
  exchange.what = "upload";
  const auto parts = read_form(call.content_type, call.body);
  if (!parts) return Refusal(errors::invalid(fmt::format("The request could not be read: {}.", parts.error().message)));
  const FormPart* product = part_named(*parts, "messaging_product");
  if (!product) return Refusal(errors::missing("messaging_product"));
  if (product->bytes != "whatsapp")
    return Refusal(errors::invalid(fmt::format("Param messaging_product must be one of {{WHATSAPP}} - got \"{}\".",
                                               product->bytes.substr(0, 100))));
  const FormPart* file = part_named(*parts, "file");
  if (!file) return Refusal(errors::missing("file"));
  // The file's own type counts; the form's is for a client that cannot set one.
  const FormPart* type = part_named(*parts, "type");
  std::string mime_type = file->content_type;
  if (media_kind(mime_type).empty() && type) mime_type = std::string(type->bytes.substr(0, 200));
  const auto kind = media_kind(mime_type);
  if (kind.empty()) return Refusal(errors::wrong_file_type(mime_type));
  const std::size_t most = media_limit(kind, file->bytes);
  if (file->bytes.empty() || file->bytes.size() > most)
    return Refusal(errors::wrong_file(
        fmt::format("A file of kind {} has 1 to {} bytes, this one {}.", kind, most, file->bytes.size())));
  const Media& kept = meta.media.add({.id = {},
                                      .number = number.id,
                                      .waba = number.waba,
                                      .mime_type = std::move(mime_type),
                                      .sha256 = {},
                                      .bytes = std::make_shared<const std::string>(file->bytes),
                                      .until = meta.now() + MediaStore::kUploadLives});
  return json::object{{"id", kept.id}};
}

Answer answer_media(Meta& meta, const GraphCall& call, const Media& media, Exchange& exchange) {
  exchange.what = "media";
  exchange.number = media.number;
  const auto not_there = [&] {
    return Refusal(errors::unknown_object(call.method == "GET" ? "get" : "delete", call.object));
  };
  if (const auto refusal = refuse_access(meta, call, media))
    return refusal->subcode == 33 ? not_there() : Refusal(*refusal);
  const auto number = call.param("phone_number_id");
  if (!number.empty() && number != media.number) return not_there();
  if (call.method == "GET") return facts_of(meta, media);
  if (call.method != "DELETE") return Refusal(errors::unknown_path(call.path));
  meta.media.erase(call.object);
  return json::object{{"success", true}};
}

std::optional<GraphError> refuse_media(const Meta& meta, const Number& number, const MediaUse& use) {
  const Media* media = meta.media.find(use.id, meta.now());
  if (!media || media->waba != number.waba)
    return errors::bad_value(fmt::format("Param {} is no media of this account: {}.", use.path, use.id));
  const auto kind = media_kind(media->mime_type);
  // Any file may go as a document.
  if (use.kind != "document" && kind != use.kind)
    return errors::wrong_file(fmt::format("Param {} is a file of type {}, which cannot be sent as {}.", use.path,
                                          media->mime_type, use.kind));
  if (use.voice && !media->mime_type.starts_with("audio/ogg"))
    return errors::wrong_file(fmt::format("Param {} must be audio/ogg with opus to be a voice message.", use.path));
  return std::nullopt;
}

net::HttpResponse answer_attachment(Meta& meta, const net::HttpRequest& request) {
  GraphCall call = graph_call(request);
  const std::string mid(request.query_value("mid").value_or(""));
  const Media* media = meta.media.find(mid, meta.now());
  const bool good = media && meta.media.is_good_url(mid, request.query_value("ext").value_or(""),
                                                    request.query_value("hash").value_or(""), meta.now());
  call.object = media ? media->waba : std::string();
  const Access access = check_access(meta, call);
  const bool known = !access.refusal || access.refusal->http != 401;
  net::HttpResponse response;
  if (!known) {
    response = graph_response(401, error_body(*access.refusal, meta.ids.trace()), {});
  } else if (!good || access.refusal) {
    response = net::text_response(404, "not found, or the URL is over: ask for the media again\n");
  } else {
    response = file_response(*media);
  }
  ++meta.counts.graph_requests;
  if (response.status != 200) ++meta.counts.graph_errors;
  meta.note(
      Exchange{.at = meta.now(),
               .kind = "graph",
               .what = "download",
               .number = media ? media->number : std::string(),
               .method = "GET",
               .url = request.path + "?mid=" + mid,
               .status = response.status,
               .outcome = response.status == 200 ? "ok" : "refused",
               .answer = response.status == 200 ? fmt::format("({} bytes)", response.body.size()) : response.body});
  return response;
}

net::HttpResponse file_response(const Media& media) {
  net::HttpResponse response;
  response.content_type = media.mime_type;
  const auto kind = media_kind(media.mime_type);
  response.headers = {{"Cache-Control", "private, max-age=300"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Content-Security-Policy", "sandbox; default-src 'none'"},
                      {"Content-Disposition", kind.empty() || kind == "document" ? "attachment" : "inline"}};
  response.body = *media.bytes;
  return response;
}

}  // namespace claw::sim
