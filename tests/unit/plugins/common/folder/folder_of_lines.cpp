// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/plugins/common/folder/folder_of_lines.hpp"

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::plugin::test::FolderOfLines>("folder_of_lines", "1.0.0"))
