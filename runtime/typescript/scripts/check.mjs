// Type-checks with every compiler that users may have.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
for (const compiler of ["typescript", "typescript-6.0", "typescript-7.0"]) {
  const tsc = find(root, join("node_modules", compiler, "bin", "tsc"));
  if (!tsc) {
    console.log(`skipped: ${compiler} is not installed`);
    continue;
  }
  for (const project of ["tsconfig.json", "tsconfig.build.json"]) {
    const args = [tsc, "--project", join(root, project), "--noEmit"];
    const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  console.log(`ok: ${compiler}`);
}

function find(folder, path) {
  const file = join(folder, path);
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? undefined : find(dirname(folder), path);
}
