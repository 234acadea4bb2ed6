// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/xml.hpp"

#include <doctest/doctest.h>

#include "plugins/common/readers/xml_tree.hpp"

namespace greentill::plugin {
namespace {

/// Writes down what it is told, "(name" and ")name" with the namespace before a '|'.
class Recorder final : public XmlHandler {
 public:
  void start(const XmlName& name, const std::vector<XmlAttribute>& attributes) override {
    seen += "(" + full(name);
    for (const XmlAttribute& one : attributes) seen += " " + full(one.name) + "=" + std::string(one.value);
    if (name.local == throw_at) throw std::runtime_error("thrown at it");
  }
  void text(std::string_view piece) override { seen += piece; }
  void end(const XmlName& name) override { seen += ")" + full(name); }

  std::string seen;
  std::string throw_at;

 private:
  static std::string full(const XmlName& name) {
    return name.space.empty() ? std::string(name.local) : std::string(name.space) + "|" + std::string(name.local);
  }
};

std::string why(std::string_view document, const XmlLimits& limits = {}) {
  Recorder recorder;
  XmlParser parser(recorder, limits);
  try {
    parser.feed(document, true);
  } catch (const Unusable& unusable) {
    return unusable.what();
  }
  return recorder.seen;
}

TEST_CASE("xml: elements, attributes and texts with their namespaces, in whatever pieces they come") {
  const std::string_view document =
      "<?xml version=\"1.0\"?><a xmlns='urn:x' xmlns:y='urn:y' y:k='1' k='2'>t&amp;&#x20ac;<y:b/><![CDATA[<c>]]></a>";
  const std::string expected = "(urn:x|a urn:y|k=1 k=2t&\xe2\x82\xac(urn:y|b)urn:y|b<c>)urn:x|a";
  CHECK(why(document) == expected);
  Recorder recorder;
  XmlParser parser(recorder);
  for (const char c : document) parser.feed({&c, 1}, false);
  parser.feed({}, true);
  CHECK(recorder.seen == expected);
}

TEST_CASE("xml: other encodings come as UTF-8") {
  CHECK(why("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>") == "(a\xc3\xa9)a");
  CHECK(why("<?xml version='1.0' encoding='windows-1252'?><a b='\x80'>\xe9\x99</a>") == "(a b=€é™)a");
  CHECK(why("<?xml version='1.0' encoding='Windows-1252'?><\xe4>\x80</\xe4>") == "(ä€)ä");
  CHECK(why("<?xml version='1.0' encoding='ISO-8859-15'?><a>\xa4\xbd</a>") == "(a€œ)a");
  CHECK(why("<?xml version='1.0' encoding='windows-1250'?><a>\xb9\xea</a>") == "(aąę)a");
  CHECK(why("<?xml version='1.0' encoding='GBK'?><a>\xb2\xe8 \xb1\xad</a>") == "(a茶 杯)a");
  CHECK(why("<?xml version='1.0' encoding='Shift_JIS'?><a>\x92\x83</a>") == "(a茶)a");
}

TEST_CASE("xml: UTF-16 with its byte order mark, of either order") {
  const std::string text = "<?xml version='1.0' encoding='UTF-16'?><a>e</a>";
  std::string little("\xff\xfe");
  std::string big("\xfe\xff");
  for (const char c : text) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  for (const std::string& document : {little, big}) {
    CHECK(why(document) == "(ae)a");
    CHECK(may_be_xml(document));
  }
}

TEST_CASE("xml: an encoding that is not known, or a byte that is none of it, is refused") {
  CHECK(why("<?xml version='1.0' encoding='klingon'?><a/>") == "line 1: it is no XML: unknown encoding");
  CHECK(why("<?xml version='1.0' encoding='ebcdic-cp-us'?><a/>") == "line 1: it is no XML: unknown encoding");
  CHECK(why("<?xml version='1.0' encoding='utf-7'?><a/>") == "line 1: it is no XML: unknown encoding");
  CHECK(why("<?xml version='1.0' encoding='ISO-8859-8'?><a>\n\xbf</a>") ==
        "line 2: it is no XML: not well-formed (invalid token)");
  CHECK(why("<?xml version='1.0' encoding='GBK'?><a>\x81\x20</a>").starts_with("line 1: it is no XML"));
}

TEST_CASE("xml: what may be XML begins with a tag or with UTF-16's byte order mark") {
  for (const char* begin : {"<a/>", " \n<a/>", "\xef\xbb\xbf<a/>"}) CHECK(may_be_xml(begin));
  for (const char* begin : {"", "{\"a\":1}", "OCMF|", "%PDF-1.7", "\xef\xbb\xbf"}) CHECK_FALSE(may_be_xml(begin));
}

TEST_CASE("xml: a document type is refused, and with it every entity that could grow or read a file") {
  CHECK(why("<!DOCTYPE a><a/>") == "line 1: it declares a document type, which is not read");
  CHECK(why("\n<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>") ==
        "line 2: it declares a document type, which is not read");
  CHECK(why("<a>&b;</a>") == "line 1: it is no XML: undefined entity");
}

TEST_CASE("xml: what is no XML says in which line") {
  CHECK(why("<a>\n<b></a>") == "line 2: it is no XML: mismatched tag");
  CHECK(why("") == "line 1: it is no XML: no element found");
  CHECK(why("<a>") == "line 1: it is no XML: no element found");
  CHECK(why("<a/><a/>") == "line 1: it is no XML: junk after document element");
  CHECK(why("<a>\xff</a>") == "line 1: it is no XML: not well-formed (invalid token)");
}

TEST_CASE("xml: limits hold") {
  XmlLimits limits;
  limits.depth = 2;
  CHECK(why("<a><b/></a>", limits) == "(a(b)b)a");
  CHECK(why("<a><b>\n<c/></b></a>", limits) == "line 2: elements lie too deep inside one another");
  limits = {};
  limits.text_bytes = 4;
  CHECK(why("<a>1234<b>1234</b></a>", limits) == "(a1234(b1234)b)a");
  CHECK(why("<a>12<b/>345</a>", limits) == "line 1: a text is too long");
  limits = {};
  limits.attributes = 1;
  limits.attribute_bytes = 2;
  CHECK(why("<a x='12'/>", limits) == "(a x=12)a");
  CHECK(why("<a x='1' y='2'/>", limits) == "line 1: an element has too many attributes");
  CHECK(why("<a x='123'/>", limits) == "line 1: an attribute is too long");
  limits = {};
  limits.name_bytes = 3;
  CHECK(why("<abc/>", limits) == "(abc)abc");
  CHECK(why("<abcd/>", limits) == "line 1: a name is too long");
}

TEST_CASE("xml: a tag, comment or instruction that never ends is given up before it fills the memory") {
  for (const char* open : {"<a x='", "<!--", "<?a "}) {
    CAPTURE(open);
    Recorder recorder;
    XmlParser parser(recorder);
    parser.feed("<root>", false);
    parser.feed(open, false);
    std::size_t fed = 0;
    try {
      for (const std::string more(64u << 10, 'x'); fed < (64u << 20); fed += more.size()) parser.feed(more, false);
    } catch (const Unusable& unusable) {
      CHECK(std::string(unusable.what()) == "line 1: a tag or a comment is too long");
    }
    CHECK(fed <= (2u << 20));
  }
}

TEST_CASE("xml: a text of any length is handed on in pieces") {
  Recorder recorder;
  XmlLimits limits;
  limits.text_bytes = SIZE_MAX;
  XmlParser parser(recorder, limits);
  parser.feed("<a>", false);
  for (int i = 0; i < 100; ++i) parser.feed(std::string(64u << 10, 'x'), false);
  parser.feed("</a>", true);
  CHECK(recorder.seen.size() == 100 * (64u << 10) + 4);
}

TEST_CASE("xml: what a handler throws comes out of feed as it was") {
  Recorder recorder;
  recorder.throw_at = "b";
  XmlParser parser(recorder);
  CHECK_THROWS_WITH_AS(parser.feed("<a><b/><c/></a>", true), "thrown at it", std::runtime_error);
  CHECK(recorder.seen == "(a(b");
}

TEST_CASE("xml tree: elements are found by their way") {
  const XmlElement root = parse_xml("<a xmlns='urn:x'> <b k='1'>one</b><b>two</b> <c><d> three\n</d></c> </a>");
  CHECK(root.space == "urn:x");
  CHECK(root.name == "a");
  CHECK(root.text.empty());
  REQUIRE(root.children.size() == 3);
  CHECK(root.text_at({"b"}) == "one");
  CHECK(root.children[1].text == "two");
  CHECK(root.text_at({"c", "d"}) == "three");
  CHECK(root.child("b")->attribute("k") == "1");
  CHECK(root.child("b")->attribute("l").empty());
  CHECK(root.at({"c", "e"}) == nullptr);
  CHECK(root.text_at({"e", "d"}).empty());
}

TEST_CASE("xml tree: what is not kept is gone with all that is in it") {
  const auto keep = [](const XmlName& name) { return name.local != "person"; };
  const XmlElement root = parse_xml("<a><person>x<b>y</b></person><b>z</b></a>", keep);
  REQUIRE(root.children.size() == 1);
  CHECK(root.text_at({"b"}) == "z");
  CHECK(parse_xml("<person><a/></person>", keep).name.empty());
}

TEST_CASE("xml tree: the number of elements is limited") {
  std::string many = "<a>";
  for (std::size_t i = 0; i < kMostXmlElements; ++i) many += "<b/>";
  CHECK_THROWS_WITH_AS(parse_xml(many + "</a>"), "it has more than 400000 elements", Unusable);
}

}  // namespace
}  // namespace greentill::plugin
