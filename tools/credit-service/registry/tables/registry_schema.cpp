// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/tables/registry_store.hpp"

namespace greentill::credit {

// meta.registry_step rises with each entry of the audit trail.
const char* const kRegistrySchema = R"sql(
CREATE TABLE merchants(id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL, state INTEGER NOT NULL,
  successor TEXT REFERENCES merchants, successor_from INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE roots(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner TEXT NOT NULL REFERENCES merchants) STRICT;
CREATE TABLE root_reporters(root INTEGER NOT NULL REFERENCES roots, merchant TEXT NOT NULL REFERENCES merchants,
  PRIMARY KEY(root, merchant)) STRICT, WITHOUT ROWID;
CREATE TABLE root_versions(root INTEGER NOT NULL REFERENCES roots, version INTEGER NOT NULL, begins INTEGER NOT NULL,
  published_at INTEGER NOT NULL, withdrawn_at INTEGER, PRIMARY KEY(root, version)) STRICT, WITHOUT ROWID;
CREATE TABLE devices(id TEXT PRIMARY KEY, class INTEGER NOT NULL, state INTEGER NOT NULL, revoked_since INTEGER,
  retired_at INTEGER, settings INTEGER NOT NULL, settings_hash BLOB) STRICT, WITHOUT ROWID;
CREATE TABLE device_ceilings(device TEXT NOT NULL REFERENCES devices, activity TEXT NOT NULL, per_day_mg INTEGER NOT NULL,
  PRIMARY KEY(device, activity)) STRICT, WITHOUT ROWID;
CREATE TABLE assignments(device TEXT NOT NULL REFERENCES devices, number INTEGER NOT NULL, merchant TEXT NOT NULL REFERENCES merchants,
  site TEXT NOT NULL, made_at INTEGER NOT NULL, PRIMARY KEY(device, number)) STRICT, WITHOUT ROWID;
CREATE TABLE assignment_roots(device TEXT NOT NULL, number INTEGER NOT NULL, root INTEGER NOT NULL REFERENCES roots,
  reversals_only INTEGER NOT NULL, PRIMARY KEY(device, number, root), FOREIGN KEY(device, number) REFERENCES assignments)
  STRICT, WITHOUT ROWID;
CREATE TABLE keys(hash BLOB PRIMARY KEY, device TEXT NOT NULL REFERENCES devices, added INTEGER NOT NULL,
  successor BLOB REFERENCES keys, revoked_at INTEGER, chain BLOB, seq INTEGER, payload_hash BLOB) STRICT, WITHOUT ROWID;
CREATE INDEX keys_by_device ON keys(device, added);
CREATE TABLE certificates(thumbprint BLOB PRIMARY KEY, key BLOB NOT NULL REFERENCES keys, not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL, pem TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_by_key ON certificates(key, not_after);
CREATE TABLE locks(id TEXT PRIMARY KEY, key BLOB NOT NULL UNIQUE, owner TEXT NOT NULL REFERENCES merchants,
  root INTEGER NOT NULL REFERENCES roots, state INTEGER NOT NULL,
  counter INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE enrolment_codes(hash BLOB PRIMARY KEY, device TEXT NOT NULL REFERENCES devices, made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, confirm INTEGER NOT NULL, replaces INTEGER NOT NULL, key BLOB, presented_at INTEGER,
  confirmed_at INTEGER, withdrawn_at INTEGER, certificate BLOB) STRICT, WITHOUT ROWID;
CREATE INDEX codes_by_device ON enrolment_codes(device, made_at);
CREATE TABLE methodologies(id TEXT NOT NULL, version INTEGER NOT NULL, sha256 BLOB NOT NULL, file TEXT NOT NULL, holds_from INTEGER,
  holds_until INTEGER, number INTEGER NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY(id, version)) STRICT;
CREATE TABLE addresses(device TEXT PRIMARY KEY, broker TEXT NOT NULL, est TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE audit(no INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, command TEXT NOT NULL, subject TEXT NOT NULL,
  what TEXT NOT NULL, why TEXT NOT NULL) STRICT;
CREATE INDEX audit_by_subject ON audit(subject);
)sql";

}  // namespace greentill::credit
