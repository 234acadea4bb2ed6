// SPDX-License-Identifier: Apache-2.0
#include "greentill/version.hpp"
#include "plugins/mds/source.hpp"

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::mds::MdsSource>("mds", greentill::kVersion))
