#include "whatsapp/markdown.hpp"

#include <algorithm>
#include <md4c.h>

#include <fmt/format.h>

#include "whatsapp/block_writer.hpp"
#include "whatsapp/markdown_source.hpp"
#include "whatsapp/styled_line.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr unsigned kDialect =
    MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS;

/// Hears the parser out and has the blocks written.
class Converter {
 public:
  explicit Converter(const MarkdownSource& source) : source_(source) {}

  void enter_block(MD_BLOCKTYPE type, void* detail) {
    broken_ = broken_ || !spans_.empty();
    flush();  // the text of an item before the list in it
    switch (type) {
      case MD_BLOCK_QUOTE:
        return blocks_.enter_quote();
      case MD_BLOCK_UL:
        return lists_.push_back({false, 0});
      case MD_BLOCK_OL:
        return lists_.push_back({true, static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start});
      case MD_BLOCK_LI:
        return blocks_.enter_item(mark_of(*static_cast<MD_BLOCK_LI_DETAIL*>(detail)));
      case MD_BLOCK_H:
        heading_ = StyledText::kBold;
        return;
      case MD_BLOCK_TABLE:
        header_.clear();
        rows_ = 0;
        return;
      case MD_BLOCK_TR:
        row_.clear();
        return;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        in_cell_ = true;
        ++cells_;
        return;
      default:
        return;
    }
  }

  void leave_block(MD_BLOCKTYPE type) {
    broken_ = broken_ || !spans_.empty();
    if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
      (type == MD_BLOCK_TH ? header_ : row_).push_back(std::exchange(inline_, {}));
      in_cell_ = false;
      return;
    }
    if (type == MD_BLOCK_CODE) return write_code();
    flush();
    switch (type) {
      case MD_BLOCK_QUOTE:
        return blocks_.leave_quote();
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        return lists_.pop_back();
      case MD_BLOCK_LI:
        return blocks_.leave_item();
      case MD_BLOCK_H:
        heading_ = 0;
        return;
      case MD_BLOCK_HR:
        write({"───"}, true);
        gap_after_ = true;
        return;
      case MD_BLOCK_TR:
        if (!row_.empty()) write_row(row_);
        return;
      case MD_BLOCK_TABLE:
        if (rows_ == 0) write_row(std::exchange(header_, {}));
        return;
      default:
        return;
    }
  }

  void enter_span(MD_SPANTYPE type, void* detail) {
    spans_.push_back(type);
    switch (type) {
      case MD_SPAN_STRONG:
        ++strong_;
        return;
      case MD_SPAN_EM:
        ++emphasis_;
        return;
      case MD_SPAN_DEL:
        ++struck_;
        tildes_known_ = false;
        return;
      case MD_SPAN_CODE:
        ++code_;
        return;
      case MD_SPAN_A:
        return enter_link(static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
      case MD_SPAN_IMG:
        if (images_++ == 0) pictures_.push_back({"", text_of(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src)});
        return;
      default:
        return;
    }
  }

  void leave_span(MD_SPANTYPE type) {
    broken_ = broken_ || spans_.empty() || spans_.back() != type;
    if (broken_) return;
    spans_.pop_back();
    switch (type) {
      case MD_SPAN_STRONG:
        --strong_;
        return;
      case MD_SPAN_EM:
        --emphasis_;
        return;
      case MD_SPAN_DEL:
        --struck_;
        return;
      case MD_SPAN_CODE:
        --code_;
        return;
      case MD_SPAN_A:
        return leave_link();
      case MD_SPAN_IMG:
        if (--images_ == 0) leave_picture();
        return;
      default:
        return;
    }
  }

  void text(MD_TEXTTYPE type, std::string_view text) {
    look_at_source(text);
    if (images_ > 0) {
      pictures_.back().alt += type == MD_TEXT_BR || type == MD_TEXT_SOFTBR ? " " : plain(type, text);
      return;
    }
    switch (type) {
      case MD_TEXT_BR:
      case MD_TEXT_SOFTBR:
        return inline_.append("\n", style());
      case MD_TEXT_NORMAL:
        source_.restore(text, [&](std::string_view piece, bool was_hidden) {
          inline_.append(piece, style() | (was_hidden ? StyledText::kVerbatim : 0));
        });
        return;
      case MD_TEXT_CODE:
        if (in_cell_) return inline_.append(without_escaped_bars(source_.restored(text)), style());
        [[fallthrough]];
      default:
        return inline_.append(plain(type, text), style());
    }
  }

  /// Whether what was heard is no picture of the text. A short text can be a table of very many empty cells, or repeat
  /// a long name very often; and md4c 0.4.8 leaves spans that it never entered, and loses text there, at some links
  /// that are none, such as `![]([)]()`.
  [[nodiscard]] bool gave_up() const { return broken_ || cells_ > kMaxCells || repeated_ > kMaxRepeated; }

  WhatsAppText take() { return {blocks_.take(), std::move(pictures_)}; }

 private:
  static constexpr std::size_t kMaxCells = 50'000;
  static constexpr std::size_t kMaxRepeated = 1'000'000;  // bytes

  struct List {
    bool numbered;
    std::size_t next;
  };
  struct Link {
    std::string url;
    std::string written;  ///< In the Markdown; a URL in angle brackets shows itself so.
    std::size_t begin;    ///< Of its text, in inline_.
  };

  [[nodiscard]] std::uint8_t style() const {
    return static_cast<std::uint8_t>(
        heading_ | (strong_ > 0 ? StyledText::kBold : 0) | (emphasis_ > 0 ? StyledText::kItalic : 0) |
        (struck_ > 0 ? StyledText::kStruck | single_tilde_ : 0) | (code_ > 0 ? StyledText::kCode : 0));
  }

  [[nodiscard]] std::string plain(MD_TEXTTYPE type, std::string_view text) const {
    if (type == MD_TEXT_NULLCHAR) return "\uFFFD";
    if (type == MD_TEXT_ENTITY) return decode_entity(text);
    return source_.restored(text);
  }

  [[nodiscard]] std::string text_of(const MD_ATTRIBUTE& attribute) const {
    std::string out;
    for (std::size_t i = 0; attribute.size > 0 && attribute.substr_offsets[i] < attribute.size; ++i) {
      const auto begin = attribute.substr_offsets[i];
      out += plain(attribute.substr_types[i], {attribute.text + begin, attribute.substr_offsets[i + 1] - begin});
    }
    return out;
  }

  std::string mark_of(const MD_BLOCK_LI_DETAIL& item) {
    List& list = lists_.back();
    const std::size_t number = list.next++;
    if (item.is_task) return item.task_mark == ' ' ? "[ ] " : "[x] ";
    return list.numbered ? fmt::format("{}. ", number) : "• ";
  }

  /// The parser gives no positions, but most of its texts are pieces of the source: there it shows whether a blank line
  /// stood before a block, and how many tildes struck a text.
  void look_at_source(std::string_view text) {
    const auto source = source_.text();
    if (std::less{}(text.data(), source.data()) || !std::less{}(text.data(), source.data() + source.size())) return;
    const auto at = static_cast<std::size_t>(text.data() - source.data());
    if (fresh_) {
      gap_ = gap_after_ || has_blank_line(source.substr(seen_, at > seen_ ? at - seen_ : 0));
      gap_after_ = fresh_ = false;
    }
    if (struck_ > 0 && !tildes_known_) {
      const auto tilde = source.substr(0, at).find_last_not_of("*_`[!");
      const bool two = tilde != std::string_view::npos && tilde > 0 && source[tilde - 1] == '~';
      single_tilde_ = two ? 0 : StyledText::kSingleTilde;
      tildes_known_ = true;
    }
    seen_ = std::max(seen_, at + text.size());
  }

  static bool has_blank_line(std::string_view between) {
    bool blank = false;  // the line so far, once one has begun
    for (const char c : between) {
      if (c == '\n' && blank) return true;
      if (c == '\n') blank = true;
      if (c != '\n' && c != '\r' && c != ' ' && c != '\t' && c != '>') blank = false;
    }
    return false;
  }

  /// GitHub's rule; the parser leaves the backslash there.
  static std::string without_escaped_bars(std::string_view code) {
    std::string out;
    for (std::size_t at = 0; at < code.size(); ++at)
      if (!code.substr(at).starts_with("\\|")) out += code[at];
    return out;
  }

  void enter_link(const MD_ATTRIBUTE& url) {
    links_.push_back({text_of(url), source_.restored({url.text, url.size}), inline_.text.size()});
  }

  void leave_link() {
    const Link link = std::move(links_.back());
    links_.pop_back();
    const auto text = std::string_view(inline_.text).substr(link.begin);
    if (text == link.url || text == link.written || "mailto:" + std::string(text) == link.url)
      return inline_.mark(link.begin, StyledText::kVerbatim);
    if (link.url.empty()) return;
    const bool alone = text.empty();
    if (!alone) inline_.append(" (", style());
    inline_.append(link.url, style() | StyledText::kVerbatim);
    if (!alone) inline_.append(")", style());
  }

  void leave_picture() {
    const bool has_url = !pictures_.back().url.empty();
    inline_.append(has_url ? pictures_.back().url : pictures_.back().alt, style() | StyledText::kVerbatim);
    if (!has_url) pictures_.pop_back();
  }

  void write(const std::vector<std::string>& lines, bool blank_before, bool indented = true) {
    blocks_.write(lines, blank_before, indented);
    gap_ = false;
    fresh_ = true;
  }

  void flush() {
    if (inline_.empty()) return;
    std::vector<std::string> lines;
    for (auto& line : lines_of(std::exchange(inline_, {}))) lines.push_back(render_line(std::move(line)));
    write(lines, gap_);
  }

  void write_code() {
    const auto code = std::exchange(inline_, {});
    std::string_view text = code.text;
    while (text.ends_with('\n')) text.remove_suffix(1);
    if (text.find_first_not_of(" \t\n") == std::string_view::npos) return;
    if (!blocks_.in_quote()) return write({fmt::format("```\n{}\n```", inside_backticks(text))}, gap_, false);
    // WhatsApp would show the marks of a quote inside the code.
    std::vector<std::string> lines;
    for (const auto& line : lines_of({std::string(text), std::vector<std::uint8_t>(text.size())}))
      lines.push_back(line.empty() ? "" : fmt::format("```{}```", inside_backticks(line.text)));
    write(lines, gap_, false);
  }

  void write_row(const std::vector<StyledText>& row) {
    std::vector<std::string> lines;
    for (std::size_t column = 0; column < row.size(); ++column) {
      StyledText line;
      if (row[column].empty()) continue;
      if (column == 0) {
        line = row[0];
        line.mark(0, StyledText::kBold);
      } else {
        line.append("• ", 0);
        if (column < header_.size() && !header_[column].empty()) {
          line.append(header_[column]);
          repeated_ += header_[column].text.size();
          line.append(": ", 0);
        }
        line.append(row[column]);
      }
      lines.push_back(render_line(std::move(line)));
    }
    if (!lines.empty()) write(lines, gap_ || rows_ > 0);
    ++rows_;
  }

  const MarkdownSource& source_;
  BlockWriter blocks_;
  std::vector<Picture> pictures_;
  StyledText inline_;  // the block under way
  std::vector<List> lists_;
  std::vector<Link> links_;
  std::vector<StyledText> header_;
  std::vector<StyledText> row_;
  std::vector<MD_SPANTYPE> spans_;  // entered and not left
  bool broken_ = false;
  bool in_cell_ = false;
  std::size_t cells_ = 0;
  std::size_t repeated_ = 0;  // bytes of columns' names
  std::size_t rows_ = 0;
  std::uint8_t heading_ = 0;
  std::uint8_t single_tilde_ = 0;
  bool tildes_known_ = true;
  int strong_ = 0;
  int emphasis_ = 0;
  int struck_ = 0;
  int code_ = 0;
  int images_ = 0;
  std::size_t seen_ = 0;    // up to here the source has been heard
  bool fresh_ = true;       // nothing of the block under way has been heard
  bool gap_ = false;        // a blank line stands before it
  bool gap_after_ = false;  // or has to
};

}  // namespace

WhatsAppText to_whatsapp_text(std::string_view markdown) {
  if (markdown.size() > kMaxMarkdownBytes) return {valid_utf8(markdown), {}};
  const MarkdownSource source(markdown);
  Converter converter(source);
  MD_PARSER parser{};
  parser.flags = kDialect;
  // An exception (there is no memory) must not pass through the parser's frames: noexcept ends the process instead.
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) noexcept {
    auto& converter = *static_cast<Converter*>(self);
    converter.enter_block(type, detail);
    return converter.gave_up() ? 1 : 0;
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* self) noexcept {
    auto& converter = *static_cast<Converter*>(self);
    converter.leave_block(type);
    return converter.gave_up() ? 1 : 0;
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) noexcept {
    static_cast<Converter*>(self)->enter_span(type, detail);
    return 0;
  };
  parser.leave_span = [](MD_SPANTYPE type, void*, void* self) noexcept {
    auto& converter = *static_cast<Converter*>(self);
    converter.leave_span(type);
    return converter.gave_up() ? 1 : 0;
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) noexcept {
    static_cast<Converter*>(self)->text(type, {text, size});
    return 0;
  };
  const int fault = md_parse(source.text().data(), static_cast<MD_SIZE>(source.text().size()), &parser, &converter);
  if (fault != 0 || converter.gave_up()) return {source.restored(source.text()), {}};
  auto shown = converter.take();
  // A lone `#`, a fence that only begins: an answer all the same.
  const bool has_words = markdown.find_first_not_of(" \t\r\n") != std::string_view::npos;
  if (shown.text.empty() && has_words) shown.text = valid_utf8(markdown);
  return shown;
}

}  // namespace claw::whatsapp
