// SPDX-License-Identifier: Apache-2.0
// qpdf's headers, as the tests' clang 14 takes them too: in C++20 it does not compile qpdf's JSON, of which nothing is used here.
#pragma once

#if defined(__clang__) && __clang_major__ < 15
#define JSON_HH
class JSON;
#endif

#include <qpdf/Pipeline.hh>
#include <qpdf/Pl_Flate.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFStreamFilter.hh>
