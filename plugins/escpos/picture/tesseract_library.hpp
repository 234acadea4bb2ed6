// SPDX-License-Identifier: Apache-2.0
// The functions of Tesseract's C interface (<tesseract/capi.h>) that are used, by their types. A unit test holds them to that
// header, so that who only builds the programs does not need it.
#pragma once

namespace tesseract {
class TessBaseAPI;
class ETEXT_DESC;
}  // namespace tesseract

namespace greentill::escpos::picture {

struct TesseractFunctions {
  tesseract::TessBaseAPI* (*create)() = nullptr;
  void (*destroy)(tesseract::TessBaseAPI*) = nullptr;
  int (*init)(tesseract::TessBaseAPI*, const char* data, const char* languages) = nullptr;
  int (*set_variable)(tesseract::TessBaseAPI*, const char* name, const char* value) = nullptr;
  void (*set_image)(tesseract::TessBaseAPI*, const unsigned char* dots, int width, int height, int bytes_a_dot,
                    int bytes_a_line) = nullptr;
  void (*set_resolution)(tesseract::TessBaseAPI*, int dots_an_inch) = nullptr;
  int (*recognize)(tesseract::TessBaseAPI*, tesseract::ETEXT_DESC* monitor) = nullptr;
  char* (*words)(tesseract::TessBaseAPI*, int page) = nullptr;
  void (*free_text)(const char*) = nullptr;
  void (*clear)(tesseract::TessBaseAPI*) = nullptr;
  tesseract::ETEXT_DESC* (*create_monitor)() = nullptr;
  void (*destroy_monitor)(tesseract::ETEXT_DESC*) = nullptr;
  void (*set_deadline)(tesseract::ETEXT_DESC*, int milliseconds) = nullptr;
};

}  // namespace greentill::escpos::picture
