// SPDX-License-Identifier: Apache-2.0
// Invoices of our own making in the shape of TicketBAI.
#include "plugins/fiscal/ticketbai.hpp"

#include <doctest/doctest.h>

#include "plugins/fiscal/document.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::fiscal::ticketbai_test {
namespace {

using namespace plugin::test;

struct Invoice {
  std::string number = "17";
  std::string date = "22-05-2026";
  std::string hour = "10:30:15";
  std::string head = "";
  std::string details =
      "<DetallesFactura><IDDetalleFactura><DescripcionDetalle>Tea</DescripcionDetalle><Cantidad>2</Cantidad>"
      "<ImporteUnitario>2.8925</ImporteUnitario><ImporteTotal>7.00</ImporteTotal></IDDetalleFactura></DetallesFactura>";
  std::string total = "7.00";
  std::string licence = "TBAIGI0000000001";
  std::string tax_number = "secret-1";

  [[nodiscard]] std::string text() const {
    return "<T:TicketBai xmlns:T='urn:ticketbai:emision'><Sujetos><Emisor><NIF>" + tax_number +
           "</NIF><ApellidosNombreRazonSocial>secret-2</ApellidosNombreRazonSocial></Emisor><Destinatarios><IDDestinatario>"
           "<NIF>secret-3</NIF></IDDestinatario></Destinatarios></Sujetos><Factura><CabeceraFactura><SerieFactura>A</"
           "SerieFactura>"
           "<NumFactura>" +
           number + "</NumFactura><FechaExpedicionFactura>" + date + "</FechaExpedicionFactura><HoraExpedicionFactura>" + hour +
           "</HoraExpedicionFactura>" + head +
           "</CabeceraFactura><DatosFactura><DescripcionFactura>secret-4</DescripcionFactura>" + details +
           "<ImporteTotalFactura>" + total +
           "</ImporteTotalFactura></DatosFactura></Factura><HuellaTBAI><Software><LicenciaTBAI>" + licence +
           "</LicenciaTBAI></Software></HuellaTBAI></T:TicketBai>";
  }
};

constexpr const char* kNamed =
    "<FacturasRectificadasSustituidas><IDFacturaRectificadaSustituida><SerieFactura>A</SerieFactura><NumFactura>16</NumFactura>"
    "<FechaExpedicionFactura>21-05-2026</FechaExpedicionFactura></IDFacturaRectificadaSustituida></"
    "FacturasRectificadasSustituidas>";
std::string corrects(const std::string& type) {
  return "<FacturaRectificativa><Codigo>R5</Codigo><Tipo>" + type + "</Tipo></FacturaRectificativa>";
}

Texts read(const std::string& document) {
  static const Documents documents;
  return outcome([](std::string_view text) { return documents.read(text); }, document);
}
Texts read(const Invoice& invoice) { return read(invoice.text()); }

TEST_CASE("ticketbai: an invoice, in the Basque Country's time") {
  CHECK(read(Invoice()) == Texts{"final 2026-05-22/A/17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
}

TEST_CASE("ticketbai: the issuer is a digest, and no name or tax number goes on") {
  const auto all = transactions(Documents().read(Invoice().text()));
  REQUIRE(all.size() == 1);
  CHECK(all[0].issuer.starts_with("es:"));
  CHECK(all[0].issuer.size() == 35);
  CHECK(all_texts(all[0]).find("secret") == std::string::npos);
  Invoice other;
  other.tax_number = "secret-9";
  CHECK(transactions(Documents().read(other.text()))[0].issuer != all[0].issuer);
}

TEST_CASE("ticketbai: an invoice without a list of its lines has its total alone") {
  Invoice invoice;
  invoice.details = "";
  CHECK(read(invoice) == Texts{"final 2026-05-22/A/17 2026-05-22T08:30:15Z 7.00 EUR"});
}

TEST_CASE("ticketbai: series and number are told apart, with a series or without") {
  Invoice invoice;
  invoice.number = "A/17";
  CHECK(read(invoice) == Texts{"final 2026-05-22/A/A%2F17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
  CHECK(read(replaced(Invoice().text(), "<SerieFactura>A</SerieFactura>", "")) ==
        Texts{"final 2026-05-22//17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
}

TEST_CASE("ticketbai: dates are day, month, year, and what is none is refused") {
  Invoice invoice;
  invoice.date = "03-04-2026";
  CHECK(read(invoice) == Texts{"final 2026-04-03/A/17 2026-04-03T08:30:15Z 7.00 EUR: Tea *2 7.00"});
  for (const char* date : {"2026-05-22", "22/05/2026", "05-22-2026", "31-02-2026", "1-5-2026", "{{today}}"}) {
    CAPTURE(date);
    invoice.date = date;
    CHECK(read(invoice) == Texts{"unusable: FechaExpedicionFactura is no date such as 22-05-2026"});
  }
  invoice = {};
  invoice.hour = "25:00:00";
  CHECK(read(invoice) == Texts{"unusable: HoraExpedicionFactura is no time of that day, such as 10:30:15"});
}

TEST_CASE("ticketbai: the hour that the clocks skip is none, and of the repeated one the first counts") {
  Invoice invoice;
  invoice.date = "29-03-2026";
  invoice.hour = "02:30:00";
  CHECK(read(invoice) == Texts{"unusable: HoraExpedicionFactura is no time of that day, such as 10:30:15"});
  invoice.date = "25-10-2026";
  CHECK(read(invoice) == Texts{"final 2026-10-25/A/17 2026-10-25T00:30:00Z 7.00 EUR: Tea *2 7.00"});
}

TEST_CASE("ticketbai: a licence of the tax authorities' test environment is a test") {
  Invoice invoice;
  invoice.licence = "TBAIBI00000000PRUEBA";
  CHECK(read(invoice) == Texts{"training 2026-05-22/A/17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
  invoice.head = corrects("S") + kNamed;
  CHECK(read(invoice) == Texts{"training 2026-05-22/A/17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
}

TEST_CASE("ticketbai: a full invoice for simplified ones is the same sale once more") {
  Invoice invoice;
  invoice.head = std::string("<FacturaEmitidaSustitucionSimplificada>S</FacturaEmitidaSustitucionSimplificada>") + kNamed;
  CHECK(read(invoice) == Texts{"reprint 2026-05-22/A/17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
}

TEST_CASE("ticketbai: a correction by substitution takes back the invoice it names and stands in its place") {
  Invoice invoice;
  invoice.head = corrects("S") + kNamed;
  CHECK(read(invoice) ==
        Texts{"final 2026-05-22%2FA%2F17/corrects/2026-05-21%2FA%2F16 reverses 2026-05-21/A/16 (correction) 2026-05-22T08:30:15Z",
              "final 2026-05-22/A/17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
}

TEST_CASE("ticketbai: a correction by difference takes back the lines it lists") {
  Invoice invoice;
  invoice.head = corrects("I") + kNamed;
  invoice.total = "-3.50";
  invoice.details = replaced(replaced(invoice.details, ">2<", ">-1<"), ">7.00<", ">-3.50<");
  CHECK(read(invoice) ==
        Texts{"final 2026-05-22/A/17 reverses 2026-05-21/A/16 (correction) 2026-05-22T08:30:15Z -3.50 EUR: Tea *-1 -3.50"});
}

TEST_CASE("ticketbai: a correction that does not say what of which invoice comes back is left to people") {
  Invoice invoice;
  invoice.head = corrects("I") + kNamed;
  invoice.total = "-3.50";
  invoice.details = "";
  CHECK(read(invoice) == Texts{"doubtful 2026-05-22/A/17 2026-05-22T08:30:15Z -3.50 EUR"});
  invoice = {};
  invoice.head = corrects("I") + kNamed;
  CHECK(read(invoice) == Texts{"doubtful 2026-05-22/A/17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
  invoice.head = corrects("S");
  CHECK(read(invoice) == Texts{"doubtful 2026-05-22/A/17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
}

TEST_CASE("ticketbai: a cancellation takes the invoice back") {
  const std::string document =
      "<T:AnulaTicketBai xmlns:T='urn:ticketbai:anulacion'><IDFactura><Emisor><NIF>secret-1</NIF></Emisor><CabeceraFactura>"
      "<SerieFactura>A</SerieFactura><NumFactura>17</NumFactura><FechaExpedicionFactura>22-05-2026</FechaExpedicionFactura>"
      "</CabeceraFactura></IDFactura><HuellaTBAI><Software><LicenciaTBAI>TBAIGI0000000001</LicenciaTBAI></Software></HuellaTBAI>"
      "</T:AnulaTicketBai>";
  CHECK(read(document) == Texts{"final 2026-05-22%2FA%2F17/anulacion reverses 2026-05-22/A/17 (cancelled) 2026-05-22T10:00:00Z"});
  CHECK(transactions(Documents().read(document))[0].issuer == transactions(Documents().read(Invoice().text()))[0].issuer);
  CHECK(read(replaced(document, "TBAIGI0000000001", "TBAIBI00000000PRUEBA")) ==
        Texts{"training 2026-05-22%2FA%2F17/anulacion 2026-05-22T10:00:00Z"});
}

TEST_CASE("ticketbai: what is missing or wrong is named, and quoted nowhere") {
  CHECK(read(replaced(Invoice().text(), "<NIF>secret-1</NIF>", "")) == Texts{"unusable: NIF is missing"});
  Invoice invoice;
  invoice.total = "7,00";
  CHECK(read(invoice) == Texts{"unusable: ImporteTotalFactura is no amount"});
  invoice = {};
  invoice.details = replaced(invoice.details, ">2<", ">two<");
  CHECK(read(invoice) == Texts{"unusable: Cantidad is no quantity"});
  CHECK(read("<TicketBai/>") == Texts{"unusable: it is XML, but neither TicketBAI nor VeriFactu"});
  CHECK(read("<T:TicketBai xmlns:T='urn:ticketbai:emision'/>") == Texts{"unusable: CabeceraFactura is missing"});
  CHECK(read("<!DOCTYPE x><x/>") == Texts{"unusable: line 1: it declares a document type, which is not read"});
}

}  // namespace
}  // namespace greentill::fiscal::ticketbai_test
