// SPDX-License-Identifier: Apache-2.0
// Libraries from npm that a test holds the project against.
import { spawnSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const build = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../build");

// The folder in which those of `here`'s package-lock.json are installed: below the build folder, under the lock's hash, so that they
// are fetched once, and anew when the lock changes. The rename at the end lets two runs install at the same time.
export function installedModules(here, name) {
  const lock = fs.readFileSync(path.join(here, "package-lock.json"));
  const folder = path.join(build, `${name}-${crypto.createHash("sha256").update(lock).digest("hex").slice(0, 12)}`);
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(build, { recursive: true });
  const fresh = fs.mkdtempSync(`${folder}.`);
  for (const file of ["package.json", "package-lock.json"]) fs.copyFileSync(path.join(here, file), path.join(fresh, file));
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: fresh, encoding: "utf8" });
  if (npm.status !== 0) throw new Error(`npm ci failed:\n${npm.stderr ?? npm.error}`);
  try {
    fs.renameSync(fresh, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
    fs.rmSync(fresh, { recursive: true });
  }
  return folder;
}
