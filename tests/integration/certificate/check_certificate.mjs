#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Verifies a certificate of trees and its lists of states with libraries that share nothing with Greentill: cose-js (signature), Node's
// X.509 (chain), @digitalbazaar/bitstring (lists), jsonld with the W3C's own context (meaning).
//   check_certificate.mjs --certificate FILE --anchors PEM [--lists FILE]
// Prints one JSON object: `number`, `trees`, `revoked` and `suspended` (null where no list is the certificate's), `expanded` (the names
// that JSON-LD gives the subject's members). Exit code: 0 all verifies, 1 something does not.
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { installedModules } from "../../support/npm_modules.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = installedModules(here, "certificate-check");
const require = createRequire(path.join(modules, "package.json"));
const cose = require("cose-js");
const cbor = require("cbor");
const jsonld = require("jsonld");
const load = async (name) => import(pathToFileURL(path.join(modules, "node_modules", name)));
const { Bitstring } = await load("@digitalbazaar/bitstring/lib/main.js").catch(() => load("@digitalbazaar/bitstring/lib/index.js"));
const { contexts } = await load("@digitalbazaar/credentials-context/js/index.js").catch(() => load("@digitalbazaar/credentials-context/lib/index.js"));

const [ALG, CONTENT_TYPE, TYPE, CHAIN, THUMBPRINT] = [1, 3, 16, 33, 34];
const ES256 = -7;
const SHA256 = -16;
const SIGN1_TAG = 18;
const USAGE = "2.25.207861434512389410537416087632598513417.3";

function expect(holds, what) {
  if (!holds) throw new Error(what);
}

function anchorsOf(pem) {
  return [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(([text]) => new crypto.X509Certificate(text));
}

// Whether each certificate is signed by the next, and the last one is an anchor or signed by one.
function leads(chain, anchors) {
  for (let i = 0; i + 1 < chain.length; i += 1) expect(chain[i].verify(chain[i + 1].publicKey), `certificate ${i} is not signed by the next`);
  const last = chain[chain.length - 1];
  return anchors.some((one) => one.raw.equals(last.raw) || (one.ca && last.verify(one.publicKey)));
}

async function verified(bytes, anchors) {
  const message = cbor.decodeFirstSync(bytes);
  expect(message instanceof cbor.Tagged && message.tag === SIGN1_TAG, "not a COSE_Sign1");
  const [header, beside, payload, signature] = message.value;
  const named = cbor.decodeFirstSync(header);
  expect(named.get(ALG) === ES256 && signature.length === 64, "not ES256");
  expect(named.get(CONTENT_TYPE) === "application/vc" && named.get(TYPE) === "application/vc+cose", "other types");
  const ders = [beside.get(CHAIN)].flat();
  const chain = ders.map((der) => new crypto.X509Certificate(der));
  const [hash, thumbprint] = named.get(THUMBPRINT);
  expect(hash === SHA256 && thumbprint.equals(crypto.createHash("sha256").update(ders[0]).digest()), "x5t names another certificate");
  expect(chain[0].keyUsage?.includes(USAGE), "the signer may not sign certificates of trees");
  expect(leads(chain, anchors), "the chain does not lead to the anchors");
  const { x, y } = chain[0].publicKey.export({ format: "jwk" });
  const key = { x: Buffer.from(x, "base64url"), y: Buffer.from(y, "base64url") };
  expect((await cose.sign.verify(bytes, { key })).equals(payload), "another payload was verified");
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
}

// The bit of the certificate's entry for that purpose; null where none of the lists is the one that it names.
async function bitOf(credential, lists, purpose) {
  const entry = credential.credentialStatus.find((one) => one.statusPurpose === purpose);
  expect(entry.type === "BitstringStatusListEntry", "the entry is none of a bitstring's");
  const list = lists.find((one) => one.id === entry.statusListCredential);
  if (!list) return null;
  expect(list.type.includes("BitstringStatusListCredential") && list.credentialSubject.type === "BitstringStatusList", "not a list");
  expect(list.credentialSubject.statusPurpose === purpose, "the list has another purpose");
  expect(list.credentialSubject.encodedList.startsWith("u"), "not base64url");
  const buffer = await Bitstring.decodeBits({ encoded: list.credentialSubject.encodedList.slice(1) });
  expect(buffer.length >= 16384, "fewer than 131,072 entries");
  return new Bitstring({ buffer }).get(Number(entry.statusListIndex));
}

// Safe mode fails where a member has no meaning.
async function namesOf(credential) {
  const documentLoader = (url) => {
    expect(contexts.has(url), `the context ${url} is not at hand`);
    return { document: contexts.get(url), documentUrl: url };
  };
  const [expanded] = await jsonld.expand(credential, { documentLoader, safe: true });
  const [subject] = expanded["https://www.w3.org/2018/credentials#credentialSubject"];
  return Object.keys(subject).sort();
}

async function main() {
  const { values } = parseArgs({ options: { certificate: { type: "string" }, anchors: { type: "string" }, lists: { type: "string" } } });
  const anchors = anchorsOf(fs.readFileSync(values.anchors, "utf8"));
  const credential = await verified(fs.readFileSync(values.certificate), anchors);
  const lists = [];
  let rest = values.lists ? fs.readFileSync(values.lists) : Buffer.alloc(0);
  while (rest.length > 0) {
    const { length } = cbor.decodeFirstSync(rest, { extendedResults: true });
    lists.push(await verified(rest.subarray(0, length), anchors));
    await namesOf(lists[lists.length - 1]);
    rest = rest.subarray(length);
  }
  console.log(JSON.stringify({
    number: credential.credentialSubject.certificateNumber,
    trees: credential.credentialSubject.trees.length,
    revoked: await bitOf(credential, lists, "revocation"),
    suspended: await bitOf(credential, lists, "suspension"),
    expanded: await namesOf(credential),
  }));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
