#pragma once

#include <expected>
#include <optional>

#include <boost/json/object.hpp>

#include "net/http.hpp"
#include "simulator/graph.hpp"
#include "simulator/send_content.hpp"

namespace claw::sim {

/// POST /{number}/media: keeps the file of a multipart form and gives its id. Checks type and size as Meta does.
[[nodiscard]] std::expected<boost::json::object, GraphError> upload_media(Meta& meta, const GraphCall& call,
                                                                          const Number& number, Exchange& exchange);

/// GET and DELETE /{media}. What belongs to another business is answered as if it were not there.
[[nodiscard]] std::expected<boost::json::object, GraphError> answer_media(Meta& meta, const GraphCall& call,
                                                                          const Media& media, Exchange& exchange);

/// Why `number` cannot send this file, or nothing: it is not there, another business's, or of another kind.
[[nodiscard]] std::optional<GraphError> refuse_media(const Meta& meta, const Number& number, const MediaUse& use);

/// GET of a media URL: the bytes; 401 without a token that Meta knows, 404 where the URL is over or wrong, the file
/// gone or another business's.
[[nodiscard]] net::HttpResponse answer_attachment(Meta& meta, const net::HttpRequest& request);

/// A file as an answer that a page may show: what is no picture, sound or film is offered for saving only.
[[nodiscard]] net::HttpResponse file_response(const Media& media);

}  // namespace claw::sim
