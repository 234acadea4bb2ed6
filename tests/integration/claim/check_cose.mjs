#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Verifies every signature of exported claims with cose-js, a COSE library that shares nothing with Greentill:
//   check_cose.mjs --claims FILE --certificates FILE [--locks FILE] [--flip]
// FILE: a CBOR sequence of claim messages, and PEM certificates of their signers. With --flip every claim must moreover fail once a
// byte of its protected header, payload or signature is changed. With --locks, as greentill-credit lock export writes them, the rides that
// locks signed and that stand in claims as evidence are verified as well, and counted. Exit code: 0 all verify, 1 some do not, 2 wrong usage or no claims.
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installedModules } from "../../support/npm_modules.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const CWT_TAG = 61;
const SIGN1_TAG = 18;
const ALG = 1;
const TYPE = 16;
const KEY_ID = 4;
const THUMBPRINT = 34;
const ES256 = -7;
const SHA256 = -16;
const CLAIM_TYPE = 65001;
const LOCK_RIDE_TYPE = 65003;
const BODY = -65537;
const ENTRY = 6;
const EVIDENCE = 10;
const BEGIN_OF_MESSAGE = Buffer.from([0xd8, 0x3d, 0xd2]);
// SubjectPublicKeyInfo of a key on P-256, up to its point.
const SPKI = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex");
const MAX_CLAIM_BYTES = 1024;

const require = createRequire(path.join(installedModules(here, "cose-js"), "package.json"));
const cose = require("cose-js");
const cbor = require("cbor");

function* messagesOf(sequence) {
  let offset = 0;
  while (offset < sequence.length) {
    const window = sequence.subarray(offset, offset + MAX_CLAIM_BYTES);
    const item = cbor.decodeFirstSync(window, { extendedResults: true, preventDuplicateKeys: true });
    yield { offset, bytes: window.subarray(0, item.length), value: item.value };
    offset += item.length;
  }
}

function keysByThumbprint(pem) {
  const keys = new Map();
  for (const [text] of pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)) {
    const certificate = new crypto.X509Certificate(text);
    const { crv, x, y } = certificate.publicKey.export({ format: "jwk" });
    if (crv !== "P-256") continue; // an authority's, in a file that holds the whole chain
    const thumbprint = crypto.createHash("sha256").update(certificate.raw).digest("hex");
    keys.set(thumbprint, { x: Buffer.from(x, "base64url"), y: Buffer.from(y, "base64url") });
  }
  return keys;
}

function expect(holds, what) {
  if (!holds) throw new Error(what);
}

function isTagged(value, number) {
  return value instanceof cbor.Tagged && value.tag === number;
}

function partsOf(message) {
  expect(isTagged(message, CWT_TAG), "not a CWT: tag 61 is missing");
  expect(isTagged(message.value, SIGN1_TAG), "not a COSE_Sign1: tag 18 is missing");
  const array = message.value.value;
  expect(Array.isArray(array) && array.length === 4, "a COSE_Sign1 is an array of four");
  return { header: array[0], payload: array[2], signature: array[3] };
}

// cose-js knows neither tag 61 nor x5t: the first is taken off here and the key found by the second.
function verify(bytes, message, keys) {
  const { header, payload, signature } = partsOf(message);
  const protectedMap = cbor.decodeFirstSync(header);
  expect(protectedMap.get(ALG) === ES256, "the algorithm is not ES256");
  expect(protectedMap.get(TYPE) === CLAIM_TYPE, "the type is not a claim's");
  const [hash, thumbprint] = protectedMap.get(THUMBPRINT) ?? [];
  expect(hash === SHA256, "no SHA-256 thumbprint");
  const key = keys.get(thumbprint.toString("hex"));
  expect(key, `no certificate has the thumbprint ${thumbprint.toString("hex")}`);
  expect(signature.length === 64, "the signature is not 64 bytes");
  const verified = cose.sign.verifySync(bytes.subarray(bytes.indexOf(0xd2)), { key });
  expect(verified.equals(payload), "another payload than the message's was verified");
}

function keysOfLocks(toml) {
  const keys = new Map();
  for (const [, id, digits] of toml.matchAll(/^id = "([a-z0-9-]+)"\nkey = "([0-9a-f]{130})"$/gm)) {
    const point = Buffer.from(digits, "hex");
    const kid = crypto.createHash("sha256").update(SPKI).update(point).digest().subarray(0, 8);
    keys.set(id, { kid, x: point.subarray(1, 33), y: point.subarray(33) });
  }
  return keys;
}

// The ride that a lock signed, where the claim carries one.
function statementIn(message) {
  const [kind, content] = cbor.decodeFirstSync(partsOf(message).payload).get(BODY).get(ENTRY);
  const [how, bytes] = (kind === 0 && content.get(EVIDENCE)) || [];
  return how === 0 && bytes.subarray(0, 3).equals(BEGIN_OF_MESSAGE) ? bytes : null;
}

function verifyStatement(bytes, locks) {
  const message = cbor.decodeFirstSync(bytes);
  const { header, payload, signature } = partsOf(message);
  const protectedMap = cbor.decodeFirstSync(header);
  expect(protectedMap.get(ALG) === ES256, "the lock's algorithm is not ES256");
  expect(protectedMap.get(TYPE) === LOCK_RIDE_TYPE, "the type is not a lock ride's");
  expect(signature.length === 64, "the lock's signature is not 64 bytes");
  const lock = cbor.decodeFirstSync(payload).get(1).replace(/^urn:greentill:lock:/, "");
  const key = locks.get(lock);
  expect(key, `no lock ${lock} is known`);
  expect(protectedMap.get(KEY_ID).equals(key.kid), `lock ${lock} has another key`);
  const verified = cose.sign.verifySync(bytes.subarray(bytes.indexOf(0xd2)), { key });
  expect(verified.equals(payload), "another payload than the lock's was verified");
}

function faultIn(check) {
  try {
    check();
    return null;
  } catch (error) {
    return error;
  }
}

const faultOf = (bytes, keys) => faultIn(() => verify(bytes, cbor.decodeFirstSync(bytes), keys));

// The bytes of what is signed, and of the signature, of which a change goes unnoticed: none.
function survivingFlipsOf(statement, locks) {
  const within = Object.values(partsOf(cbor.decodeFirstSync(statement))).flatMap((part) => {
    const begin = statement.indexOf(part);
    return [...part.keys()].map((at) => begin + at);
  });
  return within.filter((at) => {
    const changed = Buffer.from(statement);
    changed[at] ^= 1 << at % 8;
    return faultIn(() => verifyStatement(changed, locks)) === null;
  });
}

// One byte of each signed part, another one from claim to claim.
function survivingFlips(claim, index, keys) {
  const parts = partsOf(claim.value);
  return Object.entries(parts).filter(([, part]) => {
    const changed = Buffer.from(claim.bytes);
    changed[changed.indexOf(part) + (index % part.length)] ^= 1 << index % 8;
    return faultOf(changed, keys) === null;
  }).map(([name]) => name);
}

function main() {
  const { values } = parseArgs({
    options: {
      claims: { type: "string" }, certificates: { type: "string" }, locks: { type: "string" }, flip: { type: "boolean", default: false },
    },
  });
  if (!values.claims || !values.certificates) {
    console.error("usage: check_cose.mjs --claims FILE --certificates FILE [--locks FILE] [--flip]");
    return 2;
  }
  const keys = keysByThumbprint(fs.readFileSync(values.certificates, "utf8"));
  const locks = values.locks && keysOfLocks(fs.readFileSync(values.locks, "utf8"));
  let count = 0;
  let rides = 0;
  let failed = 0;
  const fail = (offset, what) => {
    failed += 1;
    console.error(`${values.claims}: message ${count} at byte ${offset}: ${what}`);
  };
  try {
    for (const claim of messagesOf(fs.readFileSync(values.claims))) {
      count += 1;
      const fault = faultOf(claim.bytes, keys);
      if (fault) fail(claim.offset, fault.message);
      const statement = locks && statementIn(claim.value);
      if (statement) {
        rides += 1;
        const wrong = faultIn(() => verifyStatement(statement, locks));
        if (wrong) fail(claim.offset, `its lock's ride: ${wrong.message}`);
        if (values.flip) for (const at of survivingFlipsOf(statement, locks)) fail(claim.offset, `its lock's ride verifies with byte ${at} changed`);
      }
      if (!values.flip) continue;
      for (const part of survivingFlips(claim, count, keys)) fail(claim.offset, `verifies with a changed byte in its ${part}`);
    }
  } catch (error) {
    count += 1;
    fail("?", `not CBOR: ${error.message}`);
  }
  console.log(`cose-js: ${count} claims, ${keys.size} certificates, ${locks ? `${rides} rides of locks, ` : ""}${failed} failures`);
  if (count === 0) return 2;
  return failed === 0 ? 0 : 1;
}

process.exitCode = main();
