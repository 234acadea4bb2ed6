#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a package's configuration from the tree's templates: conffiles.py CONFIG FOLDER

What a package places elsewhere, and that a device from a package is enrolled, is all that differs. Each change names the line as the template has it, so
that a template which changes under it fails here.
"""
import pathlib
import sys

SHARED = "/usr/share/greentill"
IDENTITY = '''\
key = "/etc/greentill/device.key"                   # EC P-256, readable by its owner alone
certificate = "/etc/greentill/device.crt"           # its common name is the device id
settings = "/etc/greentill/settings.toml"           # from the operator: merchant, site, roots and their keys; its owner's alone too
'''
ENROLMENT = '''\
# Where the device is put into service by `greentill enrol`, and its certificate renewed by itself: key and certificate above are left out.
# [enrolment]
# server = "https://est.example:8443"
'''
CHANGES = {
    "greentill.toml": (
        (IDENTITY, "".join(f"# {line}\n" for line in IDENTITY.splitlines())),
        (ENROLMENT, '''\
# Where the device is put into service, and its certificate renewed by itself. What greentill-setup was given, here and for the broker below, counts instead:
# it writes greentill.setup.toml beside this file.
# Where another way makes key, certificate and settings, take this table out, and the # from the three lines above.
[enrolment]
server = "https://est.example:8443"
'''),
        ('# token_group = "" ', 'token_group = "greentill" '),
        ('folder = "methodologies"', f'folder = "{SHARED}/methodologies"'),
        ('configuration = "rules/default.toml" ', f'configuration = "{SHARED}/rules/default.toml" '),
        ('#     mappings = "/etc/greentill/mappings"', f'#     mappings = "{SHARED}/mappings"'),
        ('authorities = "/etc/greentill/ca.crt"               # who', 'authorities = "/var/lib/greentill/identity/authorities.pem"   # who'),
        ('receipt_certificates = "/etc/greentill/service.crt" # who', 'receipt_certificates = "/etc/greentill/receipts.crt"          # who'),
    ),
    "credit.toml": (
        ('methodologies = "methodologies"                     #', f'methodologies = "{SHARED}-credit/methodologies"   #'),
    ),
    "programme.toml": (),
}


def main():
    templates, folder = map(pathlib.Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    for name, changes in CHANGES.items():
        text = (templates / name).read_text()
        for before, after in changes:
            if text.count(before) != 1:
                return f"{templates / name}: has {text.count(before)} times, and not once: {before}"
            text = text.replace(before, after)
        (folder / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
