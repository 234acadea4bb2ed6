// SPDX-License-Identifier: Apache-2.0
#include "greentill/version.hpp"
#include "plugins/dock/source.hpp"

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::dock::DockSource>("dock", greentill::kVersion))
