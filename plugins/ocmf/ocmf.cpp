// SPDX-License-Identifier: Apache-2.0
#include "greentill/version.hpp"
#include "plugins/ocmf/source.hpp"

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::ocmf::OcmfSource>("ocmf", greentill::kVersion))
