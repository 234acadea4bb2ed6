// SPDX-License-Identifier: Apache-2.0
// A write-ahead log written in few pieces. SQLite writes each page of a commit with two calls, its head and its content, one
// behind the other; where a system call is dear they cost more than the pages. Here they are gathered, and written when SQLite
// syncs the log, reads it or asks for its size, or when there are many: what is durable, and when, stays the same.
//
// That holds while every commit syncs the log, which is what PRAGMA synchronous=FULL does: only then nobody can be told of pages
// that are not in the file yet.
#pragma once

#include <string>

namespace greentill::sqlite {

/// The name of a VFS that is that one (empty: SQLite's default) with gathered logs, registered when it is first asked for; the
/// name itself where there is no such VFS. Threads: any.
[[nodiscard]] std::string with_gathered_log(const std::string& vfs);

}  // namespace greentill::sqlite
