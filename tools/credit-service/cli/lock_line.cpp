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
      .needs("out", "Where the image's file is written", "FILE")
      .command("settings", "Sign settings for one lock; what is not said is as from factory", sign_lock_settings)
      .positional("lock", "For which", "LOCK")
      .needs("number", "Above that of the settings that it has", "NUMBER")
      .option("circumference-mm", "Of the wheel, in mm", "MM")
      .option("top-speed-cm-s", "Above which a pulse is not the wheel's, in cm/s", "SPEED")
      .option("debounce-ms", "How close two pulses are one, in ms", "MS")
      .option("left-open-s", "After how long without a pulse a ride is over, in seconds", "SECONDS")
      .option("pause-s", "After how long closed a ride is over, in seconds", "SECONDS")
      .flag("--only-licensed-docks", arguments.given.only_licensed,
            "Only docks with this programme's licence acknowledge its rides")
      .needs("key", "The signer's private key", "FILE")
      .needs("certificate", "Its certificate, with the extended key usage for bundles", "FILE")
      .needs("out", "Where the file is written", "FILE");
}

}  // namespace greentill::credit
