// SPDX-License-Identifier: Apache-2.0
// Records of our own making in the shape of VeriFactu.
#include "plugins/fiscal/verifactu.hpp"

#include <doctest/doctest.h>

#include "plugins/fiscal/document.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::fiscal::verifactu_test {
namespace {

using namespace plugin::test;

std::string issued(const std::string& type, const std::string& total, const std::string& more = {},
                   const std::string& moment = "2026-05-22T10:30:15+02:00") {
  return "<RegistroAlta><IDVersion>1.0</IDVersion><IDFactura><IDEmisorFactura>secret-1</IDEmisorFactura><NumSerieFactura>A17"
         "</NumSerieFactura><FechaExpedicionFactura>22-05-2026</FechaExpedicionFactura></IDFactura><NombreRazonEmisor>secret-2"
         "</NombreRazonEmisor><TipoFactura>" +
         type + "</TipoFactura>" + more + "<DescripcionOperacion>secret-3</DescripcionOperacion><ImporteTotal>" + total +
         "</ImporteTotal><FechaHoraHusoGenRegistro>" + moment + "</FechaHoraHusoGenRegistro></RegistroAlta>";
}
const std::string kCancelled =
    "<RegistroAnulacion><IDFactura><IDEmisorFacturaAnulada>secret-1</IDEmisorFacturaAnulada><NumSerieFacturaAnulada>A17"
    "</NumSerieFacturaAnulada><FechaExpedicionFacturaAnulada>22-05-2026</FechaExpedicionFacturaAnulada></IDFactura>"
    "<FechaHoraHusoGenRegistro>2026-05-23T09:00:00+02:00</FechaHoraHusoGenRegistro></RegistroAnulacion>";
const std::string kNamed =
    "<FacturasRectificadas><IDFacturaRectificada><IDEmisorFactura>secret-1</IDEmisorFactura><NumSerieFactura>A16</"
    "NumSerieFactura>"
    "<FechaExpedicionFactura>21-05-2026</FechaExpedicionFactura></IDFacturaRectificada></FacturasRectificadas>";

Texts read(const std::string& document) {
  static const Documents documents;
  return outcome([](std::string_view text) { return documents.read(text); }, document);
}

TEST_CASE("verifactu: an invoice, simplified or full, at the time its record states with its offset") {
  CHECK(read(issued("F2", "12.10")) == Texts{"final 2026-05-22/A17 2026-05-22T08:30:15Z 12.10 EUR"});
  CHECK(read(issued("F1", "12.10")) == Texts{"final 2026-05-22/A17 2026-05-22T08:30:15Z 12.10 EUR"});
  const auto all = transactions(Documents().read(issued("F2", "12.10")));
  CHECK(all[0].issuer.starts_with("es:"));
  CHECK(all_texts(all[0]).find("fiscal.document=simplified") != std::string::npos);
  CHECK(all_texts(all[0]).find("secret") == std::string::npos);
}

TEST_CASE("verifactu: a time without its offset is refused") {
  const Texts refused{"unusable: FechaHoraHusoGenRegistro is no time with its offset, such as 2026-05-22T10:30:15+02:00"};
  CHECK(read(issued("F2", "12.10", "", "2026-05-22T10:30:15")) == refused);
  CHECK(read(issued("F2", "12.10", "", "22-05-2026 10:30:15")) == refused);
}

TEST_CASE("verifactu: a full invoice for simplified ones is the same sale once more") {
  CHECK(read(issued("F3", "12.10")) == Texts{"reprint 2026-05-22/A17 2026-05-22T08:30:15Z 12.10 EUR"});
}

TEST_CASE("verifactu: a correction by substitution takes back what it names and stands in its place") {
  CHECK(read(issued("R5", "10.00", "<TipoRectificativa>S</TipoRectificativa>" + kNamed)) ==
        Texts{"final 2026-05-22%2FA17/corrects/2026-05-21%2FA16 reverses 2026-05-21/A16 (correction) 2026-05-22T08:30:15Z",
              "final 2026-05-22/A17 2026-05-22T08:30:15Z 10.00 EUR"});
}

TEST_CASE("verifactu: a correction by difference has no lines to take back, and is left to people") {
  CHECK(read(issued("R4", "-2.10", "<TipoRectificativa>I</TipoRectificativa>" + kNamed)) ==
        Texts{"doubtful 2026-05-22/A17 2026-05-22T08:30:15Z -2.10 EUR"});
}

TEST_CASE("verifactu: a cancellation takes the invoice back") {
  CHECK(read(kCancelled) == Texts{"final 2026-05-22%2FA17/anulacion reverses 2026-05-22/A17 (cancelled) 2026-05-23T07:00:00Z"});
  CHECK(transactions(Documents().read(kCancelled))[0].issuer == transactions(Documents().read(issued("F2", "1")))[0].issuer);
}

TEST_CASE("verifactu: a delivery holds many records") {
  CHECK(read("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><RegFactuSistemaFacturacion><Cabecera/>"
             "<RegistroFactura>" +
             issued("F2", "12.10") + "</RegistroFactura><RegistroFactura>" + kCancelled +
             "</RegistroFactura></RegFactuSistemaFacturacion></e:Body></e:Envelope>") ==
        Texts{"final 2026-05-22/A17 2026-05-22T08:30:15Z 12.10 EUR",
              "final 2026-05-22%2FA17/anulacion reverses 2026-05-22/A17 (cancelled) 2026-05-23T07:00:00Z"});
}

const std::string kEvent =
    "<RegistroEvento "
    "xmlns='urn:EventosSIF.xsd'><IDVersion>1.0</IDVersion><Evento><ObligadoEmision><NIF>secret-1</NIF></ObligadoEmision>"
    "<FechaHoraHusoGenEvento>2026-05-22T10:00:00+02:00</FechaHoraHusoGenEvento><TipoEvento>01</TipoEvento><DatosPropiosEvento>"
    "<RegistroAlta/></DatosPropiosEvento></Evento></RegistroEvento>";
const std::string kEventLeftOut = "left out: it records an event of the till's program, and no invoice";

TEST_CASE("verifactu: events are passed over, alone and among invoices") {
  CHECK(read(kEvent) == Texts{kEventLeftOut});
  CHECK(read("<Eventos>" + kEvent + kEvent + "</Eventos>") == Texts{kEventLeftOut, kEventLeftOut});
  CHECK(read("<Registros>" + kEvent + issued("F2", "12.10") + "</Registros>") ==
        Texts{kEventLeftOut, "final 2026-05-22/A17 2026-05-22T08:30:15Z 12.10 EUR"});
}

TEST_CASE("verifactu: of a delivery each bad record is named, and the others are read") {
  CHECK(read("<Registros>" + issued("X1", "12.10") + issued("F2", "12.10") + issued("F2", "many") + "</Registros>") ==
        Texts{"unusable: TipoFactura is none of F1 to F3 and R1 to R5", "final 2026-05-22/A17 2026-05-22T08:30:15Z 12.10 EUR",
              "unusable: ImporteTotal is no amount"});
}

TEST_CASE("verifactu: what is missing or wrong is named") {
  CHECK(read(issued("X1", "12.10")) == Texts{"unusable: TipoFactura is none of F1 to F3 and R1 to R5"});
  CHECK(read(issued("F2", "")) == Texts{"unusable: ImporteTotal is missing"});
  CHECK(read(replaced(issued("F2", "1"), "22-05-2026", "2026-05-22")) ==
        Texts{"unusable: FechaExpedicionFactura is no date such as 22-05-2026"});
  CHECK(read("<RegistroAnulacion/>") == Texts{"unusable: IDEmisorFacturaAnulada is missing"});
}

}  // namespace
}  // namespace greentill::fiscal::verifactu_test
