/** A file system of a few megabytes for a daemon's state directory, which can be filled to its last byte. Needs root. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DaemonProcess } from '../../daemon/daemon-process.ts'
import type { Cleaning } from './cleaning.ts'

export interface SmallDisk {
  /** Takes all the room that there is; again, what has become free since. */
  fill(): void
  /** Gives it back. */
  clear(): void
}

/** The daemon's `var` is on it from now on; the daemon must not have begun yet. */
export function onSmallDisk(t: Cleaning, daemon: DaemonProcess, megabytes: number): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-full-'))
  const words = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=711`, 'tmpfs', directory]
  const mount = spawnSync('mount', words, { encoding: 'utf8' })
  assert.equal(mount.status, 0, mount.stderr)
  t.after(async () => {
    await daemon.kill('SIGKILL')
    spawnSync('umount', ['-l', directory])
    rmSync(directory, { recursive: true, force: true })
  })
  symlinkSync(directory, join(daemon.directory, 'var'))
  const filler = join(directory, 'filler')
  return {
    fill() {
      const file = openSync(filler, 'a')
      for (let size = BIGGEST; size >= BLOCK; size /= 2) while (isTaken(file, size));
      closeSync(file)
    },
    clear: () => truncateSync(filler),
  }
}

/** Bytes that are written at once. */
const BIGGEST = 256 * 1024
const BLOCK = 4096

/** The daemon may take the room at the same time. */
function isTaken(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size)) === size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}
