/**
 * Builds dist: the TypeScript of src, monitors and alerts compiled, and the files that lie among it (SQL, templates,
 * the page) copied. Made beside the old one and moved into place whole, so that nobody ever starts half a program, and
 * what was deleted from the sources is gone from dist.
 */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { ended } from './child.mjs'

const SOURCE_FOLDERS = ['src', 'monitors', 'alerts']
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs']
/** In dist: the digest of the sources it was made of. */
const STAMP = '.made-of'

export function distIsFresh(root) {
  try {
    return readFileSync(join(root, 'dist', STAMP), 'utf8') === digest(root)
  } catch {
    return false
  }
}

export async function build(root, say, why) {
  say(`building, since ${why}`)
  removeLeftovers(root)
  const fresh = join(root, `dist.${process.pid}.new`)
  const old = join(root, `dist.${process.pid}.old`)
  // Taken first: a source edited during the build leaves dist stale rather than wrongly fresh.
  const madeOf = digest(root)
  try {
    await compile(root, fresh)
    for (const file of sources(root)) if (!file.endsWith('.ts')) copy(join(root, file), join(fresh, file))
    writeFileSync(join(fresh, STAMP), madeOf)
    if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old)
    renameSync(fresh, join(root, 'dist'))
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

/** We hold the lock, so whatever lies there was left by a build that was ended in the middle. */
function removeLeftovers(root) {
  for (const name of readdirSync(root)) {
    if (/^dist\.\d+\.(new|old)$/.test(name)) rmSync(join(root, name), { recursive: true, force: true })
  }
}

function digest(root) {
  const hash = createHash('sha256')
  for (const file of [...SETTINGS, ...sources(root)]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/** Every file of the source folders, relative to the root, in a fixed order. */
function sources(root) {
  const files = []
  for (const folder of SOURCE_FOLDERS) collect(root, folder, files)
  return files.sort()
}

function collect(root, folder, files) {
  if (!existsSync(join(root, folder))) return
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) collect(root, path, files)
    else if (entry.isFile()) files.push(path)
  }
}

async function compile(root, into) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const args = [compiler, '-p', 'tsconfig.build.json', '--outDir', into]
  const { code } = await ended(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (code === 0) return
  throw Object.assign(new Error('the build failed: the compiler names the places above.'), { plain: true })
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}
