// SPDX-License-Identifier: Apache-2.0
// Result<T, E>: a value or the error that stood in its way. C++20 has no std::expected; this is the part of it that Greentill
// uses, without exceptions, so that the firmware compiles it too. Reading the side that is not there is our own bug and stops
// the program.
#pragma once

#include <cstdlib>
#include <utility>
#include <variant>

namespace greentill {

/// Marks the error side: `return Failure{error};`.
template <typename E>
struct Failure {
  E error;
};
template <typename E>
Failure(E) -> Failure<E>;

struct Error;

template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  template <typename F>
  Result(Failure<F> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}  // NOLINT

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return *checked(std::get_if<0>(&state_)); }
  const T& value() const& { return *checked(std::get_if<0>(&state_)); }
  T&& value() && { return std::move(*checked(std::get_if<0>(&state_))); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  E& error() & { return *checked(std::get_if<1>(&state_)); }
  const E& error() const& { return *checked(std::get_if<1>(&state_)); }

 private:
  template <typename P>
  static P checked(P pointer) {
    if (pointer == nullptr) std::abort();
    return pointer;
  }
  std::variant<T, E> state_;
};

/// The value of a Result that only says whether something was done.
struct Done {};
template <typename E = Error>
using BasicStatus = Result<Done, E>;

}  // namespace greentill
