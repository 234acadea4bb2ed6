// SPDX-License-Identifier: Apache-2.0
// The statements that add several rows of one key at once. Private to this folder.
#pragma once

#include <initializer_list>
#include <string_view>

#include "tools/credit-service/postgres/gathered.hpp"

namespace greentill::credit {

inline constexpr auto kNumber = postgres::Column::Type::bigint;
inline constexpr auto kBytes = postgres::Column::Type::bytea;

// By device: all that SQLite's table has.
inline constexpr std::string_view kAddClaims =
    "INSERT INTO claims SELECT u.*, $1::text FROM unnest($2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], "
    "$7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[]) AS u";
inline constexpr std::initializer_list<postgres::Column::Type> kClaimColumns = {
    kNumber, kBytes, kNumber, kNumber, kNumber, kNumber, kNumber, kNumber, kBytes, kNumber, kNumber, kNumber, kNumber};

// By place_of().
inline constexpr std::string_view kAddBookings =
    "INSERT INTO bookings SELECT u.*, $1::text FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], "
    "$6::bigint[], $7::bytea[]) AS u";
inline constexpr std::initializer_list<postgres::Column::Type> kBookingColumns = {kNumber, kNumber, kNumber,
                                                                                  kNumber, kNumber, kBytes};

// By account.
inline constexpr std::string_view kAddLegs =
    "INSERT INTO legs SELECT $1::bigint, u.* FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) "
    "AS u";
inline constexpr std::initializer_list<postgres::Column::Type> kLegColumns = {kNumber, kNumber, kNumber, kNumber, kNumber};

}  // namespace greentill::credit
