// SPDX-License-Identifier: Apache-2.0
// The part of the command line that is about what locks are sent.
#include "tools/credit-service/cli/group.hpp"
#include "tools/credit-service/cli/lock_image.hpp"

namespace greentill::credit {

void describe_lock_images(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "lock", "Locks that sign their rides")
      .command("image", "Sign a new image for locks; the signer is theirs that signs bundles", sign_lock_image)
      .positional("slot-0", "The image as it is linked for slot 0", "FILE")
      .positional("slot-1", "The same for slot 1", "FILE")
      .needs("key", "The signer's private key", "FILE")
      .needs("certificate", "Its certificate, with the extended key usage for bundles", "FILE")
      .needs("out", "Where the image's file is written", "FILE");
}

}  // namespace greentill::credit
